//! What was delivered, and what it used, whatever becomes of the call: an
//! answer that ended, a client that hung up, an upstream that broke off.
//!
//! What the provider reports wins. Where it hasn't yet, what went to the client
//! is estimated from its text: a call that is cut off isn't free.
//! [`Delivered`] counts decoded events; [`UsageReader`] counts bytes that pass
//! by undecoded.

use jackfield_runtime::api::types::Usage;

mod cohere;
mod events;
mod gemini;
mod messages;
mod reader;
mod scan;
mod sse;
mod tail;
mod tally;
mod template;
#[cfg(test)]
mod tests;
mod wire;

pub use events::Delivered;
pub use reader::{Ended, UsageReader};
pub use tail::of_whole;

/// What a call has used so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// The counts.
    pub usage: Usage,
    /// Whether some of them are estimates of this gateway's.
    pub estimated: bool,
}

/// A usage that reports nothing.
pub(crate) fn nothing() -> Usage {
    Usage {
        input_tokens: None,
        output_tokens: None,
        cache_read_tokens: None,
        cache_write_tokens: None,
        reasoning_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: Vec::new(),
        raw: None,
    }
}
