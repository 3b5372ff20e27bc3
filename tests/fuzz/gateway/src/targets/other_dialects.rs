//! Bodies of Gemini's, Cohere's and Bedrock's dialects are read, or refused with
//! the place of what is wrong; and whatever a provider then says becomes something
//! that a client can read.

use bytes::{Bytes, BytesMut};
use jackfield_gateway::dialect::{
    Answer, DecodeError, Decoded, Identity, bedrock_converse, cohere_chat, gemini_generate, head,
};
use jackfield_gateway::endpoint::{ChatDialect, PathFacts};
use jackfield_runtime::api::types::ErrorKind;
use jackfield_runtime::frame::{Cutter, EventStreamCutter};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::choices::Choices;
use crate::{answers, framing, shape, shapes};

/// Panics where the property doesn't hold.
pub fn run(data: &[u8]) {
    let mut choices = Choices::new(data);
    let path =
        PathFacts { model: Some("a/m".to_owned()), stream: choices.chance(128), ..PathFacts::default() };
    let dialect =
        choices.one(&[ChatDialect::GeminiGenerate, ChatDialect::CohereChat, ChatDialect::BedrockConverse]);
    let body = match dialect {
        ChatDialect::GeminiGenerate => shape::write_bytes(&mut choices, &shapes::GENERATE),
        ChatDialect::CohereChat => shape::write_bytes(&mut choices, &shapes::COHERE),
        _ => shape::write_bytes(&mut choices, &shapes::CONVERSE),
    };
    let decoded = match dialect {
        ChatDialect::GeminiGenerate => {
            drop(gemini_generate::decode_count(&body, &path));
            gemini_generate::decode(&body, &path)
        }
        ChatDialect::CohereChat => cohere_chat::decode(&body, &path),
        _ => bedrock_converse::decode(&body, &path),
    };
    let scanned = head::of_chat(dialect, &path, &body);
    let shown = || String::from_utf8_lossy(&body).into_owned();
    match decoded {
        Ok(decoded) => {
            assert!(scanned.is_ok(), "{scanned:?} of what can be read: {}", shown());
            answered(&mut choices, dialect, &decoded);
        }
        Err(error) => told(&error, &body),
    }
}

/// Of what is refused, that it is told where and why.
fn told(error: &DecodeError, body: &[u8]) {
    let shown = || String::from_utf8_lossy(body).into_owned();
    assert!(!error.message.is_empty(), "{}", shown());
    assert!(matches!(error.kind, ErrorKind::InvalidRequest | ErrorKind::Unsupported), "{error:?}");
    if let Ok(Value::Object(members)) = serde_json::from_slice(body) {
        let once = error.message.contains("duplicate");
        assert!(once || members.is_empty() || !error.path.is_empty(), "{error:?} of {}", shown());
    }
}

fn answered(choices: &mut Choices<'_>, dialect: ChatDialect, decoded: &Decoded) {
    if let Some(extra) = &decoded.request.extra {
        assert!(extra.starts_with('{') && serde_json::from_str::<IgnoredAny>(extra).is_ok(), "{extra}");
    }
    let asked: &dyn Answer = &*decoded.answer;
    let identity = Identity { id: "0123".to_owned(), created: 1_700_000_000, model: "a/m".to_owned() };
    framing::json(&asked.encode(&answers::answer(choices), &identity));
    let error = framing::json(&asked.error(&answers::error(choices), Some("model")));
    assert!(error.is_object(), "{error}");

    let (batches, orderly) = answers::events(choices);
    let breaks = choices.chance(60);
    let mut encoder = asked.stream(identity);
    let mut out = BytesMut::new();
    for batch in &batches {
        encoder.events(batch, &mut out);
    }
    if breaks {
        encoder.error(&answers::error(choices), &mut out);
    } else {
        encoder.finish(&mut out);
    }
    match dialect {
        ChatDialect::BedrockConverse => messages(&out, breaks),
        _ => {
            let events = framing::events(&out);
            let last = events.last().map(|(_, event)| event.to_string()).unwrap_or_default();
            assert!(!breaks || last.is_empty() || last == "null" || last.contains("error"), "{last}");
            assert!(breaks || !orderly || !events.is_empty(), "no end of {batches:?}");
        }
    }
}

/// Whole messages of an AWS event stream with JSON in them; an exception where the
/// stream broke off, and only there.
fn messages(stream: &[u8], breaks: bool) {
    let mut cutter = EventStreamCutter::new(16 << 20);
    cutter.push(Bytes::copy_from_slice(stream)).unwrap_or_else(|error| panic!("{error}"));
    let found = cutter.drain();
    assert!(cutter.finish().is_ok_and(|rest| rest.is_none()), "half a message");
    let mut exceptions = 0;
    for message in &found {
        framing::json(&message.payload);
        exceptions += usize::from(message.headers.iter().any(|(name, _)| name == ":exception-type"));
    }
    assert_eq!(exceptions, usize::from(breaks), "{found:?}");
}
