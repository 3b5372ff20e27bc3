//! Documents: a text, or an object whose members the model sees, names and
//! all. A typed document is a text with a title: an object of nothing else
//! becomes that, any other its JSON text, which the `cohere` plugin takes apart
//! again.

use jackfield_runtime::api::llm::ResultPart;
use jackfield_runtime::api::types::{Document, Source};
use serde_json::value::RawValue;

use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Rest, Text};

object! {
    /// A document with its id.
    Wire {
        id: Text<'a> = "id",
        data: &'a RawValue = "data",
    }
}

/// Reads one that stands beside the conversation.
pub(super) fn read(
    path: &str,
    raw: &RawValue,
    cite: bool,
    warnings: &mut Vec<String>,
) -> Result<Document, DecodeError> {
    let document = |text: String, name| Document {
        source: Source::Data(text.into_bytes()),
        mime_type: Some("text/plain".to_owned()),
        name,
        context: None,
        citations: cite,
    };
    if raw.get().starts_with('"') {
        return Ok(document(read::raw::<String>(path, raw)?, None));
    }
    let (place, data) = data(path, raw, warnings)?;
    if data.get().starts_with('"') {
        return Ok(document(read::raw::<String>(&place, data)?, None));
    }
    let members: Rest<'_> = read::raw(&place, data)?;
    let text_of = |name: &str| {
        let (_, raw) = members.iter().find(|(known, _)| *known == name)?;
        serde_json::from_str::<String>(raw.get()).ok()
    };
    let title = text_of("title");
    let plain = members.names().all(|name| name == "text" || name == "title" && title.is_some());
    // A text that is an object itself would be taken for the members.
    let text = text_of("text").filter(|text| plain && !text.trim_start().starts_with('{'));
    Ok(document(text.unwrap_or_else(|| data.get().to_owned()), title))
}

/// Reads one that a tool gave.
pub(super) fn result(
    path: &str,
    raw: &RawValue,
    warnings: &mut Vec<String>,
) -> Result<ResultPart, DecodeError> {
    let (place, data) = data(path, raw, warnings)?;
    Ok(match data.get().starts_with('"') {
        true => ResultPart::Text(read::raw(&place, data)?),
        false => ResultPart::Json(data.get().to_owned()),
    })
}

/// What a document holds, an object or a text, and its place.
fn data<'a>(
    path: &str,
    raw: &'a RawValue,
    warnings: &mut Vec<String>,
) -> Result<(String, &'a RawValue), DecodeError> {
    let wire: Wire<'a> = read::raw(path, raw)?;
    for name in wire.id.iter().map(|_| "id").chain(wire.rest.names()) {
        warnings.push(format!("`{path}.{name}` was left out: it has no place in a typed document"));
    }
    let place = format!("{path}.data");
    let data = wire.data.ok_or_else(|| DecodeError::missing(place.as_str()))?;
    match data.get().as_bytes().first() {
        Some(b'{' | b'"') => Ok((place, data)),
        _ => Err(DecodeError::invalid(place, "must be an object or a string")),
    }
}
