//! A whole answer, and what it shares with a line of a streamed one.

use jackfield_sdk::base64;
use jackfield_sdk::calls::CallIds;
use jackfield_sdk::date::parse_rfc3339;
use jackfield_sdk::llm::{
    ChatResponse, Choice, FinishReason, Part, ReasoningPart, TokenAlternative, TokenLogprob, ToolCall,
};
use jackfield_sdk::types::{Error, Media, Source};
use serde_json::value::RawValue;

use super::{errors, usage};
use crate::wire::answer::{self, Answer, Logprob};

/// Translates an answer. `asked` is the model that was asked for, `ids` makes
/// the ids of calls that have none.
pub(crate) fn response(
    body: &str,
    asked: &str,
    ids: &mut CallIds,
    warnings: Vec<String>,
) -> Result<ChatResponse, Error> {
    let answer = read(body)?;
    let Some(message) = answer.message else {
        return Err(Error::bad_answer("Ollama's answer has no `message` in it"));
    };
    let mut content = Vec::new();
    if let Some(text) = message.thinking.filter(|text| !text.is_empty()) {
        content.push(Part::Reasoning(ReasoningPart { text, signature: None, redacted: None, id: None }));
    }
    if let Some(text) = message.content.filter(|text| !text.is_empty()) {
        content.push(Part::text(text));
    }
    for image in message.images {
        content.push(self::image(&image)?);
    }
    let calls = !message.tool_calls.is_empty();
    content.extend(message.tool_calls.into_iter().map(|call| Part::ToolCall(tool_call(call, ids))));
    let (usage, extra) = usage::split(body);
    Ok(ChatResponse {
        id: None,
        model: answer.model.unwrap_or_else(|| asked.to_owned()),
        created: answer.created_at.as_deref().and_then(seconds),
        choices: vec![Choice {
            index: 0,
            content,
            finish_reason: finish(answer.done_reason.as_deref(), calls),
            stop_sequence: None,
            logprobs: answer.logprobs.into_iter().map(logprob).collect(),
        }],
        usage,
        warnings,
        extra,
    })
}

/// A line, or the whole, unless it is an error.
pub(super) fn read(text: &str) -> Result<Answer, Error> {
    let answer: Answer = serde_json::from_str(text).map_err(|error| {
        Error::bad_answer(format!(
            "the answer isn't as Ollama's API says ({error}): {}",
            text.chars().take(200).collect::<String>()
        ))
    })?;
    match answer.error {
        Some(error) => Err(errors::of_value(&error)),
        None => Ok(answer),
    }
}

/// Why it ended. `load` and `unload` are no answers at all.
pub(super) fn finish(word: Option<&str>, calls: bool) -> FinishReason {
    match word.unwrap_or_default() {
        "" | "stop" if calls => FinishReason::ToolCalls,
        "" | "stop" => FinishReason::Stop,
        "length" => FinishReason::Length,
        other => FinishReason::Other(other.to_owned()),
    }
}

/// A call, with an id where the upstream gave none.
pub(super) fn tool_call(call: answer::ToolCall, ids: &mut CallIds) -> ToolCall {
    ToolCall {
        id: call.id.filter(|id| !id.is_empty()).unwrap_or_else(|| ids.make()),
        name: call.function.name,
        arguments: call.function.arguments.as_deref().map_or("{}", RawValue::get).to_owned(),
        signature: None,
    }
}

/// An image in base64, of whatever type: nothing says which.
pub(super) fn image(base64: &str) -> Result<Part, Error> {
    let source = Source::Data(base64::decode(base64)?);
    Ok(Part::Image(Media { source, mime_type: None, detail: None, transcript: None, id: None }))
}

/// A token of the answer with its probability.
pub(super) fn logprob(told: Logprob) -> TokenLogprob {
    let top = told.top_logprobs.into_iter().map(|other| TokenAlternative {
        token: other.token,
        logprob: other.logprob,
        bytes: other.bytes,
    });
    TokenLogprob { token: told.token, logprob: told.logprob, bytes: told.bytes, top: top.collect() }
}

/// Seconds since 1970.
pub(super) fn seconds(date: &str) -> Option<u64> {
    parse_rfc3339(date).map(|milliseconds| milliseconds / 1000)
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::types::ErrorKind;
    use serde_json::{Value, json};

    use super::*;

    fn read(answer: &Value) -> Result<ChatResponse, Error> {
        response(&answer.to_string(), "asked", &mut CallIds::default(), vec!["w".to_owned()])
    }

    #[test]
    fn everything_that_it_says_is_kept() {
        let answer = read(&json!({
            "model": "tiny:1b", "created_at": "2000-02-29T12:00:00.123456789-01:00", "done": true, "done_reason": "stop",
            "message": {"role": "assistant", "content": "so", "thinking": "hm", "images": ["AAAA"], "tool_calls": [
                {"function": {"name": "look", "arguments": {"b": 1.0, "a": [2]}}},
                {"id": "own", "function": {"index": 1, "name": "now", "arguments": {}}},
                {"function": {"name": "then"}}]},
            "logprobs": [{"token": "so", "logprob": -0.5, "bytes": [115, 111], "top_logprobs": [{"token": "no", "logprob": -1.5}]}],
            "prompt_eval_count": 5, "eval_count": 6, "remote_model": "big",
        }))
        .unwrap();
        let choice = &answer.choices[0];
        let [
            Part::Reasoning(hm),
            Part::Text(so),
            Part::Image(image),
            Part::ToolCall(look),
            Part::ToolCall(now),
            Part::ToolCall(then),
        ] = choice.content.as_slice()
        else {
            panic!("{choice:?}");
        };
        assert_eq!(
            (hm.text.as_str(), so.text.as_str(), &image.source),
            ("hm", "so", &Source::Data(vec![0, 0, 0]))
        );
        assert_eq!((look.id.as_str(), look.arguments.as_str()), ("call_0", r#"{"a":[2],"b":1.0}"#));
        assert_eq!((now.id.as_str(), then.id.as_str(), then.arguments.as_str()), ("own", "call_1", "{}"));
        assert_eq!(choice.finish_reason, FinishReason::ToolCalls);
        assert_eq!((choice.logprobs[0].logprob, choice.logprobs[0].top[0].token.as_str()), (-0.5, "no"));
        assert_eq!((answer.model.as_str(), answer.created), ("tiny:1b", Some(951_829_200)));
        assert_eq!(
            (answer.usage.unwrap().output_tokens, answer.extra.as_deref()),
            (Some(6), Some(r#"{"remote_model":"big"}"#))
        );
        assert_eq!(answer.warnings, ["w"]);
    }

    #[test]
    fn every_reason_has_its_word() {
        for (word, calls, expected) in [
            (Some("stop"), false, FinishReason::Stop),
            (Some("stop"), true, FinishReason::ToolCalls),
            (None, false, FinishReason::Stop),
            (Some("length"), true, FinishReason::Length),
            (Some("load"), false, FinishReason::Other("load".to_owned())),
            (Some("unload"), false, FinishReason::Other("unload".to_owned())),
        ] {
            assert_eq!(finish(word, calls), expected, "{word:?}");
        }
    }

    #[test]
    fn what_is_no_answer_is_said_to_be_none() {
        let error = read(&json!({"error": "the runner stopped"})).unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Unavailable, "the runner stopped"));
        assert_eq!(read(&json!({"done": true})).unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
        assert!(response("<html>", "asked", &mut CallIds::default(), Vec::new()).is_err());
    }
}
