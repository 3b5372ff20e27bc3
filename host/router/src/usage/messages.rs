//! Messages of an AWS event stream that pass by: the names and the payloads of
//! its events, and whether it tells of a failure. At most one message is kept.

use bytes::Bytes;
use jackfield_runtime::frame::{Cutter, EventStreamCutter};

/// The longest message, as AWS's own clients take it.
const LONGEST: usize = 24 << 20;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message<'m> {
    /// An event, by its name.
    Event(&'m str, &'m [u8]),
    /// The answer failed.
    Failure,
}

/// The cutter. Behind damage it sees nothing more.
#[derive(Debug)]
pub(super) struct Messages(EventStreamCutter);

impl Messages {
    pub(super) fn new() -> Self {
        Self(EventStreamCutter::new(LONGEST))
    }

    /// Takes the next bytes, cut anywhere.
    pub(super) fn feed(&mut self, bytes: &[u8], mut on: impl FnMut(Message<'_>)) {
        let damaged = self.0.push(Bytes::copy_from_slice(bytes)).is_err();
        for message in self.0.drain() {
            let header = |wanted: &str| {
                let found = message.headers.iter().find(|(name, _)| name == wanted);
                found.map(|(_, value)| value.as_str())
            };
            match (header(":message-type"), header(":event-type")) {
                (Some("exception" | "error"), _) => on(Message::Failure),
                (_, Some(kind)) => on(Message::Event(kind, &message.payload)),
                _ => {}
            }
        }
        if damaged {
            on(Message::Failure);
        }
    }
}

#[cfg(test)]
mod tests {
    use jackfield_runtime::api::passthrough::{Dialect, Framing};

    use super::super::{Ended, UsageReader};

    fn message(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
        let mut head = Vec::new();
        for (name, value) in headers {
            head.push(name.len() as u8);
            head.extend_from_slice(name.as_bytes());
            head.push(7);
            head.extend_from_slice(&(value.len() as u16).to_be_bytes());
            head.extend_from_slice(value.as_bytes());
        }
        let mut out = Vec::new();
        out.extend_from_slice(&((head.len() + payload.len() + 16) as u32).to_be_bytes());
        out.extend_from_slice(&(head.len() as u32).to_be_bytes());
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out.extend_from_slice(&head);
        out.extend_from_slice(payload.as_bytes());
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out
    }

    fn event(kind: &str, payload: &str) -> Vec<u8> {
        message(&[(":event-type", kind), (":message-type", "event")], payload)
    }

    /// An answer up to its text.
    fn begun() -> Vec<u8> {
        [
            event("messageStart", r#"{"role":"assistant"}"#),
            event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"twelve bytes"}}"#),
            event("contentBlockStop", r#"{"contentBlockIndex":0}"#),
        ]
        .concat()
    }

    fn read(body: &[u8], step: usize) -> UsageReader {
        let mut reader = UsageReader::new(Dialect::BedrockConverse, Framing::EventStream, 77);
        assert!(reader.understands());
        body.chunks(step).for_each(|piece| reader.push(piece));
        reader
    }

    #[test]
    fn a_stream_of_messages_reports_its_usage_reason_and_end() {
        let body = [
            begun(),
            event("messageStop", r#"{"stopReason":"max_tokens","p":"ab"}"#),
            event(
                "metadata",
                r#"{"usage":{"inputTokens":5,"outputTokens":9,"totalTokens":20,"cacheReadInputTokens":4,"cacheWriteInputTokens":2}}"#,
            ),
        ]
        .concat();
        for step in [1, 7, 100, body.len()] {
            let reader = read(&body, step);
            assert_eq!((reader.ended(), reader.finish_reason()), (Ended::Complete, Some("max_tokens")));
            let counted = reader.counted();
            assert!(!counted.estimated);
            assert_eq!((counted.usage.input_tokens, counted.usage.output_tokens), (Some(11), Some(9)));
            assert_eq!(counted.usage.cache_read_tokens, Some(4));
            assert_eq!(counted.usage.cache_write_tokens, Some(2));
        }
    }

    #[test]
    fn a_stream_that_is_cut_counts_what_was_delivered() {
        let reader = read(&begun(), 50);
        assert_eq!(reader.ended(), Ended::No);
        let counted = reader.counted();
        assert!(counted.estimated);
        assert_eq!((counted.usage.input_tokens, counted.usage.output_tokens), (Some(77), Some(3)));
    }

    #[test]
    fn an_exception_and_damage_are_failures() {
        let exception = [(":exception-type", "throttlingException"), (":message-type", "exception")];
        let told = [begun(), message(&exception, r#"{"message":"slow"}"#)].concat();
        assert_eq!(read(&told, told.len()).ended(), Ended::Failed);
        let mut damaged = [begun(), event("messageStop", r#"{"stopReason":"end_turn"}"#)].concat();
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        assert_eq!(read(&damaged, 64).ended(), Ended::Failed);
    }

    #[test]
    fn a_whole_answer_tells_its_usage() {
        let body = br#"{"metrics":{"latencyMs":5},"output":{"message":{"content":[{"text":"a"}],"role":"assistant"}},"stopReason":"end_turn","usage":{"inputTokens":5,"outputTokens":9,"totalTokens":14}}"#;
        let counted = super::super::of_whole(Dialect::BedrockConverse, 77, body).unwrap();
        assert_eq!((counted.usage.input_tokens, counted.usage.output_tokens), (Some(5), Some(9)));
        assert!(!counted.estimated);
    }
}
