//! The models that are there, and which of them are loaded.

use jackfield_sdk::models::ModelInfo;
use serde_json::{Map, Value};

use super::answer::seconds;
use crate::wire::models::Listed;

/// What `/api/tags` lists, each model with what `/api/ps` says of it, if it is
/// loaded: as the member `running` of its own description, and as the context
/// that it was loaded with.
pub(crate) fn list(there: Listed, loaded: Listed) -> Vec<ModelInfo> {
    there.models.into_iter().filter_map(|model| info(model, &loaded)).collect()
}

fn info(mut model: Map<String, Value>, loaded: &Listed) -> Option<ModelInfo> {
    let id = name(&model)?.to_owned();
    let running = loaded.models.iter().find(|other| name(other) == Some(id.as_str()));
    let created = model.get("modified_at").and_then(Value::as_str).and_then(seconds);
    let interfaces = interfaces(&model);
    let context = running.and_then(|running| running.get("context_length")).and_then(Value::as_u64);
    if let Some(running) = running {
        model.insert("running".to_owned(), Value::Object(running.clone()));
    }
    Some(ModelInfo {
        id,
        name: None,
        owner: None,
        created,
        interfaces,
        context_tokens: context.filter(|tokens| *tokens > 0),
        max_output_tokens: None,
        raw: Some(Value::Object(model).to_string()),
    })
}

fn name(model: &Map<String, Value>) -> Option<&str> {
    ["model", "name"].iter().find_map(|member| model.get(*member)?.as_str())
}

/// By what newer versions say that a model can do; nothing where they don't.
fn interfaces(model: &Map<String, Value>) -> Vec<String> {
    let abilities = model.get("capabilities").and_then(Value::as_array);
    let known = abilities.into_iter().flatten().filter_map(|ability| match ability.as_str()? {
        "completion" => Some("llm".to_owned()),
        "embedding" => Some("embedding".to_owned()),
        _ => None,
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(json: &str) -> Listed {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn models_are_told_with_their_state() {
        let there = listed(
            r#"{"models":[{"name":"a:1b","model":"a:1b","modified_at":"2000-02-29T12:00:00Z","capabilities":["completion","tools"]},
                {"name":"b","capabilities":["embedding"]},{"size":1},{"model":"c"}]}"#,
        );
        let loaded = listed(r#"{"models":[{"model":"a:1b","context_length":4096,"size_vram":7}]}"#);
        let models = list(there, loaded);
        assert_eq!(models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["a:1b", "b", "c"]);
        assert_eq!((models[0].created, models[0].context_tokens), (Some(951_825_600), Some(4096)));
        let raw: Value = serde_json::from_str(models[0].raw.as_deref().unwrap()).unwrap();
        assert_eq!(raw["running"]["size_vram"], 7);
        assert!(!models[1].raw.as_deref().unwrap().contains("running"));
        assert_eq!(
            (models[0].interfaces[0].as_str(), models[1].interfaces[0].as_str()),
            ("llm", "embedding")
        );
        assert!(models[2].interfaces.is_empty());
    }

    #[test]
    fn no_models_are_an_empty_list() {
        assert!(list(listed(r#"{"models":null}"#), listed("{}")).is_empty());
    }
}
