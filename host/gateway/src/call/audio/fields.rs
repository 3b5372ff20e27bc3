//! The texts of a form as a JSON object and back, so that routes ask about and
//! change the parameters of a form like those of any other request.

use std::collections::BTreeMap;

use bytes::Bytes;
use jackfield_router::Failure;
use serde_json::{Map, Value};

/// An object of texts. A field whose name ends with brackets, or that came more
/// than once, is a list without the brackets in its name.
pub(crate) fn to_json(fields: &[(String, String)]) -> Bytes {
    let mut members: BTreeMap<&str, (bool, Vec<&str>)> = BTreeMap::new();
    for (name, value) in fields {
        let bare = name.strip_suffix("[]");
        let (list, values) = members.entry(bare.unwrap_or(name)).or_default();
        *list |= bare.is_some() || !values.is_empty();
        values.push(value);
    }
    let value = |(list, values): (bool, Vec<&str>)| match (list, &values[..]) {
        (false, [value]) => Value::from(*value),
        _ => Value::from(values),
    };
    let members: Map<String, Value> =
        members.into_iter().map(|(name, member)| (name.to_owned(), value(member))).collect();
    Value::Object(members).to_string().into()
}

/// The fields that an object stands for. Numbers and truth values become their
/// JSON; so do objects, which is how OpenAI's forms have them. A `null` is no
/// field.
pub(super) fn from_json(object: &[u8]) -> Result<Vec<(String, String)>, Failure> {
    let members: Map<String, Value> = serde_json::from_slice(object).map_err(|error| {
        Failure::internal(format!("a form's fields aren't the JSON they were made to: {error}"))
    })?;
    let mut fields = Vec::with_capacity(members.len());
    for (name, value) in members {
        match value {
            Value::Null => {}
            Value::Array(values) => {
                fields.extend(values.into_iter().map(|value| (format!("{name}[]"), text(value))));
            }
            value => fields.push((name, text(value))),
        }
    }
    Ok(fields)
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn fields_become_texts_and_lists_and_are_the_same_again() {
        let given = fields(&[
            ("include[]", "logprobs"),
            ("language", "en"),
            ("model", "a/b"),
            ("timestamp_granularities[]", "word"),
            ("timestamp_granularities[]", "segment"),
        ]);
        let json = to_json(&given);
        assert_eq!(
            json,
            r#"{"include":["logprobs"],"language":"en","model":"a/b","timestamp_granularities":["word","segment"]}"#
        );
        assert_eq!(from_json(&json).unwrap(), given);
        assert_eq!(to_json(&fields(&[("a", "1"), ("a", "2")])), r#"{"a":["1","2"]}"#);
    }

    #[test]
    fn what_a_route_writes_as_json_becomes_fields() {
        let given =
            br#"{"temperature":0.5,"stream":true,"chunking_strategy":{"type":"server_vad"},"prompt":null}"#;
        let mut read = from_json(given).unwrap();
        read.sort();
        let wanted =
            [("chunking_strategy", r#"{"type":"server_vad"}"#), ("stream", "true"), ("temperature", "0.5")];
        assert_eq!(read, fields(&wanted));
        assert!(from_json(b"[1]").unwrap_err().internal);
    }
}
