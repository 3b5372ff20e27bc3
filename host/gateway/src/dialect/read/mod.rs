//! Reading a client's JSON: strictly, because a client is told what is wrong
//! with its request and where, and in place, because a request's texts are
//! borrowed from its bytes until they are copied once into the typed form.
//! Members that no field stands for are kept as slices of the body.

#[macro_use]
mod object;
mod value;
mod whole;

use serde::Deserialize;
use serde::de::DeserializeSeed;
use serde_json::value::RawValue;

pub(crate) use object::{Rest, member_name};
pub(crate) use value::{Labels, OneOrMany, Text, TextOrParts};
pub(crate) use whole::{Value, lenient, whole};

use super::error::DecodeError;

/// Reads a body.
pub(crate) fn body<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, DecodeError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| DecodeError::invalid("", format!("the body isn't UTF-8: {error}")))?;
    value("", text)
}

/// Reads a value that was kept as its text, found at `path` of the body.
pub(crate) fn raw<'a, T: Deserialize<'a>>(path: &str, raw: &'a RawValue) -> Result<T, DecodeError> {
    value(path, raw.get())
}

/// Reading keeps no track of where it is. A text that turns out wrong is read
/// once more by a slower reader that does.
fn value<'a, T: Deserialize<'a>>(path: &str, text: &'a str) -> Result<T, DecodeError> {
    let error = match quickly(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let mut again = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let again = serde_path_to_error::Deserializer::new(&mut again, &mut track);
    let inner = match Value::<T>::new().deserialize(again) {
        Err(_) => track.path().to_string(),
        Ok(_) => String::new(),
    };
    // A dot is the root, and a question mark a place that isn't known.
    let inner = inner.trim_end_matches('?').trim_end_matches('.');
    let whole = match (path.is_empty(), inner.is_empty() || inner.starts_with('[')) {
        (true, _) => inner.to_owned(),
        (false, true) => format!("{path}{inner}"),
        (false, false) => format!("{path}.{inner}"),
    };
    Err(DecodeError::invalid(whole, error.to_string()))
}

fn quickly<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    let mut from = serde_json::Deserializer::from_str(text);
    let value = Value::new().deserialize(&mut from)?;
    from.end()?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    object! {
        /// A sample.
        Sample {
            name: Text<'a> = "name",
            list: Vec<Inner<'a>> = "list",
        }
    }

    object! {
        /// What it holds.
        Inner {
            count: u32 = "count",
        }
    }

    #[test]
    fn errors_name_the_place() {
        let error = body::<Sample<'_>>(br#"{"list": [{"count": 1}, {"count": "x"}]}"#).unwrap_err();
        assert_eq!(error.path, "list[1].count");
        let error = body::<Sample<'_>>(b"{").unwrap_err();
        assert_eq!(error.path, "");
        let error = body::<Sample<'_>>(br#"{} x"#).unwrap_err();
        assert!(error.message.contains("trailing"), "{}", error.message);
        assert!(body::<Sample<'_>>(b"\xff").unwrap_err().message.contains("UTF-8"));
    }

    #[test]
    fn the_place_of_a_value_kept_as_text_is_within_the_body() {
        let kept: &RawValue = serde_json::from_str(r#"{"list": [{"count": -1}]}"#).unwrap();
        assert_eq!(raw::<Sample<'_>>("a[3]", kept).unwrap_err().path, "a[3].list[0].count");
    }

    #[test]
    fn a_member_may_come_once_and_null_is_as_good_as_nothing() {
        let error = body::<Sample<'_>>(br#"{"name": "a", "name": "b"}"#).unwrap_err();
        assert!(error.message.contains("duplicate"), "{}", error.message);
        let sample: Sample<'_> = body(br#"{"name": null, "list": null, "x": null}"#).unwrap();
        assert!(sample.name.is_none() && sample.list.is_none() && sample.rest.is_empty());
    }

    #[test]
    fn unknown_members_are_kept_as_they_came() {
        let sample: Sample<'_> = body(br#"{"x": {"a": [1, 2]}, "y\n": 1.50}"#).unwrap();
        assert_eq!(sample.rest.to_json().unwrap(), r#"{"x":{"a": [1, 2]},"y\n":1.50}"#);
    }
}
