//! Vectors.

use jackfield_sdk::embedding::{EmbedRequest, EmbedResponse, Guest};
use jackfield_sdk::types::Error;

use super::{Once, OpenAi, Read, endpoint, known, send};
use crate::convert::embedding;
use crate::settings::EmbeddingSettings;

static EMBEDDING: Once<EmbeddingSettings> = Once::new();

impl Guest for OpenAi {
    fn embed(request: EmbedRequest) -> Result<EmbedResponse, Error> {
        let (settings, endpoint) = (EMBEDDING.get(EmbeddingSettings::read)?, endpoint()?);
        let model = endpoint.model(&request.model);
        let (body, mut warnings) = embedding::prepare(&request, &model, settings)?;
        if request.inputs.is_empty() {
            return Ok(EmbedResponse {
                model: request.model.clone(),
                vectors: Vec::new(),
                usage: None,
                warnings,
            });
        }
        warnings.extend(known::check(endpoint, &request.model)?);
        let path = match &settings.image_path {
            Some(path) if embedding::has_images(&request) => path,
            _ => &settings.path,
        };
        let response =
            send(endpoint.post_with(path, &request.model, false, request.extra.is_some()).json(&body))?;
        embedding::convert(Read::all(response)?.whole(), &request.model, request.inputs.len(), warnings)
    }
}
