//! `addPrefix` in Gemini's dialect, whose messages are contents of parts, and
//! whose system prompt is a content of its own.

use bytes::Bytes;
use jackfield_router::guard::{Prefix, Role};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::text::quoted;
use super::{member, put};

#[derive(Deserialize)]
struct Content<'a> {
    role: Option<String>,
    #[serde(borrow, default, alias = "content")]
    parts: Vec<&'a RawValue>,
}

/// What the lists are called.
const NAMES: (&str, &str) = ("contents", "parts");

pub(super) fn apply(prefix: &Prefix, body: &Bytes) -> Option<Bytes> {
    match prefix.role {
        Role::System => system(prefix, body),
        Role::User => contents(prefix, body, NAMES, "user"),
        Role::Assistant => contents(prefix, body, NAMES, "model"),
    }
}

/// The system prompt, in either spelling of its name.
fn system(prefix: &Prefix, body: &Bytes) -> Option<Bytes> {
    for name in ["systemInstruction", "system_instruction"] {
        if let Some(old) = member(body, name)? {
            return put(body, name, Some(old), &joined(prefix, old, NAMES.1)?);
        }
    }
    put(body, "systemInstruction", None, &format!("{{\"parts\":[{}]}}", part(prefix)))
}

/// The first content of the role, or a new one. `names` are those of the list of
/// contents and of a content's list of parts, which other dialects have as well.
pub(super) fn contents(prefix: &Prefix, body: &Bytes, names: (&str, &str), role: &str) -> Option<Bytes> {
    let old = member(body, names.0)?;
    let list: Vec<&RawValue> = old.map_or(Some(Vec::new()), |raw| serde_json::from_str(raw.get()).ok())?;
    let mut all: Vec<String> = list.iter().map(|raw| raw.get().to_owned()).collect();
    let own = format!("{{\"role\":\"{role}\",\"{}\":[{}]}}", names.1, part(prefix));
    let place = list.iter().position(|raw| {
        let content = serde_json::from_str::<Content<'_>>(raw.get()).ok();
        content.is_some_and(|content| content.role.as_deref().unwrap_or("user") == role)
    });
    match place {
        None => all.push(own),
        Some(place) => {
            let joined = joined(prefix, list.get(place)?, names.1)?;
            if prefix.joins {
                all[place] = joined;
            } else {
                all.insert(place, own);
            }
        }
    }
    put(body, names.0, old, &format!("[{}]", all.join(",")))
}

/// A content with the prefix as its first part; nothing where it is to be left
/// alone.
fn joined(prefix: &Prefix, raw: &RawValue, name: &str) -> Option<String> {
    let content: Content<'_> = serde_json::from_str(raw.get()).ok()?;
    if prefix.only_if_empty && content.parts.iter().any(|part| says(part)) {
        return None;
    }
    let mut parts = vec![part(prefix)];
    parts.extend(content.parts.iter().map(|part| part.get().to_owned()));
    let own = Bytes::copy_from_slice(raw.get().as_bytes());
    let done = put(&own, name, member(&own, name)?, &format!("[{}]", parts.join(",")))?;
    String::from_utf8(done.to_vec()).ok()
}

pub(super) fn part(prefix: &Prefix) -> String {
    format!("{{\"text\":{}}}", quoted(&prefix.text))
}

/// Whether there is anything in a part but an empty text.
pub(super) fn says(part: &RawValue) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Text {
        text: String,
    }
    !serde_json::from_str::<Text>(part.get()).is_ok_and(|part| part.text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn done(role: Role, joins: bool, only_if_empty: bool, body: &Value) -> Option<Value> {
        let prefix = Prefix { text: "P".to_owned(), role, joins, only_if_empty };
        let out = apply(&prefix, &Bytes::from(body.to_string()))?;
        Some(serde_json::from_slice(&out).unwrap())
    }

    #[test]
    fn the_prefix_is_the_first_part_of_what_the_role_says_first() {
        let (p, a, b) = (json!({ "text": "P" }), json!({ "text": "a" }), json!({ "text": "b" }));
        let model = json!({ "role": "model", "parts": [b] });
        let body = json!({ "contents": [model, { "parts": [a] }] });
        assert_eq!(
            done(Role::User, true, false, &body),
            Some(json!({ "contents": [model, { "parts": [p, a] }] }))
        );
        assert_eq!(
            done(Role::User, false, false, &body),
            Some(json!({ "contents": [model, { "role": "user", "parts": [p] }, { "parts": [a] }] }))
        );
        assert_eq!(
            done(Role::Assistant, true, false, &body),
            Some(json!({ "contents": [{ "role": "model", "parts": [p, b] }, { "parts": [a] }] }))
        );
        assert_eq!(done(Role::User, true, true, &body), None);
        let blank = json!({ "contents": [{ "parts": [{ "text": " " }] }] });
        assert!(done(Role::User, true, true, &blank).is_some());
    }

    #[test]
    fn the_system_prompt_is_found_in_either_spelling_or_made() {
        for name in ["systemInstruction", "system_instruction"] {
            let body = json!({ name: { "parts": [{ "text": "s" }] }, "contents": [] });
            let expected = json!({ name: { "parts": [{ "text": "P" }, { "text": "s" }] }, "contents": [] });
            assert_eq!(done(Role::System, true, false, &body), Some(expected));
        }
        let expected = json!({ "systemInstruction": { "parts": [{ "text": "P" }] }, "contents": [] });
        assert_eq!(done(Role::System, true, false, &json!({ "contents": [] })), Some(expected));
    }
}
