//! The order of a stream's events, as the contract gives it: a head first and
//! once, of each answer nothing behind its end, pieces of a tool call behind its
//! start. A reader that puts an answer together from the events can rely on it.

use bytes::Bytes;

use super::conform::{Conform, Conforms};
use crate::api::llm::ChatEvent;
use crate::api::transcription::TranscriptionEvent;

/// The most answers in one stream, and tool calls in one answer. Each event is
/// looked up among them, so a plugin that makes up millions would keep its host
/// busy for hours.
const MOST_CHOICES: usize = 256;
const MOST_CALLS: usize = 1_024;

/// How far a stream has come.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// Its head has come.
    started: bool,
    /// What comes last has come.
    over: bool,
    /// The answers so far; seldom more than one.
    choices: Vec<Choice>,
}

#[derive(Debug)]
struct Choice {
    number: u32,
    finished: bool,
    /// The tool calls that have begun.
    calls: Vec<u32>,
}

/// An event that has its place in a stream.
pub(crate) trait Ordered: Conform {
    /// Whether the event may come here.
    fn follow(&self, order: &mut Order) -> Conforms;

    /// Whether the stream may end here.
    fn end(order: &Order) -> Conforms;
}

/// Holds a batch against the contract; an empty one is the stream's end.
pub(crate) fn check<T: Ordered>(order: &mut Order, batch: &[T]) -> Conforms {
    if batch.is_empty() {
        return T::end(order);
    }
    batch.iter().try_for_each(|event| event.conform().and_then(|()| event.follow(order)))
}

impl Order {
    /// The answer that an event is about, which must not be over.
    fn choice(&mut self, number: u32, event: &str) -> Result<&mut Choice, String> {
        let place = self.choices.iter().position(|choice| choice.number == number);
        if place.is_none() && self.choices.len() == MOST_CHOICES {
            return Err(format!("its stream has more than {MOST_CHOICES} answers"));
        }
        let place = place.unwrap_or_else(|| {
            self.choices.push(Choice { number, finished: false, calls: Vec::new() });
            self.choices.len() - 1
        });
        match &mut self.choices[place] {
            choice if choice.finished => {
                Err(format!("its stream has `{event}` behind the `finish` of answer {number}"))
            }
            choice => Ok(choice),
        }
    }
}

impl Ordered for ChatEvent {
    fn follow(&self, order: &mut Order) -> Conforms {
        if let Self::Start(_) = self {
            return match std::mem::replace(&mut order.started, true) {
                false => Ok(()),
                true => Err("its stream has `start` twice".to_owned()),
            };
        }
        if !order.started {
            return Err("its stream doesn't begin with `start`".to_owned());
        }
        let about = match self {
            Self::Start(_) | Self::Usage(_) | Self::Extra(_) => return Ok(()),
            Self::Text(delta) => (delta.choice, "text"),
            Self::Reasoning(delta) => (delta.choice, "reasoning"),
            Self::Refusal(delta) => (delta.choice, "refusal"),
            Self::Audio(delta) => (delta.choice, "audio"),
            Self::Part(whole) => (whole.choice, "part"),
            Self::Citation(delta) => (delta.choice, "citation"),
            Self::Logprobs(delta) => (delta.choice, "logprobs"),
            Self::ToolCallStart(start) => {
                let choice = order.choice(start.choice, "tool-call-start")?;
                if choice.calls.contains(&start.index) {
                    return Err(format!("its stream has `tool-call-start` twice for call {}", start.index));
                }
                if choice.calls.len() == MOST_CALLS {
                    return Err(format!("its stream has more than {MOST_CALLS} tool calls in one answer"));
                }
                choice.calls.push(start.index);
                return Ok(());
            }
            Self::ToolCallDelta(delta) => {
                let choice = order.choice(delta.choice, "tool-call-delta")?;
                return match choice.calls.contains(&delta.index) {
                    true => Ok(()),
                    false => Err(format!(
                        "its stream has `tool-call-delta` for call {}, which hasn't begun",
                        delta.index
                    )),
                };
            }
            Self::Finish(finish) => {
                order.choice(finish.choice, "finish")?.finished = true;
                return Ok(());
            }
        };
        order.choice(about.0, about.1).map(drop)
    }

    fn end(order: &Order) -> Conforms {
        if !order.started {
            return Err("its stream ended without `start`".to_owned());
        }
        match order.choices.iter().find(|choice| !choice.finished) {
            Some(choice) => Err(format!("its stream ended without `finish` for answer {}", choice.number)),
            None => Ok(()),
        }
    }
}

impl Ordered for TranscriptionEvent {
    fn follow(&self, order: &mut Order) -> Conforms {
        if order.over {
            return Err("its stream goes on behind `done`".to_owned());
        }
        order.over = matches!(self, Self::Done(_));
        Ok(())
    }

    fn end(order: &Order) -> Conforms {
        if order.over { Ok(()) } else { Err("its stream ended without `done`".to_owned()) }
    }
}

impl Ordered for Bytes {
    fn follow(&self, _: &mut Order) -> Conforms {
        Ok(())
    }

    fn end(_: &Order) -> Conforms {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
