//! `rerank`: the longest document first; its length in bytes is its score, and
//! of equally long ones the earlier comes first. Some models break the contract:
//! `out-of-range` ranks a document that isn't there, `twice` the best one twice,
//! `all` more than `top-n`, and `worst-first` in the wrong order.

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
        match request.model.as_str() {
            "twice" => results.insert(0, results[0]),
            "worst-first" => results.reverse(),
            _ => {}
        }
        if request.model != "all" {
            results.truncate(request.top_n.map_or(usize::MAX, |most| most as usize));
        }
        Ok(RerankResponse {
            id: Some("rerank-1".to_owned()),
            model: request.model,
            results,
            usage: None,
            warnings: Vec::new(),
        })
    }
}
