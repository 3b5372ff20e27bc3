//! What services of AWS's share: how they say what went wrong, and the chunks
//! in which InvokeModel wraps what a model streams.
//!
//! An exception's name is in the header `x-amzn-errortype`, or in the headers of
//! an event stream's message. It says more than the status, and for some things
//! only the message tells.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html>

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::http::{ErrorAnswer, EventStreamMessage};
use crate::types::{Error, ErrorKind};

/// The error that an answer of status 400 or more tells.
pub fn answer_error(answer: &ErrorAnswer<'_>) -> Error {
    let mut error = answer.to_error();
    let body = answer.json::<Value>().unwrap_or_default();
    let name = answer.header("x-amzn-errortype").or_else(|| body["__type"].as_str());
    let message = message_of(&body);
    if let Some(name) = name {
        refine(&mut error, bare(name), message);
    } else if let Some(message) = message {
        if let Some(kind) = by_message(message) {
            error.kind = kind;
        }
        error.message = message.to_owned();
    }
    error
}

/// The error that a message of an event stream tells instead of an event;
/// nothing where it is one.
pub fn message_error(message: &EventStreamMessage) -> Option<Error> {
    let header = |wanted: &str| {
        message.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let (name, told) = match header(":message-type") {
        Some("exception") => (header(":exception-type").unwrap_or("exception"), None),
        Some("error") => (header(":error-code").unwrap_or("error"), header(":error-message")),
        _ => return None,
    };
    let body = std::str::from_utf8(&message.payload).unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let mut error =
        Error::new(ErrorKind::Unavailable, "the upstream failed in the middle of its answer").sent();
    refine(&mut error, bare(name), message_of(&body).or(told));
    // A model's own status says more than that it failed.
    if let Some(status) = body["originalStatusCode"].as_u64().and_then(|status| u16::try_from(status).ok())
        && error.kind == ErrorKind::Unavailable
    {
        error.kind = crate::error::kind_of_status(status);
    }
    Some(error)
}

/// The name of a message's event.
pub fn event_type(message: &EventStreamMessage) -> Option<&str> {
    message.headers.iter().find(|(name, _)| name == ":event-type").map(|(_, value)| value.as_str())
}

/// A message's payload, which is JSON.
pub fn payload(message: &EventStreamMessage) -> Result<&str, Error> {
    std::str::from_utf8(&message.payload)
        .map_err(|error| Error::bad_answer(format!("an event of the upstream's stream isn't UTF-8: {error}")))
}

/// What a model streams by InvokeModelWithResponseStream: the JSON in a message's
/// chunk, or nothing where the message is of another kind. An exception is an
/// error.
pub fn chunk(message: &EventStreamMessage) -> Result<Option<String>, Error> {
    #[derive(Deserialize)]
    struct Chunk<'a> {
        #[serde(borrow)]
        bytes: Cow<'a, str>,
    }
    if let Some(error) = message_error(message) {
        return Err(error);
    }
    if event_type(message) != Some("chunk") {
        return Ok(None);
    }
    let wrapped: Chunk<'_> = serde_json::from_str(payload(message)?).map_err(|error| {
        Error::bad_answer(format!("a chunk of the upstream's stream isn't as its API says: {error}"))
    })?;
    let bytes = crate::base64::decode(&wrapped.bytes)?;
    String::from_utf8(bytes).map(Some).map_err(|error| {
        Error::bad_answer(format!("a chunk of the upstream's stream isn't UTF-8: {}", error.utf8_error()))
    })
}

/// The name without a namespace before it or an address behind it.
fn bare(name: &str) -> &str {
    let name = name.split(':').next().unwrap_or(name);
    name.rsplit('#').next().unwrap_or(name).trim()
}

fn message_of(body: &Value) -> Option<&str> {
    ["message", "Message", "originalMessage"]
        .iter()
        .find_map(|name| body[*name].as_str())
        .filter(|text| !text.is_empty())
}

fn refine(error: &mut Error, name: &str, message: Option<&str>) {
    let by_message = message.and_then(by_message);
    if let Some(kind) = kind_of(name, by_message) {
        error.kind = kind;
    }
    if let Some(message) = message {
        error.message = message.to_owned();
    }
    if !name.is_empty() {
        error.code = Some(name.to_owned());
    }
}

fn kind_of(name: &str, by_message: Option<ErrorKind>) -> Option<ErrorKind> {
    let lower = name.to_ascii_lowercase();
    Some(match lower.strip_suffix("exception").unwrap_or(&lower) {
        "validation" => by_message.unwrap_or(ErrorKind::InvalidRequest),
        "serialization" | "malformedhttprequest" => ErrorKind::InvalidRequest,
        // They come with status 403.
        "unrecognizedclient"
        | "invalidsignature"
        | "expiredtoken"
        | "incompletesignature"
        | "missingauthenticationtoken"
        | "invalidclienttokenid"
        | "signaturedoesnotmatch"
        | "requestexpired" => ErrorKind::Authentication,
        "accessdenied" | "notauthorized" | "optinrequired" => ErrorKind::Permission,
        "resourcenotfound" | "unknownoperation" => ErrorKind::NotFound,
        "modeltimeout" | "requesttimeout" => ErrorKind::Timeout,
        "modelerror" | "modelstreamerror" | "internalserver" | "internalfailure" | "internaldependency" => {
            ErrorKind::Unavailable
        }
        "throttling" | "throttled" | "toomanyrequests" => match by_message {
            Some(ErrorKind::QuotaExceeded) => ErrorKind::QuotaExceeded,
            _ => ErrorKind::RateLimited,
        },
        "modelnotready" | "serviceunavailable" => ErrorKind::Overloaded,
        "servicequotaexceeded" => ErrorKind::QuotaExceeded,
        _ => return None,
    })
}

fn by_message(message: &str) -> Option<ErrorKind> {
    let message = message.to_ascii_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    if says(&[
        "input is too long",
        "prompt is too long",
        "exceed context limit",
        "maximum context length",
        "too many input tokens",
        "exceeds the model's maximum",
        "maximum number of tokens",
        "exceeds the context window",
    ]) {
        Some(ErrorKind::ContextLength)
    } else if says(&["model identifier is invalid"]) {
        Some(ErrorKind::NotFound)
    } else if says(&["tokens per day", "requests per day"]) {
        Some(ErrorKind::QuotaExceeded)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
