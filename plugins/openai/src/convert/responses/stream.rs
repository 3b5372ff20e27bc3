//! From the events of a streamed response to events of the contract. Of the
//! event types that the API knows, those that carry content are read; the
//! others repeat it or tell of progress and are passed over, as is what is yet
//! to be invented. An item of which nothing was streamed is told of whole when
//! it is done.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use jackfield_sdk::http::ServerSentEvent;
use jackfield_sdk::llm::{ChatEvent, Finish, StreamStart};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::Error;

use super::output;
use crate::convert::stream::{no_chunk, says_nothing};
use crate::convert::{errors, finish, usage};
use crate::wire::responses::{Event, Item, Response};
use crate::wire::value::{Raw, Text, filled};

mod item;

use item::ItemState;

/// The answer's only choice.
const CHOICE: u32 = 0;

/// What is remembered from event to event.
#[derive(Debug, Default)]
pub(crate) struct ResponsesDecoder {
    /// Goes out with the head.
    warnings: Vec<String>,
    started: bool,
    finished: bool,
    items: Vec<ItemState>,
    calls: u32,
    thoughts: u32,
    /// Whether any text or refusal was told.
    said: bool,
    refused: bool,
    /// Ids of items that were told of whole.
    whole: BTreeSet<String>,
}

impl ResponsesDecoder {
    pub(crate) fn new(warnings: Vec<String>) -> Self {
        ResponsesDecoder { warnings, ..ResponsesDecoder::default() }
    }

    /// Takes one event's data. Its type stands in the data too, and some
    /// gateways leave the `event:` line out.
    pub(crate) fn push(
        &mut self,
        event: &str,
        data: &str,
        out: &mut Vec<ChatEvent>,
    ) -> Result<ControlFlow<()>, Error> {
        let data = data.trim();
        if let Some(flow) = says_nothing(event, data) {
            return Ok(flow);
        }
        let wire: Event<'_> =
            serde_json::from_str(data).map_err(|error| no_chunk("a response", data, &error))?;
        let kind = filled(wire.kind).unwrap_or(Cow::Borrowed(event)).into_owned();
        match kind.as_str() {
            "response.created" | "response.queued" | "response.in_progress" => {
                if let Some(response) = wire.response.and_then(Raw::read::<Response<'_>>) {
                    self.start(&response, out);
                }
            }
            "response.output_item.added" => {
                if let Some(item) = wire.item {
                    self.begin(wire.output_index.0, item, out);
                }
            }
            "response.output_item.done" => {
                if let Some(item) = wire.item {
                    self.done(wire.output_index.0, item, out)?;
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                self.finish(&kind, wire.response, out)?;
                return Ok(ControlFlow::Break(()));
            }
            "error" => return Err(errors::in_answer(wire.error.map_or(data, Raw::text), None)),
            _ if wire.error.is_some() => return Err(errors::in_answer(data, None)),
            kind => self.delta(kind, wire.output_index.0, wire.delta, wire.annotation, wire.logprobs, out),
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The head, once.
    fn start(&mut self, response: &Response<'_>, out: &mut Vec<ChatEvent>) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let text = |text: &Option<Text<'_>>| {
            text.as_ref().map(|text| text.0.to_string()).filter(|text| !text.is_empty())
        };
        out.push(ChatEvent::Start(StreamStart {
            id: text(&response.id),
            model: text(&response.model),
            created: response.created_at.0,
            warnings: std::mem::take(&mut self.warnings),
        }));
    }

    /// The end of the answer.
    fn finish(&mut self, kind: &str, raw: Option<Raw<'_>>, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        let response = raw.and_then(Raw::read::<Response<'_>>).unwrap_or_default();
        if let Some(error) = response.error {
            return Err(errors::in_answer(error.text(), None));
        }
        if kind == "response.failed" {
            return Err(errors::in_answer("{}", None));
        }
        self.start(&response, out);
        // Not every server numbers items by their place in the whole, so what is
        // told here for the first time must be of a kind that nothing was told of.
        let (said, called, thought) = (self.said, self.calls > 0, self.thoughts > 0);
        for (index, raw) in (0..).zip(response.output.unwrap_or_default()) {
            let item = raw.read::<Item<'_>>().unwrap_or_default();
            let told = match item.kind.as_ref().map(|kind| &*kind.0) {
                Some("message") => said,
                Some("function_call" | "custom_tool_call") => called,
                Some("reasoning") => thought,
                _ => filled(item.id).is_some_and(|id| self.whole.contains(&*id)),
            };
            if !told && !self.items.iter().any(|known| known.output_index == index && known.done) {
                self.done(Some(index), raw, out)?;
            }
        }
        out.extend(response.rest.to_json().map(ChatEvent::Extra));
        self.finished = true;
        let status = filled(response.status);
        let status = status.as_deref().or_else(|| kind.strip_prefix("response."));
        let held = finish::Held { tool_calls: self.calls > 0, refusal: self.refused };
        out.push(ChatEvent::Finish(Finish {
            choice: CHOICE,
            reason: output::finish_reason(status, response.incomplete_details, held),
            stop_sequence: None,
        }));
        out.extend(response.usage.and_then(usage::convert).map(ChatEvent::Usage));
        Ok(())
    }
}

impl Translate for ResponsesDecoder {
    type Frame = ServerSentEvent;
    type Event = ChatEvent;

    fn frame(&mut self, frame: ServerSentEvent, out: &mut Vec<ChatEvent>) -> Result<ControlFlow<()>, Error> {
        self.push(&frame.event, &frame.data, out)
    }

    fn end(&mut self, _: bool, _: &mut Vec<ChatEvent>) -> Result<(), Error> {
        if self.finished {
            return Ok(());
        }
        Err(Error::bad_answer(
            "the upstream's stream broke off: it ended before `response.completed`, `response.incomplete` or `response.failed`",
        ))
    }
}
