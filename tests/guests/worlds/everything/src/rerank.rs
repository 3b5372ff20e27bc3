//! `rerank`: the longest document first; its length in bytes is its score, and
//! of equally long ones the earlier comes first. The model `out-of-range` breaks
//! the contract: it ranks a document that isn't there.

use jackfield_sdk::rerank::{Guest, Ranked, RerankRequest, RerankResponse};
use jackfield_sdk::types::Error;

use crate::{Everything, fault};

impl Guest for Everything {
    fn rerank(request: RerankRequest) -> Result<RerankResponse, Error> {
        fault::on_demand(&request.model)?;
        let documents = (0..).zip(&request.documents);
        let mut results: Vec<_> =
            documents.map(|(index, text)| Ranked { index, score: text.len() as f64 }).collect();
        results.sort_by(|a, b| b.score.total_cmp(&a.score));
        if request.model == "out-of-range" {
            results.insert(0, Ranked { index: request.documents.len() as u32, score: 1000.0 });
        }
        results.truncate(request.top_n.map_or(usize::MAX, |most| most as usize));
        Ok(RerankResponse {
            id: Some("rerank-1".to_owned()),
            model: request.model,
            results,
            usage: None,
            warnings: Vec::new(),
        })
    }
}
