//! The body of the agent runtime's Rerank, and which requests go there.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html>

use jackfield_sdk::notes::Notes;
use jackfield_sdk::rerank::RerankRequest;
use jackfield_sdk::types::Error;
use serde_json::{Map, Value, json};

use crate::convert::route::Extra;
use crate::settings::model::Family;
use crate::settings::{RerankApi, Settings};

/// The operation's path.
pub(crate) const PATH: &str = "rerank";

/// The member for what only one model knows.
const FIELDS: &str = "additionalModelRequestFields";

/// Where the agent runtime is, if a model is to be asked there. Who names a
/// model's family says which body InvokeModel takes, as for an endpoint or an
/// imported model, which the agent runtime doesn't know.
pub(crate) fn url<'s>(model: &str, extra: &Extra, settings: &'s Settings) -> Result<Option<&'s str>, Error> {
    let url = settings.agent_url.as_deref();
    match settings.rerank_api {
        RerankApi::Invoke => Ok(None),
        RerankApi::Auto => Ok(url.filter(|_| model.starts_with("arn:") && extra.family.is_none())),
        RerankApi::Rerank if url.is_some() => Ok(url),
        RerankApi::Rerank => Err(Error::invalid_request(
            "config.rerank-api = \"rerank\" needs config.agent-url, as in \
             \"https://bedrock-agent-runtime.eu-west-1.amazonaws.com\": set it, and grant that origin",
        )),
    }
}

/// The body, and warnings.
pub(crate) fn body(
    request: &RerankRequest,
    mut extra: Extra,
    settings: &Settings,
) -> (Map<String, Value>, Vec<String>) {
    let mut notes = Notes::default();
    let family = extra.family.or_else(|| settings.families.of(&request.model).copied());
    let mut fields = Map::new();
    match request.max_tokens_per_document {
        Some(tokens) if family == Some(Family::CohereRerank) => {
            fields.insert("max_tokens_per_doc".to_owned(), tokens.into());
        }
        given => {
            notes.left_out(given.is_some(), "max-tokens-per-document", "this model isn't known to have it")
        }
    }
    match extra.members.remove(FIELDS) {
        Some(Value::Object(more)) => fields.extend(more),
        // Whatever it is, the service says what is wrong with it.
        Some(other) => drop(extra.members.insert(FIELDS.to_owned(), other)),
        None => {}
    }
    let mut model = json!({ "modelArn": arn(&request.model, &settings.region) });
    if !fields.is_empty() {
        model[FIELDS] = Value::Object(fields);
    }
    let mut configuration = json!({ "modelConfiguration": model });
    if let Some(top_n) = request.top_n {
        // One at least, as the service wants it, and no more than there are.
        let most = u32::try_from(request.documents.len()).unwrap_or(u32::MAX).max(1);
        configuration["numberOfResults"] = top_n.clamp(1, most).into();
    }
    let text = |text: &str| json!({ "type": "TEXT", "textDocument": { "text": text } });
    let sources = request.documents.iter();
    let sources: Vec<Value> =
        sources.map(|document| json!({ "type": "INLINE", "inlineDocumentSource": text(document) })).collect();
    let mut body = Map::from_iter([
        ("queries".to_owned(), json!([{ "type": "TEXT", "textQuery": { "text": request.query } }])),
        ("sources".to_owned(), sources.into()),
        (
            "rerankingConfiguration".to_owned(),
            json!({ "type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": configuration }),
        ),
    ]);
    extra.merge(&mut body);
    (body, notes.into_warnings())
}

/// The ARN of a model, which may be named by it already
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>).
fn arn(model: &str, region: &str) -> String {
    if model.starts_with("arn:") {
        return model.to_owned();
    }
    let partition = match region {
        china if china.starts_with("cn-") => "aws-cn",
        government if government.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    format!("arn:{partition}:bedrock:{region}::foundation-model/{model}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    const ARN: &str = "arn:aws:bedrock:eu-central-1::foundation-model/cohere.rerank-v3-5:0";

    fn request(model: &str) -> RerankRequest {
        RerankRequest {
            top_n: Some(5),
            max_tokens_per_document: Some(9),
            ..RerankRequest::new(model, "q", vec!["a".to_owned(), "b".to_owned()])
        }
    }

    #[test]
    fn a_model_named_by_an_arn_is_asked_at_the_agent_runtime_where_it_is_known() {
        let agent = || Some("https://agent.example".to_owned());
        let none = Extra::default();
        for (api, agent_url, model, asked) in [
            (RerankApi::Auto, agent(), ARN, true),
            (RerankApi::Auto, agent(), "cohere.rerank-v3-5:0", false),
            (RerankApi::Auto, None, ARN, false),
            (RerankApi::Invoke, agent(), ARN, false),
            (RerankApi::Rerank, agent(), "cohere.rerank-v3-5:0", true),
        ] {
            let settings = Settings { rerank_api: api, agent_url, ..settings() };
            let expected = asked.then_some("https://agent.example");
            assert_eq!(url(model, &none, &settings).unwrap(), expected, "{api:?} {model}");
        }
        let settings = Settings { rerank_api: RerankApi::Rerank, ..settings() };
        assert!(url(ARN, &none, &settings).unwrap_err().message.contains("config.agent-url"));
    }

    #[test]
    fn whoever_names_a_family_means_invoke_unless_the_operator_says_otherwise() {
        let extra = Extra::read(Some(r#"{"modelFamily":"cohere-rerank"}"#)).unwrap();
        let endpoint = "arn:aws:sagemaker:eu-central-1:012345678901:endpoint/rerank";
        for (api, model, asked) in [
            (RerankApi::Auto, endpoint, false),
            (RerankApi::Auto, ARN, false),
            (RerankApi::Rerank, ARN, true),
        ] {
            let agent_url = Some("https://agent.example".to_owned());
            let settings = Settings { rerank_api: api, agent_url, ..settings() };
            assert_eq!(url(model, &extra, &settings).unwrap().is_some(), asked, "{api:?} {model}");
        }
    }

    #[test]
    fn the_body_names_the_model_by_its_arn() {
        let (written, warnings) = body(&request("cohere.rerank-v3-5:0"), Extra::default(), &settings());
        let source = |text: &str| {
            let document = json!({"type": "TEXT", "textDocument": {"text": text}});
            json!({"type": "INLINE", "inlineDocumentSource": document})
        };
        assert_eq!(
            Value::Object(written),
            json!({
                "queries": [{"type": "TEXT", "textQuery": {"text": "q"}}],
                "sources": [source("a"), source("b")],
                "rerankingConfiguration": {
                    "type": "BEDROCK_RERANKING_MODEL",
                    "bedrockRerankingConfiguration": {
                        "numberOfResults": 2,
                        "modelConfiguration": {
                            "modelArn": ARN,
                            "additionalModelRequestFields": {"max_tokens_per_doc": 9},
                        },
                    },
                },
            })
        );
        assert!(warnings.is_empty());
        assert!(arn("m", "cn-north-1").starts_with("arn:aws-cn:bedrock:cn-north-1::"));
        assert!(arn("m", "us-gov-west-1").starts_with("arn:aws-us-gov:"));
        assert_eq!(arn(ARN, "us-east-1"), ARN);
    }

    #[test]
    fn what_only_the_model_knows_goes_to_the_model_and_the_rest_over_the_body() {
        let extra = Extra::read(Some(r#"{"additionalModelRequestFields":{"a":1},"nextToken":"t"}"#)).unwrap();
        let imported = "arn:aws:bedrock:eu-central-1:012345678901:imported-model/abc";
        let (written, warnings) = body(&request(imported), extra, &settings());
        let model = Value::Object(written.clone())
            .pointer("/rerankingConfiguration/bedrockRerankingConfiguration/modelConfiguration")
            .cloned()
            .unwrap();
        assert_eq!(model, json!({"modelArn": imported, "additionalModelRequestFields": {"a": 1}}));
        assert_eq!(written["nextToken"], "t");
        assert!(warnings[0].contains("max-tokens-per-document"));
    }
}
