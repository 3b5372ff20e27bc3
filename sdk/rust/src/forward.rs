//! Passing a client's bytes on, as far as it is alike for all upstreams: how an
//! answer is framed, which of its headers a client sees, and the request for
//! usage in streams of OpenAI's dialect.

use serde_json::{Map, Value};

use crate::http::Edit;
use crate::passthrough::Framing;

/// Headers that tell a client something with every upstream. Others belong to
/// the connection, or tell of the operator's account.
const VISIBLE: [&str; 5] = ["content-type", "retry-after", "retry-after-ms", "x-request-id", "request-id"];

/// How a body of this `content-type` is framed.
pub fn framing(content_type: Option<&str>) -> Framing {
    let kind = content_type.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    match kind.to_ascii_lowercase().as_str() {
        "text/event-stream" => Framing::ServerSentEvents,
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/stream+json" => {
            Framing::Ndjson
        }
        "application/vnd.amazon.eventstream" => Framing::EventStream,
        _ => Framing::Whole,
    }
}

/// The headers of an answer that a client should see: what the body is, its id
/// for support, when to come back, and whatever begins with one of `more`, in
/// lower case, as `x-ratelimit-`.
pub fn visible(headers: Vec<(String, String)>, more: &[&str]) -> Vec<(String, String)> {
    headers
        .into_iter()
        .filter(|(name, _)| {
            let name = name.to_ascii_lowercase();
            VISIBLE.contains(&name.as_str()) || more.iter().any(|beginning| name.starts_with(beginning))
        })
        .collect()
}

/// The change that puts a value at a JSON pointer.
pub fn set(pointer: &str, value: impl Into<Value>) -> Edit {
    Edit { pointer: pointer.to_owned(), value: Some(value.into().to_string()) }
}

/// The change that has a stream in OpenAI's dialect end with its usage, without
/// which nobody would know what it cost. `options` is the body's
/// `/stream_options`. A client that says yes or no is left with what it said.
pub fn ask_for_usage(options: Option<&str>) -> Option<Edit> {
    match options.map(str::trim) {
        None | Some("null") => Some(Edit {
            pointer: "/stream_options".to_owned(),
            value: Some(r#"{"include_usage":true}"#.to_owned()),
        }),
        Some(options) => {
            let options: Map<String, Value> = serde_json::from_str(options).ok()?;
            (!options.contains_key("include_usage")).then(|| set("/stream_options/include_usage", true))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_goes_by_the_content_type() {
        for (content_type, expected) in [
            (Some("text/event-stream; charset=utf-8"), Framing::ServerSentEvents),
            (Some(" Text/Event-Stream"), Framing::ServerSentEvents),
            (Some("application/x-ndjson"), Framing::Ndjson),
            (Some("application/stream+json"), Framing::Ndjson),
            (Some("application/vnd.amazon.eventstream"), Framing::EventStream),
            (Some("application/json"), Framing::Whole),
            (None, Framing::Whole),
        ] {
            assert_eq!(framing(content_type), expected, "{content_type:?}");
        }
    }

    #[test]
    fn the_operators_account_and_the_connection_stay_hidden() {
        let names =
            ["content-type", "X-RateLimit-Limit", "server", "x-request-id", "set-cookie", "x-account"];
        let headers = names.iter().map(|name| ((*name).to_owned(), "v".to_owned())).collect();
        let seen: Vec<_> = visible(headers, &["x-ratelimit-"]).into_iter().map(|(name, _)| name).collect();
        assert_eq!(seen, ["content-type", "X-RateLimit-Limit", "x-request-id"]);
    }

    #[test]
    fn usage_is_asked_for_only_where_the_client_left_it_open() {
        let ask = |options| ask_for_usage(options).map(|edit| (edit.pointer, edit.value.unwrap()));
        let whole = Some(("/stream_options".to_owned(), r#"{"include_usage":true}"#.to_owned()));
        assert_eq!((ask(None), ask(Some(" null "))), (whole.clone(), whole));
        let member = ("/stream_options/include_usage".to_owned(), "true".to_owned());
        assert_eq!(ask(Some(r#"{"x":1}"#)), Some(member));
        assert_eq!(ask(Some(r#"{"include_usage":false}"#)), None);
        assert_eq!(ask(Some("7")), None);
    }
}
