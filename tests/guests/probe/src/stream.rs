//! Deeds as streams. Whatever the deed, the contract's `start` goes before its
//! first event and `finish` behind its last.

use std::cell::{Cell, RefCell};

use jackfield_sdk::http::Events;
use jackfield_sdk::llm::{ChatEvent, Finish, FinishReason, GuestChatStream, StreamStart, TextDelta};
use jackfield_sdk::types::Error;

use crate::deeds;

/// A deed's events between head and end.
pub(crate) struct Stream {
    deed: Deed,
    started: Cell<bool>,
    finished: Cell<bool>,
}

/// Goes on at every call.
enum Deed {
    /// So many events, one in each batch.
    Count { left: Cell<u64> },
    /// What an upstream sends.
    Relay { events: Events },
    /// An event, then the deed.
    Then { deed: String, argument: String, calls: Cell<u32> },
    /// Texts, all at once.
    Burst { texts: RefCell<Vec<String>> },
}

impl Stream {
    pub(crate) fn begin(deed: &str, argument: &str) -> Result<Self, Error> {
        let deed = Deed::begin(deed, argument)?;
        Ok(Self { deed, started: Cell::new(false), finished: Cell::new(false) })
    }
}

impl GuestChatStream for Stream {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        let mut batch = self.deed.next()?;
        if batch.is_empty() && !self.finished.replace(true) {
            batch.push(finish());
        }
        if !batch.is_empty() && !self.started.replace(true) {
            batch.insert(0, start());
        }
        Ok(batch)
    }
}

impl Deed {
    fn begin(deed: &str, argument: &str) -> Result<Self, Error> {
        Ok(match deed {
            "count" => Self::Count { left: Cell::new(argument.parse().unwrap_or(3)) },
            "burst" => Self::Burst { texts: RefCell::new(argument.split(' ').map(str::to_owned).collect()) },
            "relay" => {
                let order: deeds::Send = serde_json::from_str(argument)
                    .map_err(|error| Error::invalid_request(error.to_string()))?;
                Self::Relay { events: deeds::request(&order).send()?.events() }
            }
            _ => Self::Then { deed: deed.to_owned(), argument: argument.to_owned(), calls: Cell::new(0) },
        })
    }

    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        match self {
            Self::Count { left } => {
                let now = left.get();
                left.set(now.saturating_sub(1));
                Ok(match now {
                    0 => vec![],
                    _ => vec![text(&now.to_string())],
                })
            }
            Self::Burst { texts } => Ok(texts.take().iter().map(|word| text(word)).collect()),
            Self::Relay { events } => {
                let batch = events.next_batch()?;
                Ok(batch.iter().map(|event| text(&event.data)).collect())
            }
            Self::Then { deed, argument, calls } => {
                calls.set(calls.get() + 1);
                match calls.get() {
                    1 => Ok(vec![text("before")]),
                    2 => Ok(vec![text(&deeds::run(deed, argument)?)]),
                    _ => Ok(vec![]),
                }
            }
        }
    }
}

fn start() -> ChatEvent {
    ChatEvent::Start(StreamStart { id: None, model: None, created: None, warnings: Vec::new() })
}

fn text(text: &str) -> ChatEvent {
    ChatEvent::Text(TextDelta { choice: 0, text: text.to_owned() })
}

fn finish() -> ChatEvent {
    ChatEvent::Finish(Finish { choice: 0, reason: FinishReason::Stop, stop_sequence: None })
}
