//! What bytes must be for a client to read them: JSON, or server-sent events
//! whose data are JSON.

use serde::de::IgnoredAny;
use serde_json::Value;

/// The JSON of each event of a stream, in order.
///
/// # Panics
/// Where a reader of server-sent events would stumble: half an event, a line
/// that is no field, data that are neither JSON nor the word for the end.
pub fn events(stream: &[u8]) -> Vec<(Option<String>, Value)> {
    let text = std::str::from_utf8(stream).unwrap_or_else(|error| panic!("{error}: {stream:?}"));
    assert!(text.is_empty() || text.ends_with("\n\n"), "half an event at the end of {text:?}");
    let mut events = Vec::new();
    for event in text.split("\n\n").filter(|event| !event.is_empty()) {
        let (mut name, mut data) = (None, None);
        for line in event.split('\n') {
            if let Some(text) = line.strip_prefix("data: ") {
                assert!(data.replace(text).is_none(), "two lines of data in {event:?}");
            } else if let Some(text) = line.strip_prefix("event: ") {
                name = Some(text.to_owned());
            } else {
                assert!(line.starts_with(':'), "{line:?} is no field, in {event:?}");
            }
        }
        let Some(data) = data.filter(|data| *data != "[DONE]") else { continue };
        events.push((name, json(data.as_bytes())));
    }
    events
}

/// A JSON value; null for one with numbers or texts in it that readers here
/// can't hold, as a client may have sent and is told again.
///
/// # Panics
/// Where it is none.
pub fn json(bytes: &[u8]) -> Value {
    let read = serde_json::from_slice(bytes)
        .or_else(|error| serde_json::from_slice::<IgnoredAny>(bytes).map_err(|_| error).map(|_| Value::Null));
    read.unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(bytes)))
}

/// The body that tells of a failure, in any dialect: its message. Cohere's and
/// Bedrock's have it without anything around it.
///
/// # Panics
/// Where a client wouldn't find the message.
pub fn error(body: &[u8]) -> String {
    let body = json(body);
    let message = body.pointer("/error/message").or_else(|| body.get("message")).and_then(Value::as_str);
    message.unwrap_or_else(|| panic!("no message in {body}")).to_owned()
}
