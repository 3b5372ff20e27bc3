//! Faults and delays that a request asks for by its model's name. They are
//! separated by `+`, as in `gpt-4o-mini+slow-20ms+cut-after-10`; the first part
//! may be any name. A later part that is no knob is refused, so that a test
//! with a slip in it doesn't pass for want of its fault.

mod parse;

#[cfg(test)]
mod tests;

use std::time::Duration;

use thiserror::Error;

/// One knob. Counts of events include those that open a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knob {
    /// `status-429`: an error of this status, 400 to 599, in the protocol's
    /// shape. `status-503-first-2`: only the first two requests for this very
    /// model name. `status-429-after-2`: all but the first two.
    Status(u16, When),
    /// `retry-after-2s`, `retry-after-1500ms`: what errors say in
    /// `retry-after`, and, with `ms`, in `retry-after-ms`.
    RetryAfter(Duration),
    /// `delay-200ms`, `delay-2s`: waits before the head of the answer.
    Delay(Duration),
    /// `slow-50ms`: waits before each event of a stream.
    Slow(Duration),
    /// `chunks-500`: the text has 500 pieces.
    Chunks(u64),
    /// `endless`: the text, or the body of a plain answer, never ends.
    Endless,
    /// Something else instead of an answer.
    Instead(Instead),
    /// How a stream ends. A plain answer knows `cut-after-N` and `half-event`
    /// (half of its body) and `stall-after-N` (nothing of it).
    Ending(Ending),
    /// How a stream is written.
    Style(Style),
    /// `invalid-utf8`: a byte that is no UTF-8, in the third event of a stream
    /// or in the middle of a plain answer.
    InvalidUtf8,
    /// `big-header`: a response header of 256 KiB.
    BigHeader,
    /// `echo-key`: the text has the credential of the request in it.
    EchoKey,
    /// `no-done`: a stream without its `[DONE]`.
    NoDone,
    /// `no-usage`: no token counts.
    NoUsage,
}

/// To which requests for the same model name an error status applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// To all.
    Always,
    /// To the first few.
    First(u64),
    /// To all but the first few.
    After(u64),
}

/// What comes instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// `silent`: nothing, while the connection stays open.
    Silent,
    /// `reset`: nothing, and the connection is closed.
    Reset,
    /// `html`: a web page of status 200.
    Html,
    /// `garbage`: 4 KiB of noise with the content type of an answer.
    Garbage,
    /// `empty`: no body, with the content type of an answer.
    Empty,
    /// `other-json`: JSON that isn't of the protocol.
    OtherJson,
    /// `redirect`: status 307 to `/redirected` on this server under another
    /// host name, `localhost`, which is another origin than `127.0.0.1`.
    Redirect,
    /// `redirect-same`: status 307 to `/redirected` on the same origin.
    RedirectSame,
}

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// As the protocol wants it.
    #[default]
    Proper,
    /// `cut-after-10`: the connection breaks behind the tenth event.
    Cut(u64),
    /// `end-after-10`: the body ends behind the tenth event, as if all were well.
    End(u64),
    /// `stall-after-10`: nothing follows the tenth event; the connection stays.
    Stall(u64),
    /// `half-event`: the body ends in the middle of the fourth event.
    Half,
    /// `error-after-10`: an error event follows the tenth event, and the body
    /// ends. `error-in-stream` is `error-after-5`.
    Error(u64),
}

/// How a stream is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Each event as a write of its own, as real servers do it.
    #[default]
    Each,
    /// `burst`: as many events as there are, up to 64 KiB, in one write.
    Burst,
    /// `torn`: each event in two writes, torn in its middle.
    Torn,
    /// `crlf`: lines end with CRLF.
    Crlf,
    /// `comments`: a comment before each event.
    Comments,
}

/// All knobs of a model's name. Of two for the same thing, the last counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Knobs {
    pub(super) status: Option<(u16, When)>,
    pub(super) retry_after: Option<Duration>,
    pub(super) delay: Option<Duration>,
    pub(super) slow: Option<Duration>,
    pub(super) chunks: Option<u64>,
    pub(super) endless: bool,
    pub(super) instead: Option<Instead>,
    pub(super) ending: Ending,
    pub(super) style: Style,
    pub(super) invalid_utf8: bool,
    pub(super) big_header: bool,
    pub(super) echo_key: bool,
    pub(super) no_done: bool,
    pub(super) no_usage: bool,
}

/// A part of a model's name that is no knob.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{part}` in the model name `{model}` is no knob of this upstream; `jackfield dev upstream --help` lists them"
)]
pub struct KnobError {
    part: String,
    model: String,
}

impl Knobs {
    /// Reads a model's name.
    ///
    /// # Errors
    ///
    /// Fails where a part behind a `+` is no knob.
    pub fn of_model(model: &str) -> Result<Self, KnobError> {
        let mut knobs = Self::default();
        for (index, part) in model.split('+').enumerate() {
            match part.parse() {
                Ok(knob) => knobs.set(knob),
                Err(()) if index == 0 => {}
                Err(()) => return Err(KnobError { part: part.to_owned(), model: model.to_owned() }),
            }
        }
        Ok(knobs)
    }

    fn set(&mut self, knob: Knob) {
        match knob {
            Knob::Status(status, when) => self.status = Some((status, when)),
            Knob::RetryAfter(wait) => self.retry_after = Some(wait),
            Knob::Delay(wait) => self.delay = Some(wait),
            Knob::Slow(wait) => self.slow = Some(wait),
            Knob::Chunks(count) => self.chunks = Some(count),
            Knob::Endless => self.endless = true,
            Knob::Instead(instead) => self.instead = Some(instead),
            Knob::Ending(ending) => self.ending = ending,
            Knob::Style(style) => self.style = style,
            Knob::InvalidUtf8 => self.invalid_utf8 = true,
            Knob::BigHeader => self.big_header = true,
            Knob::EchoKey => self.echo_key = true,
            Knob::NoDone => self.no_done = true,
            Knob::NoUsage => self.no_usage = true,
        }
    }
}
