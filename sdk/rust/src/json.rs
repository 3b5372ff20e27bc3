//! Small things that every JSON dialect needs: merging a caller's `extra` over
//! a body, reading JSON that a caller handed in, and fields that upstreams
//! write as a string today and a number tomorrow.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::types::Error;

/// Merges the members of `extra`, a JSON object, over `body`: the caller's
/// value wins, null removes a member. Shallow: nested objects are replaced.
///
/// An error of kind `invalid-request` where `extra` isn't an object.
pub fn merge_extra(body: &mut Value, extra: Option<&str>) -> Result<(), Error> {
    let Some(extra) = extra else { return Ok(()) };
    let extra = parse_object("extra", extra)?;
    let Value::Object(body) = body else {
        return Err(Error::internal("`extra` was to be merged over a body that isn't a JSON object"));
    };
    for (name, value) in extra {
        match value {
            Value::Null => body.remove(&name),
            value => body.insert(name, value),
        };
    }
    Ok(())
}

/// Parses a JSON text that came from the caller. `name` says which argument it
/// was, for the error of kind `invalid-request`.
pub fn parse_arg(name: &str, text: &str) -> Result<Value, Error> {
    serde_json::from_str(text)
        .map_err(|error| Error::invalid_request(format!("`{name}` isn't JSON: {error}")))
}

/// The same, where it must be an object.
pub fn parse_object(name: &str, text: &str) -> Result<Map<String, Value>, Error> {
    match parse_arg(name, text)? {
        Value::Object(object) => Ok(object),
        other => {
            Err(Error::invalid_request(format!("`{name}` must be a JSON object, but it is {}", kind(&other))))
        }
    }
}

/// A JSON object of the caller's that is sent as it came, its numbers and the
/// order of its members with it. `what` names it in the error.
pub fn raw_object<'a>(what: &str, text: &'a str) -> Result<&'a RawValue, Error> {
    let raw: &RawValue = serde_json::from_str(text)
        .map_err(|error| Error::invalid_request(format!("{what} must be a JSON object: {error}")))?;
    if raw.get().starts_with('{') {
        Ok(raw)
    } else {
        Err(Error::invalid_request(format!("{what} must be a JSON object")))
    }
}

/// What a JSON value is, with its article, for messages.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A string that some upstreams write as a number or a boolean, such as an
/// error's `code`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LenientString(pub String);

impl<'de> Deserialize<'de> for LenientString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(LenientString(text)),
            other @ (Value::Number(_) | Value::Bool(_)) => Ok(LenientString(other.to_string())),
            other => Err(serde::de::Error::custom(format_args!(
                "expected a string or a number, found {}",
                kind(&other)
            ))),
        }
    }
}

impl From<LenientString> for String {
    fn from(lenient: LenientString) -> String {
        lenient.0
    }
}

/// For `#[serde(default, deserialize_with = "string_or_number")]`: a string, a
/// number as its text, or nothing where it is null or something else.
pub fn string_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        other @ (Value::Number(_) | Value::Bool(_)) => Some(other.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::types::ErrorKind;

    #[test]
    fn extra_wins_over_the_body_and_null_removes() {
        let mut body = json!({"model": "m", "n": 1, "nested": {"a": 1, "b": 2}});
        merge_extra(&mut body, Some(r#"{"n": null, "model": "other", "nested": {"c": 3}, "new": [1]}"#))
            .unwrap();
        assert_eq!(body, json!({"model": "other", "nested": {"c": 3}, "new": [1]}));
        merge_extra(&mut body, None).unwrap();
        assert_eq!(body["model"], "other");
    }

    #[test]
    fn extra_that_is_no_object_is_the_callers_fault() {
        for extra in ["[1]", "1", "{", "", "null"] {
            let error = merge_extra(&mut json!({}), Some(extra)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidRequest, "{extra}");
            assert!(error.message.contains("`extra`"), "{}", error.message);
            assert!(!error.sent);
        }
    }

    #[test]
    fn an_object_is_sent_as_it_came() {
        assert_eq!(raw_object("it", r#" {"b":1.0,"a":2} "#).unwrap().get(), r#"{"b":1.0,"a":2}"#);
        for text in ["[1]", "null", "{", ""] {
            let error = raw_object("`it`", text).unwrap_err();
            assert!(error.kind == ErrorKind::InvalidRequest && error.message.contains("`it`"), "{text}");
        }
    }

    #[test]
    fn a_code_may_be_a_string_a_number_or_missing() {
        #[derive(Deserialize)]
        struct Coded {
            #[serde(default, deserialize_with = "string_or_number")]
            code: Option<String>,
        }
        for (text, expected) in [
            (r#"{"code": "busy"}"#, Some("busy")),
            (r#"{"code": 1302}"#, Some("1302")),
            (r#"{"code": null}"#, None),
            (r#"{"code": {}}"#, None),
            ("{}", None),
        ] {
            assert_eq!(serde_json::from_str::<Coded>(text).unwrap().code.as_deref(), expected, "{text}");
        }
        assert_eq!(serde_json::from_str::<LenientString>("7").unwrap().0, "7");
        assert!(serde_json::from_str::<LenientString>("{}").is_err());
    }
}
