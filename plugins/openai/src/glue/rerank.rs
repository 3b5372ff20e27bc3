//! Ranking.

use jackfield_sdk::rerank::{Guest, RerankRequest, RerankResponse};
use jackfield_sdk::types::Error;

use super::{Once, OpenAi, Read, endpoint, known, send};
use crate::convert::rerank;
use crate::settings::RerankSettings;

static RERANK: Once<RerankSettings> = Once::new();

impl Guest for OpenAi {
    fn rerank(request: RerankRequest) -> Result<RerankResponse, Error> {
        let (settings, endpoint) = (RERANK.get(RerankSettings::read)?, endpoint()?);
        let model = endpoint.model(&request.model);
        let (body, mut warnings) = rerank::prepare(&request, &model, settings)?;
        if request.documents.is_empty() {
            return Ok(RerankResponse {
                id: None,
                model: request.model.clone(),
                results: Vec::new(),
                usage: None,
                warnings,
            });
        }
        warnings.extend(known::check(endpoint, &request.model)?);
        let post = endpoint.post_with(&settings.path, &request.model, false, request.extra.is_some());
        let answer = Read::all(send(post.json(&body))?)?;
        rerank::convert(answer.whole(), &request.model, request.documents.len(), request.top_n, warnings)
    }
}
