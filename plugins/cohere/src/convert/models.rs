//! The list of models.

use jackfield_sdk::models::ModelInfo;
use jackfield_sdk::types::Error;

use crate::wire::lists::{Model, Page};

/// One page, and the token of the next one.
pub(crate) fn page(page: Page) -> Result<(Vec<ModelInfo>, Option<String>), Error> {
    let models = page
        .models
        .iter()
        .map(|raw| {
            let model: Model = serde_json::from_str(raw.get()).map_err(|error| {
                Error::bad_answer(format!("Cohere lists a model that isn't as its API says: {error}"))
            })?;
            Ok(ModelInfo {
                id: model.name,
                name: None,
                owner: None,
                created: None,
                interfaces: model.endpoints.iter().filter_map(|endpoint| interface(endpoint)).collect(),
                context_tokens: model
                    .context_length
                    .filter(|tokens| *tokens >= 1.0)
                    .map(|tokens| tokens as u64),
                max_output_tokens: None,
                raw: Some(raw.get().to_owned()),
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let more = !models.is_empty();
    Ok((models, page.next_page_token.filter(|token| more && !token.is_empty())))
}

/// The interface that an endpoint of the API is reached by; others, as
/// classification, have none here.
fn interface(endpoint: &str) -> Option<String> {
    let interface = match endpoint {
        "chat" => "llm",
        "embed" => "embedding",
        "rerank" => "rerank",
        _ => return None,
    };
    Some(interface.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<(Vec<ModelInfo>, Option<String>), Error> {
        page(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_page_tells_models_and_where_the_next_one_begins() {
        let (models, next) = read(
            r#"{"models":[{"name":"m","endpoints":["chat","classify"],"context_length":128000.0,"x":1},
                {"name":"e","endpoints":["embed"],"context_length":0},{"name":"r","endpoints":null}],"next_page_token":"t"}"#,
        )
        .unwrap();
        assert_eq!((models[0].id.as_str(), models[0].context_tokens), ("m", Some(128_000)));
        assert_eq!(models[0].interfaces, ["llm"]);
        assert!(models[0].raw.as_deref().unwrap().contains(r#""x":1"#));
        assert_eq!(
            (models[1].interfaces.as_slice(), models[1].context_tokens),
            (&["embedding".to_owned()][..], None)
        );
        assert_eq!((models[2].interfaces.len(), next.as_deref()), (0, Some("t")));
    }

    #[test]
    fn the_last_page_says_so_and_a_strange_server_cannot_make_it_endless() {
        assert_eq!(read(r#"{"models":[{"name":"m"}],"next_page_token":""}"#).unwrap().1, None);
        assert_eq!(read(r#"{"models":[],"next_page_token":"t"}"#).unwrap().1, None);
        assert!(read(r#"{"models":[{"id":"m"}]}"#).is_err());
    }
}
