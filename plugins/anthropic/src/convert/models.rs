//! The list of models.

use jackfield_sdk::models::ModelInfo;
use jackfield_sdk::types::Error;

use super::time::unix_seconds;
use crate::wire::answer::{Model, ModelPage};

/// One page, and the id behind which the next one begins.
pub(crate) fn page(page: ModelPage, model_prefix: &str) -> Result<(Vec<ModelInfo>, Option<String>), Error> {
    let models = page
        .data
        .iter()
        .map(|raw| {
            let model: Model = serde_json::from_str(raw.get()).map_err(|error| {
                Error::bad_answer(format!("the upstream lists a model that isn't as its API says: {error}"))
            })?;
            Ok(ModelInfo {
                id: model.id.strip_prefix(model_prefix).map(str::to_owned).unwrap_or(model.id),
                name: model.display_name,
                owner: None,
                created: model.created_at.as_deref().and_then(unix_seconds).or(model.created),
                interfaces: vec!["llm".to_owned()],
                context_tokens: model.max_input_tokens.filter(|tokens| *tokens > 0),
                max_output_tokens: model.max_tokens.filter(|tokens| *tokens > 0),
                raw: Some(raw.get().to_owned()),
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let more = page.has_more.unwrap_or(false) && !models.is_empty();
    Ok((models, page.last_id.filter(|_| more)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<(Vec<ModelInfo>, Option<String>), Error> {
        page(serde_json::from_str(json).unwrap(), "vendor/")
    }

    #[test]
    fn a_page_says_where_the_next_one_begins() {
        let (models, next) = read(
            r#"{"data":[{"type":"model","id":"vendor/m1","display_name":"M 1","created_at":"2000-02-29T12:00:00Z","max_input_tokens":200000,"max_tokens":0}],
                "has_more":true,"first_id":"m1","last_id":"m1"}"#,
        )
        .unwrap();
        assert_eq!(
            (models[0].id.as_str(), models[0].name.as_deref(), models[0].created),
            ("m1", Some("M 1"), Some(951_825_600))
        );
        assert_eq!((models[0].context_tokens, models[0].max_output_tokens), (Some(200_000), None));
        assert_eq!(next.as_deref(), Some("m1"));
    }

    #[test]
    fn the_last_page_says_so_and_a_strange_server_cannot_make_it_endless() {
        assert!(read(r#"{"data":[{"id":"m"}],"has_more":false,"last_id":"m"}"#).unwrap().1.is_none());
        assert!(read(r#"{"data":[],"has_more":true,"last_id":"m"}"#).unwrap().1.is_none());
        assert_eq!(
            read(r#"{"object":"list","data":[{"id":"m","created":12}]}"#).unwrap().0[0].created,
            Some(12)
        );
        assert!(read(r#"{"data":[{"name":"m"}]}"#).is_err());
    }
}
