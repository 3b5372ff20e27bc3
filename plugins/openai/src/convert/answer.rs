//! From a whole answer of `POST /chat/completions` to the contract.

use std::borrow::Cow;

use jackfield_sdk::llm::{ChatResponse, Choice, Part, ReasoningPart, TextPart, ToolCall};
use jackfield_sdk::types::Error;

use super::parts::{self, Piece};
use super::{Whole, errors, finish, ids, logprobs, usage};
use crate::wire::answer as wire;
use crate::wire::open_member;
use crate::wire::value::{Raw, Text, filled};

/// What the answer's reader has to know of the request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    /// The model asked for, named where the answer names none.
    pub(crate) model: &'a str,
    /// The format of the sound asked for.
    pub(crate) audio_format: Option<&'a str>,
}

/// Reads an answer.
pub(crate) fn convert(
    answer: Whole<'_>,
    asked: Asked<'_>,
    warnings: Vec<String>,
) -> Result<ChatResponse, Error> {
    let wire: wire::Answer<'_> = answer.parse("a chat completion")?;
    if let Some(error) = wire.error {
        return Err(errors::in_answer(error.text(), Some(answer.status)));
    }
    let choices = wire.choices.unwrap_or_default();
    if choices.is_empty() {
        return Err(Error::bad_answer(
            "the upstream sent a chat completion without an answer in it (`choices` is missing or empty)",
        )
        .with_status(answer.status));
    }
    let mut extra = String::from("{");
    wire.rest.write_members(&mut extra);
    let mut of_choices = String::from("[");
    let mut converted = Vec::with_capacity(choices.len());
    for (place, choice) in (0..).zip(choices) {
        converted.push(convert_choice(place, choice, asked, &mut of_choices)?);
    }
    if of_choices.len() > 1 {
        open_member(&mut extra, "choices");
        extra.push_str(&of_choices);
        extra.push(']');
    }
    extra.push('}');
    Ok(ChatResponse {
        id: filled(wire.id).map(Cow::into_owned),
        model: filled(wire.model).map_or_else(|| asked.model.to_owned(), Cow::into_owned),
        created: wire.created.0,
        choices: converted,
        usage: wire.usage.and_then(usage::convert),
        warnings,
        extra: (extra.len() > 2).then_some(extra),
    })
}

fn convert_choice(
    place: u32,
    mut choice: wire::Choice<'_>,
    asked: Asked<'_>,
    extra: &mut String,
) -> Result<Choice, Error> {
    let message = choice.take_message().unwrap_or_default();
    let index = choice.index.0.and_then(|index| u32::try_from(index).ok()).unwrap_or(place);
    keep_rest(index, &choice.rest, &message.rest, extra);

    let mut content = Vec::new();
    if let Some(text) = parts::thought(message.reasoning_content, message.reasoning) {
        content.push(reasoning(text, None));
    }
    parts::pieces(message.content, |piece| content.extend(convert_piece(piece)));
    if let Some(citations) =
        message.annotations.map(parts::citations).filter(|citations| !citations.is_empty())
    {
        match content.iter_mut().find_map(|part| if let Part::Text(text) = part { Some(text) } else { None })
        {
            Some(text) => text.citations = citations,
            None => content.push(Part::Text(TextPart { text: String::new(), citations })),
        }
    }
    content.extend(message.images.map(parts::images).unwrap_or_default().into_iter().map(Part::Image));
    if let Some(audio) = message.audio {
        content.extend(parts::audio(audio, asked.audio_format)?.map(Part::Audio));
    }
    content.extend(filled(message.refusal).map(|text| Part::Refusal(text.into_owned())));
    content.extend(message.tool_calls.unwrap_or_default().into_iter().map(tool_call));
    content.extend(message.function_call.and_then(Raw::read).map(|function| called(None, function)));

    let held = finish::Held {
        tool_calls: content.iter().any(|part| matches!(part, Part::ToolCall(_))),
        refusal: content.iter().any(|part| matches!(part, Part::Refusal(_))),
    };
    Ok(Choice {
        index,
        content,
        finish_reason: finish::convert(choice.finish_reason.as_ref().map(|word| &*word.0), held),
        stop_sequence: choice.stop_reason.and_then(stop_text),
        logprobs: logprobs::convert(choice.logprobs),
    })
}

fn convert_piece(piece: Piece<'_>) -> Option<Part> {
    Some(match piece {
        Piece::Text(text) if text.is_empty() => return None,
        Piece::Text(text) => Part::Text(TextPart { text: text.into_owned(), citations: Vec::new() }),
        Piece::Thought { text, signature } => reasoning(text, signature),
        Piece::Refusal(text) => Part::Refusal(text.into_owned()),
        Piece::Image(media) => Part::Image(media),
        Piece::Native(raw) => Part::Native(raw.text().to_owned()),
    })
}

fn reasoning(text: Cow<'_, str>, signature: Option<Cow<'_, str>>) -> Part {
    Part::Reasoning(ReasoningPart {
        text: text.into_owned(),
        signature: signature.map(Cow::into_owned),
        redacted: None,
        id: None,
    })
}

fn tool_call(call: wire::ToolCall<'_>) -> Part {
    let function = call.function.unwrap_or_else(|| {
        let custom = call.custom.unwrap_or_default();
        wire::Function { name: custom.name, arguments: custom.input }
    });
    called(call.id, function)
}

fn called(id: Option<Text<'_>>, function: wire::Function<'_>) -> Part {
    Part::ToolCall(ToolCall {
        id: filled(id).map_or_else(ids::make, Cow::into_owned),
        name: function.name.unwrap_or_default().into_string(),
        arguments: parts::arguments(function.arguments).into_owned(),
        signature: None,
    })
}

/// vLLM says which stop text it ran into, or the number of the stop token.
pub(crate) fn stop_text(raw: Raw<'_>) -> Option<String> {
    if raw.text().starts_with('"') { raw.read::<Text<'_>>().map(Text::into_string) } else { None }
}

/// Appends what a choice and its message hold beyond the contract to a list of
/// `{"index":…,…,"message":{…}}`.
fn keep_rest(index: u32, choice: &crate::wire::Rest<'_>, message: &crate::wire::Rest<'_>, out: &mut String) {
    if choice.is_empty() && message.is_empty() {
        return;
    }
    if out.len() > 1 {
        out.push(',');
    }
    out.push_str(&format!("{{\"index\":{index}"));
    choice.write_members(out);
    if let Some(message) = message.to_json() {
        open_member(out, "message");
        out.push_str(&message);
    }
    out.push('}');
}

#[cfg(test)]
mod tests;
