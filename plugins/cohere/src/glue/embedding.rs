//! Vectors.

use jackfield_sdk::embedding::{EmbedRequest, EmbedResponse, Guest};
use jackfield_sdk::types::Error;

use super::{Cohere, send, settings, warned};
use crate::convert::embedding::{convert, prepare};

impl Guest for Cohere {
    fn embed(request: EmbedRequest) -> Result<EmbedResponse, Error> {
        let settings = settings()?;
        let (bodies, mut warnings) = prepare(&request, settings)?;
        let mut answers = Vec::with_capacity(bodies.len());
        for body in bodies {
            let response = send("v2/embed", body, settings)?;
            let warning = warned(&response).filter(|warning| !warnings.contains(warning));
            warnings.extend(warning);
            answers.push(response.json()?);
        }
        convert(answers, &request, settings.counts, warnings)
    }
}
