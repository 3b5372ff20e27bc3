//! Guardrails: a member of Converse's body, headers of InvokeModel.

use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

use crate::wire::request::GuardrailConfig;

/// The member of InvokeModel's body that says when a guardrail sees a stream.
const IN_BODY: &str = "amazon-bedrock-guardrailConfig";

/// What a request says of its guardrail: `guardrailConfig` of `extra` before
/// the configured one, member by member. Nothing where neither names one.
pub(crate) fn chosen(
    configured: Option<&GuardrailConfig>,
    asked: Option<Value>,
    stream: bool,
) -> Result<Option<GuardrailConfig>, Error> {
    let asked = match asked {
        None => Map::new(),
        Some(Value::Null) => return Ok(None),
        Some(Value::Object(members)) => members,
        Some(_) => {
            return Err(Error::invalid_request("`guardrailConfig` in `extra` must be an object or null"));
        }
    };
    let text = |name: &str| asked.get(name).and_then(Value::as_str).map(str::to_owned);
    let configured = |of: fn(&GuardrailConfig) -> &str| configured.map(|config| of(config).to_owned());
    let identifier =
        text("guardrailIdentifier").or_else(|| configured(|config| &config.guardrail_identifier));
    let Some(guardrail_identifier) = identifier else {
        return if asked.is_empty() {
            Ok(None)
        } else {
            Err(Error::invalid_request("`guardrailConfig` in `extra` names no `guardrailIdentifier`"))
        };
    };
    let version = text("guardrailVersion").or_else(|| configured(|config| &config.guardrail_version));
    let trace = text("trace").or_else(|| configured(|config| &config.trace));
    let mode = text("streamProcessingMode")
        .or_else(|| configured(|config| config.stream_processing_mode.as_deref().unwrap_or("sync")));
    Ok(Some(GuardrailConfig {
        guardrail_identifier,
        guardrail_version: version.unwrap_or_else(|| "DRAFT".to_owned()),
        trace: trace.unwrap_or_else(|| "disabled".to_owned()),
        stream_processing_mode: mode.filter(|_| stream),
    }))
}

/// InvokeModel's headers for a guardrail.
pub(crate) fn headers(guardrail: &GuardrailConfig) -> [(&'static str, String); 3] {
    [
        ("x-amzn-bedrock-guardrailidentifier", guardrail.guardrail_identifier.clone()),
        ("x-amzn-bedrock-guardrailversion", guardrail.guardrail_version.clone()),
        ("x-amzn-bedrock-trace", guardrail.trace.to_ascii_uppercase()),
    ]
}

/// Puts the mode of a stream into InvokeModel's body.
pub(crate) fn into_body(guardrail: &GuardrailConfig, body: &mut Map<String, Value>) {
    let mode = match guardrail.stream_processing_mode.as_deref() {
        Some("async") => "ASYNCHRONOUS",
        Some(_) => "SYNCHRONOUS",
        None => return,
    };
    body.insert(IN_BODY.to_owned(), serde_json::json!({ "streamProcessingMode": mode }));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn configured() -> GuardrailConfig {
        GuardrailConfig {
            guardrail_identifier: "abc".to_owned(),
            guardrail_version: "3".to_owned(),
            trace: "enabled".to_owned(),
            stream_processing_mode: Some("async".to_owned()),
        }
    }

    #[test]
    fn a_request_has_the_configured_guardrail_its_own_or_none() {
        let configured = configured();
        let plain = chosen(Some(&configured), None, true).unwrap().unwrap();
        assert_eq!(plain, configured);
        let whole = chosen(Some(&configured), None, false).unwrap().unwrap();
        assert_eq!(whole.stream_processing_mode, None, "only streams have a mode");
        let own = chosen(Some(&configured), Some(json!({"guardrailVersion": "4"})), false).unwrap().unwrap();
        assert_eq!((own.guardrail_identifier.as_str(), own.guardrail_version.as_str()), ("abc", "4"));
        assert_eq!(chosen(Some(&configured), Some(Value::Null), false), Ok(None));
        assert_eq!(chosen(None, None, false), Ok(None));
        assert!(chosen(None, Some(json!({"trace": "enabled"})), false).is_err());
        assert!(chosen(None, Some(json!("abc")), false).is_err());
    }

    #[test]
    fn invoke_model_has_it_in_headers_and_the_mode_in_its_body() {
        let [(_, id), (_, version), (_, trace)] = headers(&configured());
        assert_eq!((id.as_str(), version.as_str(), trace.as_str()), ("abc", "3", "ENABLED"));
        let mut body = Map::new();
        into_body(&configured(), &mut body);
        assert_eq!(body[IN_BODY]["streamProcessingMode"], "ASYNCHRONOUS");
    }
}
