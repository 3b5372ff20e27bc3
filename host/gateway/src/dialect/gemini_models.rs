//! The list of models in Gemini's shape: `GET /v1beta/models`, page by page.
//!
//! <https://ai.google.dev/api/models>

use bytes::{Bytes, BytesMut};
use jackfield_runtime::catalog::ModelKind;

use super::write::Json;

/// A model or a route, with what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model<'m> {
    /// The name that requests give, without `models/`.
    pub name: &'m str,
    /// What it is for; nothing where nobody knows.
    pub kind: Option<ModelKind>,
    /// The most tokens of a prompt.
    pub input_tokens: Option<u32>,
    /// The most tokens of an answer.
    pub output_tokens: Option<u32>,
}

/// A page of models, and where the next one begins if there is one.
pub fn encode(models: &[Model<'_>], next: Option<&str>) -> Bytes {
    let mut out = BytesMut::with_capacity(64 + models.len() * 192);
    Json::new(&mut out).braces(|json| {
        json.list("models", |json| {
            for model in models {
                json.entry(|json| members(model, json));
            }
        });
        json.optional("nextPageToken", next);
    });
    out.freeze()
}

/// One model.
pub fn encode_one(model: &Model<'_>) -> Bytes {
    let mut out = BytesMut::with_capacity(192);
    Json::new(&mut out).braces(|json| members(model, json));
    out.freeze()
}

fn members(model: &Model<'_>, json: &mut Json<'_>) {
    json.text("name", &format!("models/{}", model.name)).text("displayName", model.name);
    if let Some(tokens) = model.input_tokens {
        json.number("inputTokenLimit", tokens);
    }
    if let Some(tokens) = model.output_tokens {
        json.number("outputTokenLimit", tokens);
    }
    if let Some(kind) = model.kind {
        json.list("supportedGenerationMethods", |json| {
            for method in methods(kind) {
                json.item().string(method);
            }
        });
    }
}

/// What of this dialect a model serves. Sound, ranking and moderation have other
/// ones.
fn methods(kind: ModelKind) -> &'static [&'static str] {
    match kind {
        ModelKind::Llm => &["generateContent", "streamGenerateContent", "countTokens"],
        ModelKind::Embedding => &["embedContent", "batchEmbedContents"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const CHAT: Model<'static> = Model {
        name: "openai/gpt-4o",
        kind: Some(ModelKind::Llm),
        input_tokens: Some(128_000),
        output_tokens: None,
    };

    fn read(bytes: &Bytes) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn a_model_tells_what_is_known_of_it_and_no_more() {
        assert_eq!(
            read(&encode_one(&CHAT)),
            json!({
                "name": "models/openai/gpt-4o", "displayName": "openai/gpt-4o", "inputTokenLimit": 128_000,
                "supportedGenerationMethods": ["generateContent", "streamGenerateContent", "countTokens"],
            })
        );
        let route = Model { name: "fast", kind: None, input_tokens: None, output_tokens: None };
        assert_eq!(read(&encode_one(&route)), json!({ "name": "models/fast", "displayName": "fast" }));
        let rerank = Model { kind: Some(ModelKind::Rerank), ..route };
        assert_eq!(read(&encode_one(&rerank))["supportedGenerationMethods"], json!([]));
    }

    #[test]
    fn a_page_says_where_the_next_begins() {
        let page = read(&encode(&[CHAT], Some("openai/gpt-4o")));
        assert_eq!(
            (page["models"].as_array().unwrap().len(), &page["nextPageToken"]),
            (1, &json!("openai/gpt-4o"))
        );
        assert_eq!(read(&encode(&[], None)), json!({ "models": [] }));
    }
}
