//! Ranking.

use jackfield_sdk::aws;
use jackfield_sdk::rerank::{Guest, RerankRequest, RerankResponse};
use jackfield_sdk::types::Error;

use super::{Bedrock, post, settings};
use crate::convert::rerank;
use crate::convert::route::{self, Extra};

impl Guest for Bedrock {
    fn rerank(request: RerankRequest) -> Result<RerankResponse, Error> {
        let settings = settings()?;
        let extra = Extra::read(request.extra.as_deref())?;
        let family = route::family(&request.model, &extra, settings)?;
        let (body, warnings) = rerank::body(&request, family, extra)?;
        let answer = post(&route::path(&request.model, "invoke"), settings)
            .header("accept", "application/json")
            .json(&body)
            .send_ok(aws::answer_error)?;
        let headers = answer.headers().to_vec();
        Ok(rerank::response(answer.json()?, request, &headers, warnings))
    }
}
