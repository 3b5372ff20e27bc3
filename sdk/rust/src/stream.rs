//! From the frames of an upstream to the events of the contract.
//!
//! A stream's `next` owes the host at least one event until the end, and
//! nothing after an error. An upstream's frames don't map one to one: some
//! mean nothing, some mean three events, and a bad one may come in the same
//! batch as good ones that mustn't be lost. [`Relay`] keeps those rules, so a
//! plugin writes only [`Translate`].

use std::cell::RefCell;
use std::ops::ControlFlow;

use crate::types::Error;

/// Turns frames into events. It keeps what has to be remembered in between.
pub trait Translate {
    /// What the upstream sends, as [`ServerSentEvent`](crate::http::ServerSentEvent).
    type Frame;
    /// What the contract wants, as [`ChatEvent`](crate::llm::ChatEvent).
    type Event;

    /// Translates one frame, adding any number of events to `out`. `Break`
    /// says that the upstream is done, and nothing more is read from it.
    fn frame(&mut self, frame: Self::Frame, out: &mut Vec<Self::Event>) -> Result<ControlFlow<()>, Error>;

    /// Called once when the stream is over: with `complete` after a `Break`,
    /// without it where the upstream's bytes simply ended, which in most
    /// protocols means that the answer was cut off.
    fn end(&mut self, complete: bool, out: &mut Vec<Self::Event>) -> Result<(), Error>;
}

/// Where batches of frames come from; empty at the end.
pub trait Source {
    /// What comes.
    type Frame;

    /// All frames that are ready, at least one; empty at the end.
    fn next_batch(&self) -> Result<Vec<Self::Frame>, Error>;
}

/// A stream of events over a source of frames. Its [`next`](Relay::next) is
/// what the `next` of a stream of the contract returns.
#[derive(Debug)]
pub struct Relay<S, T> {
    source: S,
    state: RefCell<State<T>>,
}

#[derive(Debug)]
enum State<T> {
    Open(T),
    Failed(Error),
    Over,
}

impl<S: Source, T: Translate<Frame = S::Frame>> Relay<S, T> {
    /// A stream that begins with the source's next batch.
    pub fn new(source: S, translator: T) -> Self {
        Relay { source, state: RefCell::new(State::Open(translator)) }
    }

    /// All events that are ready, at least one; blocks while there is none.
    /// Empty at the end. What came before an error is returned before it.
    pub fn next(&self) -> Result<Vec<T::Event>, Error> {
        let mut state = self.state.borrow_mut();
        let translator = match &mut *state {
            State::Open(translator) => translator,
            State::Over => return Ok(Vec::new()),
            State::Failed(_) => match std::mem::replace(&mut *state, State::Over) {
                State::Failed(error) => return Err(error),
                _ => return Ok(Vec::new()),
            },
        };
        let mut out = Vec::new();
        match fill(&self.source, translator, &mut out) {
            Ok(ControlFlow::Continue(())) => Ok(out),
            Ok(ControlFlow::Break(())) => {
                *state = State::Over;
                Ok(out)
            }
            Err(error) if out.is_empty() => {
                *state = State::Over;
                Err(error)
            }
            Err(error) => {
                *state = State::Failed(error);
                Ok(out)
            }
        }
    }
}

/// Reads and translates batches until there is an event or the end.
fn fill<S, T>(source: &S, translator: &mut T, out: &mut Vec<T::Event>) -> Result<ControlFlow<()>, Error>
where
    S: Source,
    T: Translate<Frame = S::Frame>,
{
    while out.is_empty() {
        let batch = source.next_batch()?;
        if batch.is_empty() {
            translator.end(false, out)?;
            return Ok(ControlFlow::Break(()));
        }
        out.reserve(batch.len());
        for frame in batch {
            if translator.frame(frame, out)?.is_break() {
                translator.end(true, out)?;
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Script(RefCell<Vec<Result<Vec<&'static str>, Error>>>);

    impl Source for Script {
        type Frame = &'static str;

        fn next_batch(&self) -> Result<Vec<&'static str>, Error> {
            self.0.borrow_mut().remove(0)
        }
    }

    struct Words;

    impl Translate for Words {
        type Frame = &'static str;
        type Event = String;

        fn frame(&mut self, frame: &'static str, out: &mut Vec<String>) -> Result<ControlFlow<()>, Error> {
            match frame {
                "done" => return Ok(ControlFlow::Break(())),
                "ping" => {}
                "bad" => return Err(Error::bad_answer("bad")),
                words => out.extend(words.split(' ').map(str::to_owned)),
            }
            Ok(ControlFlow::Continue(()))
        }

        fn end(&mut self, complete: bool, out: &mut Vec<String>) -> Result<(), Error> {
            if !complete {
                return Err(Error::bad_answer("cut off"));
            }
            out.push("end".to_owned());
            Ok(())
        }
    }

    fn relay(batches: Vec<Result<Vec<&'static str>, Error>>) -> Relay<Script, Words> {
        Relay::new(Script(RefCell::new(batches)), Words)
    }

    #[test]
    fn frames_that_mean_nothing_are_read_past() {
        let relay = relay(vec![Ok(vec!["ping"]), Ok(vec!["ping", "a b"]), Ok(vec!["done", "ignored"])]);
        assert_eq!(relay.next().unwrap(), ["a", "b"]);
        assert_eq!(relay.next().unwrap(), ["end"]);
        assert!(relay.next().unwrap().is_empty());
    }

    #[test]
    fn what_came_before_an_error_is_not_lost() {
        let relay = relay(vec![Ok(vec!["a", "bad", "b"])]);
        assert_eq!(relay.next().unwrap(), ["a"]);
        assert_eq!(relay.next().unwrap_err().message, "bad");
        assert!(relay.next().unwrap().is_empty());
    }

    #[test]
    fn an_upstream_that_just_stops_is_seen() {
        let relay = relay(vec![Ok(vec!["a"]), Ok(vec![])]);
        assert_eq!(relay.next().unwrap(), ["a"]);
        assert_eq!(relay.next().unwrap_err().message, "cut off");
        assert!(relay.next().unwrap().is_empty());
    }

    #[test]
    fn an_error_of_the_source_ends_the_stream() {
        let relay = relay(vec![Err(Error::internal("broken"))]);
        assert_eq!(relay.next().unwrap_err().message, "broken");
        assert!(relay.next().unwrap().is_empty());
    }
}
