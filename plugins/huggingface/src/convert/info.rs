//! What a server of Text Embeddings Inference says about its one model, at
//! `/info`.

use jackfield_sdk::models::ModelInfo;
use jackfield_sdk::types::Error;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::read;

#[derive(Debug, Deserialize)]
struct Info {
    model_id: String,
    #[serde(default)]
    model_type: Value,
    #[serde(default)]
    max_input_length: Option<u64>,
}

/// The server's model.
pub(crate) fn model(text: &str) -> Result<ModelInfo, Error> {
    let info: Info = read(text, "what the server says about its model")?;
    // `{"embedding": {...}}`, or the word alone.
    let empty = Map::new();
    let words = info.model_type.as_object().unwrap_or(&empty).keys().map(String::as_str);
    let interfaces = words
        .chain(info.model_type.as_str())
        .filter_map(|word| match word.to_ascii_lowercase().as_str() {
            "embedding" => Some("embedding".to_owned()),
            "reranker" => Some("rerank".to_owned()),
            _ => None,
        })
        .collect();
    let owner = info.model_id.split_once('/').map(|(owner, _)| owner.to_owned());
    Ok(ModelInfo {
        id: info.model_id,
        name: None,
        owner: owner.filter(|owner| !owner.is_empty()),
        created: None,
        interfaces,
        context_tokens: info.max_input_length,
        max_output_tokens: None,
        raw: Some(text.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_model_is_the_only_one() {
        let text =
            r#"{"model_id":"owner/name","model_type":{"reranker":{"id2label":{}}},"max_input_length":512}"#;
        let model = model(text).unwrap();
        assert_eq!((model.id.as_str(), model.owner.as_deref()), ("owner/name", Some("owner")));
        assert_eq!(model.interfaces, ["rerank"]);
        assert_eq!(model.context_tokens, Some(512));
        assert_eq!(model.raw.as_deref(), Some(text));
    }

    #[test]
    fn a_kind_of_model_that_has_no_interface_here_has_none() {
        let classifier = model(r#"{"model_id":"/data","model_type":{"classifier":{}}}"#).unwrap();
        assert!(classifier.interfaces.is_empty() && classifier.owner.is_none());
        assert_eq!(model(r#"{"model_id":"m","model_type":"embedding"}"#).unwrap().interfaces, ["embedding"]);
        assert!(model("[]").is_err());
    }
}
