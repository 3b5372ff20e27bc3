//! One call of a tool, from its arguments to its result, over whatever sends
//! requests: the host in the sandbox, a script in the tests.

mod answer;
mod pages;
mod retry;
#[cfg(test)]
mod tests;

use jackfield_sdk::tool::{CallResult, Output};
use jackfield_sdk::types::{Error, Media, Source};
use serde_json::Value;

use self::answer::{Content, Verdict};
use crate::request::Request;
use crate::tool::Tool;

/// Whatever sends requests.
pub(crate) trait Upstream {
    /// Sends one and reads its answer, of at most so many bytes. Any status is
    /// an answer.
    fn send(&self, request: &Request, most_bytes: usize) -> Result<Answer, Error>;
    /// Waits.
    fn sleep(&self, milliseconds: u64);
    /// A number from 0 to 1 by which those who wait don't all wake at once.
    fn jitter(&self) -> f64;
}

/// An answer, read.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The first header of this name, which is in lower case.
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Calls a tool. What a model can act on, as a wrong argument, is a result that
/// says so; what it can't, as a wrong key, is an error.
pub(crate) fn call(
    tool: &Tool,
    base_url: &str,
    arguments: Value,
    upstream: &impl Upstream,
) -> Result<CallResult, Error> {
    let prepared = tool.arguments(arguments).and_then(|arguments| Request::of(tool, base_url, &arguments));
    let request = match prepared {
        Ok(request) => request,
        Err(message) => return Ok(failed(message)),
    };
    if let Some(pages) = &tool.pages {
        return pages::all(tool, pages, request, upstream);
    }
    let answer = retry::exchange(tool, &request, upstream)?;
    Ok(match answer::judge(tool, &answer)? {
        Verdict::Failed(message) => failed(message),
        Verdict::Content(content) => CallResult { content: vec![output(content)], is_error: false },
    })
}

/// A result that tells the model what went wrong.
fn failed(message: String) -> CallResult {
    CallResult { content: vec![Output::Text(message)], is_error: true }
}

fn output(content: Content) -> Output {
    match content {
        Content::Json(value) => Output::Json(value.to_string()),
        Content::Text(text) => Output::Text(text),
        Content::Image { mime_type, bytes } => Output::Image(Media {
            source: Source::Data(bytes),
            mime_type: Some(mime_type),
            detail: None,
            transcript: None,
            id: None,
        }),
    }
}
