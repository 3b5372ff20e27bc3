//! Which operation serves a chat, and what a request's `extra` says to this
//! plugin rather than to the API: `api`, `modelFamily`, `guardrailConfig`.

use jackfield_sdk::json::parse_object;
use jackfield_sdk::settings::word;
use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

use crate::settings::model::{Family, listed, without_region};
use crate::settings::{Api, Settings};

/// How a chat is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Converse,
    Invoke(Family),
}

/// The members of `extra`, those for this plugin apart.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    pub(crate) api: Option<Api>,
    pub(crate) family: Option<Family>,
    pub(crate) guardrail: Option<Value>,
    /// What is merged over the body.
    pub(crate) members: Map<String, Value>,
}

impl Extra {
    pub(crate) fn read(extra: Option<&str>) -> Result<Self, Error> {
        let Some(extra) = extra else { return Ok(Self::default()) };
        let mut members = parse_object("extra", extra)?;
        let mut text = |name: &str| match members.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Error::invalid_request(format!("`{name}` in `extra` must be a string"))),
        };
        let (api, family) = (text("api")?, text("modelFamily")?);
        let said = |name: &'static str| {
            move |error: Error| Error {
                message: error.message.replace(&format!("config.{name}"), &format!("`{name}` in `extra`")),
                ..error
            }
        };
        let api = api.map(|api| word("api", &api, &Api::WORDS)).transpose().map_err(said("api"))?;
        let family = family.map(|family| word("modelFamily", &family, &Family::WORDS)).transpose();
        Ok(Self {
            api,
            family: family.map_err(said("modelFamily"))?,
            guardrail: members.remove("guardrailConfig"),
            members,
        })
    }

    /// Merges what is left over a body: null removes a member, and the fields
    /// for the model itself are merged one by one.
    pub(crate) fn merge(self, body: &mut Map<String, Value>) {
        const FIELDS: &str = "additionalModelRequestFields";
        for (name, value) in self.members {
            match (value, body.get_mut(&name)) {
                (Value::Null, _) => drop(body.remove(&name)),
                (Value::Object(more), Some(Value::Object(fields))) if name == FIELDS => fields.extend(more),
                (value, _) => drop(body.insert(name, value)),
            }
        }
    }
}

/// Decides for a chat.
pub(crate) fn way(model: &str, extra: &Extra, settings: &Settings) -> Result<Way, Error> {
    let invoked = match extra.api.unwrap_or(settings.api) {
        Api::Converse => false,
        Api::Invoke => true,
        Api::Auto => listed(&settings.invoke, model),
    };
    if !invoked {
        return Ok(Way::Converse);
    }
    match family(model, extra, settings)? {
        Family::Claude => Err(Error::unsupported(
            "Claude's own body is spoken by the plugin `anthropic`: use the preset `bedrock-anthropic` for it, or Converse (api = \"converse\")",
        )),
        family => Ok(Way::Invoke(family)),
    }
}

/// The body that a model takes.
pub(crate) fn family(model: &str, extra: &Extra, settings: &Settings) -> Result<Family, Error> {
    extra.family.or_else(|| settings.families.of(model).copied()).ok_or_else(|| {
        Error::invalid_request(format!(
            "nothing tells which body the model `{model}` takes: add `{model}=FAMILY` to config.families, or send `extra` with {{\"modelFamily\": \"FAMILY\"}}"
        ))
    })
}

/// Whether a model can't stream.
pub(crate) fn is_whole(model: &str, settings: &Settings) -> bool {
    listed(&settings.whole, model)
}

/// The path of an operation on a model, whose id may be an ARN with slashes.
pub(crate) fn path(model: &str, operation: &str) -> String {
    format!("model/{}/{operation}", jackfield_sdk::http::encode(model))
}

/// The path of counting tokens, which takes the model itself, not one of its
/// regional profiles.
pub(crate) fn count_path(model: &str) -> String {
    path(without_region(model), "count-tokens")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    fn extra(text: &str) -> Extra {
        Extra::read(Some(text)).unwrap()
    }

    #[test]
    fn converse_serves_all_but_the_models_that_it_does_not() {
        let settings = settings();
        let way = |model: &str, extra: &Extra| way(model, extra, &settings).unwrap();
        let none = Extra::default();
        assert_eq!(way("us.anthropic.claude-sonnet-4-5-20250929-v1:0", &none), Way::Converse);
        assert_eq!(way("ai21.j2-mid-v1", &none), Way::Invoke(Family::Jurassic));
        assert_eq!(way("ai21.j2-mid-v1", &extra(r#"{"api":"converse"}"#)), Way::Converse);
        assert_eq!(way("amazon.nova-lite-v1:0", &extra(r#"{"api":"invoke"}"#)), Way::Invoke(Family::Nova));
        let arn = "arn:aws:sagemaker:us-east-1:012345678901:endpoint/e";
        assert_eq!(way(arn, &extra(r#"{"modelFamily":"completions"}"#)), Way::Invoke(Family::Completions));
    }

    #[test]
    fn a_body_that_nothing_tells_of_is_asked_for_and_claudes_is_elsewhere() {
        let arn = "arn:aws:sagemaker:us-east-1:012345678901:endpoint/e";
        let error = way(arn, &Extra::default(), &settings()).unwrap_err();
        assert!(
            error.message.contains("config.families") && error.message.contains("modelFamily"),
            "{error}"
        );
        let error = way("anthropic.claude-v2", &extra(r#"{"api":"invoke"}"#), &settings()).unwrap_err();
        assert!(error.message.contains("bedrock-anthropic"), "{error}");
        for (text, says) in [
            (r#"{"api":"grpc"}"#, "`api` in `extra`"),
            (r#"{"modelFamily":"x"}"#, "`modelFamily` in `extra`"),
            (r#"{"api":1}"#, "must be a string"),
            ("[]", "`extra`"),
        ] {
            let error = Extra::read(Some(text)).unwrap_err();
            assert!(error.message.contains(says), "{error}");
        }
    }

    #[test]
    fn what_is_for_the_model_is_merged_member_by_member() {
        let mut body =
            serde_json::json!({"a": 1, "b": {"x": 1}, "additionalModelRequestFields": {"k": 1, "t": 2}});
        let more =
            extra(r#"{"a": null, "b": {"y": 2}, "additionalModelRequestFields": {"k": 9}, "api": "auto"}"#);
        more.merge(body.as_object_mut().unwrap());
        assert_eq!(
            body,
            serde_json::json!({"b": {"y": 2}, "additionalModelRequestFields": {"k": 9, "t": 2}})
        );
    }

    #[test]
    fn ids_are_one_segment_of_a_path() {
        assert_eq!(path("a.b-v1:0", "converse"), "model/a.b-v1%3A0/converse");
        assert_eq!(
            path("arn:aws:bedrock:eu-1:0:inference-profile/eu.a.b", "invoke"),
            "model/arn%3Aaws%3Abedrock%3Aeu-1%3A0%3Ainference-profile%2Feu.a.b/invoke"
        );
        assert_eq!(count_path("us.a.b"), "model/a.b/count-tokens");
    }
}
