//! Why a body can't be cut into frames. Offsets count bytes from the start of
//! the body and don't depend on how it arrived.

use std::fmt;

use thiserror::Error;

use super::DEFAULT_LIMIT;

/// What was being cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// A server-sent event.
    Event,
    /// A line of newline-delimited JSON.
    Line,
    /// A message of an AWS event stream.
    Message,
}

impl fmt::Display for FrameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Event => "server-sent event",
            Self::Line => "line",
            Self::Message => "event-stream message",
        })
    }
}

/// A body that isn't what its format says, or goes beyond the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A text has bytes that aren't UTF-8.
    #[error("the upstream's answer isn't UTF-8 at byte {offset}, in a {kind}")]
    NotUtf8 {
        /// What was being cut.
        kind: FrameKind,
        /// The first byte that is wrong.
        offset: u64,
    },
    /// A frame is longer than allowed.
    #[error(
        "the {kind} at byte {offset} of the upstream's answer is longer than {limit} bytes, \
         the lesser of {DEFAULT_LIMIT} and the provider's `limits.response`"
    )]
    TooLong {
        /// What was being cut.
        kind: FrameKind,
        /// Where the frame begins.
        offset: u64,
        /// The greatest length.
        limit: usize,
    },
    /// The body ended inside a frame.
    #[error(
        "the upstream's answer ended inside the {kind} that begins at byte {offset}; it was cut off on the way"
    )]
    CutOff {
        /// What was being cut.
        kind: FrameKind,
        /// Where the frame begins.
        offset: u64,
    },
    /// A message breaks the rules of the AWS event stream.
    #[error("the event-stream message at byte {offset} of the upstream's answer is broken: {fault}")]
    Message {
        /// Where the message begins.
        offset: u64,
        /// Which rule.
        fault: MessageFault,
    },
}

/// What is wrong with a message of an AWS event stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MessageFault {
    /// The checksum of the first eight bytes doesn't match.
    #[error("the prelude's checksum is {found:08x} where {expected:08x} is right")]
    PreludeChecksum {
        /// What the eight bytes amount to.
        expected: u32,
        /// What the message says.
        found: u32,
    },
    /// The checksum of the whole message doesn't match.
    #[error("the checksum is {found:08x} where {expected:08x} is right")]
    Checksum {
        /// What the message amounts to.
        expected: u32,
        /// What the message says.
        found: u32,
    },
    /// The lengths in the prelude contradict each other.
    #[error("a total of {total} bytes can't hold {headers} bytes of headers")]
    Lengths {
        /// The message's length, by its prelude.
        total: u32,
        /// Its headers' length, by its prelude.
        headers: u32,
    },
    /// A header goes beyond the headers' length, or has no name.
    #[error("the header at byte {at} of its headers is malformed")]
    Header {
        /// Where the header begins, in the headers.
        at: usize,
    },
    /// A header has a type that the format doesn't define.
    #[error("the header at byte {at} of its headers has the unknown type {number}")]
    HeaderType {
        /// Where the header begins, in the headers.
        at: usize,
        /// The type's number.
        number: u8,
    },
    /// A header's name or text isn't UTF-8.
    #[error("the header at byte {at} of its headers isn't UTF-8")]
    HeaderText {
        /// Where the header begins, in the headers.
        at: usize,
    },
}
