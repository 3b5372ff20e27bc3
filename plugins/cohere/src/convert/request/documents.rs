//! Documents. The API takes them beside the conversation and in results of
//! tools, each as an object whose members the model sees, names and all, and
//! can cite.

use jackfield_sdk::media::document_text;
use jackfield_sdk::types::{self, Error};
use serde_json::{Map, Value};

use crate::wire::request::Document;

/// A document that is text. One that is a JSON object is taken for the members
/// themselves; `title` and `context` stand beside them.
pub(super) fn document(document: &types::Document) -> Result<Document, Error> {
    let text = document_text(document)?;
    let mut data: Map<String, Value> = serde_json::from_str(&text)
        .unwrap_or_else(|_| [("text".to_owned(), Value::from(&*text))].into_iter().collect());
    for (member, value) in [("title", &document.name), ("context", &document.context)] {
        if let Some(value) = value {
            data.entry(member).or_insert_with(|| Value::from(value.as_str()));
        }
    }
    Ok(Document { data: Value::Object(data) })
}

/// A JSON object that a tool gave; nothing where it is something else.
pub(super) fn object(json: &str) -> Option<Document> {
    let data: Map<String, Value> = serde_json::from_str(json).ok()?;
    Some(Document { data: Value::Object(data) })
}
