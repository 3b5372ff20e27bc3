//! Vectors.

use jackfield_sdk::embedding::{EmbedRequest, EmbedResponse, Guest};
use jackfield_sdk::types::Error;

use super::{Ollama, send, settings};
use crate::convert::embedding::{convert, prepare};

impl Guest for Ollama {
    fn embed(request: EmbedRequest) -> Result<EmbedResponse, Error> {
        let settings = settings()?;
        let (body, warnings) = prepare(&request, settings)?;
        let body = send("api/embed", body, &request.model, settings)?.text()?;
        convert(&body, &request, warnings)
    }
}
