//! Reads `multipart/form-data` (RFC 7578), as far as an upload of one file with
//! a few fields needs it.

#[cfg(test)]
mod tests;

use memchr::memmem;

use super::super::error::ApiError;

/// One part of a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) file_name: Option<&'a str>,
    pub(super) value: &'a [u8],
}

/// The fields of a form, in order.
pub(super) fn fields<'a>(content_type: &str, body: &'a [u8]) -> Result<Vec<Field<'a>>, ApiError> {
    let boundary = boundary(content_type).ok_or_else(|| {
        ApiError::invalid(format!(
            "The content type is multipart/form-data with a boundary, not '{content_type}'."
        ))
    })?;
    read(boundary, body).ok_or_else(|| ApiError::invalid("The form is malformed."))
}

fn boundary(content_type: &str) -> Option<&str> {
    let mut parts = content_type.split(';');
    parts.next().filter(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))?;
    let boundary = parts.find_map(|part| part.trim().strip_prefix("boundary="))?;
    Some(boundary.trim_matches('"')).filter(|boundary| !boundary.is_empty())
}

fn read<'a>(boundary: &str, body: &'a [u8]) -> Option<Vec<Field<'a>>> {
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&delimiter.as_bytes()[2..])?;
    let mut fields = Vec::new();
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let head = memmem::find(rest, b"\r\n\r\n")?;
        let (name, file_name) = names(std::str::from_utf8(&rest[..head]).ok()?)?;
        rest = &rest[head + 4..];
        let end = memmem::find(rest, delimiter.as_bytes())?;
        fields.push(Field { name, file_name, value: &rest[..end] });
        rest = &rest[end + delimiter.len()..];
    }
    Some(fields)
}

/// The name of a field and of its file, from the headers of its part.
fn names(headers: &str) -> Option<(&str, Option<&str>)> {
    let disposition = headers.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let parameter = |wanted: &str| {
        disposition.split(';').find_map(|part| {
            let (name, value) = part.trim().split_once('=')?;
            (name == wanted).then(|| value.trim_matches('"'))
        })
    };
    Some((parameter("name")?, parameter("filename")))
}
