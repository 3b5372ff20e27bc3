//! Bodies of every endpoint are read, or refused with the place of what is wrong;
//! and whatever a provider then says becomes something that a client can read.

use bytes::BytesMut;
use jackfield_gateway::dialect::{
    Answer, DecodeError, Decoded, Identity, anthropic_messages, audio, head, openai_chat, openai_completions,
    openai_embeddings, openai_responses, rerank,
};
use jackfield_runtime::api::types::ErrorKind;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::choices::Choices;
use crate::{answers, framing, shape, shapes};

/// Panics where the property doesn't hold.
pub fn run(data: &[u8]) {
    let mut choices = Choices::new(data);
    let identity = Identity { id: "0123".to_owned(), created: 1_700_000_000, model: "a/m".to_owned() };
    match choices.below(10) {
        0..=2 => {
            let body = shape::write_bytes(&mut choices, &shapes::CHAT);
            chat(&mut choices, Client::Chat, &body, openai_chat::decode(&body), identity);
        }
        3 | 4 => {
            let body = shape::write_bytes(&mut choices, &shapes::MESSAGES);
            if choices.chance(40) {
                return drop(read(&body, true, anthropic_messages::decode_count(&body)));
            }
            chat(&mut choices, Client::Messages, &body, anthropic_messages::decode(&body), identity);
        }
        5 | 6 => {
            let body = shape::write_bytes(&mut choices, &shapes::RESPONSES);
            chat(&mut choices, Client::Responses, &body, openai_responses::decode(&body), identity);
        }
        7 => {
            let body = shape::write_bytes(&mut choices, &shapes::COMPLETIONS);
            chat(&mut choices, Client::Completions, &body, openai_completions::decode(&body), identity);
        }
        8 => {
            let body = shape::write_bytes(&mut choices, &shapes::EMBEDDINGS);
            if let Some(decoded) = read(&body, false, openai_embeddings::decode(&body)) {
                let answer = answers::vectors(&mut choices);
                framing::json(&openai_embeddings::encode(&answer, decoded.form, "a/m"));
            }
            let body = shape::write_bytes(&mut choices, &shapes::SPEECH);
            read(&body, false, audio::decode_speech(&body));
        }
        _ => {
            let body = shape::write_bytes(&mut choices, &shapes::RERANK);
            if let Some(decoded) = read(&body, false, rerank::decode(&body)) {
                let answer = answers::ranking(&mut choices);
                framing::json(&rerank::encode(&answer, decoded.documents.as_deref(), &identity));
            }
        }
    }
}

/// What was read; of what was refused, that it was told where and why.
fn read<T>(body: &[u8], chat: bool, read: Result<T, DecodeError>) -> Option<T> {
    let scanned = head::scan(body);
    match read {
        Ok(decoded) => {
            assert!(
                !chat || scanned.is_ok(),
                "{scanned:?} of what can be read: {:?}",
                String::from_utf8_lossy(body)
            );
            Some(decoded)
        }
        Err(error) => {
            let text = || String::from_utf8_lossy(body).into_owned();
            assert!(!error.message.is_empty(), "{}", text());
            assert!(matches!(error.kind, ErrorKind::InvalidRequest | ErrorKind::Unsupported), "{error:?}");
            // What is JSON and an object has a place for its mistake.
            if let Ok(Value::Object(members)) = serde_json::from_slice(body) {
                let once = error.message.contains("duplicate");
                assert!(once || members.is_empty() || !error.path.is_empty(), "{error:?} of {}", text());
            }
            None
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Client {
    Chat,
    Completions,
    Responses,
    Messages,
}

impl Client {
    /// Whether a client takes a stream for finished.
    fn is_finished(self, stream: &[u8], events: &[(Option<String>, Value)]) -> bool {
        let last = events.last().and_then(|(_, event)| event["type"].as_str());
        match self {
            Self::Chat | Self::Completions => stream.ends_with(b"data: [DONE]\n\n"),
            Self::Responses => {
                matches!(last, Some("response.completed" | "response.incomplete" | "response.failed"))
            }
            Self::Messages => last == Some("message_stop"),
        }
    }
}

fn chat(
    choices: &mut Choices<'_>,
    client: Client,
    body: &[u8],
    decoded: Result<Decoded, DecodeError>,
    identity: Identity,
) {
    let Some(decoded) = read(body, true, decoded) else { return };
    for json in decoded.request.extra.iter() {
        // Numbers and texts in it may be beyond what readers here can hold.
        assert!(json.starts_with('{') && serde_json::from_str::<IgnoredAny>(json).is_ok(), "{json}");
    }
    let asked: &dyn Answer = &*decoded.answer;
    framing::json(&asked.encode(&answers::answer(choices), &identity));
    framing::error(&asked.error(&answers::error(choices), Some("model")));

    let (batches, orderly) = answers::events(choices);
    let breaks = choices.chance(60);
    let mut encoder = asked.stream(identity);
    let mut out = BytesMut::new();
    for batch in &batches {
        encoder.events(batch, &mut out);
        framing::events(&out);
    }
    if breaks {
        encoder.error(&answers::error(choices), &mut out);
    } else {
        encoder.finish(&mut out);
    }
    let events = framing::events(&out);
    if events.iter().any(|(_, event)| event.is_null()) {
        return;
    }
    let finished = client.is_finished(&out, &events);
    let shown = || format!("{client:?}: {batches:?}\n{}", String::from_utf8_lossy(&out));
    if breaks {
        assert!(!finished || client == Client::Responses, "a clean end of a stream that broke: {}", shown());
    } else if orderly {
        assert!(finished, "no end: {}", shown());
    }
    if orderly {
        in_order(client, &events).unwrap_or_else(|what| panic!("{what}: {}", shown()));
    }
}

/// What a client of the dialect relies on.
fn in_order(client: Client, events: &[(Option<String>, Value)]) -> Result<(), String> {
    match client {
        Client::Chat | Client::Completions => {
            for (_, event) in events {
                let is_error = event.get("error").is_some();
                if !is_error && !event["choices"].is_array() {
                    return Err(format!("a chunk without choices: {event}"));
                }
            }
        }
        Client::Responses => {
            for (place, (name, event)) in events.iter().enumerate() {
                if event["type"] == "error" {
                    continue;
                }
                if name.as_deref() != event["type"].as_str() {
                    return Err(format!("{name:?} is not the type of {event}"));
                }
                if event["sequence_number"].as_u64() != Some(place as u64) {
                    return Err(format!("event {place} is numbered {}", event["sequence_number"]));
                }
            }
        }
        Client::Messages => {
            // Several are open at once only where calls come mixed; what belongs to a
            // call stands in front of it.
            let (mut open, mut next) = (Vec::new(), 0);
            for (name, event) in events {
                let kind = event["type"].as_str().unwrap_or_default();
                if name.as_deref() != Some(kind) {
                    return Err(format!("{name:?} is not the type of {event}"));
                }
                let index = event["index"].as_u64().unwrap_or(u64::MAX);
                let place = open.iter().position(|(open, _)| *open == index);
                match kind {
                    "content_block_start" => {
                        let block = &event["content_block"];
                        let call = block["type"] == "tool_use" || block["type"] == "redacted_thinking";
                        if index != next || open.iter().any(|(_, other)| !call || !other) {
                            return Err(format!("block {index} begins in {open:?}"));
                        }
                        open.push((index, call));
                        next += 1;
                    }
                    "content_block_delta" if place.is_none() => {
                        return Err(format!("a piece of block {index} in {open:?}"));
                    }
                    "content_block_stop" => match place {
                        Some(place) => drop(open.remove(place)),
                        None => return Err(format!("block {index} ends in {open:?}")),
                    },
                    "message_stop" if !open.is_empty() => return Err(format!("the end in {open:?}")),
                    _ => {}
                }
            }
        }
    }
    Ok(())
}
