//! What dialects with blocks of hidden thoughts tell in a block more than other
//! providers do, and what clients send back as one again.
//!
//! Their calls have no place for a signature: a hidden thought before the call
//! carries it. Clients send those back as they came, and look into none. And a
//! thought that is both shown and hidden is told as two.

use jackfield_runtime::api::llm::{Message, Part, ReasoningPart, ToolCall};
use memchr::memmem;

use super::{bedrock_converse, gemini_generate};
use crate::endpoint::ChatDialect;

/// What tells it from thoughts that a model hid.
const MARK: &str = "jackfield-call-signature:";

/// The hidden thought that carries a signature, as it is told.
pub(super) fn of_call(signature: &str) -> String {
    format!("{MARK}{signature}")
}

/// The same as a part.
pub(super) fn before_call(signature: &str) -> Part {
    let redacted = Some(of_call(signature));
    Part::Reasoning(ReasoningPart { text: String::new(), signature: None, redacted, id: None })
}

/// What a client sends back, with each signature at its call and each thought in
/// one piece again.
pub(super) fn restored(parts: Vec<Part>) -> Vec<Part> {
    let mut signature = None;
    let mut restored = Vec::with_capacity(parts.len());
    for mut part in parts {
        match &mut part {
            Part::Reasoning(hidden) => {
                if let Some(told) = hidden.redacted.as_deref().and_then(|text| text.strip_prefix(MARK)) {
                    signature = Some(told.to_owned());
                    continue;
                }
                if let Some(Part::Reasoning(shown)) = restored.last_mut()
                    && is_only(shown, false)
                    && is_only(hidden, true)
                {
                    *shown = ReasoningPart { text: std::mem::take(&mut shown.text), ..hidden.clone() };
                    continue;
                }
            }
            Part::ToolCall(call) => call.signature = signature.take().or_else(|| call.signature.take()),
            _ => {}
        }
        restored.push(part);
    }
    restored
}

/// Whether a thought is hidden and not shown, or the other way round. Providers
/// that don't hide what they show sign it.
fn is_only(thought: &ReasoningPart, hidden: bool) -> bool {
    thought.signature.is_none()
        && thought.redacted.is_some() == hidden
        && thought.text.is_empty() == hidden
        && (hidden || thought.id.is_none())
}

/// Whether a body of a dialect has what is carried so. The dialect's own provider
/// would refuse it: nothing of it is that provider's.
pub(crate) fn is_in(dialect: ChatDialect, body: &[u8]) -> bool {
    let mark = match dialect {
        ChatDialect::AnthropicMessages => MARK,
        ChatDialect::BedrockConverse => bedrock_converse::CARRIED,
        ChatDialect::GeminiGenerate => gemini_generate::CARRIED,
        _ => return false,
    };
    memmem::find(body, mark.as_bytes()).is_some()
}

/// Takes the signatures, and parts in other providers' forms, out of such a body of
/// Gemini's dialect, once it is read and goes to the dialect's own provider.
/// Signatures are all carried alike, so nobody can tell whose they are. Whether
/// there were any.
pub(crate) fn unsign(dialect: ChatDialect, messages: &mut [Message]) -> bool {
    let mut any = false;
    if dialect != ChatDialect::GeminiGenerate {
        return any;
    }
    for message in messages.iter_mut() {
        let before = message.content.len();
        message
            .content
            .retain(|part| !matches!(part, Part::Native(raw) if !gemini_generate::is_googles(raw)));
        any |= message.content.len() < before;
    }
    for part in messages.iter_mut().flat_map(|message| &mut message.content) {
        if let Part::Reasoning(ReasoningPart { signature, .. }) | Part::ToolCall(ToolCall { signature, .. }) =
            part
        {
            any |= signature.take().is_some();
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use jackfield_runtime::api::llm::Role;

    use super::*;

    fn call(id: &str, signature: Option<&str>) -> Part {
        Part::ToolCall(ToolCall {
            id: id.to_owned(),
            name: "f".to_owned(),
            arguments: "{}".to_owned(),
            signature: signature.map(str::to_owned),
        })
    }

    #[test]
    fn each_signature_comes_back_to_its_call() {
        let hidden = ReasoningPart {
            text: String::new(),
            signature: None,
            redacted: Some("a model's own".to_owned()),
            id: None,
        };
        let sent = vec![
            Part::Reasoning(hidden.clone()),
            before_call("one"),
            call("1", None),
            call("2", Some("kept")),
            Part::text("x"),
        ];
        let expected =
            vec![Part::Reasoning(hidden), call("1", Some("one")), call("2", Some("kept")), Part::text("x")];
        assert_eq!(restored(sent), expected);
    }

    #[test]
    fn a_thought_that_was_told_as_two_is_one_again() {
        let thought = |text: &str, signature: Option<&str>, redacted: Option<&str>| {
            Part::Reasoning(ReasoningPart {
                text: text.to_owned(),
                signature: signature.map(str::to_owned),
                redacted: redacted.map(str::to_owned),
                id: None,
            })
        };
        let sent = vec![
            thought("shown", None, None),
            thought("", None, Some("enc")),
            thought("", None, Some("alone")),
            thought("signed", Some("s"), None),
            thought("", None, Some("apart")),
        ];
        let expected = vec![
            thought("shown", None, Some("enc")),
            thought("", None, Some("alone")),
            thought("signed", Some("s"), None),
            thought("", None, Some("apart")),
        ];
        assert_eq!(restored(sent), expected);
    }

    #[test]
    fn it_is_seen_in_a_body() {
        let Part::Reasoning(thought) = before_call("s") else { panic!("it is a thought") };
        let body = format!("[{{\"data\":{:?}}}]", thought.redacted.unwrap());
        assert!(is_in(ChatDialect::AnthropicMessages, body.as_bytes()));
        assert!(!is_in(ChatDialect::OpenaiChat, body.as_bytes()), "there it is only what somebody writes");
        assert!(!is_in(ChatDialect::AnthropicMessages, b"[{\"data\":\"a model's own\"}]"));
        let body = format!("[{{\"thoughtSignature\":\"{}...\"}}]", gemini_generate::CARRIED);
        assert!(is_in(ChatDialect::GeminiGenerate, body.as_bytes()));
        assert!(!is_in(ChatDialect::GeminiGenerate, b"[{\"thoughtSignature\":\"Es8F+/w==\"}]"));
    }

    #[test]
    fn only_geminis_signatures_are_taken_out_which_may_be_anybodys() {
        let native = |raw: &str| Part::Native(raw.to_owned());
        let own = native(r#"{"executableCode":{}}"#);
        let content =
            vec![call("1", Some("s")), native(r#"{"type":"server_tool_use"}"#), own.clone(), Part::text("x")];
        let mut messages = [Message { role: Role::Assistant, name: None, content: content.clone() }];
        assert!(!unsign(ChatDialect::BedrockConverse, &mut messages));
        assert_eq!(messages[0].content, content);
        assert!(unsign(ChatDialect::GeminiGenerate, &mut messages));
        assert_eq!(messages[0].content, [call("1", None), own, Part::text("x")]);
        assert!(!unsign(ChatDialect::GeminiGenerate, &mut messages), "there are none any more");
    }
}
