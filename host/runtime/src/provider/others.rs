//! Reranking, tools and the model list.

use super::conform::Conforms;
use super::{Provider, call};
use crate::api::models::ModelInfo;
use crate::api::rerank::{Ranked, RerankRequest, RerankResponse};
use crate::api::tool::{CallResult, Definition};
use crate::context::CallContext;
use crate::error::CallError;

impl Provider {
    /// Orders documents by how well they answer a query.
    pub async fn rerank(
        &self,
        context: &CallContext,
        request: RerankRequest,
    ) -> Result<RerankResponse, CallError> {
        let (documents, most) = (request.documents.len(), request.top_n);
        call!(self, context, Rerank, rerank.call_rerank(&request), |answer| ranks(answer, documents, most))
    }

    /// The tools that the plugin offers.
    pub async fn list_tools(&self, context: &CallContext) -> Result<Vec<Definition>, CallError> {
        call!(self, context, Tool, tool.call_list_tools())
    }

    /// Calls a tool. The arguments must be the JSON text of an object.
    pub async fn call_tool(
        &self,
        context: &CallContext,
        name: &str,
        arguments: &str,
    ) -> Result<CallResult, CallError> {
        let parsed: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(arguments);
        if let Err(error) = parsed {
            return Err(CallError::Request {
                provider: self.name().to_owned(),
                message: format!("the arguments of tool {name} must be a JSON object: {error}"),
            });
        }
        let (name, arguments) = (name.to_owned(), arguments.to_owned());
        call!(self, context, Tool, tool.call_call(&name, &arguments))
    }

    /// All models of the upstream.
    pub async fn list_models(&self, context: &CallContext) -> Result<Vec<ModelInfo>, CallError> {
        call!(self, context, Models, models.call_list_models())
    }
}

/// Whether a ranking is one of these documents: each at most once, no more of
/// them than were asked for, best first.
fn ranks(answer: &RerankResponse, documents: usize, most: Option<u32>) -> Conforms {
    let results = &answer.results;
    if let Some(most) = most.filter(|most| results.len() > *most as usize) {
        return Err(format!("it ranked {} documents where `top-n` is {most}", results.len()));
    }
    let mut seen = vec![false; documents];
    let mut best = f64::INFINITY;
    for Ranked { index, score } in results {
        match seen.get_mut(*index as usize) {
            None => return Err(format!("it ranked document {index} of {documents}")),
            Some(true) => return Err(format!("it ranked document {index} twice")),
            Some(seen) => *seen = true,
        }
        if score.is_nan() || *score > best {
            return Err(format!("its ranking isn't best first: a score of {score} follows one of {best}"));
        }
        best = *score;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(results: &[(u32, f64)]) -> RerankResponse {
        RerankResponse {
            id: None,
            model: "m".to_owned(),
            results: results.iter().map(|&(index, score)| Ranked { index, score }).collect(),
            usage: None,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_ranking_of_the_documents_passes() {
        for results in [&[][..], &[(2, 1.0), (0, 1.0), (1, -3.5)], &[(1, 0.5)]] {
            assert_eq!(ranks(&ranking(results), 3, None), Ok(()));
            assert_eq!(ranks(&ranking(results), 3, Some(3)), Ok(()));
        }
    }

    #[test]
    fn what_is_no_ranking_of_the_documents_is_refused() {
        for (results, part) in [
            (&[(0, 1.0), (1, 0.5)][..], "2 documents where `top-n` is 1"),
            (&[(2, 1.0)], "document 2 of 2"),
            (&[(0, f64::NAN)], "best first"),
        ] {
            let message = ranks(&ranking(results), 2, Some(1)).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
        let message = ranks(&ranking(&[(0, 1.0), (0, 0.5)]), 2, None).unwrap_err();
        assert!(message.contains("document 0 twice"), "{message}");
        let message = ranks(&ranking(&[(0, 1.0), (1, 2.0)]), 2, None).unwrap_err();
        assert!(message.contains("best first"), "{message}");
    }
}
