//! Reads the form of a transcription, a `multipart/form-data` body (RFC 7578).
//!
//! Against forms that cost more than they should: the body's size was limited
//! when it was taken in; here the number of fields and the size of texts are.
//! What is encoded in a way that isn't undone is refused, not misread.

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::stream;
use http::HeaderValue;
use multer::{Field, Multipart};

use crate::dialect::DecodeError;
use crate::dialect::audio::{File, Form};

/// The most fields. Forms of clients have ten or so; each of several values
/// of one list is a field.
const MOST_FIELDS: usize = 256;

/// The most bytes of a text.
const MOST_TEXT: usize = 1 << 20;

/// Reads a form.
pub(super) fn read(content_type: Option<&HeaderValue>, body: Bytes) -> Result<Form, DecodeError> {
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(|error| {
        DecodeError::invalid("", format!("the body must be multipart/form-data: {error}"))
    })?;
    let whole = stream::once(std::future::ready(Ok::<_, std::io::Error>(body)));
    // All of the body is there, so a reader that still waits for more has none to wait for.
    let read = form(Multipart::new(whole, boundary)).now_or_never();
    read.unwrap_or_else(|| Err(DecodeError::invalid("", "the body isn't a whole form")))
}

async fn form(mut parts: Multipart<'_>) -> Result<Form, DecodeError> {
    let wrong = |error: multer::Error| DecodeError::invalid("", format!("the body isn't a form: {error}"));
    let mut form = Form::default();
    let mut count = 0;
    while let Some(part) = parts.next_field().await.map_err(wrong)? {
        count += 1;
        if count > MOST_FIELDS {
            return Err(DecodeError::invalid("", format!("the form has more than {MOST_FIELDS} fields")));
        }
        let name = part.name().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(DecodeError::invalid("", "a field of the form has no name"));
        }
        check_encoding(&name, &part)?;
        let (file_name, mime_type) =
            (part.file_name().map(str::to_owned), part.content_type().map(ToString::to_string));
        let bytes = part.bytes().await.map_err(wrong)?;
        match file_name {
            Some(file_name) if name == "file" => {
                let file = File { name: file_name, mime_type, data: bytes.into() };
                if form.file.replace(file).is_some() {
                    return Err(DecodeError::invalid("file", "comes twice"));
                }
            }
            None if name == "file" => {
                return Err(DecodeError::invalid(
                    "file",
                    "must have a file name, whose extension tells the format",
                ));
            }
            Some(_) => return Err(DecodeError::invalid(name, "must be a text; only `file` is a file")),
            None => {
                let text = text(&name, &bytes)?;
                form.fields.push((name, text));
            }
        }
    }
    Ok(form)
}

fn text(name: &str, bytes: &[u8]) -> Result<String, DecodeError> {
    if bytes.len() > MOST_TEXT {
        return Err(DecodeError::invalid(name, format!("is longer than {MOST_TEXT} bytes")));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| DecodeError::invalid(name, "isn't UTF-8"))?;
    Ok(text.to_owned())
}

/// RFC 7578 has done away with encodings of parts; some clients still name
/// those that change nothing.
fn check_encoding(name: &str, part: &Field<'_>) -> Result<(), DecodeError> {
    let Some(encoding) = part.headers().get("content-transfer-encoding") else { return Ok(()) };
    let plain = ["binary", "8bit", "7bit"]
        .iter()
        .any(|plain| encoding.as_bytes().eq_ignore_ascii_case(plain.as_bytes()));
    match plain {
        true => Ok(()),
        false => {
            Err(DecodeError::invalid(name, "has a content-transfer-encoding; send its bytes as they are"))
        }
    }
}

#[cfg(test)]
mod tests;
