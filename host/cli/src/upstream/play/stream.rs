//! Sends the events of a stream.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::Sleep;

use super::super::knobs::{Ending, Knobs, Style};
use super::super::reply::Script;
use super::super::state::Waiting;
use super::{broken, spoiled};

/// The most bytes of a write that holds many events.
const BURST: usize = 64 << 10;

/// A stream that is being sent.
pub(crate) struct Player {
    script: Script,
    ending: Ending,
    style: Style,
    invalid_utf8: bool,
    error: Bytes,
    slow: Duration,
    waiting: Waiting,
    /// Events sent.
    sent: u64,
    /// Writes that the last event has left.
    writes: VecDeque<Bytes>,
    pause: Pause,
}

/// What comes between two writes.
enum Pause {
    /// Nothing any more: the next write is due.
    Over,
    /// A turn of the scheduler, in which the HTTP server empties its buffer.
    Turn,
    /// A wait.
    Sleep(Pin<Box<Sleep>>),
}

/// What comes behind the events sent so far.
enum Next {
    Event(Bytes),
    Last(Bytes),
    End,
    Break,
    Nothing,
}

impl Player {
    pub(super) fn new(script: Script, knobs: &Knobs, slow: Duration, error: Bytes, waiting: Waiting) -> Self {
        let writes = VecDeque::new();
        let Knobs { ending, style, invalid_utf8, .. } = *knobs;
        Self {
            script,
            ending,
            style,
            invalid_utf8,
            error,
            slow,
            waiting,
            sent: 0,
            writes,
            pause: Pause::Over,
        }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match &mut self.pause {
            Pause::Over => {}
            Pause::Turn => {
                self.pause = Pause::Over;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Pause::Sleep(sleep) => match sleep.as_mut().poll(context) {
                Poll::Ready(()) => self.pause = Pause::Over,
                Poll::Pending => return Poll::Pending,
            },
        }
        if let Some(write) = self.writes.pop_front() {
            self.pause = if self.writes.is_empty() { self.rest() } else { Pause::Turn };
            return Poll::Ready(Some(Ok(write)));
        }
        match self.next() {
            Next::Event(event) => {
                self.lay_out(event);
                self.poll(context)
            }
            Next::Last(event) => {
                self.waiting.finish();
                self.ending = Ending::End(self.sent);
                self.writes.push_back(event);
                self.poll(context)
            }
            Next::End => {
                self.waiting.finish();
                Poll::Ready(None)
            }
            Next::Break => {
                self.waiting.finish();
                Poll::Ready(Some(Err(broken())))
            }
            Next::Nothing => Poll::Pending,
        }
    }

    fn rest(&self) -> Pause {
        if self.slow.is_zero() { Pause::Turn } else { Pause::Sleep(Box::pin(tokio::time::sleep(self.slow))) }
    }

    fn next(&mut self) -> Next {
        match self.ending {
            Ending::Cut(count) if self.sent >= count => return Next::Break,
            Ending::End(count) if self.sent >= count => return Next::End,
            Ending::Stall(count) if self.sent >= count => return Next::Nothing,
            Ending::Error(count) if self.sent >= count => return Next::Last(self.error.clone()),
            _ => {}
        }
        let Some(mut event) = self.script.next() else { return Next::End };
        self.sent += 1;
        if self.ending == Ending::Half && self.sent == 4 {
            return Next::Last(event.slice(..event.len() / 2));
        }
        if self.invalid_utf8 && self.sent == 3 {
            event = spoiled(&event);
        }
        Next::Event(event)
    }

    /// Lays an event out in writes.
    fn lay_out(&mut self, event: Bytes) {
        match self.style {
            Style::Each => self.writes.push_back(event),
            Style::Torn => {
                let middle = event.len() / 2;
                self.writes.extend([event.slice(..middle), event.slice(middle..)]);
            }
            Style::Crlf => self.writes.push_back(with_crlf(&event)),
            Style::Comments => {
                self.writes.push_back(Bytes::from([b": keep-alive\n\n", &event[..]].concat()));
            }
            Style::Burst => {
                let mut burst = BytesMut::from(&event[..]);
                // Ends that fall on an event have to see its number.
                while matches!(self.ending, Ending::Proper) && !self.invalid_utf8 && burst.len() < BURST {
                    let Some(event) = self.script.next() else { break };
                    self.sent += 1;
                    burst.extend_from_slice(&event);
                }
                self.writes.push_back(burst.freeze());
            }
        }
    }
}

fn with_crlf(event: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(event.len() + 4);
    for line in event.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                bytes.extend_from_slice(line);
                bytes.extend_from_slice(b"\r\n");
            }
            None => bytes.extend_from_slice(line),
        }
    }
    bytes.freeze()
}
