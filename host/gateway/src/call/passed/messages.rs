//! AWS event streams that are passed on: whole messages, held back until the
//! first that says something.
//!
//! Against damage that is passed on: a message whose checksums are wrong never
//! reaches the client, which is told of the damage instead.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::ByteStream;
use jackfield_runtime::frame::{Cutter, EventStreamCutter, EventStreamMessage, FrameError};
use serde::Deserialize;

use super::first::{MOST, silent};

/// The longest message, as AWS's own clients take it.
const LONGEST: usize = 24 << 20;

/// Cuts what comes into whole messages, which it doesn't change.
#[derive(Debug)]
pub(super) struct Cut {
    cutter: EventStreamCutter,
    half: BytesMut,
}

impl Cut {
    pub(super) fn new() -> Self {
        Self { cutter: EventStreamCutter::new(LONGEST), half: BytesMut::new() }
    }

    /// All messages that are whole now, and what is wrong behind them.
    pub(super) fn push(&mut self, mut piece: Bytes) -> (Bytes, Option<Failure>) {
        let damage = self.cutter.push(piece.clone()).err().map(|error| damaged(&error));
        let count = self.cutter.drain().len();
        if self.half.is_empty() {
            let whole = piece.split_to(length(&piece, count));
            self.half.extend_from_slice(&piece);
            return (whole, damage);
        }
        self.half.extend_from_slice(&piece);
        let end = length(&self.half, count);
        (self.half.split_to(end).freeze(), damage)
    }
}

/// How long so many messages are, whose lengths have been checked.
fn length(bytes: &[u8], count: usize) -> usize {
    let mut end = 0;
    for _ in 0..count {
        let Some(total) = bytes.get(end..).and_then(|rest| rest.first_chunk::<4>()) else { break };
        end += u32::from_be_bytes(*total) as usize;
    }
    end.min(bytes.len())
}

fn damaged(error: &FrameError) -> Failure {
    let message = format!("the upstream's stream is damaged: {error}");
    Failure { sent: true, ..Failure::new(FailureKind::BadUpstreamAnswer, message) }
}

/// The pieces up to the first message that says something, and the rest.
pub(super) async fn until_real(mut body: ByteStream) -> Result<(VecDeque<Bytes>, ByteStream), Failure> {
    let mut pieces = VecDeque::new();
    let (mut cutter, mut seen) = (EventStreamCutter::new(LONGEST), 0);
    while let Some(piece) = body.next().await {
        let piece = piece?;
        seen += piece.len();
        pieces.push_back(piece.clone());
        let damage = cutter.push(piece);
        for message in cutter.drain() {
            if let Some(failure) = failure(&message) {
                return Err(failure);
            }
            if header(&message, ":event-type") != Some("messageStart") {
                return Ok((pieces, body));
            }
        }
        damage.map_err(|error| damaged(&error))?;
        if seen > MOST {
            return Ok((pieces, body));
        }
        // A sign of life is no answer, and gets no time of its own.
        body.says_nothing_yet();
    }
    Err(silent())
}

fn header<'m>(message: &'m EventStreamMessage, wanted: &str) -> Option<&'m str> {
    message.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

/// What a message tells of a failure, instead of an event.
fn failure(message: &EventStreamMessage) -> Option<Failure> {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Told {
        message: Option<String>,
        original_status_code: Option<u16>,
    }
    let (name, own) = match header(message, ":message-type") {
        Some("exception") => (header(message, ":exception-type"), None),
        Some("error") => (header(message, ":error-code"), header(message, ":error-message")),
        _ => return None,
    };
    let name = name.unwrap_or("exception");
    let told: Told = serde_json::from_slice(&message.payload).unwrap_or_default();
    let kind = match (name.to_ascii_lowercase().as_str(), told.original_status_code) {
        ("throttlingexception", _) | (_, Some(429)) => FailureKind::RateLimited,
        ("validationexception", _) => FailureKind::InvalidRequest,
        ("accessdeniedexception", _) => FailureKind::Permission,
        ("serviceunavailableexception", _) => FailureKind::Overloaded,
        _ => FailureKind::Unavailable,
    };
    let text = told.message.as_deref().or(own).unwrap_or(name);
    let failure = Failure::new(kind, format!("the upstream failed at the beginning of its stream: {text}"));
    Some(Failure { sent: true, code: Some(name.into()), ..failure })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::bedrock_converse::encode_exception;
    use crate::fault;

    /// Three messages, which needn't be exceptions to be cut.
    fn stream() -> Bytes {
        let told =
            |text: &str| encode_exception(&fault::record(&Failure::new(FailureKind::RateLimited, text)));
        [told("a"), told("bc"), told("")].concat().into()
    }

    #[test]
    fn whole_messages_come_out_unchanged_however_they_are_torn() {
        let body = stream();
        let half = &body[..20];
        for step in 1..=body.len() {
            let mut cut = Cut::new();
            let mut whole = Vec::new();
            for piece in [&body[..], half].concat().chunks(step) {
                let (messages, damage) = cut.push(Bytes::copy_from_slice(piece));
                assert!(damage.is_none(), "{damage:?}");
                whole.extend_from_slice(&messages);
            }
            assert_eq!(whole, body, "{step}");
            assert_eq!(cut.half, half, "{step}");
        }
    }

    #[test]
    fn what_is_damaged_does_not_come_out() {
        let body = stream();
        let mut bytes = body.to_vec();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        let (whole, damage) = Cut::new().push(bytes.into());
        assert!(!whole.is_empty() && body.starts_with(&whole) && whole.len() < body.len());
        assert_eq!(damage.unwrap().kind, FailureKind::BadUpstreamAnswer);
    }

    #[test]
    fn an_exception_is_a_failure_of_its_kind() {
        let of = |name: &str, payload: &str| {
            let headers = [(":message-type", "exception"), (":exception-type", name)];
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
            failure(&EventStreamMessage { headers, payload: payload.as_bytes().to_vec() }).unwrap()
        };
        for (name, payload, kind) in [
            ("throttlingException", r#"{"message":"m"}"#, FailureKind::RateLimited),
            (
                "modelStreamErrorException",
                r#"{"message":"m","originalStatusCode":429}"#,
                FailureKind::RateLimited,
            ),
            ("modelStreamErrorException", r#"{"message":"m"}"#, FailureKind::Unavailable),
            ("validationException", r#"{"message":"m"}"#, FailureKind::InvalidRequest),
            ("serviceUnavailableException", r#"{"message":"m"}"#, FailureKind::Overloaded),
        ] {
            let failure = of(name, payload);
            assert_eq!(failure.kind, kind, "{name}");
            assert!(failure.message.ends_with(": m") && failure.sent, "{failure:?}");
        }
        assert!(of("odd", "<html>").message.ends_with(": odd"));
        let event = vec![(":message-type".to_owned(), "event".to_owned())];
        assert!(failure(&EventStreamMessage { headers: event, payload: Vec::new() }).is_none());
    }
}
