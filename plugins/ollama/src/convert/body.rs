//! A body's bytes, with the caller's `extra` merged over it. Runtime options
//! are members of a member, and a caller who sets one of them means that one:
//! `options` is merged and not replaced.

use jackfield_sdk::json::{merge_extra, parse_object};
use jackfield_sdk::types::Error;
use serde::Serialize;
use serde_json::Value;

/// Writes it. `stream` is what the body says of streaming, where it does: that
/// isn't the caller's to decide, as the answer is read by it.
pub(super) fn written(
    body: &impl Serialize,
    extra: Option<&str>,
    stream: Option<bool>,
) -> Result<Vec<u8>, Error> {
    let unwritable = |error| Error::internal(format!("the request can't be written as JSON: {error}"));
    let Some(extra) = extra else { return serde_json::to_vec(body).map_err(unwritable) };
    let mut body = serde_json::to_value(body).map_err(unwritable)?;
    let mut extra = parse_object("extra", extra)?;
    if let (Some(Value::Object(own)), Some(Value::Object(more))) = (body.get("options"), extra.get("options"))
    {
        let mut options = own.clone();
        options.extend(more.clone());
        options.retain(|_, value| !value.is_null());
        extra.insert("options".to_owned(), Value::Object(options));
    }
    merge_extra(&mut body, Some(&Value::Object(extra).to_string()))?;
    if let Some(stream) = stream {
        body["stream"] = Value::Bool(stream);
    }
    serde_json::to_vec(&body).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn options_are_merged_and_everything_else_is_replaced() {
        let body = json!({"model": "m", "options": {"a": 1, "b": 2, "c": 3}, "think": true, "stream": true});
        let extra = r#"{"options":{"b":7,"c":null,"d":8},"think":null,"stream":false,"shift":false}"#;
        let written: Value =
            serde_json::from_slice(&written(&body, Some(extra), Some(true)).unwrap()).unwrap();
        assert_eq!(
            written,
            json!({"model": "m", "options": {"a": 1, "b": 7, "d": 8}, "stream": true, "shift": false})
        );
    }

    #[test]
    fn options_where_there_were_none_are_the_callers() {
        let extra = r#"{"options":{"num_ctx":1}}"#;
        let written: Value =
            serde_json::from_slice(&written(&json!({}), Some(extra), None).unwrap()).unwrap();
        assert_eq!(written, json!({"options": {"num_ctx": 1}}));
    }
}
