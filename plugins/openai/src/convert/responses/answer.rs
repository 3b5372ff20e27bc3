//! From a whole answer of `POST /responses` to the contract.

use std::borrow::Cow;

use jackfield_sdk::llm::{ChatResponse, Choice, Part};
use jackfield_sdk::types::Error;

use super::output;
use crate::convert::answer::Asked;
use crate::convert::{Whole, errors, finish, usage};
use crate::wire::responses::Response;
use crate::wire::value::filled;

/// Reads an answer.
pub(crate) fn convert(
    answer: Whole<'_>,
    asked: Asked<'_>,
    warnings: Vec<String>,
) -> Result<ChatResponse, Error> {
    let wire: Response<'_> = answer.parse("a response")?;
    if let Some(error) = wire.error {
        return Err(errors::in_answer(error.text(), Some(answer.status)));
    }
    let status = filled(wire.status);
    if status.as_deref() == Some("failed") {
        return Err(errors::in_answer("{}", Some(answer.status)));
    }
    let Some(items) = wire.output else {
        return Err(Error::bad_answer(
            "the upstream sent a response without an answer in it (`output` is missing)",
        )
        .with_status(answer.status));
    };
    let (mut content, mut tokens) = (Vec::new(), Vec::new());
    for item in items {
        let said = output::read(item)?;
        content.extend(said.parts);
        tokens.extend(said.logprobs);
    }
    let held = finish::Held {
        tool_calls: content.iter().any(|part| matches!(part, Part::ToolCall(_))),
        refusal: content.iter().any(|part| matches!(part, Part::Refusal(_))),
    };
    let choice = Choice {
        index: 0,
        content,
        finish_reason: output::finish_reason(status.as_deref(), wire.incomplete_details, held),
        stop_sequence: None,
        logprobs: tokens,
    };
    Ok(ChatResponse {
        id: filled(wire.id).map(Cow::into_owned),
        model: filled(wire.model).map_or_else(|| asked.model.to_owned(), Cow::into_owned),
        created: wire.created_at.0,
        choices: vec![choice],
        usage: wire.usage.and_then(usage::convert),
        warnings,
        extra: wire.rest.to_json(),
    })
}
