//! The texts of Bedrock's dialect, whose messages are lists of blocks and whose
//! streams are binary messages.

use bytes::Bytes;
use jackfield_runtime::frame::{Cutter, EventStreamCutter};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::events::Told;
use super::{DEPTH, Part, Piece, Source, Unreadable, gemini};
use crate::dialect::Rest;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, default)]
    messages: Vec<Message<'a>>,
}

#[derive(Default, Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    content: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    output: Output<'a>,
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow, default)]
    message: Message<'a>,
}

/// The text of a request: that of its last message.
pub(super) fn request<'b>(source: Source<'b>, part: &mut Part) -> Result<(), Unreadable> {
    let Request { messages } = source.parse::<Request<'b>>()?;
    messages.last().map_or(Ok(()), |last| blocks(source, &last.content, part, 0))
}

/// The text of an answer.
pub(super) fn answer<'b>(source: Source<'b>) -> Result<Vec<Part>, Unreadable> {
    let Answer { output } = source.parse::<Answer<'b>>()?;
    let mut part = Part::new();
    blocks(source, &output.message.content, &mut part, 0)?;
    Ok(vec![part])
}

fn blocks<'b>(
    source: Source<'b>,
    list: &[&'b RawValue],
    part: &mut Part,
    depth: usize,
) -> Result<(), Unreadable> {
    list.iter().try_for_each(|raw| block(source, raw, part, depth))
}

/// The texts of a block, and of what lies within it. Thoughts and calls aren't
/// what is said.
fn block<'b>(source: Source<'b>, raw: &'b RawValue, part: &mut Part, depth: usize) -> Result<(), Unreadable> {
    let members: Rest<'b> = serde_json::from_str(raw.get())?;
    for (name, value) in members.iter() {
        let first = value.get().as_bytes().first();
        match (name, first) {
            ("text", Some(b'"')) => part.push(source.piece(value)?),
            ("json", Some(b'{')) => gemini::strings(source, value, part)?,
            ("json", Some(b'"')) => part.push(source.piece(value)?),
            ("content", Some(b'[')) if depth < DEPTH => {
                let list: Vec<&'b RawValue> = serde_json::from_str(value.get())?;
                blocks(source, &list, part, depth + 1)?;
            }
            (
                "text" | "guardContent" | "toolResult" | "document" | "source" | "citationsContent"
                | "searchResult",
                Some(b'{'),
            ) if depth < DEPTH => block(source, value, part, depth + 1)?,
            _ => {}
        }
    }
    Ok(())
}

/// Reads all messages of a stream.
pub(super) fn events(body: &[u8]) -> Told {
    let mut cutter = EventStreamCutter::new(body.len());
    let damaged = cutter.push(Bytes::copy_from_slice(body)).is_err();
    let mut told = Told { parts: Vec::new(), failed: damaged };
    let mut text = String::new();
    for message in cutter.drain() {
        let header = |wanted: &str| message.headers.iter().find(|(name, _)| name == wanted);
        told.failed |= header(":message-type").is_some_and(|(_, kind)| kind != "event");
        let payload = serde_json::from_slice::<Value>(&message.payload).unwrap_or_default();
        text.push_str(payload.pointer("/delta/text").and_then(Value::as_str).unwrap_or_default());
    }
    let part = if text.is_empty() { Part::new() } else { vec![Piece { span: 0..0, text }] };
    told.parts.push(part);
    told
}

#[cfg(test)]
mod tests {
    use super::super::{Form, joined, of_answer, of_events, of_request};
    use crate::dialect::bedrock_converse::{encode_event, encode_exception};
    use crate::endpoint::ChatDialect;

    const FORM: Form = Form::Chat(ChatDialect::BedrockConverse);

    #[test]
    fn the_text_of_a_request_is_that_of_its_last_message() {
        let body = r#"{"messages":[{"role":"user","content":[{"text":"no"}]},{"role":"user","content":[
            {"text":"a"},{"guardContent":{"text":{"text":"b"}}},{"image":{"format":"png"}},
            {"toolResult":{"toolUseId":"t","content":[{"text":"c"},{"json":{"x":{"y":"d"}}}]}},
            {"document":{"name":"n","source":{"text":"e"}}}]}]}"#;
        assert_eq!(joined(&of_request(FORM, body.as_bytes()).unwrap()), "a\nb\nc\nd\ne");
        for body in [r#"{"messages":[],"messages":[]}"#, r#"{"messages":[["x"]]}"#, "[]"] {
            assert!(of_request(FORM, body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn the_text_of_an_answer_is_what_is_said() {
        let body = r#"{"output":{"message":{"role":"assistant","content":[
            {"reasoningContent":{"reasoningText":{"text":"thought"}}},{"text":"a"},
            {"citationsContent":{"content":[{"text":"b"}],"citations":[{"title":"t"}]}},
            {"toolUse":{"input":{"text":"call"}}}]}},"stopReason":"end_turn"}"#;
        let parts = of_answer(FORM, body.as_bytes()).unwrap();
        assert_eq!(parts.iter().map(joined).collect::<Vec<_>>(), ["a\nb"]);
        assert!(of_answer(FORM, b"{}").is_err());
    }

    #[test]
    fn messages_are_put_together_again() {
        let delta =
            |text: &str| encode_event("contentBlockDelta", &format!(r#"{{"delta":{{"text":"{text}"}}}}"#));
        let mut stream = [delta("a"), delta("b")].concat();
        let told = of_events(FORM, &stream);
        assert_eq!(
            (told.parts.iter().map(joined).collect::<Vec<_>>(), told.failed),
            (vec!["ab".to_owned()], false)
        );
        let error = jackfield_runtime::api::types::Error::new(
            jackfield_runtime::api::types::ErrorKind::Internal,
            "broke",
        );
        stream.extend_from_slice(&encode_exception(&error));
        assert!(of_events(FORM, &stream).failed);
    }
}
