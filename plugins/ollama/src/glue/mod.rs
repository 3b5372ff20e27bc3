//! The functions that the host calls: each has the request written, sends it
//! and has the answer read.

mod chat;
mod embedding;
mod models;
mod passthrough;
mod pull;

use jackfield_sdk::http::{self, RequestBuilder, Response};
use jackfield_sdk::settings::Once;
use jackfield_sdk::types::Error;

use crate::convert::errors;
use crate::settings::{Pull, Settings};

/// The plugin.
#[derive(Debug)]
pub(crate) struct Ollama;

static SETTINGS: Once<Settings> = Once::new();

fn settings() -> Result<&'static Settings, Error> {
    SETTINGS.get(Settings::read)
}

fn post(path: &str, settings: &Settings) -> RequestBuilder {
    dress(http::post(settings.endpoint(path)), settings)
}

fn get(path: &str, settings: &Settings) -> RequestBuilder {
    dress(http::get(settings.endpoint(path)), settings)
}

fn dress(mut request: RequestBuilder, settings: &Settings) -> RequestBuilder {
    for (name, value) in &settings.headers {
        request = request.header(name, value);
    }
    request
}

/// Sends a JSON body that is about a model. Whatever isn't an answer to it is
/// an error; a model that isn't there is got first, where the operator wants
/// that, and asked again.
fn send(path: &str, body: Vec<u8>, model: &str, settings: &Settings) -> Result<Response, Error> {
    let mut missing = false;
    let again = (settings.pull == Pull::Missing).then(|| body.clone());
    let answer = post(path, settings).body("application/json", body).send_ok(|answer| {
        missing = errors::is_missing(answer);
        errors::of_answer(answer, model)
    });
    match (answer, again) {
        (Err(_), Some(body)) if missing => {
            pull::pull(model, settings)?;
            post(path, settings)
                .body("application/json", body)
                .send_ok(|answer| errors::of_answer(answer, model))
        }
        (answer, _) => answer,
    }
}
