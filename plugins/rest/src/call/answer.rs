//! What an answer is: a result, something that the model should know, or an
//! error of the host's.

use jackfield_sdk::http::{ErrorAnswer, unexpected};
use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

use super::Answer;
use crate::pointer::Pointer;
use crate::schema::told;
use crate::tool::{Shape, Tool};

/// A result.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Json(Value),
    Text(String),
    Image { mime_type: String, bytes: Vec<u8> },
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    Content(Content),
    /// What the model should know.
    Failed(String),
}

/// The most characters of an upstream's message.
const MESSAGE: usize = 2000;

/// Judges an answer that is all there is.
pub(super) fn judge(tool: &Tool, answer: &Answer) -> Result<Verdict, Error> {
    Ok(match read(tool, answer)? {
        Verdict::Content(Content::Json(value)) => {
            let answers = &tool.answer;
            let selected =
                answers.select.get(&value).ok_or_else(|| nothing_at(tool, &answers.select, answer))?;
            Verdict::Content(Content::Json(mapped(selected, &answers.fields)))
        }
        other => other,
    })
}

/// Reads an answer and checks it, as a whole.
pub(super) fn read(tool: &Tool, answer: &Answer) -> Result<Verdict, Error> {
    if !tool.answer.expected.has(answer.status) {
        let error = error_of(tool, answer);
        return if tool.failure.told.has(answer.status) {
            Ok(Verdict::Failed(error.message))
        } else {
            Err(error)
        };
    }
    let content = content(tool, answer)?;
    let Content::Json(value) = &content else { return Ok(Verdict::Content(content)) };
    if let Some(when) = &tool.failure.when
        && when.get(value).is_some_and(is_true)
    {
        return Ok(Verdict::Failed(error_of(tool, answer).message));
    }
    if let Some(schema) = &tool.answer.schema {
        let violations = schema.check(value);
        if !violations.is_empty() {
            return Err(Error::bad_answer(format!(
                "the answer to {} isn't what its schema says: {}",
                tool.name,
                told(&violations)
            ))
            .with_status(answer.status));
        }
    }
    Ok(Verdict::Content(content))
}

/// The error that an answer is, in the upstream's own words.
fn error_of(tool: &Tool, answer: &Answer) -> Error {
    let Answer { status, headers, body } = answer;
    let mut error = ErrorAnswer { status: *status, headers, body }.to_error();
    let said: Option<Value> = std::str::from_utf8(body).ok().and_then(|body| serde_json::from_str(body).ok());
    let part = |pointer: &Option<Pointer>| {
        let value = pointer.as_ref()?.get(said.as_ref()?)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(text.chars().take(MESSAGE).collect::<String>())
    };
    if let Some(message) = part(&tool.failure.message) {
        error.message = format!("the upstream answered {status}: {message}");
    }
    error.code = part(&tool.failure.code).or(error.code);
    error
}

/// The body as what it is, or as what the description says that it is.
fn content(tool: &Tool, answer: &Answer) -> Result<Content, Error> {
    let content_type = answer.header("content-type");
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let wrong = |expected: &str| unexpected(expected, answer.status, content_type, &answer.body);
    let is_json = essence == "application/json" || essence.ends_with("+json") || essence == "text/json";
    let shape = match tool.answer.shape {
        Shape::Auto if essence.starts_with("image/") && !essence.contains("svg") => Shape::Image,
        Shape::Auto if is_json && !answer.body.is_empty() => Shape::Json,
        other => other,
    };
    let text = std::str::from_utf8(&answer.body).ok();
    let json = || text.and_then(|text| serde_json::from_str(text).ok()).map(Content::Json);
    match shape {
        Shape::Json => json().ok_or_else(|| wrong("JSON")),
        Shape::Image if essence.starts_with("image/") => {
            Ok(Content::Image { mime_type: essence, bytes: answer.body.clone() })
        }
        Shape::Image => Err(wrong("an image")),
        Shape::Text => text.map(|text| Content::Text(text.to_owned())).ok_or_else(|| wrong("a UTF-8 text")),
        Shape::Auto if answer.body.is_empty() && !tool.answer.needs_json() => {
            Ok(Content::Text(format!("done (HTTP {}, without content)", answer.status)))
        }
        Shape::Auto => match (json(), text) {
            (Some(json), _) => Ok(json),
            (None, _) if tool.answer.needs_json() => Err(wrong("JSON")),
            (None, Some(text)) => Ok(Content::Text(text.to_owned())),
            (None, None) => Err(wrong("JSON, a text or an image")),
        },
    }
}

/// A value, or each element of an array, with these members only.
pub(super) fn mapped(value: &Value, fields: &[(String, Pointer)]) -> Value {
    if fields.is_empty() {
        return value.clone();
    }
    if let Value::Array(elements) = value {
        return elements.iter().map(|element| mapped(element, fields)).collect();
    }
    let members =
        fields.iter().map(|(name, from)| (name.clone(), from.get(value).cloned().unwrap_or(Value::Null)));
    Value::Object(members.collect::<Map<_, _>>())
}

/// Whether a value says yes: not false, zero, empty or null.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// The error for an answer without a part that the description names.
pub(super) fn nothing_at(tool: &Tool, pointer: &Pointer, answer: &Answer) -> Error {
    Error::bad_answer(format!(
        "the answer to {} has nothing at `{pointer}`: correct the pointer in its description",
        tool.name
    ))
    .with_status(answer.status)
}
