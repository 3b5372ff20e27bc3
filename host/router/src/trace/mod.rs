//! Ids by which a request is found again: W3C trace context (level 1 and 2),
//! an id for each request, and the id that a client of Portkey sends along.
//!
//! Everything here comes from a stranger's headers. What doesn't parse is as if
//! it hadn't been sent: a new trace begins, and the request goes on.
//! <https://www.w3.org/TR/trace-context-2/>

use std::fmt;
use std::str::FromStr;

use http::HeaderValue;
use thiserror::Error;

use crate::random::Random;

mod state;
#[cfg(test)]
mod tests;

pub use state::TraceState;

/// Why a `traceparent` was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TraceError {
    /// It isn't as long as its version says, or has no dash where one belongs.
    #[error("not of the form `00-<32 digits>-<16 digits>-<2 digits>`")]
    Form,
    /// A digit that isn't one of `0-9` or `a-f`.
    #[error("has a character that is no lower-case hexadecimal digit")]
    Digit,
    /// Version `ff`.
    #[error("has the version `ff`, which is none")]
    Version,
    /// A trace or parent id of nothing but zeros.
    #[error("has an id of nothing but zeros")]
    Zero,
}

/// The id of a trace: 16 bytes, not all zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId([u8; 16]);

/// The id of a span in a trace: 8 bytes, not all zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId([u8; 8]);

impl TraceId {
    /// A new one.
    pub fn new(random: &dyn Random) -> Self {
        let id = (u128::from(random.next()) << 64) | u128::from(random.next());
        // Zeros alone mean that there is no id.
        Self(id.max(1).to_be_bytes())
    }
}

impl SpanId {
    /// A new one.
    pub fn new(random: &dyn Random) -> Self {
        Self(random.next().max(1).to_be_bytes())
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not as one number: formatting 128 bits takes much longer.
        let id = u128::from_be_bytes(self.0);
        write!(f, "{:016x}{:016x}", (id >> 64) as u64, id as u64)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const SAMPLED: u8 = 0b01;
const RANDOM: u8 = 0b10;

/// Where in a trace one is: what a `traceparent` header says. Parsed by
/// [`FromStr`], shown as the header's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace: TraceId,
    /// The span.
    pub span: SpanId,
    flags: u8,
}

impl TraceContext {
    /// The first span of a new trace, to be sampled.
    pub fn new(random: &dyn Random) -> Self {
        Self { trace: TraceId::new(random), span: SpanId::new(random), flags: SAMPLED | RANDOM }
    }

    /// A span beneath this one.
    #[must_use]
    pub fn child(self, random: &dyn Random) -> Self {
        Self { span: SpanId::new(random), ..self }
    }

    /// Whether whoever began the trace records it.
    pub const fn sampled(self) -> bool {
        self.flags & SAMPLED != 0
    }
}

impl FromStr for TraceContext {
    type Err = TraceError;

    fn from_str(text: &str) -> Result<Self, TraceError> {
        const LENGTH: usize = 55;
        let text = text.as_bytes();
        let (head, more) = text.split_at_checked(LENGTH).ok_or(TraceError::Form)?;
        if [head[2], head[35], head[52]] != [b'-'; 3] {
            return Err(TraceError::Form);
        }
        let version = number(&head[..2])?;
        // A later version may say more, behind another dash; this one may not.
        match (version, more) {
            (0xff, _) => return Err(TraceError::Version),
            (_, []) => {}
            (1.., [b'-', ..]) => {}
            _ => return Err(TraceError::Form),
        }
        let trace = number(&head[3..35])?;
        let span = number(&head[36..52])? as u64;
        let flags = number(&head[53..])? as u8;
        if trace == 0 || span == 0 {
            return Err(TraceError::Zero);
        }
        Ok(Self {
            trace: TraceId(trace.to_be_bytes()),
            span: SpanId(span.to_be_bytes()),
            // Flags whose meaning isn't known here aren't passed on.
            flags: flags & (SAMPLED | RANDOM),
        })
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace, self.span, self.flags)
    }
}

fn number(digits: &[u8]) -> Result<u128, TraceError> {
    digits.iter().try_fold(0_u128, |sum, digit| match digit {
        b'0'..=b'9' => Ok((sum << 4) | u128::from(digit - b'0')),
        b'a'..=b'f' => Ok((sum << 4) | u128::from(digit - b'a' + 10)),
        _ => Err(TraceError::Digit),
    })
}

/// The id of one request, as in `req_0f3c…`. Unlike a trace id it is never
/// taken from a client, so no two requests share one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId(u128);

impl RequestId {
    /// A new one.
    pub fn new(random: &dyn Random) -> Self {
        Self((u128::from(random.next()) << 64) | u128::from(random.next()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "req_{:032x}", self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The ids of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The gateway's own span, and its trace.
    pub context: TraceContext,
    /// The client's span, if it sent one.
    pub parent: Option<SpanId>,
    /// What other tracing systems say of the trace.
    pub state: TraceState,
    /// This request.
    pub request: RequestId,
    /// What the client sent as `x-portkey-trace-id`. Any text, and echoed.
    pub label: Option<HeaderValue>,
}

impl Trace {
    /// Continues the trace that the headers tell of, or begins one. `parent` is
    /// `traceparent`, `states` are the `tracestate` headers in their order,
    /// `label` is `x-portkey-trace-id`.
    ///
    /// A `tracestate` counts only beside a `traceparent` that parses. Two
    /// `traceparent` headers are as good as none: pass `None`.
    pub fn begin<'h>(
        parent: Option<&str>,
        states: impl IntoIterator<Item = &'h str>,
        label: Option<HeaderValue>,
        random: &dyn Random,
    ) -> Self {
        let request = RequestId::new(random);
        let label = label.filter(|label| !label.is_empty());
        match parent.and_then(|parent| parent.trim_matches([' ', '\t']).parse::<TraceContext>().ok()) {
            Some(above) => Self {
                context: above.child(random),
                parent: Some(above.span),
                state: TraceState::parse(states).unwrap_or_default(),
                request,
                label,
            },
            None => Self {
                context: TraceContext::new(random),
                parent: None,
                state: TraceState::default(),
                request,
                label,
            },
        }
    }

    /// The id that the client knows the trace by: its own, else the trace's.
    pub fn shown(&self) -> String {
        match &self.label {
            Some(label) => String::from_utf8_lossy(label.as_bytes()).into_owned(),
            None => self.context.trace.to_string(),
        }
    }
}
