//! A streamed answer on Bedrock: the API's events, each as base64 in a message
//! of an AWS event stream instead of behind `data:`.

use std::ops::ControlFlow;

use jackfield_sdk::aws::chunk;
use jackfield_sdk::http::{EventStreamMessage, ServerSentEvent};
use jackfield_sdk::llm::ChatEvent;
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::Error;

use super::stream::Reader;

/// Turns messages into the contract's events.
#[derive(Debug)]
pub(crate) struct Chunks(pub(crate) Reader);

impl Translate for Chunks {
    type Frame = EventStreamMessage;
    type Event = ChatEvent;

    fn frame(
        &mut self,
        frame: EventStreamMessage,
        out: &mut Vec<ChatEvent>,
    ) -> Result<ControlFlow<()>, Error> {
        match chunk(&frame)? {
            Some(data) => {
                self.0.frame(ServerSentEvent { event: String::new(), data, id: String::new() }, out)
            }
            None => Ok(ControlFlow::Continue(())),
        }
    }

    fn end(&mut self, complete: bool, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        self.0.end(complete, out)
    }
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::types::ErrorKind;

    use super::*;

    fn message(headers: &[(&str, &str)], payload: String) -> EventStreamMessage {
        let headers = jackfield_sdk::testing::headers(headers);
        EventStreamMessage { headers, payload: payload.into_bytes() }
    }

    #[test]
    fn events_are_unwrapped_and_an_exception_is_an_error() {
        let mut chunks = Chunks(Reader::new(None, Vec::new()));
        let mut out = Vec::new();
        for (event, last) in [
            (
                r#"{"type":"message_start","message":{"id":"i","model":"m","usage":{"input_tokens":1}}}"#,
                false,
            ),
            (r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#, false),
            (r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}"#, false),
            (
                r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}"#,
                false,
            ),
            (r#"{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":1}}"#, true),
        ] {
            let payload =
                format!(r#"{{"bytes":"{}","p":"ab"}}"#, jackfield_sdk::base64::encode(event.as_bytes()));
            let headers = [(":message-type", "event"), (":event-type", "chunk")];
            assert_eq!(chunks.frame(message(&headers, payload), &mut out).unwrap().is_break(), last);
        }
        chunks.end(true, &mut out).unwrap();
        assert!(out.iter().any(|event| matches!(event, ChatEvent::Text(delta) if delta.text == "hi")));
        assert!(out.iter().any(|event| matches!(event, ChatEvent::Finish(_))));

        let headers = [(":message-type", "exception"), (":exception-type", "throttlingException")];
        let broken = message(&headers, r#"{"message":"slow"}"#.to_owned());
        let error = Chunks(Reader::new(None, Vec::new())).frame(broken, &mut Vec::new()).unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::RateLimited, "slow"));
    }
}
