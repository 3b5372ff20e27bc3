//! Items of an answer as parts of the contract.

use std::borrow::Cow;

use jackfield_sdk::base64;
use jackfield_sdk::llm::{Citation, FinishReason, Part, ReasoningPart, TextPart, TokenLogprob, ToolCall};
use jackfield_sdk::types::{Error, Media, Source};

use crate::convert::{finish, ids, logprobs, parts};
use crate::wire::responses::{Annotation, Incomplete, Item, Part as WirePart};
use crate::wire::value::{Content, Raw, Text, filled};

/// What stands between the pieces of a thought.
pub(super) const BETWEEN: &str = "\n\n";

/// What one item says.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) parts: Vec<Part>,
    pub(super) logprobs: Vec<TokenLogprob>,
}

/// Reads an item. One of an unknown kind, as what the provider's own tools did,
/// stays as it is, to be sent back in the next turn.
pub(super) fn read(raw: Raw<'_>) -> Result<Said, Error> {
    let native = || Said { parts: vec![Part::Native(raw.text().to_owned())], ..Said::default() };
    let Some(item) = raw.read::<Item<'_>>() else { return Ok(native()) };
    Ok(match item.kind.as_ref().map(|kind| &*kind.0) {
        Some("message") => message(item.content),
        Some("function_call" | "custom_tool_call") => Said::of(Part::ToolCall(call(item))),
        Some("reasoning") => Said::of(Part::Reasoning(thought(item))),
        Some("image_generation_call") => match picture(item)? {
            Some(media) => Said::of(Part::Image(media)),
            None => native(),
        },
        _ => native(),
    })
}

impl Said {
    fn of(part: Part) -> Self {
        Said { parts: vec![part], ..Said::default() }
    }
}

fn message(content: Content<'_>) -> Said {
    let mut said = Said::default();
    let list = match content {
        Content::Empty => Vec::new(),
        Content::Text(text) => {
            return Said::of(Part::Text(TextPart { text: text.into_owned(), citations: Vec::new() }));
        }
        Content::Parts(list) => list,
    };
    for raw in list {
        let part = raw.read::<WirePart<'_>>().unwrap_or_default();
        match part.kind.as_ref().map(|kind| &*kind.0) {
            Some("output_text" | "text") => {
                let citations = part.annotations.unwrap_or_default().into_iter().map(citation).collect();
                said.logprobs.extend(logprobs::tokens(part.logprobs.unwrap_or_default()));
                let text = part.text.unwrap_or_default().into_string();
                said.parts.push(Part::Text(TextPart { text, citations }));
            }
            Some("refusal") => said.parts.push(Part::Refusal(part.refusal.unwrap_or_default().into_string())),
            _ => said.parts.push(Part::Native(raw.text().to_owned())),
        }
    }
    said
}

fn call(item: Item<'_>) -> ToolCall {
    ToolCall {
        id: filled(item.call_id).or(filled(item.id)).map_or_else(ids::make, Cow::into_owned),
        name: item.name.unwrap_or_default().into_string(),
        arguments: parts::arguments(item.arguments.or(item.input)).into_owned(),
        signature: None,
    }
}

fn thought(item: Item<'_>) -> ReasoningPart {
    let text = match pieces(item.summary) {
        summary if !summary.is_empty() => summary,
        _ => pieces(item.content),
    };
    ReasoningPart {
        text,
        signature: None,
        redacted: filled(item.encrypted_content).map(Cow::into_owned),
        id: filled(item.id).map(Cow::into_owned),
    }
}

fn pieces(content: Content<'_>) -> String {
    let Content::Parts(list) = content else { return String::new() };
    let texts: Vec<String> = list
        .into_iter()
        .filter_map(|raw| raw.read::<WirePart<'_>>()?.text.map(Text::into_string))
        .filter(|text| !text.is_empty())
        .collect();
    texts.join(BETWEEN)
}

fn picture(item: Item<'_>) -> Result<Option<Media>, Error> {
    let Some(data) = filled(item.result) else { return Ok(None) };
    let format = filled(item.output_format).unwrap_or(Cow::Borrowed("png"));
    Ok(Some(Media {
        source: Source::Data(base64::decode(&data)?),
        mime_type: Some(format!("image/{format}")),
        detail: None,
        transcript: None,
        id: filled(item.id).map(Cow::into_owned),
    }))
}

/// What a text cites.
pub(super) fn citation(raw: Raw<'_>) -> Citation {
    let page = raw.read::<Annotation<'_>>().unwrap_or_default();
    let place = |count: Option<u64>| count.and_then(|count| u32::try_from(count).ok());
    Citation {
        title: filled(page.title).or(filled(page.filename)).map(Cow::into_owned),
        url: filled(page.url).map(Cow::into_owned),
        quote: None,
        start: place(page.start_index.0),
        end: place(page.end_index.0),
        raw: Some(raw.text().to_owned()),
    }
}

/// Why an answer ended, by its status.
pub(super) fn finish_reason(
    status: Option<&str>,
    incomplete: Option<Incomplete<'_>>,
    held: finish::Held,
) -> FinishReason {
    let why = incomplete.and_then(|details| filled(details.reason));
    match (status, why) {
        (_, Some(word)) => finish::convert(Some(&word), held),
        (Some("completed" | "complete") | None, None) => finish::convert(None, held),
        // `incomplete` without a reason, `queued` and `in_progress` of answers in the background, `cancelled`.
        (Some(word), None) => FinishReason::Other(word.to_owned()),
    }
}
