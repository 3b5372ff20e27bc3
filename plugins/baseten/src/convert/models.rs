//! The models and chains of a workspace, as the management API lists them.
//!
//! <https://docs.baseten.co/reference/management-api/models/gets-all-models>

use jackfield_sdk::date::parse_rfc3339;
use jackfield_sdk::models::ModelInfo;
use serde::Deserialize;
use serde_json::{Map, Value};

/// An answer of `/v1/models` or `/v1/chains`.
#[derive(Debug, Deserialize)]
pub(crate) struct Listing {
    #[serde(default, alias = "chains")]
    models: Vec<Map<String, Value>>,
}

/// The models of an answer, each by the name that requests call it.
pub(crate) fn infos(listing: Listing, prefix: &str) -> Vec<ModelInfo> {
    let info = |model: Map<String, Value>| {
        let text = |name: &str| model.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(ModelInfo {
            id: format!("{prefix}{}", text("id")?),
            name: text("name"),
            owner: text("team_name"),
            created: text("created_at")
                .and_then(|date| parse_rfc3339(&date))
                .map(|milliseconds| milliseconds / 1000),
            interfaces: vec!["llm".to_owned(), "tool".to_owned()],
            context_tokens: None,
            max_output_tokens: None,
            raw: Some(Value::Object(model.clone()).to_string()),
        })
    };
    listing.models.into_iter().filter_map(info).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_and_chains_are_listed_by_the_names_of_requests() {
        let listing = |text: &str| serde_json::from_str::<Listing>(text).unwrap();
        let text = r#"{"models":[{"id":"ab12","name":"My model","created_at":"2026-01-02T00:00:00Z","team_name":"t"},{"name":"no id"}]}"#;
        let models = infos(listing(text), "");
        assert_eq!(models.len(), 1);
        assert_eq!((models[0].id.as_str(), models[0].name.as_deref()), ("ab12", Some("My model")));
        assert_eq!(models[0].created, Some(1_767_312_000));
        let chains = infos(listing(r#"{"chains":[{"id":"cd34"}]}"#), "chain-");
        assert_eq!(chains[0].id, "chain-cd34");
        assert!(infos(listing("{}"), "").is_empty());
    }
}
