//! A finished body as each cloud takes it: the version inside, the model not,
//! and on Bedrock the beta features too.

use jackfield_sdk::base64;
use jackfield_sdk::types::Error;
use serde_json::{Value, json};

use super::{NOT_COUNTED, unwritable};
use crate::convert::forward::beta_names;
use crate::settings::Settings;
use crate::settings::platform::{Operation, Platform};

/// Tokens of an answer that is counted for, not given: Bedrock counts the
/// prompt of a complete request.
const UNUSED_MAX_TOKENS: u32 = 1;

/// Wraps a body. Beta features that go into it are taken from the header's.
pub(super) fn wrap(
    mut body: Value,
    operation: Operation,
    betas: &mut Vec<String>,
    settings: &Settings,
) -> Result<Value, Error> {
    let Some(members) = body.as_object_mut() else {
        return Err(Error::internal("the body is no JSON object"));
    };
    let counts = operation == Operation::Count;
    if counts && settings.platform != Platform::Bedrock {
        members.retain(|name, _| !NOT_COUNTED.contains(&name.as_str()));
    }
    if settings.platform.addresses_model(operation) {
        members.remove("model");
    }
    if let Some(version) = settings.platform.version() {
        members.entry("anthropic_version").or_insert_with(|| Value::from(version));
    }
    if settings.platform != Platform::Bedrock {
        return Ok(body);
    }
    // The address says whether it is a stream.
    members.remove("stream");
    let names = beta_names(&settings.betas, std::mem::take(betas));
    if !names.is_empty() {
        members.insert("anthropic_beta".to_owned(), json!(names));
    }
    if !counts {
        return Ok(body);
    }
    members.insert("max_tokens".to_owned(), Value::from(UNUSED_MAX_TOKENS));
    members.remove("thinking");
    let written = serde_json::to_vec(&body).map_err(|error| unwritable(&error))?;
    Ok(json!({ "input": { "invokeModel": { "body": base64::encode(&written) } } }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::hello;
    use super::super::{Purpose, prepare};
    use super::*;
    use crate::settings::platform::tests::{bedrock, vertex};

    fn body(purpose: Purpose, settings: &Settings) -> (Value, Vec<String>) {
        let request = jackfield_sdk::llm::ChatRequest {
            extra: Some(r#"{"betas":["b-1"],"x":1}"#.to_owned()),
            ..hello()
        };
        let prepared = prepare(&request, purpose, settings).unwrap();
        (serde_json::from_slice(&prepared.body).unwrap(), prepared.betas)
    }

    #[test]
    fn vertex_has_its_version_in_the_body_and_the_model_in_the_address() {
        let (answer, betas) = body(Purpose::Answer, &vertex());
        assert_eq!(answer["anthropic_version"], "vertex-2023-10-16");
        assert_eq!((answer.get("model"), &answer["x"]), (None, &json!(1)));
        assert_eq!(betas, ["b-1"], "they go as a header");
        assert_eq!(body(Purpose::Stream, &vertex()).0["stream"], true);
        let (count, _) = body(Purpose::Count, &vertex());
        assert!(count["model"].is_string(), "the address has none");
        assert_eq!(count.get("max_tokens"), None);
    }

    #[test]
    fn bedrock_has_version_and_features_in_the_body_and_no_stream() {
        let mut settings = bedrock();
        settings.betas = vec!["a".to_owned(), "b-1".to_owned()];
        let (stream, betas) = body(Purpose::Stream, &settings);
        assert_eq!(stream["anthropic_version"], "bedrock-2023-05-31");
        assert_eq!(stream["anthropic_beta"], json!(["a", "b-1"]));
        assert_eq!((stream.get("model"), stream.get("stream")), (None, None));
        assert!(betas.is_empty());
    }

    #[test]
    fn bedrock_counts_a_complete_request() {
        let (count, _) = body(Purpose::Count, &bedrock());
        let written = base64::decode(count["input"]["invokeModel"]["body"].as_str().unwrap()).unwrap();
        let inner: Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(
            (&inner["max_tokens"], &inner["anthropic_version"]),
            (&json!(1), &json!("bedrock-2023-05-31"))
        );
        assert!(inner["messages"].is_array());
    }
}
