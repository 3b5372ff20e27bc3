//! A whole answer, and the forms that a stream shares with it.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatResponse, Part, TokenLogprob};

use crate::dialect::extra::{self, Extra};
use crate::dialect::write::Json;
use crate::dialect::{Identity, openai_chat};

const ANSWER: [&str; 6] = ["id", "object", "created", "model", "choices", "usage"];

/// Writes an answer.
pub(super) fn write(answer: &ChatResponse, identity: &Identity, out: &mut BytesMut) {
    let extra = Extra::read(answer.extra.as_deref());
    Json::new(out).braces(|json| {
        head(answer.id.as_deref(), answer.created, Some(&answer.model), identity, json);
        json.list("choices", |json| {
            for choice in &answer.choices {
                let text: String = choice.content.iter().filter_map(said).collect();
                let finish = openai_chat::finish_word(&choice.finish_reason, false, false);
                json.entry(|json| {
                    json.text("text", &text).number("index", choice.index);
                    logprobs(&choice.logprobs, &mut 0, json);
                    json.text("finish_reason", finish);
                    json.optional("stop_reason", choice.stop_sequence.as_deref());
                });
            }
        });
        if let Some(usage) = &answer.usage {
            json.key("usage");
            openai_chat::write_usage(usage, json);
        }
        extra::write(&extra.rest, &ANSWER, json);
    });
}

fn said(part: &Part) -> Option<&str> {
    match part {
        Part::Text(text) => Some(&text.text),
        Part::Refusal(text) => Some(text),
        _ => None,
    }
}

/// The members that an answer and each of its chunks begin with.
pub(super) fn head(
    id: Option<&str>,
    created: Option<u64>,
    model: Option<&str>,
    identity: &Identity,
    json: &mut Json<'_>,
) {
    match id {
        Some(id) => json.text("id", id),
        None => json.text("id", &format!("cmpl-{}", identity.id)),
    };
    json.text("object", "text_completion").number("created", created.unwrap_or(identity.created));
    json.text("model", model.filter(|model| !model.is_empty()).unwrap_or(&identity.model));
}

/// Log probabilities in this dialect's form, or null. `offset` is the place in
/// the text of the first of them, and then of what follows.
pub(super) fn logprobs(tokens: &[TokenLogprob], offset: &mut usize, json: &mut Json<'_>) {
    if tokens.is_empty() {
        json.null("logprobs");
        return;
    }
    json.object("logprobs", |json| {
        json.list("tokens", |json| {
            tokens.iter().for_each(|token| {
                json.item().string(&token.token);
            })
        });
        json.list("token_logprobs", |json| {
            tokens.iter().for_each(|token| {
                json.item().float(token.logprob);
            })
        });
        json.list("top_logprobs", |json| {
            for token in tokens {
                json.entry(|json| {
                    for (place, other) in token.top.iter().enumerate() {
                        // Two tokens may have one spelling; an object takes it once.
                        if !token.top[..place].iter().any(|before| before.token == other.token) {
                            json.key(&other.token).float(other.logprob);
                        }
                    }
                });
            }
        });
        json.list("text_offset", |json| {
            for token in tokens {
                json.item().integer(*offset as u64);
                *offset += token.token.chars().count();
            }
        });
    });
}
