//! Chat by InvokeModel, with the bodies of models themselves. Nova's is
//! Converse's; the others take texts alone, most of them as one prompt, so
//! tools and media are refused and Converse is named.

pub(crate) mod piece;
mod prompt;
pub(crate) mod request;
pub(crate) mod stream;
#[cfg(test)]
mod tests;

use jackfield_sdk::llm::{ChatResponse, Choice, Part};
use jackfield_sdk::members::Members;
use jackfield_sdk::types::Error;
use serde_json::Value;

use self::piece::{Piece, read};
use super::converse::answer::{self, Asked};
use super::usage;
use crate::settings::model::Family;

/// A whole answer of InvokeModel.
pub(crate) fn response(
    family: Family,
    body: &str,
    headers: &[(String, String)],
    asked: Asked,
) -> Result<ChatResponse, Error> {
    let id = headers.iter().find(|(name, _)| name == "x-amzn-requestid").map(|(_, id)| id.clone());
    let counted = usage::of_headers(headers);
    let wrong = |error: serde_json::Error| {
        Error::bad_answer(format!("the upstream's answer isn't as the model's documentation says: {error}"))
    };
    if family == Family::Nova {
        let members: Members = serde_json::from_str(body).map_err(wrong)?;
        return answer::response(&members, id, counted, asked);
    }
    let told: Value = serde_json::from_str(body).map_err(wrong)?;
    let piece = read(family, &told)?;
    let Piece { text, reasoning, finish, stop, usage, extra, .. } = piece;
    let mut content = Vec::new();
    if !reasoning.is_empty() {
        content.push(Part::Reasoning(jackfield_sdk::llm::ReasoningPart {
            text: reasoning,
            signature: None,
            redacted: None,
            id: None,
        }));
    }
    if !text.is_empty() {
        content.push(Part::text(text));
    }
    Ok(ChatResponse {
        id,
        model: asked.model,
        created: None,
        choices: vec![Choice {
            index: 0,
            content,
            finish_reason: finish
                .unwrap_or_else(|| jackfield_sdk::llm::FinishReason::Other("unknown".to_owned())),
            stop_sequence: stop,
            logprobs: Vec::new(),
        }],
        usage: answer::merged(usage, counted),
        warnings: asked.warnings,
        extra: (!extra.is_empty()).then(|| Value::Object(extra).to_string()),
    })
}
