//! JSON that is carried along as it came must be JSON that every reader can hold.
//!
//! Against a body that the grammar allows and readers don't: a number beyond all
//! floats, half a surrogate pair, nesting without end. Nobody looks into such a
//! member before a plugin puts its own request together, and fails there, for no
//! reason that its client is told of. So it is refused here, with its place.

use std::fmt;

use jackfield_runtime::api::llm::{ChatRequest, Part, ResponseFormat, ResultPart, Tool};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::error::DecodeError;

/// Checks all JSON that a chat request carries along.
pub(super) fn chat(request: &ChatRequest) -> Result<(), DecodeError> {
    extra(request.extra.as_deref())?;
    for (place, tool) in request.tools.iter().enumerate() {
        let json = match tool {
            Tool::Function(function) => &function.parameters,
            Tool::Native(json) => json,
        };
        value(|| format!("tools[{place}]"), json)?;
    }
    if let Some(ResponseFormat::JsonSchema(format)) = &request.response_format {
        value(|| "response_format".to_owned(), &format.schema)?;
    }
    for (place, message) in request.messages.iter().enumerate() {
        for part in &message.content {
            match part {
                Part::Native(json) => value(|| format!("messages[{place}]"), json)?,
                Part::ToolResult(result) => {
                    for part in &result.content {
                        if let ResultPart::Json(json) = part {
                            value(|| format!("messages[{place}]"), json)?;
                        }
                    }
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Checks the members that no field stands for.
pub(super) fn extra(json: Option<&str>) -> Result<(), DecodeError> {
    json.map_or(Ok(()), |json| value(String::new, json))
}

fn value(place: impl FnOnce() -> String, json: &str) -> Result<(), DecodeError> {
    let Err(error) = serde_json::from_str::<Sound>(json) else { return Ok(()) };
    let mut again = serde_json::Deserializer::from_str(json);
    let within = match serde_path_to_error::deserialize::<_, Sound>(&mut again) {
        Err(error) => error.path().to_string(),
        Ok(_) => String::new(),
    };
    let within = within.trim_end_matches('?').trim_end_matches('.');
    let place = match (place(), within) {
        (place, "") if place.is_empty() => "extra".to_owned(),
        (place, "") => place,
        (place, within) if place.is_empty() => within.to_owned(),
        (place, within) if within.starts_with('[') => format!("{place}{within}"),
        (place, within) => format!("{place}.{within}"),
    };
    // Deep within, the place itself is without end.
    let place = place.chars().take(200).collect::<String>();
    Err(DecodeError::invalid(place, format!("holds JSON that can't be passed on: {error}")))
}

/// A value that can be held, and isn't.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Sound {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        // Names are borrowed or copied; what counts is that they can be.
        while map.next_key::<std::borrow::Cow<'de, str>>()?.is_some() {
            map.next_value::<Self>()?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{anthropic_messages, openai_chat, openai_embeddings, openai_responses, rerank};

    const UNSOUND: [&str; 5] =
        ["1e400", "[0, -1e400]", r#""\ud800""#, r#"{"\udc00": 1}"#, r#"{"a": {"b": 1e999}}"#];

    fn refused(path: &str, error: Option<super::DecodeError>) {
        let error = error.unwrap_or_else(|| panic!("it was taken: {path}"));
        assert!(error.path.starts_with(path), "{error:?} isn't at {path}");
    }

    #[test]
    fn what_a_reader_cannot_hold_is_refused_wherever_it_is_carried_along() {
        let deep = format!("{}0{}", "[".repeat(200), "]".repeat(200));
        for odd in UNSOUND.into_iter().chain([deep.as_str()]) {
            let chat = |members: &str| {
                let messages = r#""messages":[{"role":"user","content":"hi"}]"#;
                openai_chat::decode(format!(r#"{{"model":"m",{messages},{members}}}"#).as_bytes()).err()
            };
            refused("new", chat(&format!(r#""new":{odd}"#)));
            let tool = format!(
                r#""tools":[{{"type":"function","function":{{"name":"f","parameters":{{"x":{odd}}}}}}}]"#
            );
            refused("tools[0].x", chat(&tool));
            let block = format!(
                r#"{{"model":"m","max_tokens":9,"messages":[{{"role":"assistant","content":[{{"type":"server_tool_use","x":{odd}}}]}}]}}"#
            );
            refused("messages[0]", anthropic_messages::decode(block.as_bytes()).err());
            refused("messages[0]", anthropic_messages::decode_count(block.as_bytes()).err());
            let input = format!(r#"{{"model":"m","input":"hi","new":{odd}}}"#);
            refused("new", openai_embeddings::decode(input.as_bytes()).err());
            refused("new", openai_responses::decode(input.as_bytes()).err());
            let query = format!(r#"{{"model":"m","query":"q","documents":["d"],"new":{odd}}}"#);
            refused("new", rerank::decode(query.as_bytes()).err());
        }
    }

    #[test]
    fn what_only_looks_odd_is_taken() {
        let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}],
            "new":{"a":18446744073709551616,"b":1e-400,"c":"\ud83e\udd80","d":[[[]]],"e":null,"é":-0.0}}"#;
        assert!(openai_chat::decode(body.as_bytes()).is_ok());
    }
}
