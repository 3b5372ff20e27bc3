//! Cuts an upstream's body into frames: server-sent events, lines of
//! newline-delimited JSON, messages of an AWS event stream.
//!
//! Plugins get whole frames only, so that framing is written once and tested
//! at every byte boundary. What comes in is hostile input: a frame has a
//! greatest length, text is checked to be UTF-8, checksums are verified, and a
//! frame that the end of the body cuts off is never passed off as a whole one.

mod carry;
mod error;
mod event_stream;
mod lines;
mod sse;

#[cfg(test)]
mod tests;

use bytes::Bytes;

pub use error::{FrameError, FrameKind, MessageFault};
pub use event_stream::{EventStreamCutter, EventStreamMessage};
pub use lines::LineCutter;
pub use sse::{ServerSentEvent, SseCutter};

/// The greatest length of one frame where the operator sets none, in bytes.
pub const DEFAULT_LIMIT: usize = 4 << 20;

/// Cuts a body that arrives in pieces. The frames are the same wherever the
/// pieces end.
///
/// The first error is final: the frames before it can still be drained, and
/// every later call returns it again.
pub trait Cutter {
    /// What is cut.
    type Frame;

    /// Takes the next piece of the body. Frames that it completes wait for
    /// [`drain`](Cutter::drain).
    fn push(&mut self, piece: Bytes) -> Result<(), FrameError>;

    /// Hands out the frames completed since the last call, in order.
    fn drain(&mut self) -> Vec<Self::Frame>;

    /// Says that the body has ended; call it once, after the last piece.
    /// Returns the frame that only the end of the body completes, where the
    /// format has such a thing, and fails where the end cuts a frame off.
    fn finish(&mut self) -> Result<Option<Self::Frame>, FrameError>;

    /// Takes the bytes behind the last complete frame, for a reader that goes
    /// on without framing. The cutter forgets them.
    fn take_rest(&mut self) -> Bytes;
}
