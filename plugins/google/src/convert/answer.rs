//! A whole answer.

use std::collections::BTreeMap;

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::date::parse_rfc3339;
use jackfield_sdk::llm::{ChatResponse, Choice, Citation, Part, ReasoningPart, TextPart, ToolCall};
use jackfield_sdk::types::Error;
use serde_json::value::RawValue;

use super::parts::{self, Told, What};
use super::{citations, errors, finish, logprobs, signature, usage};
use crate::wire::answer::{Answer, Candidate, KNOWN, Members, PromptFeedback};

/// Members of an answer that the contract has fields for.
const ANSWER: [&str; 5] = ["candidates", "usageMetadata", "modelVersion", "responseId", "createTime"];

/// Translates the body of an answer. `asked` is the model that was asked for.
pub(crate) fn response(
    body: &str,
    asked: &str,
    mut ids: CallIds,
    warnings: Vec<String>,
) -> Result<ChatResponse, Error> {
    let answer = read(body)?;
    let mut choices = Vec::new();
    let mut rests = Vec::new();
    for (place, raw) in (0..).zip(answer.candidates.unwrap_or_default()) {
        let candidate = candidate(raw)?;
        let index = candidate.index.unwrap_or(place);
        rests.extend(rest(raw, index));
        choices.push(choice(&candidate, index, &mut ids)?);
    }
    if choices.is_empty() {
        return Err(Error::bad_answer("the upstream answered without a single candidate").with_status(200));
    }
    Ok(ChatResponse {
        id: answer.response_id,
        model: answer.model_version.unwrap_or_else(|| asked.to_owned()),
        created: answer.create_time.as_deref().and_then(parse_rfc3339).map(|ms| ms / 1000),
        choices,
        usage: match answer.usage_metadata {
            Some(raw) => usage::usage(raw)?,
            None => None,
        },
        warnings,
        extra: extra(body, rests),
    })
}

/// Reads a body, whole or of a stream. One without candidates whose prompt was
/// refused is an error, as is one that says so.
pub(super) fn read(body: &str) -> Result<Answer<'_>, Error> {
    let answer: Answer<'_> = serde_json::from_str(body).map_err(|error| {
        Error::bad_answer(format!("the answer isn't as the upstream's API says ({error}): {}", shorten(body)))
    })?;
    if let Some(status) = answer.error {
        return Err(errors::of_status(status.get()));
    }
    if answer.candidates.as_ref().is_none_or(Vec::is_empty)
        && let Some(raw) = answer.prompt_feedback
        && let Ok(feedback) = serde_json::from_str::<PromptFeedback>(raw.get())
        && let Some(error) = errors::blocked(&feedback)
    {
        return Err(error);
    }
    Ok(answer)
}

pub(super) fn candidate(raw: &RawValue) -> Result<Candidate<'_>, Error> {
    serde_json::from_str(raw.get())
        .map_err(|error| Error::bad_answer(format!("a candidate isn't as the upstream's API says: {error}")))
}

fn shorten(data: &str) -> String {
    data.chars().take(200).collect()
}

fn choice(candidate: &Candidate<'_>, index: u32, ids: &mut CallIds) -> Result<Choice, Error> {
    let mut content = Vec::new();
    let mut said = String::new();
    let mut calls = false;
    let parts = candidate.content.as_ref().and_then(|content| content.parts.as_deref()).unwrap_or_default();
    for raw in parts {
        let Told { what, signature } = parts::read(raw)?;
        match what {
            What::Thought(text) => content.push(Part::Reasoning(thought(text, signature))),
            What::Call(call) => {
                calls = true;
                content.push(Part::ToolCall(ToolCall {
                    id: call
                        .id
                        .as_deref()
                        .filter(|id| !id.is_empty())
                        .map_or_else(|| ids.make(), str::to_owned),
                    name: call.name.to_string(),
                    arguments: parts::arguments(&call),
                    signature,
                }));
            }
            // A signature alone, as at the end of many answers.
            What::Text(text) if text.is_empty() => {
                content.extend(signature.map(|signature| Part::Reasoning(thought(text, Some(signature)))));
            }
            What::Text(text) => {
                said.push_str(&text);
                content.push(Part::Text(TextPart { text, citations: Vec::new() }));
                content.extend(signature.map(signature::behind).map(Part::Reasoning));
            }
            What::Image(media) => {
                content.push(Part::Image(media));
                content.extend(signature.map(signature::behind).map(Part::Reasoning));
            }
            What::Audio(media) => {
                content.push(Part::Audio(media));
                content.extend(signature.map(signature::behind).map(Part::Reasoning));
            }
            What::Native => content.push(Part::Native(raw.get().to_owned())),
        }
    }
    cite(&mut content, cited(candidate, &said)?);
    Ok(Choice {
        index,
        content,
        finish_reason: finish::reason(candidate.finish_reason.as_ref(), calls),
        stop_sequence: None,
        logprobs: match candidate.logprobs_result {
            Some(raw) => logprobs::tokens(raw)?,
            None => Vec::new(),
        },
    })
}

/// A thought.
pub(super) fn thought(text: String, signature: Option<String>) -> ReasoningPart {
    ReasoningPart { text, signature, redacted: None, id: None }
}

/// What a candidate rests on, with its text so far.
pub(super) fn cited(candidate: &Candidate<'_>, text: &str) -> Result<Vec<Citation>, Error> {
    let mut cited = Vec::new();
    if let Some(raw) = candidate.grounding_metadata {
        cited.extend(citations::grounding(raw, text)?);
    }
    if let Some(raw) = candidate.citation_metadata {
        cited.extend(citations::recited(raw, text)?);
    }
    Ok(cited)
}

/// Puts each citation to the text in which its passage begins; those without a
/// passage to the last one.
fn cite(content: &mut [Part], citations: Vec<Citation>) {
    for citation in citations {
        let mut end = 0;
        let mut target = None;
        for part in content.iter_mut() {
            if let Part::Text(text) = part {
                end += u32::try_from(text.text.chars().count()).unwrap_or(u32::MAX);
                let here = citation.start.is_some_and(|start| start < end);
                target = Some(text);
                if here {
                    break;
                }
            }
        }
        if let Some(text) = target {
            text.citations.push(citation);
        }
    }
}

/// Members of a candidate that have no field, with its index.
pub(super) fn rest(raw: &RawValue, index: u32) -> Option<String> {
    let members: Members<'_> = serde_json::from_str(raw.get()).ok()?;
    let mut rest: BTreeMap<&str, &str> = members
        .iter()
        .filter(|(name, value)| !KNOWN.contains(&name.as_ref()) && value.get() != "null")
        .map(|(name, value)| (name.as_ref(), value.get()))
        .collect();
    if rest.is_empty() {
        return None;
    }
    let index = index.to_string();
    rest.insert("index", &index);
    Some(object(&rest))
}

/// What an answer says beside all that, `rests` of its candidates included.
pub(super) fn extra(body: &str, rests: Vec<String>) -> Option<String> {
    let members: Members<'_> = serde_json::from_str(body).unwrap_or_default();
    let mut extra: BTreeMap<&str, &str> = members
        .iter()
        .filter(|(name, value)| !ANSWER.contains(&name.as_ref()) && value.get() != "null")
        .map(|(name, value)| (name.as_ref(), value.get()))
        .collect();
    let candidates = format!("[{}]", rests.join(","));
    if !rests.is_empty() {
        extra.insert("candidates", &candidates);
    }
    (!extra.is_empty()).then(|| object(&extra))
}

/// An object of members whose values are JSON already.
fn object(members: &BTreeMap<&str, &str>) -> String {
    let members: Vec<String> =
        members.iter().map(|(name, value)| format!("{}:{value}", serde_json::Value::from(*name))).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests;
