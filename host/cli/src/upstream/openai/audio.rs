//! `POST /v1/audio/speech` and `POST /v1/audio/transcriptions`.

mod speech;
mod transcriptions;

pub(crate) use speech::speech;
pub(crate) use transcriptions::transcriptions;

/// Samples a second, of 16 bits each, in one channel.
const RATE: usize = 24_000;
