//! `addPrefix`, done to a request in its dialect.

mod bedrock;
mod gemini;

use bytes::Bytes;
use jackfield_router::guard::{Prefix, Role};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::text::{Form, quoted};
use crate::endpoint::ChatDialect;

/// What a request becomes; nothing where it stays as it is.
pub(super) fn apply(prefix: &Prefix, form: Form, body: &Bytes) -> Option<Bytes> {
    match form {
        Form::Chat(ChatDialect::OpenaiChat) => messages(prefix, body, "messages", "text"),
        Form::Chat(ChatDialect::AnthropicMessages) => match prefix.role {
            // Anthropic's system prompt is no message.
            Role::System => field(prefix, body, "system", true),
            Role::User | Role::Assistant => messages(prefix, body, "messages", "text"),
        },
        Form::Chat(ChatDialect::OpenaiResponses) => {
            let is_list = member(body, "input")?.is_some_and(|raw| raw.get().starts_with('['));
            match (prefix.role, is_list) {
                (Role::System, false) => field(prefix, body, "instructions", true),
                (_, true) => messages(prefix, body, "input", "input_text"),
                (Role::User, false) => field(prefix, body, "input", false),
                (Role::Assistant, false) => None,
            }
        }
        Form::Chat(ChatDialect::GeminiGenerate) => gemini::apply(prefix, body),
        Form::Chat(ChatDialect::CohereChat) => messages(prefix, body, "messages", "text"),
        Form::Chat(ChatDialect::BedrockConverse) => bedrock::apply(prefix, body),
        Form::Chat(ChatDialect::OpenaiCompletions) => field(prefix, body, "prompt", false),
        Form::Embeddings | Form::ContentEmbeddings => None,
    }
}

/// The value of a member.
fn member<'b>(body: &'b Bytes, name: &str) -> Option<Option<&'b RawValue>> {
    let all: std::collections::HashMap<std::borrow::Cow<'b, str>, &'b RawValue> =
        serde_json::from_slice(body).ok()?;
    Some(all.get(name).copied().filter(|raw| raw.get() != "null"))
}

/// Writes a value in another's place, or as a new member.
fn put(body: &Bytes, name: &str, old: Option<&RawValue>, new: &str) -> Option<Bytes> {
    let text = std::str::from_utf8(body).ok()?;
    Some(match old {
        Some(old) => {
            let start = (old.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
            let end = start + old.get().len();
            format!("{}{new}{}", text.get(..start)?, text.get(end..)?).into()
        }
        None => {
            let open = text.find('{')? + 1;
            let comma = if text[open..].trim_start().starts_with('}') { "" } else { "," };
            format!("{}{}:{new}{comma}{}", &text[..open], quoted(name), &text[open..]).into()
        }
    })
}

/// A member that is a text, or a list of which the first text counts.
fn field(prefix: &Prefix, body: &Bytes, name: &str, may_be_made: bool) -> Option<Bytes> {
    let old = member(body, name)?;
    let Some(raw) = old else {
        return if may_be_made { put(body, name, None, &quoted(&prefix.text)) } else { None };
    };
    let says = |raw: &RawValue| !matches!(raw.get(), "\"\"" | "[]");
    if prefix.only_if_empty && says(raw) {
        return None;
    }
    let new = joined(prefix, raw, "text")?;
    put(body, name, old, &new)
}

/// A content with the prefix in it.
fn joined(prefix: &Prefix, raw: &RawValue, part: &str) -> Option<String> {
    if let Ok(text) = serde_json::from_str::<String>(raw.get()) {
        return Some(quoted(&format!("{}{text}", prefix.text)));
    }
    let parts: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
    let mut parts: Vec<String> = parts.into_iter().map(|part| part.get().to_owned()).collect();
    let first = parts.first().and_then(|first| serde_json::from_str::<String>(first).ok());
    match first {
        // A list of prompts.
        Some(first) => parts[0] = quoted(&format!("{}{first}", prefix.text)),
        None => parts.insert(0, format!("{{\"type\":\"{part}\",\"text\":{}}}", quoted(&prefix.text))),
    }
    Some(format!("[{}]", parts.join(",")))
}

#[derive(Deserialize)]
struct Message<'a> {
    role: Option<String>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

/// The first message of the role, or a new one.
fn messages(prefix: &Prefix, body: &Bytes, name: &str, part: &str) -> Option<Bytes> {
    let old = member(body, name)?;
    let list: Vec<&RawValue> = old.map_or(Some(Vec::new()), |raw| serde_json::from_str(raw.get()).ok())?;
    let mut all: Vec<String> = list.iter().map(|raw| raw.get().to_owned()).collect();
    let own = format!("{{\"role\":\"{}\",\"content\":{}}}", prefix.role.name(), quoted(&prefix.text));
    let place = list.iter().position(|raw| {
        let message = serde_json::from_str::<Message<'_>>(raw.get()).ok();
        message.and_then(|message| message.role).as_deref() == Some(prefix.role.name())
    });
    match place {
        None if prefix.role == Role::System => all.insert(0, own),
        None => all.push(own),
        Some(place) => {
            let raw = *list.get(place)?;
            let content = serde_json::from_str::<Message<'_>>(raw.get()).ok()?.content;
            let blank = |raw: &RawValue| {
                serde_json::from_str::<String>(raw.get()).is_ok_and(|text| text.trim().is_empty())
                    || raw.get() == "[]"
            };
            if prefix.only_if_empty && content.is_some_and(|raw| !blank(raw)) {
                return None;
            }
            match content {
                _ if !prefix.joins => all.insert(place, own),
                None => all[place] = put_in(raw, None, &quoted(&prefix.text))?,
                Some(content) => all[place] = put_in(raw, Some(content), &joined(prefix, content, part)?)?,
            }
        }
    }
    put(body, name, old, &format!("[{}]", all.join(",")))
}

fn put_in(message: &RawValue, old: Option<&RawValue>, new: &str) -> Option<String> {
    let text = message.get();
    match old {
        Some(old) => {
            let start = (old.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
            Some(format!("{}{new}{}", text.get(..start)?, text.get(start + old.get().len()..)?))
        }
        None => {
            // A content that is null or isn't there.
            let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
            fields.insert("content".to_owned(), serde_json::from_str(new).ok()?);
            serde_json::to_string(&fields).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[track_caller]
    fn done(form: ChatDialect, prefix: (Role, bool, bool), body: Value) -> Option<Value> {
        let (role, joins, only_if_empty) = prefix;
        let prefix = Prefix { text: "P ".to_owned(), role, joins, only_if_empty };
        let out = apply(&prefix, Form::Chat(form), &Bytes::from(body.to_string()))?;
        Some(serde_json::from_slice(&out).unwrap())
    }

    #[test]
    fn the_prefix_stands_where_the_role_speaks_first() {
        use ChatDialect::{AnthropicMessages, OpenaiChat, OpenaiCompletions, OpenaiResponses};
        let user = json!({ "role": "user", "content": "u" });
        let system = json!({ "role": "system", "content": "s" });
        for (form, prefix, body, expected) in [
            (
                OpenaiChat,
                (Role::User, true, false),
                json!({ "messages": [system, user] }),
                json!({ "messages": [system, { "role": "user", "content": "P u" }] }),
            ),
            (
                OpenaiChat,
                (Role::User, false, false),
                json!({ "messages": [user] }),
                json!({ "messages": [{ "role": "user", "content": "P " }, user] }),
            ),
            (
                OpenaiChat,
                (Role::System, true, false),
                json!({ "messages": [user] }),
                json!({ "messages": [{ "role": "system", "content": "P " }, user] }),
            ),
            (
                OpenaiChat,
                (Role::User, true, false),
                json!({ "messages": [{ "role": "user", "content": [{ "type": "image_url" }] }] }),
                json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": "P " }, { "type": "image_url" }] }] }),
            ),
            (
                AnthropicMessages,
                (Role::System, true, false),
                json!({ "messages": [user] }),
                json!({ "messages": [user], "system": "P " }),
            ),
            (
                AnthropicMessages,
                (Role::System, true, false),
                json!({ "system": "s" }),
                json!({ "system": "P s" }),
            ),
            (OpenaiResponses, (Role::User, true, false), json!({ "input": "i" }), json!({ "input": "P i" })),
            (
                OpenaiResponses,
                (Role::User, true, false),
                json!({ "input": [user] }),
                json!({ "input": [{ "role": "user", "content": "P u" }] }),
            ),
            (
                OpenaiResponses,
                (Role::System, true, false),
                json!({ "input": "i" }),
                json!({ "input": "i", "instructions": "P " }),
            ),
            (
                OpenaiCompletions,
                (Role::User, true, false),
                json!({ "prompt": "p" }),
                json!({ "prompt": "P p" }),
            ),
            (
                OpenaiCompletions,
                (Role::User, true, false),
                json!({ "prompt": ["p", "q"] }),
                json!({ "prompt": ["P p", "q"] }),
            ),
        ] {
            assert_eq!(done(form, prefix, body.clone()), Some(expected), "{form:?} {prefix:?} {body}");
        }
    }

    #[test]
    fn a_message_that_says_something_can_be_left_alone() {
        let prefix = (Role::System, true, true);
        let body = |content: &str| json!({ "messages": [{ "role": "system", "content": content }] });
        assert_eq!(done(ChatDialect::OpenaiChat, prefix, body("s")), None);
        assert_eq!(done(ChatDialect::OpenaiChat, prefix, body(" ")), Some(body("P  ")));
    }
}
