//! Ranking: by InvokeModel with the model's own body, or by the operation Rerank
//! of the agent runtime, which is the same for all models and names them by ARN.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-supported.html>,
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html>

pub(crate) mod agent;
#[cfg(test)]
mod tests;

use jackfield_sdk::notes::Notes;
use jackfield_sdk::rerank::{Ranked, RerankRequest, RerankResponse};
use jackfield_sdk::types::Error;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::convert::route::Extra;
use crate::convert::usage;
use crate::settings::model::Family;

/// The version of Cohere's API that its models on Bedrock speak.
const API_VERSION: u32 = 2;

/// An answer of either operation.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) results: Vec<Entry>,
    /// Of Rerank: there is more behind it.
    #[serde(default, rename = "nextToken")]
    pub(crate) next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    index: u32,
    #[serde(alias = "relevanceScore")]
    relevance_score: f64,
}

/// The body for a model of this family, and warnings.
pub(crate) fn body(
    request: &RerankRequest,
    family: Family,
    extra: Extra,
) -> Result<(Map<String, Value>, Vec<String>), Error> {
    let mut notes = Notes::default();
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
    put("query", Value::from(request.query.as_str()));
    put("documents", Value::from(request.documents.clone()));
    if let Some(top_n) = request.top_n {
        put("top_n", Value::from(top_n));
    }
    match family {
        Family::CohereRerank => {
            put("api_version", Value::from(API_VERSION));
            if let Some(tokens) = request.max_tokens_per_document {
                put("max_tokens_per_doc", Value::from(tokens));
            }
        }
        Family::Rerank => {
            let given = request.max_tokens_per_document.is_some();
            notes.left_out(given, "max-tokens-per-document", "this model has nothing like it");
        }
        other => {
            return Err(Error::invalid_request(format!(
                "a model of the family {other:?} doesn't rank: correct config.families or `modelFamily`"
            )));
        }
    }
    extra.merge(&mut body);
    Ok((body, notes.into_warnings()))
}

/// The answer, best first.
pub(crate) fn response(
    results: Vec<Entry>,
    request: RerankRequest,
    headers: &[(String, String)],
    warnings: Vec<String>,
) -> RerankResponse {
    let mut results: Vec<Ranked> = results
        .into_iter()
        .map(|entry| Ranked { index: entry.index, score: entry.relevance_score })
        .collect();
    results.sort_by(|a, b| b.score.total_cmp(&a.score));
    results.truncate(request.top_n.map_or(usize::MAX, |most| most as usize));
    let id = headers.iter().find(|(name, _)| name == "x-amzn-requestid").map(|(_, id)| id.clone());
    RerankResponse { id, model: request.model, results, usage: usage::of_headers(headers), warnings }
}
