//! Content blocks of requests. One of an unknown kind, or with members that the
//! typed form has no field for, passes in its own form.

use jackfield_runtime::api::llm::{Part, ReasoningPart, ResultPart};
use jackfield_runtime::api::types::Media;
use serde_json::value::RawValue;

use super::documents;
use crate::dialect::error::DecodeError;
use crate::dialect::media;
use crate::dialect::read::{self, Text, TextOrParts};

object! {
    /// A block of one of the kinds that are taken apart.
    Block {
        kind: Text<'a> = "type",
        text: Text<'a> = "text",
        image_url: ImageUrl<'a> = "image_url",
        thinking: Text<'a> = "thinking",
        /// What another provider wants back with a thought, as answers here
        /// have it.
        signature: Text<'a> = "signature",
        redacted: Text<'a> = "redacted",
        id: Text<'a> = "id",
        document: &'a RawValue = "document",
    }
}

object! {
    /// What kind of block it is. Of an unknown one, members may be anything.
    Head {
        kind: Text<'a> = "type",
    }
}

object! {
    /// An image by its address or as a data URI.
    ImageUrl {
        url: Text<'a> = "url",
        detail: Text<'a> = "detail",
    }
}

/// Reads a content: as many parts as it has blocks.
pub(super) fn read(path: &str, content: TextOrParts<'_>) -> Result<Vec<Part>, DecodeError> {
    match content {
        TextOrParts::Text(text) => Ok(vec![Part::text(text.into_owned())]),
        TextOrParts::Parts(list) => {
            list.into_iter().enumerate().map(|(place, raw)| block(&format!("{path}[{place}]"), raw)).collect()
        }
    }
}

fn kind<'a>(path: &str, raw: &'a RawValue) -> Result<Text<'a>, DecodeError> {
    let head: Head<'a> = read::raw(path, raw)?;
    head.kind.ok_or_else(|| DecodeError::missing(format!("{path}.type")))
}

fn block(path: &str, raw: &RawValue) -> Result<Part, DecodeError> {
    let kind = kind(path, raw)?;
    let known = matches!(&*kind, "text" | "image_url" | "thinking");
    let block = if known { Some(read::raw::<Block<'_>>(path, raw)?) } else { None };
    let Some(block) = block.filter(|block| block.rest.is_empty() && block.document.is_none()) else {
        return Ok(Part::Native(raw.get().to_owned()));
    };
    let missing = |name: &str| DecodeError::missing(format!("{path}.{name}"));
    Ok(match &*kind {
        "text" => Part::text(block.text.ok_or_else(|| missing("text"))?.into_string()),
        "thinking" => Part::Reasoning(ReasoningPart {
            text: block.thinking.ok_or_else(|| missing("thinking"))?.into_string(),
            signature: block.signature.map(Text::into_string),
            redacted: block.redacted.map(Text::into_string),
            id: block.id.map(Text::into_string),
        }),
        _ => {
            let image = block.image_url.ok_or_else(|| missing("image_url"))?;
            if !image.rest.is_empty() {
                return Ok(Part::Native(raw.get().to_owned()));
            }
            let url = image.url.ok_or_else(|| missing("image_url.url"))?;
            let (source, mime_type) = media::source_of(&format!("{path}.image_url.url"), &url)?;
            let detail = image.detail.map(Text::into_string);
            Part::Image(Media { detail, ..media::media(source, mime_type) })
        }
    })
}

/// Reads a block of what a tool gave.
pub(super) fn result(
    path: &str,
    raw: &RawValue,
    warnings: &mut Vec<String>,
) -> Result<ResultPart, DecodeError> {
    let kind = kind(path, raw)?;
    if !matches!(&*kind, "text" | "document") {
        let message =
            format!("can't be `{kind}` in the result of a tool: take text or document", kind = &*kind);
        return Err(DecodeError::unsupported(format!("{path}.type"), message));
    }
    let block: Block<'_> = read::raw(path, raw)?;
    for name in block.rest.names() {
        warnings.push(format!("`{path}.{name}` was left out: it has no place in a typed result"));
    }
    let missing = |name: &str| DecodeError::missing(format!("{path}.{name}"));
    match &*kind {
        "text" => Ok(ResultPart::Text(block.text.ok_or_else(|| missing("text"))?.into_string())),
        _ => {
            let document = block.document.ok_or_else(|| missing("document"))?;
            documents::result(&format!("{path}.document"), document, warnings)
        }
    }
}
