//! The functions that the host calls: each has the request written, sends it
//! and has the answer read.

mod chat;
mod embedding;
mod models;
mod passthrough;
mod rerank;

use jackfield_sdk::http::{self, RequestBuilder, Response};
use jackfield_sdk::settings::Once;
use jackfield_sdk::types::Error;

use crate::convert::errors;
use crate::settings::Settings;

/// The plugin.
#[derive(Debug)]
pub(crate) struct Cohere;

static SETTINGS: Once<Settings> = Once::new();

fn settings() -> Result<&'static Settings, Error> {
    SETTINGS.get(Settings::read)
}

/// A request to an endpoint, given with its version.
fn post(path: &str, settings: &Settings) -> RequestBuilder {
    dress(http::post(settings.endpoint(path)), settings)
}

fn dress(mut request: RequestBuilder, settings: &Settings) -> RequestBuilder {
    for (name, value) in &settings.headers {
        request = request.header(name, value);
    }
    request
}

/// Sends a JSON body. Whatever isn't an answer to it is an error.
fn send(path: &str, body: Vec<u8>, settings: &Settings) -> Result<Response, Error> {
    post(path, settings).body("application/json", body).send_ok(errors::of_answer)
}

/// What the API warns of in a header, as of parameters that will go away.
fn warned(response: &Response) -> Option<String> {
    response.header("x-api-warning").filter(|warning| !warning.is_empty()).map(str::to_owned)
}
