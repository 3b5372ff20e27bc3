//! From a tool and its arguments to a request.
//!
//! Arguments are a model's, and a model repeats what a web page told it to. An
//! argument stays where the description puts it: in a path it can't leave its
//! segment (`/`, `?`, `#` are encoded, and what a server could take for `..` is
//! refused), in a query it can't become a second parameter, in a header it can't
//! begin a second one.

mod address;
mod pairs;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub(crate) use self::address::{literal, next_address};
use self::pairs::{form_of, joined, pairs};
use crate::template::{Piece, Template};
use crate::tool::{Body, Form, Into, Tool, Verb};

/// A request that is ready to be sent, and to be changed into that of the next
/// page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: Verb,
    /// Without the query.
    pub(crate) address: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) payload: Option<Payload>,
    pub(crate) timeout_ms: Option<u64>,
}

/// What is sent with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Payload {
    Json { content_type: String, value: Value },
    Form(Vec<(String, String)>),
}

impl Request {
    /// The request of a tool with these arguments, which were checked. The error
    /// is for the model.
    pub(crate) fn of(tool: &Tool, base_url: &str, arguments: &Map<String, Value>) -> Result<Request, String> {
        let mut address = base_url.trim_end_matches('/').to_owned();
        for segment in &tool.path {
            address.push('/');
            address.push_str(&self::segment(segment, arguments)?);
        }
        let mut query = Vec::new();
        for item in &tool.query {
            query.extend(pairs(item, arguments)?);
        }
        let mut headers = Vec::new();
        for (name, template) in &tool.headers {
            if let Some(value) = header(name, template, arguments)? {
                headers.push((name.clone(), value));
            }
        }
        let payload = match &tool.body {
            Body::None => None,
            Body::Json { content_type, value } => value
                .render(arguments)?
                .map(|value| Payload::Json { content_type: content_type.clone(), value }),
            Body::Form(Form::Items(items)) => {
                let fields =
                    items.iter().map(|item| pairs(item, arguments)).collect::<Result<Vec<_>, _>>()?;
                Some(Payload::Form(fields.into_iter().flatten().collect()))
            }
            Body::Form(Form::Argument(name, styles)) => match arguments.get(name) {
                Some(value) => Some(Payload::Form(form_of(name, value, styles)?)),
                None => None,
            },
        };
        Ok(Request { method: tool.method, address, query, headers, payload, timeout_ms: tool.timeout_ms })
    }

    /// The whole URL.
    pub(crate) fn url(&self) -> String {
        let mut url = self.address.clone();
        if !self.query.is_empty() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&encoded(&self.query));
        }
        url
    }

    /// Puts a value where a page is asked for, in place of the one before.
    pub(crate) fn set(&mut self, into: &Into, value: Value) -> Result<(), String> {
        match into {
            Into::Query(name) => {
                let text = crate::template::scalar(name, &value)?;
                match self.query.iter().position(|(known, _)| known == name) {
                    Some(place) => self.query[place].1 = text,
                    None => self.query.push((name.clone(), text)),
                }
                Ok(())
            }
            Into::Body(pointer) => match &mut self.payload {
                Some(Payload::Json { value: body, .. }) => pointer.set(body, value),
                _ => Err(format!("there is no JSON body whose {pointer} could ask for the next page")),
            },
        }
    }

    /// What stands where a page is asked for, as a number.
    pub(crate) fn number(&self, into: &Into) -> Option<u64> {
        match into {
            Into::Query(name) => self.query.iter().find(|(known, _)| known == name)?.1.parse().ok(),
            Into::Body(pointer) => match &self.payload {
                Some(Payload::Json { value, .. }) => pointer.get(value)?.as_u64(),
                _ => None,
            },
        }
    }
}

impl Payload {
    /// Its content type and its bytes.
    pub(crate) fn bytes(&self) -> (&str, Vec<u8>) {
        match self {
            Payload::Json { content_type, value } => (content_type, value.to_string().into_bytes()),
            Payload::Form(fields) => ("application/x-www-form-urlencoded", encoded(fields).into_bytes()),
        }
    }
}

/// `a=1&b=2`, encoded.
fn encoded(pairs: &[(String, String)]) -> String {
    let encode = jackfield_sdk::http::encode;
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// One segment of a path.
fn segment(template: &Template, arguments: &Map<String, Value>) -> Result<String, String> {
    // As a server reads it, and as it is sent.
    let (mut read, mut sent) = (String::new(), String::new());
    let mut given = None;
    for piece in template.pieces() {
        match piece {
            Piece::Text(text) => {
                read.push_str(text);
                sent.push_str(&literal(text));
            }
            Piece::Argument(name) => {
                let value =
                    arguments.get(name).ok_or_else(|| format!("`{name}` is missing: the path needs it"))?;
                let text = joined(name, value)?
                    .ok_or_else(|| format!("`{name}` can't be null: the path needs it"))?;
                let climbs = text.split(['/', '\\']).any(|part| part == "." || part == "..");
                if climbs || text.chars().any(char::is_control) {
                    return Err(format!(
                        "`{name}` can't be {}: it stands in a path, where `.`, `..` and control characters have no place",
                        Value::from(text)
                    ));
                }
                read.push_str(&text);
                sent.push_str(&jackfield_sdk::http::encode(&text));
                given = Some(name);
            }
        }
    }
    match given {
        Some(name) if read.is_empty() || read == "." || read == ".." => {
            Err(format!("`{name}` makes an empty or relative segment of the path: give another value"))
        }
        _ => Ok(sent),
    }
}

/// A header's value, if it is there.
fn header(name: &str, template: &Template, arguments: &Map<String, Value>) -> Result<Option<String>, String> {
    let Some(value) = template.render(arguments)? else { return Ok(None) };
    let source = template.arguments().next().unwrap_or(name);
    let Some(text) = joined(source, &value)? else { return Ok(None) };
    if text.bytes().all(|c| (b' '..=b'~').contains(&c)) {
        return Ok(Some(text.trim().to_owned()));
    }
    Err(format!(
        "`{source}` goes into the header {name}, which has only printable ASCII characters: remove the others"
    ))
}
