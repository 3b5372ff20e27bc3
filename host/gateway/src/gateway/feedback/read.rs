//! Reads feedback strictly: a value out of its range says nothing.

use jackfield_router::feedback::{Change, Feedback};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::dialect::{DecodeError, lenient};

/// The most feedbacks of one request.
const MOST: usize = 1_000;

/// The most characters of a trace's id, as for `x-portkey-trace-id`.
const MOST_TRACE: usize = 256;

/// The most bytes of metadata.
const MOST_METADATA: usize = 16 << 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    trace_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    value: Option<i64>,
    weight: Option<f64>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

/// One that is new, or a list of such. Each has a trace and a value; one
/// without a weight weighs 1.
pub(super) fn new(body: &[u8]) -> Result<Vec<Feedback>, DecodeError> {
    if body.trim_ascii_start().first() != Some(&b'[') {
        return Ok(vec![whole("", object("", body)?)?]);
    }
    let items: Vec<&RawValue> = json("", body)?;
    if items.is_empty() || items.len() > MOST {
        return Err(DecodeError::invalid("", format!("1 to {MOST} feedbacks are right")));
    }
    let item = |(place, item): (usize, &RawValue)| {
        let path = format!("[{place}]");
        whole(&path, object(&path, item.get().as_bytes())?)
    };
    items.into_iter().enumerate().map(item).collect()
}

/// A change: anything but the trace, which stays.
pub(super) fn change(body: &[u8]) -> Result<Change, DecodeError> {
    let (trace_id, change) = object("", body)?;
    if trace_id.is_some() {
        return Err(DecodeError::invalid("trace_id", "can't be changed"));
    }
    if change == Change::default() {
        return Err(DecodeError::invalid("", "nothing is changed: write `value`, `weight` or `metadata`"));
    }
    Ok(change)
}

/// A feedback that lacks nothing; the weight, which may be left out, is 1.
fn whole(path: &str, (trace_id, change): (Option<String>, Change)) -> Result<Feedback, DecodeError> {
    let missing = |name| DecodeError::missing(member(path, name));
    Ok(Feedback {
        trace_id: trace_id.ok_or_else(|| missing("trace_id"))?,
        value: change.value.ok_or_else(|| missing("value"))?,
        weight: change.weight.unwrap_or(1.0),
        metadata: change.metadata,
    })
}

/// The trace, and everything else that may be said.
fn object(path: &str, text: &[u8]) -> Result<(Option<String>, Change), DecodeError> {
    // A list would be read as the members in their order.
    if text.trim_ascii_start().first() != Some(&b'{') {
        return Err(DecodeError::invalid(path, "must be a JSON object"));
    }
    let wire: Wire<'_> = json(path, text)?;
    let trace_fits = |id: &String| !id.is_empty() && id.chars().count() <= MOST_TRACE;
    if wire.trace_id.as_ref().is_some_and(|id| !trace_fits(id)) {
        let message = format!("must have 1 to {MOST_TRACE} characters");
        return Err(DecodeError::invalid(member(path, "trace_id"), message));
    }
    let value = wire.value.map(|value| {
        let fits = i8::try_from(value).ok().filter(|value| (-10..=10).contains(value));
        fits.ok_or_else(|| {
            DecodeError::invalid(member(path, "value"), "must be a whole number from -10 to 10")
        })
    });
    if wire.weight.is_some_and(|weight| !(0.0..=1.0).contains(&weight)) {
        return Err(DecodeError::invalid(member(path, "weight"), "must be a number from 0 to 1"));
    }
    let metadata = wire.metadata.map(|raw| metadata(&member(path, "metadata"), raw));
    let change = Change { value: value.transpose()?, weight: wire.weight, metadata: metadata.transpose()? };
    Ok((wire.trace_id, change))
}

/// An object, or the text of one, as older clients send it.
fn metadata(path: &str, raw: &RawValue) -> Result<String, DecodeError> {
    let text = match raw.get().starts_with('"') {
        true => json(path, raw.get().as_bytes())?,
        false => raw.get().to_owned(),
    };
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text);
    if object.is_err() || text.len() > MOST_METADATA {
        let message = format!("must be a JSON object of at most {MOST_METADATA} bytes");
        return Err(DecodeError::invalid(path, message));
    }
    Ok(text)
}

fn json<'a, T: Deserialize<'a>>(path: &str, text: &'a [u8]) -> Result<T, DecodeError> {
    let mut from = serde_json::Deserializer::from_slice(text);
    let read = serde_path_to_error::deserialize(&mut from).map_err(|error| {
        let inner = error.path().to_string();
        let inner = inner.trim_end_matches('?').trim_end_matches('.');
        let place = if inner.is_empty() { path.to_owned() } else { member(path, inner) };
        DecodeError::invalid(place, error.inner().to_string())
    })?;
    from.end().map_err(|error| DecodeError::invalid(path, error.to_string()))?;
    Ok(read)
}

fn member(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(error: Result<impl std::fmt::Debug, DecodeError>) -> (String, String) {
        let error = error.unwrap_err();
        (error.path, error.message)
    }

    #[test]
    fn a_feedback_has_a_trace_and_a_value() {
        let body = br#"{"trace_id":"t","value":-10,"weight":0.5,"metadata":{"_user":"u","n":1}}"#;
        let wanted = Feedback {
            trace_id: "t".to_owned(),
            value: -10,
            weight: 0.5,
            metadata: Some(r#"{"_user":"u","n":1}"#.to_owned()),
        };
        assert_eq!(new(body).unwrap(), [wanted]);
        // As Portkey's own client writes what it wasn't given.
        let bare = new(br#"{"trace_id":"t","value":10,"weight":null,"metadata":null}"#).unwrap();
        assert_eq!((bare[0].weight, &bare[0].metadata), (1.0, &None));
        let text = new(br#"{"trace_id":"t","value":0,"metadata":"{\"a\":\"b\"}"}"#).unwrap();
        assert_eq!(text[0].metadata.as_deref(), Some(r#"{"a":"b"}"#));
        assert_eq!(new(br#" [{"trace_id":"a","value":1},{"trace_id":"b","value":2}]"#).unwrap().len(), 2);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let long = format!(r#"{{"trace_id":"{}","value":1}}"#, "x".repeat(257));
        for (body, path) in [
            ("[]", ""),
            ("5", ""),
            ("{", ""),
            (r#"{"trace_id":"t","value":1} x"#, ""),
            (r#"{"value":1}"#, "trace_id"),
            (r#"{"trace_id":"","value":1}"#, "trace_id"),
            (&long, "trace_id"),
            (r#"{"trace_id":"t"}"#, "value"),
            (r#"{"trace_id":"t","value":11}"#, "value"),
            (r#"{"trace_id":"t","value":-11}"#, "value"),
            (r#"{"trace_id":"t","value":256}"#, "value"),
            (r#"{"trace_id":"t","value":0.5}"#, "value"),
            (r#"{"trace_id":"t","value":1,"weight":1.1}"#, "weight"),
            (r#"{"trace_id":"t","value":1,"weight":-0.1}"#, "weight"),
            (r#"{"trace_id":"t","value":1,"metadata":[]}"#, "metadata"),
            (r#"{"trace_id":"t","value":1,"metadata":"x"}"#, "metadata"),
            (r#"[{"trace_id":"t","value":1},{"trace_id":"t"}]"#, "[1].value"),
            (r#"[{"trace_id":"t","value":1},["t",1]]"#, "[1]"),
        ] {
            assert_eq!(refused(new(body.as_bytes())).0, path, "{body}");
        }
        let (path, message) = refused(new(br#"{"trace_id":"t","value":1,"score":2}"#));
        assert!(path == "score" || message.contains("`score`"), "{path}: {message}");
    }

    #[test]
    fn a_change_leaves_the_trace_and_changes_something() {
        let changed = change(br#"{"value":7.0}"#).unwrap();
        assert_eq!((changed.value, changed.weight), (Some(7), None));
        assert_eq!(refused(change(br#"{"trace_id":"t","value":1}"#)).0, "trace_id");
        assert!(refused(change(b"{}")).1.contains("nothing is changed"));
    }
}
