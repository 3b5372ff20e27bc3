//! What a plugin answers is what the contract says: callers get that from the
//! host, so that none of them has to distrust an answer. What is called JSON
//! parses, though the values themselves stay text; the order of a stream's
//! events is checked in `order`.

use serde::de::IgnoredAny;

use crate::active::Active;
use crate::api::callback::Receipt;
use crate::api::embedding::EmbedResponse;
use crate::api::llm::{ChatEvent, ChatResponse, Citation, Part, ResultPart};
use crate::api::models::ModelInfo;
use crate::api::passthrough::Dialect;
use crate::api::rerank::RerankResponse;
use crate::api::tool::{CallResult, Definition, Output};
use crate::api::transcription::{Transcript, TranscriptionEvent};
use crate::api::types::Usage;
use crate::api::vector_store::{Collection, Entry, Page, Scored};
use crate::error::CallError;

/// How an answer breaks the contract, in words.
pub(crate) type Conforms = Result<(), String>;

/// An answer that can be held against the contract.
pub(crate) trait Conform {
    /// What of it the contract forbids, if anything.
    fn conform(&self) -> Conforms;
}

/// The answer, if it is one that the contract allows: in itself, and to what
/// was asked, which `fits` knows.
pub(crate) fn check<T: Conform>(
    active: &Active,
    answer: T,
    fits: impl FnOnce(&T) -> Conforms,
) -> Result<T, CallError> {
    match answer.conform().and_then(|()| fits(&answer)) {
        Ok(()) => Ok(answer),
        Err(message) => Err(broken(active, message)),
    }
}

/// What the caller of a plugin that breaks the contract is told.
pub(crate) fn broken(active: &Active, message: String) -> CallError {
    let (provider, plugin) = (active.bound.name.to_string(), active.bound.plugin.label());
    CallError::Contract { provider, plugin, message }
}

fn json(name: &str, text: &str) -> Conforms {
    serde_json::from_str::<IgnoredAny>(text)
        .map(drop)
        .map_err(|error| format!("its `{name}` isn't JSON: {error}"))
}

fn optional(name: &str, text: Option<&String>) -> Conforms {
    text.map_or(Ok(()), |text| json(name, text))
}

impl<T: Conform> Conform for Vec<T> {
    fn conform(&self) -> Conforms {
        self.iter().try_for_each(Conform::conform)
    }
}

impl<T: Conform> Conform for Option<T> {
    fn conform(&self) -> Conforms {
        self.as_ref().map_or(Ok(()), Conform::conform)
    }
}

/// Answers without JSON.
macro_rules! plain {
    ($($type:ty),+) => {$(
        impl Conform for $type {
            fn conform(&self) -> Conforms {
                Ok(())
            }
        }
    )+};
}

plain!((), u64, bytes::Bytes, Dialect, Receipt);

/// Answers whose JSON is in a few members.
macro_rules! members {
    ($($type:ty: $($member:ident as $how:ident),+;)+) => {$(
        impl Conform for $type {
            fn conform(&self) -> Conforms {
                $(members!(@$how self.$member, stringify!($member))?;)+
                Ok(())
            }
        }
    )+};
    (@json $value:expr, $name:expr) => { json($name, &$value) };
    (@optional $value:expr, $name:expr) => { optional($name, $value.as_ref()) };
    (@inner $value:expr, $name:expr) => { $value.conform() };
}

members! {
    Usage: raw as optional;
    EmbedResponse: usage as inner;
    RerankResponse: usage as inner;
    Transcript: usage as inner, raw as optional;
    ModelInfo: raw as optional;
    Definition: parameters as json, returns as optional;
    CallResult: content as inner;
    Collection: extra as optional;
    Entry: metadata as optional;
    Scored: entry as inner;
    Page: entries as inner;
    Citation: raw as optional;
}

impl Conform for ChatResponse {
    fn conform(&self) -> Conforms {
        self.choices.iter().try_for_each(|choice| choice.content.conform())?;
        self.usage.conform()?;
        optional("extra", self.extra.as_ref())
    }
}

impl Conform for Part {
    fn conform(&self) -> Conforms {
        match self {
            Self::Text(text) => text.citations.conform(),
            Self::ToolResult(result) => result.content.conform(),
            Self::Native(text) => json("native", text),
            Self::Image(_)
            | Self::Audio(_)
            | Self::Document(_)
            | Self::Reasoning(_)
            | Self::ToolCall(_)
            | Self::Refusal(_)
            | Self::CachePoint(_) => Ok(()),
        }
    }
}

impl Conform for ResultPart {
    fn conform(&self) -> Conforms {
        match self {
            Self::Json(text) => json("json", text),
            Self::Text(_) | Self::Image(_) | Self::Document(_) => Ok(()),
        }
    }
}

impl Conform for ChatEvent {
    fn conform(&self) -> Conforms {
        match self {
            Self::Part(whole) => whole.part.conform(),
            Self::Citation(delta) => delta.citation.conform(),
            Self::Usage(usage) => usage.conform(),
            Self::Extra(text) => json("extra", text),
            // What comes in pieces is JSON, if at all, only as a whole.
            Self::Start(_)
            | Self::Text(_)
            | Self::Reasoning(_)
            | Self::Refusal(_)
            | Self::ToolCallStart(_)
            | Self::ToolCallDelta(_)
            | Self::Audio(_)
            | Self::Logprobs(_)
            | Self::Finish(_) => Ok(()),
        }
    }
}

impl Conform for TranscriptionEvent {
    fn conform(&self) -> Conforms {
        match self {
            Self::Done(transcript) => transcript.conform(),
            Self::Text(_) | Self::Segment(_) => Ok(()),
        }
    }
}

impl Conform for Output {
    fn conform(&self) -> Conforms {
        match self {
            Self::Json(text) => json("json", text),
            Self::Text(_) | Self::Image(_) => Ok(()),
        }
    }
}
