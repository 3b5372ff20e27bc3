//! How a stream tells that it is over: looked for in the bytes of whole events,
//! without reading them.

use bytes::Bytes;
use memchr::memmem;
use serde::de::IgnoredAny;

use crate::endpoint::ChatDialect;

/// Whether the end was seen.
#[derive(Debug, Default)]
pub(super) struct End {
    /// The dialect's own word for it.
    pub(super) done: bool,
    /// A reason why the answer is over.
    finished: bool,
    last: Bytes,
}

impl End {
    pub(super) fn came(&self) -> bool {
        self.done || self.finished
    }

    /// Within a JSON text neither a line break nor a bare quotation mark stands,
    /// so none of these can be part of what a model says.
    pub(super) fn see(&mut self, dialect: ChatDialect, events: &Bytes) {
        self.last.clone_from(events);
        let has = |needle: &[u8]| memmem::find(events, needle).is_some();
        match dialect {
            ChatDialect::OpenaiChat | ChatDialect::OpenaiCompletions => {
                self.done = self.done || has(b"data: [DONE]") || has(b"data:[DONE]");
                self.finished =
                    self.finished || has(b"\"finish_reason\":\"") || has(b"\"finish_reason\": \"");
            }
            ChatDialect::OpenaiResponses => {
                self.done = self.done
                    || ["response.completed", "response.incomplete", "response.failed"]
                        .iter()
                        .any(|kind| is_of(events, kind));
            }
            ChatDialect::AnthropicMessages => self.done = self.done || is_of(events, "message_stop"),
        }
    }

    /// Whether the last that came was an error of the upstream's own.
    pub(super) fn told_of_an_error(&self, dialect: ChatDialect) -> bool {
        match dialect {
            ChatDialect::OpenaiChat | ChatDialect::OpenaiCompletions => {
                ["data: {\"error\":{", "data: {\"error\": {", "data:{\"error\":{"]
                    .iter()
                    .any(|needle| memmem::find(&self.last, needle.as_bytes()).is_some())
            }
            ChatDialect::OpenaiResponses | ChatDialect::AnthropicMessages => is_of(&self.last, "error"),
        }
    }
}

/// Whether one of the events is of this kind, by its own field or by its data.
fn is_of(events: &[u8], kind: &str) -> bool {
    let named = memmem::find_iter(events, b"event:").any(|at| {
        let line = events[at + 6..].split(|byte| matches!(byte, b'\n' | b'\r')).next();
        line.is_some_and(|line| line.trim_ascii() == kind.as_bytes())
    });
    named || memmem::find(events, format!("\"type\":\"{kind}\"").as_bytes()).is_some()
}

/// Whether an event lacks nothing but the empty line behind it.
pub(super) fn is_whole(half: &[u8]) -> bool {
    let mut data =
        half.split(|byte| matches!(byte, b'\n' | b'\r')).filter_map(|line| line.strip_prefix(b"data:"));
    let (Some(data), None) = (data.next(), data.next()) else { return false };
    data.trim_ascii() == b"[DONE]" || serde_json::from_slice::<IgnoredAny>(data).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(dialect: ChatDialect, text: &'static str) -> bool {
        let mut end = End::default();
        end.see(dialect, &Bytes::from_static(text.as_bytes()));
        end.came()
    }

    #[test]
    fn an_end_is_seen_in_every_spelling() {
        for text in [
            "data: [DONE]\n\n",
            "data:[DONE]\r\n\r\n",
            "data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n",
            "data: {\"choices\":[{\"finish_reason\": \"stop\"}]}\n\n",
        ] {
            assert!(ended(ChatDialect::OpenaiChat, text), "{text}");
        }
        for text in [
            "event: message_stop\ndata: {}\n\n",
            "event:message_stop\r\ndata: {}\r\n\r\n",
            "data: {\"type\":\"message_stop\"}\n\n",
        ] {
            assert!(ended(ChatDialect::AnthropicMessages, text), "{text}");
        }
        assert!(ended(ChatDialect::OpenaiResponses, "event: response.failed\ndata: {}\n\n"));
    }

    #[test]
    fn what_a_model_says_is_no_end_and_neither_is_another_event() {
        for text in [
            "data: {\"choices\":[{\"delta\":{\"content\":\"\\ndata: \\\"finish_reason\\\":\\\"stop\\\"\"},\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"[DONE]\"}}]}\n\n",
        ] {
            assert!(!ended(ChatDialect::OpenaiChat, text), "{text}");
        }
        for text in [
            "data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"{\\\"type\\\":\\\"message_stop\\\"}\"}}\n\n",
            "event: message_stopped\ndata: {}\n\n",
        ] {
            assert!(!ended(ChatDialect::AnthropicMessages, text), "{text}");
        }
    }

    #[test]
    fn an_event_without_its_empty_line_is_whole_when_its_data_are() {
        for (half, whole) in [
            ("data: [DONE]", true),
            ("event: message_stop\ndata: {\"type\":\"message_stop\"}\n", true),
            ("data: {\"choices\":[{\"finish_reason\":\"stop\"", false),
            ("event: message_stop\n", false),
            ("data: [DON", false),
            ("", false),
        ] {
            assert_eq!(is_whole(half.as_bytes()), whole, "{half}");
        }
    }

    #[test]
    fn an_upstreams_own_error_is_known() {
        for (dialect, text, error) in [
            (ChatDialect::OpenaiChat, "data: {\"error\":{\"message\":\"x\"}}\n\n", true),
            (ChatDialect::OpenaiChat, "data: {\"choices\":[]}\n\n", false),
            (ChatDialect::AnthropicMessages, "event: error\ndata: {}\n\n", true),
            (ChatDialect::AnthropicMessages, "event: ping\ndata: {}\n\n", false),
        ] {
            let mut end = End::default();
            end.see(dialect, &Bytes::from_static(text.as_bytes()));
            assert_eq!(end.told_of_an_error(dialect), error, "{text}");
        }
    }
}
