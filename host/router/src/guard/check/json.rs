//! Finds JSON in a text: the text itself, blocks of code, and objects anywhere
//! in it, nested ones as a whole.
//!
//! Against: a text of nothing but open brackets. Reading stops at a depth of
//! 128, so what one bracket costs is bounded, and so is their number.

use serde_json::Value;

/// The most values that are looked for in one text.
const MOST: usize = 64;

/// The most beginnings that are tried.
const TRIES: usize = 4_096;

/// The values in a text, the likeliest first.
pub(super) fn values(text: &str) -> Vec<Value> {
    let mut values = Vec::new();
    if let Ok(whole @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text.trim()) {
        return vec![whole];
    }
    for block in blocks(text) {
        values.extend(serde_json::from_str::<Value>(block.trim()).ok());
    }
    if values.is_empty() {
        objects(text, &mut values);
    }
    values.truncate(MOST);
    values
}

/// What stands between fences, without the fence's label.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    text.split("```").skip(1).step_by(2).map(|block| {
        let block = block.trim_start_matches('`');
        block.strip_prefix("json").unwrap_or(block)
    })
}

fn objects(text: &str, values: &mut Vec<Value>) {
    let (mut from, mut tries) = (0, 0);
    while let Some(place) = text.get(from..).and_then(|rest| rest.find('{')) {
        let start = from + place;
        tries += 1;
        if values.len() == MOST || tries > TRIES {
            return;
        }
        let mut stream = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => {
                from = start + stream.byte_offset().max(1);
                values.push(value);
            }
            _ => from = start + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_found_wherever_it_stands() {
        for (text, expected) in [
            (" {\"a\":{\"b\":1}} ", vec![json!({"a":{"b":1}})]),
            ("[1,2]", vec![json!([1, 2])]),
            ("say ```json\n{\"a\":1}\n``` and ```\n[2]\n```", vec![json!({"a":1}), json!([2])]),
            ("so: {\"a\":{\"b\":1}}, then {\"c\":2}.", vec![json!({"a":{"b":1}}), json!({"c":2})]),
            ("{ not json {\"a\":1}", vec![json!({"a":1})]),
            ("none at all", vec![]),
            ("{\"a\":", vec![]),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn brackets_without_end_are_given_up() {
        for piece in ["{", "{\"a\":", "{\"a\":[", "{}"] {
            let began = std::time::Instant::now();
            assert!(values(&format!("x{}", piece.repeat(200_000))).len() <= MOST);
            assert!(began.elapsed().as_secs() < 5, "{piece}");
        }
    }
}
