//! What is known of one request, for the parts of a route that ask: conditions
//! and sticky balancing.
//!
//! Most routes ask nothing. So the body stays the bytes that came, and a
//! parameter is looked up in them when somebody wants it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use bytes::Bytes;
use http::HeaderMap;
use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// One request, as far as routes care.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// What the client says about the request, such as `_user`.
    pub metadata: BTreeMap<String, String>,
    /// The JSON body, or nothing where it isn't JSON: then no parameter is there.
    pub body: Bytes,
    /// The URL's path, as in `/v1/chat/completions`.
    pub path: Cow<'static, str>,
    /// The request's headers.
    pub headers: HeaderMap,
    /// When an answer is of no more use, by the router's clock.
    pub deadline: Option<Instant>,
}

impl Facts {
    /// The parameter at a dotted path of the body, as in
    /// `response_format.type`; whole numbers step into lists.
    pub fn param(&self, path: &str) -> Option<Value> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let raw = self.field(first)?;
        let mut value: Value = serde_json::from_str(raw.get()).ok()?;
        for step in rest.into_iter().flat_map(|rest| rest.split('.')) {
            value = match value {
                Value::Object(mut fields) => fields.remove(step)?,
                Value::Array(mut elements) => {
                    let place: usize = step.parse().ok()?;
                    (place < elements.len()).then(|| elements.swap_remove(place))?
                }
                _ => return None,
            };
        }
        Some(value)
    }

    /// One field of the body. Of several with one name the last counts, as it
    /// does for those who read the body later.
    fn field(&self, name: &str) -> Option<&RawValue> {
        let mut body = serde_json::Deserializer::from_slice(&self.body);
        body.deserialize_map(Field { name }).ok()?
    }
}

struct Field<'n> {
    name: &'n str,
}

impl<'b> Visitor<'b> for Field<'_> {
    type Value = Option<&'b RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'b>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Cow<'b, str>>()? {
            if key == self.name {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn param(body: &str, path: &str) -> Option<Value> {
        Facts { body: Bytes::copy_from_slice(body.as_bytes()), ..Facts::default() }.param(path)
    }

    #[test]
    fn parameters_are_found_at_any_depth() {
        let body = r#"{"model":"m","n":3,"format":{"type":"json"},"messages":[{"role":"user"}]}"#;
        assert_eq!(param(body, "model"), Some(json!("m")));
        assert_eq!(param(body, "n"), Some(json!(3)));
        assert_eq!(param(body, "format.type"), Some(json!("json")));
        assert_eq!(param(body, "messages.0.role"), Some(json!("user")));
        for absent in ["nothing", "model.x", "format.kind", "messages.1.role", "messages.x", ""] {
            assert_eq!(param(body, absent), None, "{absent}");
        }
    }

    #[test]
    fn of_two_fields_with_one_name_the_last_counts() {
        assert_eq!(param(r#"{"model":"a","model":"b"}"#, "model"), Some(json!("b")));
    }

    #[test]
    fn a_body_that_is_no_object_has_no_parameters() {
        for body in ["", "[1]", "\"x\"", "{\"model\":", "\u{0}"] {
            assert_eq!(param(body, "model"), None, "{body:?}");
        }
    }
}
