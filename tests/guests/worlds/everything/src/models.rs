//! `models`: two of them, `echo` for chats and `letters` for embeddings.

use jackfield_sdk::models::{Guest, ModelInfo};
use jackfield_sdk::types::Error;

use crate::Everything;

impl Guest for Everything {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        Ok(vec![model("echo", "llm", Some(1000)), model("letters", "embedding", None)])
    }
}

fn model(id: &str, interface: &str, context_tokens: Option<u64>) -> ModelInfo {
    ModelInfo {
        id: id.to_owned(),
        name: None,
        owner: Some("tests".to_owned()),
        created: Some(0),
        interfaces: vec![interface.to_owned()],
        context_tokens,
        max_output_tokens: None,
        raw: None,
    }
}
