//! A whole answer. The dialect has one to a request; of several, the first is
//! told.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatResponse, Choice, FinishReason};
use jackfield_runtime::api::types::{Error, Usage};

use super::Asked;
use super::item::{Content, Item};
use crate::dialect::write::Json;
use crate::dialect::{Identity, openai_chat};

/// How an answer stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Status<'s> {
    Begun,
    Complete,
    /// Ended before its end, for this reason.
    Incomplete(&'s str),
    Failed(&'s Error),
}

impl<'s> Status<'s> {
    /// Of an answer that ended for this reason. A refusal with a text of its own
    /// (`refused`) is whole; one without is known to clients as filtered.
    pub(super) fn of(reason: &'s FinishReason, refused: bool) -> Self {
        match reason {
            FinishReason::Length | FinishReason::ContextLength => Status::Incomplete("max_output_tokens"),
            FinishReason::ContentFilter => Status::Incomplete("content_filter"),
            FinishReason::Refusal if !refused => Status::Incomplete("content_filter"),
            FinishReason::Pause => Status::Incomplete("pause_turn"),
            FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Refusal | FinishReason::Other(_) => {
                Status::Complete
            }
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Status::Begun => "in_progress",
            Status::Complete => "completed",
            Status::Incomplete(_) => "incomplete",
            Status::Failed(_) => "failed",
        }
    }

    /// How its items stand at its end.
    pub(super) fn of_items(self) -> &'static str {
        match self {
            Status::Complete => "completed",
            _ => "incomplete",
        }
    }
}

/// The head of an answer.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// Without `resp_`.
    pub(super) id: String,
    pub(super) created: u64,
    pub(super) model: String,
}

impl Head {
    pub(super) fn new(
        id: Option<&str>,
        created: Option<u64>,
        model: Option<&str>,
        identity: &Identity,
    ) -> Self {
        let id = id.unwrap_or(&identity.id);
        Head {
            id: id.strip_prefix("resp_").unwrap_or(id).to_owned(),
            created: created.unwrap_or(identity.created),
            model: model.filter(|model| !model.is_empty()).unwrap_or(&identity.model).to_owned(),
        }
    }
}

/// Writes an answer.
pub(super) fn write(asked: &Asked, answer: &ChatResponse, identity: &Identity, out: &mut BytesMut) {
    let head = Head::new(answer.id.as_deref(), answer.created, Some(&answer.model), identity);
    let choice = answer.choices.first();
    let items = choice.map(items).unwrap_or_default();
    let status = choice.map_or(Status::Complete, |choice| Status::of(&choice.finish_reason, refused(&items)));
    response(asked, &head, status, &items, answer.usage.as_ref(), &mut Json::new(out));
}

fn items(choice: &Choice) -> Vec<Item> {
    let mut items = Vec::new();
    for part in &choice.content {
        if let Some(content) = Item::content(part) {
            match items.last_mut() {
                Some(Item::Message(list)) => list.push(content),
                _ => items.push(Item::Message(vec![content])),
            }
        } else {
            items.extend(Item::of(part));
        }
    }
    let texts =
        items.iter_mut().filter_map(|item| if let Item::Message(list) = item { Some(list) } else { None });
    if let Some(Content::Text { logprobs, .. }) = texts.flatten().next() {
        logprobs.clone_from(&choice.logprobs);
    }
    items
}

/// Whether there is a refusal among the items.
pub(super) fn refused(items: &[Item]) -> bool {
    let refusal = |content: &Content| matches!(content, Content::Refusal(_));
    items.iter().any(|item| matches!(item, Item::Message(list) if list.iter().any(refusal)))
}

/// The answer as an object, as it stands.
pub(super) fn response(
    asked: &Asked,
    head: &Head,
    status: Status<'_>,
    items: &[Item],
    usage: Option<&Usage>,
    json: &mut Json<'_>,
) {
    json.braces(|json| {
        json.text("id", &format!("resp_{}", head.id)).text("object", "response");
        json.number("created_at", head.created).text("status", status.word()).flag("background", false);
        match status {
            Status::Failed(error) => json.key("error").braces(|json| failure(error, json)),
            _ => json.null("error"),
        };
        match status {
            Status::Incomplete(reason) => json.object("incomplete_details", |json| {
                json.text("reason", reason);
            }),
            _ => json.null("incomplete_details"),
        };
        json.text("model", &head.model).list("output", |json| {
            for (place, item) in items.iter().enumerate() {
                item.write(&item.id(&head.id, place), status.of_items(), json.item());
            }
        });
        json.null("previous_response_id").flag("store", false);
        match usage {
            Some(usage) => json.object("usage", |json| write_usage(usage, json)),
            None => json.null("usage"),
        };
        json.literal(&asked.echo);
    });
}

/// Code and message of a failure.
pub(super) fn failure(error: &Error, json: &mut Json<'_>) {
    let (kind, code) = openai_chat::error_words(error.kind);
    json.text("code", code.unwrap_or(kind)).text("message", &error.message);
}

fn write_usage(usage: &Usage, json: &mut Json<'_>) {
    let (input, output) = (usage.input_tokens.unwrap_or(0), usage.output_tokens.unwrap_or(0));
    json.number("input_tokens", input).object("input_tokens_details", |json| {
        json.number("cached_tokens", usage.cache_read_tokens.unwrap_or(0));
        if let Some(written) = usage.cache_write_tokens {
            json.number("cache_write_tokens", written);
        }
    });
    json.number("output_tokens", output).object("output_tokens_details", |json| {
        json.number("reasoning_tokens", usage.reasoning_tokens.unwrap_or(0));
    });
    json.number("total_tokens", input.saturating_add(output));
}
