//! An answer of status 400 or more, as a plugin turns it into an error.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::response::{find, read_json};
use crate::error::{kind_of_status, rate_limit_reset_ms, retry_after_ms};
use crate::types::Error;

/// Characters of a body that a message quotes.
const QUOTED: usize = 300;

/// What an upstream answered instead of doing what it was asked.
#[derive(Debug, Clone, Copy)]
pub struct ErrorAnswer<'a> {
    /// HTTP status, 400 or more.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: &'a [(String, String)],
    /// The body, at most 64 KiB of it.
    pub body: &'a [u8],
}

impl ErrorAnswer<'_> {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(self.headers, name)
    }

    /// The body, where it is JSON of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        read_json(self.body).ok()
    }

    /// How long the upstream asks to wait; on status 429 also from the reset
    /// times of its rate limits.
    pub fn retry_after_ms(&self) -> Option<u64> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        retry_after_ms(self.headers, now)
            .or_else(|| if self.status == 429 { rate_limit_reset_ms(self.headers, now) } else { None })
    }

    /// An error by the status alone, with the upstream's message and code
    /// where the body has them in one of the usual places (`error.message`,
    /// `message`, `detail`, ...), and otherwise with the body's beginning.
    /// A plugin that knows more corrects the kind.
    pub fn to_error(&self) -> Error {
        let said = self.json::<Value>().map(|body| Said::find(&body)).unwrap_or_default();
        let text = said.message.unwrap_or_else(|| snippet(self.header("content-type"), self.body));
        let mut message = format!("the upstream answered {}", self.status);
        if !text.is_empty() {
            message.push_str(": ");
            message.push_str(&text);
        }
        let mut error = Error::new(kind_of_status(self.status), message).with_status(self.status).sent();
        error.code = said.code;
        error.retry_after_ms = self.retry_after_ms();
        error.body = std::str::from_utf8(self.body).ok().filter(|body| !body.is_empty()).map(str::to_owned);
        error
    }
}

/// What a JSON error says, wherever it says it.
#[derive(Default)]
struct Said {
    message: Option<String>,
    code: Option<String>,
}

impl Said {
    fn find(body: &Value) -> Said {
        // Some APIs wrap the object into an array.
        let body = body.get(0).unwrap_or(body);
        let inner = body
            .get("error")
            .or_else(|| body.get("errors").and_then(|errors| errors.get(0)))
            .filter(|inner| !inner.is_null());
        let within =
            |names: &[&str], value: &Value| names.iter().find_map(|name| value.get(name).and_then(text));
        let message = inner
            .and_then(|inner| {
                text(inner).or_else(|| within(&["message", "msg", "detail", "description"], inner))
            })
            .or_else(|| {
                within(
                    &["message", "Message", "detail", "error_description", "error_message", "msg", "title"],
                    body,
                )
            })
            .or_else(|| {
                body.get("detail")
                    .and_then(|detail| detail.get(0))
                    .and_then(|first| within(&["msg", "message"], first))
            });
        let codes = ["code", "type", "status", "__type"];
        let code = inner
            .filter(|inner| inner.is_object())
            .and_then(|inner| within(&codes, inner))
            .or_else(|| within(&codes, body));
        Said { message: message.map(|message| shorten(&message)), code }
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether a body is a web page: a proxy's, a login form's, a wrong URL's.
pub(super) fn is_html(content_type: Option<&str>, body: &[u8]) -> bool {
    let begins = |prefix: &[u8]| {
        body.trim_ascii_start().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
        || begins(b"<!doctype html")
        || begins(b"<html")
}

/// The beginning of a body, on one line; of a web page, its title.
pub(super) fn snippet(content_type: Option<&str>, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(16 * 1024)]);
    if !is_html(content_type, body) {
        return shorten(&text);
    }
    let title = text.to_ascii_lowercase().find("<title").and_then(|at| {
        let (_, rest) = text[at..].split_once('>')?;
        Some(shorten(rest.split('<').next()?))
    });
    match title.filter(|title| !title.is_empty()) {
        Some(title) => format!("a web page titled \"{title}\""),
        None => "a web page".to_owned(),
    }
}

/// On one line, without control characters, and cut.
fn shorten(text: &str) -> String {
    let mut short = String::new();
    for (length, word) in
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).enumerate()
    {
        if length > 0 {
            short.push(' ');
        }
        short.push_str(word);
        if short.len() > QUOTED
            && let Some((cut, _)) = short.char_indices().nth(QUOTED)
        {
            short.truncate(cut);
            short.push('…');
            break;
        }
    }
    short
}
