//! Calls of tools, for upstreams whose calls have no ids or whose arguments are
//! JSON objects, and results of tools, for those that take one text.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::value::RawValue;

use crate::llm::{Message, Part, ResultPart, ToolResult};
use crate::types::Error;

/// Ids for the calls of an answer whose upstream gives none: `call_0` and so
/// on, each the first that nothing in the conversation has. So the same
/// conversation gives the same ids, and none comes twice.
#[derive(Debug, Clone, Default)]
pub struct CallIds {
    taken: HashSet<String>,
    next: u32,
}

impl CallIds {
    /// For the answer to a conversation.
    pub fn new(conversation: &[Message]) -> Self {
        let calls = conversation.iter().flat_map(|message| &message.content);
        let taken = calls.filter_map(|part| match part {
            Part::ToolCall(call) => Some(call.id.clone()),
            Part::ToolResult(result) => Some(result.call_id.clone()),
            _ => None,
        });
        CallIds { taken: taken.collect(), next: 0 }
    }

    /// The next id.
    pub fn make(&mut self) -> String {
        loop {
            let id = format!("call_{}", self.next);
            self.next += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// The tool that a result is of: as the result says, or else as the latest call
/// of that id does.
pub fn tool_of<'a>(result: &'a ToolResult, conversation: &'a [Message]) -> Option<&'a str> {
    let called = || {
        let parts = conversation.iter().rev().flat_map(|message| message.content.iter().rev());
        parts.into_iter().find_map(|part| match part {
            Part::ToolCall(call) if call.id == result.call_id => Some(call.name.as_str()),
            _ => None,
        })
    };
    result.name.as_deref().or_else(called)
}

/// The arguments of a call as the JSON object that they are meant to be; none
/// at all are an empty one. Models write other things too: those come back as
/// an error, for the plugin to wrap or refuse.
pub fn arguments(text: &str) -> Result<&RawValue, &str> {
    let written = match text.trim() {
        "" | "null" => "{}",
        written => written,
    };
    match serde_json::from_str::<&RawValue>(written) {
        Ok(raw) if raw.get().starts_with('{') => Ok(raw),
        _ => Err(text),
    }
}

/// A result as one text, its pieces line by line. A failure is told as
/// `{"error": "..."}`, so that the model sees that it is one. Media are refused.
pub fn result_text(result: &ToolResult) -> Result<Cow<'_, str>, Error> {
    let pieces = result
        .content
        .iter()
        .map(|part| match part {
            ResultPart::Text(text) | ResultPart::Json(text) => Ok(Cow::Borrowed(text.as_str())),
            ResultPart::Document(document) => crate::media::document_text(document),
            ResultPart::Image(_) => {
                Err(Error::unsupported("this API takes no images in the result of a tool: describe them"))
            }
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let text = match <[Cow<'_, str>; 1]>::try_from(pieces) {
        Ok([one]) => one,
        Err(pieces) => Cow::Owned(pieces.join("\n")),
    };
    if result.is_error {
        return Ok(Cow::Owned(serde_json::json!({ "error": text }).to_string()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::{Role, ToolCall};
    use crate::types::{ErrorKind, Media, Source};

    fn call(id: &str, name: &str) -> Part {
        let (id, name) = (id.to_owned(), name.to_owned());
        Part::ToolCall(ToolCall { id, name, arguments: String::new(), signature: None })
    }

    fn result(id: &str, content: Vec<ResultPart>) -> ToolResult {
        ToolResult { call_id: id.to_owned(), name: None, content, is_error: false }
    }

    #[test]
    fn ids_are_new_in_their_conversation_and_the_same_each_time() {
        let conversation = [Message::new(Role::Assistant, vec![call("call_0", "a"), call("call_2", "b")])];
        for _ in 0..2 {
            let mut ids = CallIds::new(&conversation);
            assert_eq!([ids.make(), ids.make(), ids.make()], ["call_1", "call_3", "call_4"]);
        }
        assert_eq!(CallIds::default().make(), "call_0");
    }

    #[test]
    fn a_result_knows_its_tool_by_itself_or_by_its_call() {
        let conversation = [Message::new(Role::Assistant, vec![call("1", "old"), call("1", "new")])];
        let mut plain = result("1", Vec::new());
        assert_eq!(tool_of(&plain, &conversation), Some("new"));
        plain.name = Some("own".to_owned());
        assert_eq!(tool_of(&plain, &conversation), Some("own"));
        assert_eq!(tool_of(&result("2", Vec::new()), &conversation), None);
    }

    #[test]
    fn arguments_are_an_object_or_said_not_to_be() {
        for (text, object) in [(r#" {"b":1.0,"a":2} "#, r#"{"b":1.0,"a":2}"#), ("", "{}"), ("null", "{}")] {
            assert_eq!(arguments(text).unwrap().get(), object, "{text}");
        }
        for text in ["[1]", "7", r#"{"cut": "of"#] {
            assert_eq!(arguments(text).unwrap_err(), text);
        }
    }

    #[test]
    fn a_result_is_one_text_and_a_failure_says_so() {
        let pieces = vec![ResultPart::Text("a".to_owned()), ResultPart::Json("{}".to_owned())];
        let mut told = result("1", pieces);
        assert_eq!(result_text(&told).unwrap(), "a\n{}");
        told.is_error = true;
        assert_eq!(result_text(&told).unwrap(), r#"{"error":"a\n{}"}"#);
        assert_eq!(result_text(&result("1", Vec::new())).unwrap(), "");
        let source = Source::Data(Vec::new());
        let image = Media { source, mime_type: None, detail: None, transcript: None, id: None };
        let error = result_text(&result("1", vec![ResultPart::Image(image)])).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported);
    }
}
