//! Vectors of llamafile and llama.cpp's server, by the endpoint of their own.
//! Chat with them goes through the plugin `openai`.
//!
//! `convert` translates between the contract and the wire, `settings` is the
//! configuration; here is only what sends and receives.

mod convert;
mod settings;

use jackfield_sdk::embedding::{self, EmbedRequest, EmbedResponse};
use jackfield_sdk::http;
use jackfield_sdk::settings::Once;
use jackfield_sdk::types::Error;

use crate::convert::{Prepared, answer, errors, prepare, usage};
use crate::settings::Settings;

struct Llamafile;

jackfield_sdk::export!(Llamafile: embedding);

static SETTINGS: Once<Settings> = Once::new();

impl embedding::Guest for Llamafile {
    fn embed(request: EmbedRequest) -> Result<EmbedResponse, Error> {
        let settings = SETTINGS.get(Settings::read)?;
        let Prepared { bodies, pooling, notes } = prepare(&request, settings)?;
        let mut vectors = Vec::with_capacity(request.inputs.len());
        let mut tokens = Vec::new();
        for (body, inputs) in bodies {
            let response = http::post(http::join(&settings.base_url, &settings.path))
                .json(&body)
                .send_ok(errors::of_answer)?;
            let found = answer::read(&response.text()?, inputs, pooling)?;
            vectors.extend(found.vectors);
            tokens.push(found.tokens);
        }
        let warnings = notes.into_warnings();
        Ok(EmbedResponse { model: request.model, vectors, usage: usage(&tokens), warnings })
    }
}
