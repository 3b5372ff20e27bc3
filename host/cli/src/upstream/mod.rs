//! An upstream for developing and testing without a provider: a server that
//! speaks the wire protocols of OpenAI and Anthropic and gives deterministic
//! answers.
//!
//! What it answers follows from the request alone. The text echoes the last
//! user message and goes on in a fixed row of words. A request that offers
//! tools gets a call when it forces one (`tool_choice`), or when the last user
//! message says "call the tool" ("call every tool" for all of them). A request
//! for JSON gets a value that fits its schema. Token counts are a quarter of
//! the bytes that came in, and the number of pieces that went out.
//!
//! Paths, below any prefix that ends in `/v1`:
//!
//! | protocol | paths |
//! |---|---|
//! | OpenAI | `chat/completions`, `completions`, `responses`, `embeddings`, `moderations`, `models`, `audio/speech`, `audio/transcriptions` |
//! | Anthropic | `messages`, `messages/count_tokens`, and `models` where the request has an `anthropic-version` |
//!
//! `GET /stats` has counters and `GET /last` the last request as it arrived, so
//! that a test can compare what a plugin wrote with what an upstream received.
//!
//! Faults and delays ride in the model's name, where they pass through any
//! gateway: see [`Knob`].

mod admin;
mod answer;
mod anthropic;
mod dispatch;
mod error;
mod knobs;
mod openai;
mod play;
mod reply;
mod sample;
mod server;
mod sse;
mod state;
mod text;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::net::TcpListener;

pub use knobs::{Ending, Instead, Knob, KnobError, Knobs, Style, When};

/// How the upstream behaves where a model's name doesn't say otherwise.
#[derive(Debug, Clone)]
pub struct UpstreamOptions {
    /// The API key that requests must bring; any, or none, where it is unset.
    pub required_key: Option<String>,
    /// Waits this long before the head of each answer.
    pub delay: Duration,
    /// Waits this long before each event of a stream.
    pub slow: Duration,
    /// How many pieces the text of an answer has.
    pub chunks: u64,
    /// How long embeddings are where the request doesn't say.
    pub dimensions: usize,
    /// The largest request body, in bytes.
    pub max_body: usize,
    /// Writes one line for each request to standard error.
    pub log: bool,
}

impl Default for UpstreamOptions {
    fn default() -> Self {
        Self {
            required_key: None,
            delay: Duration::ZERO,
            slow: Duration::ZERO,
            chunks: 50,
            dimensions: 64,
            max_body: 32 << 20,
            log: false,
        }
    }
}

/// Answers what comes in on `listener` until `shutdown` is ready. Connections
/// that are open then are closed, streams among them.
///
/// The upstream has no protection against whoever reaches it: listen on
/// loopback.
///
/// # Errors
///
/// Fails where the listener has no address of its own.
pub async fn serve(
    listener: TcpListener,
    options: UpstreamOptions,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    server::serve(listener, options, shutdown).await
}
