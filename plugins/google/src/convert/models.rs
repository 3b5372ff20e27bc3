//! The lists of models.

use jackfield_sdk::models::ModelInfo;
use jackfield_sdk::types::Error;

use crate::wire::model::{Model, Page};

/// What methods of a model make which interface of it.
const INTERFACES: [(&str, &str); 5] = [
    ("generateContent", "llm"),
    ("embedContent", "embedding"),
    ("batchEmbedContents", "embedding"),
    ("embedText", "embedding"),
    ("asyncBatchEmbedContent", "embedding"),
];

/// One page, and the token of the next one.
pub(crate) fn page(page: Page) -> Result<(Vec<ModelInfo>, Option<String>), Error> {
    let models = page
        .models
        .iter()
        .map(|raw| {
            let model: Model = serde_json::from_str(raw.get()).map_err(|error| {
                Error::bad_answer(format!("the upstream lists a model that isn't as its API says: {error}"))
            })?;
            Ok(info(model, raw.get()))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok((models, page.next_page_token.filter(|token| !token.is_empty())))
}

fn info(model: Model, raw: &str) -> ModelInfo {
    let id = id(&model.name).to_owned();
    let mut interfaces: Vec<String> = Vec::new();
    for (method, interface) in INTERFACES {
        if model.supported_generation_methods.iter().any(|known| known == method)
            && !interfaces.iter().any(|known| known == interface)
        {
            interfaces.push(interface.to_owned());
        }
    }
    if model.supported_generation_methods.is_empty() {
        interfaces.extend(guess(&id).map(str::to_owned));
    }
    ModelInfo {
        id,
        name: model.display_name,
        owner: Some("google".to_owned()),
        created: None,
        interfaces,
        context_tokens: model.input_token_limit.filter(|tokens| *tokens > 0),
        max_output_tokens: model.output_token_limit.filter(|tokens| *tokens > 0),
        raw: Some(raw.to_owned()),
    }
}

/// The id by which requests name a model: without `models/`, but with what
/// tells tuned models apart.
fn id(name: &str) -> &str {
    name.strip_prefix("models/").or_else(|| name.strip_prefix("publishers/google/models/")).unwrap_or(name)
}

/// Vertex AI doesn't tell what a model is for; its families are named for it.
fn guess(id: &str) -> Option<&'static str> {
    if id.contains("embedding") {
        Some("embedding")
    } else if id.starts_with("gemini") || id.starts_with("gemma") {
        Some("llm")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<(Vec<ModelInfo>, Option<String>), Error> {
        page(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_page_of_gemini_tells_what_each_model_can_do() {
        let (models, next) = read(
            r#"{"models":[{"name":"models/gemini-x","displayName":"X","inputTokenLimit":1000,"outputTokenLimit":64,
                "supportedGenerationMethods":["generateContent","countTokens"]},
                {"name":"models/e","supportedGenerationMethods":["embedContent","batchEmbedContents"]},
                {"name":"tunedModels/t","supportedGenerationMethods":["predict"]}],"nextPageToken":"n"}"#,
        )
        .unwrap();
        let told: Vec<_> =
            models.iter().map(|model| (model.id.as_str(), model.interfaces.join(" "))).collect();
        let expected = [("gemini-x", "llm"), ("e", "embedding"), ("tunedModels/t", "")];
        assert_eq!(told, expected.map(|(id, interface)| (id, interface.to_owned())));
        assert_eq!((models[0].context_tokens, models[0].max_output_tokens), (Some(1000), Some(64)));
        assert_eq!(next.as_deref(), Some("n"));
    }

    #[test]
    fn a_page_of_vertex_goes_by_names() {
        let (models, next) = read(
            r#"{"publisherModels":[{"name":"publishers/google/models/gemini-x","versionId":"1"},
                {"name":"publishers/google/models/text-embedding-y"},{"name":"publishers/google/models/imagen"}],
                "nextPageToken":""}"#,
        )
        .unwrap();
        let told: Vec<_> =
            models.iter().map(|model| (model.id.as_str(), model.interfaces.join(" "))).collect();
        let expected = [("gemini-x", "llm"), ("text-embedding-y", "embedding"), ("imagen", "")];
        assert_eq!(told, expected.map(|(id, interface)| (id, interface.to_owned())));
        assert!(next.is_none());
    }

    #[test]
    fn an_empty_page_is_one_and_a_strange_one_is_the_upstreams_fault() {
        assert!(read("{}").unwrap().0.is_empty());
        assert!(read(r#"{"models":[{"id":"m"}]}"#).is_err());
    }
}
