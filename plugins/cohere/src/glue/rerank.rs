//! Ranks.

use jackfield_sdk::rerank::{Guest, RerankRequest, RerankResponse};
use jackfield_sdk::types::Error;

use super::{Cohere, send, settings, warned};
use crate::convert::rerank::{convert, prepare};

impl Guest for Cohere {
    fn rerank(request: RerankRequest) -> Result<RerankResponse, Error> {
        let settings = settings()?;
        let (body, mut warnings) = prepare(&request)?;
        let response = send("v2/rerank", body, settings)?;
        warnings.extend(warned(&response));
        convert(response.json()?, &request, settings.counts, warnings)
    }
}
