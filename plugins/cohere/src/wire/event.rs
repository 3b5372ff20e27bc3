//! What comes back as a stream: the `data` of server-sent events. The piece
//! that comes next is always at `delta.message`, shaped by the kind of event.
//!
//! <https://docs.cohere.com/docs/streaming>

use serde::Deserialize;
use serde_json::value::RawValue;

use super::answer::{Block, Logprob, ToolCall};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    #[serde(rename = "type", default)]
    pub(crate) kind: Option<Kind>,
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) index: Option<u32>,
    #[serde(default)]
    pub(crate) delta: Option<Delta>,
    #[serde(default)]
    pub(crate) logprobs: Option<Logprob>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    MessageStart,
    ContentStart,
    ContentDelta,
    ContentEnd,
    ToolPlanDelta,
    ToolCallStart,
    ToolCallDelta,
    ToolCallEnd,
    CitationStart,
    CitationEnd,
    MessageEnd,
    #[serde(other)]
    Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Delta {
    pub(crate) message: Option<Piece>,
    pub(crate) finish_reason: Option<String>,
    pub(crate) usage: Option<Box<RawValue>>,
    pub(crate) error: Option<String>,
}

/// More of the message. Where a whole message has lists, a piece has one entry
/// of them; the start of a message has them empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Piece {
    pub(crate) content: Option<OneOrNone<Block>>,
    pub(crate) tool_plan: Option<String>,
    pub(crate) tool_calls: Option<OneOrNone<ToolCall>>,
    pub(crate) citations: Option<Box<RawValue>>,
}

/// An entry, or the list that may hold it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrNone<T> {
    List(Vec<T>),
    One(T),
}

impl<T> OneOrNone<T> {
    pub(crate) fn into_one(self) -> Option<T> {
        match self {
            OneOrNone::One(one) => Some(one),
            OneOrNone::List(list) => list.into_iter().next(),
        }
    }
}
