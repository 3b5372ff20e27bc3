//! How requests to rank documents differ from Cohere's and Jina's own.

use jackfield_sdk::types::Error;

use super::{Edits, Field, Paths, Values, one_of};

/// What a request to rank documents depends on.
#[derive(Debug, Clone)]
pub(crate) struct RerankSettings {
    pub(crate) path: String,
    /// The member that says how many to return, where there is one.
    pub(crate) top_field: Option<Field>,
    /// Whether the API can be told to leave the documents out of its answer.
    pub(crate) return_documents: bool,
    /// The member that limits how much of a document is looked at.
    pub(crate) max_tokens_field: Option<String>,
    pub(crate) edits: Edits,
}

impl RerankSettings {
    pub(crate) fn read(from: &dyn Values) -> Result<Self, Error> {
        let fields = [("top_n", Some("top_n")), ("top_k", Some("top_k")), ("none", None)];
        Ok(RerankSettings {
            path: Paths::Rerank.read(from),
            top_field: one_of(from, "rerank-top-field", &fields)?,
            return_documents: from.flag("rerank-return-documents").unwrap_or(true),
            max_tokens_field: from.text("rerank-max-tokens-field"),
            edits: Edits::read(from)?,
        })
    }
}
