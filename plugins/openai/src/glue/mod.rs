//! The functions that the host calls: each reads the settings, has the request
//! written, sends it and has the answer read.

mod chat;
mod embedding;
mod known;
mod models;
mod passthrough;
mod rerank;
mod speech;
mod transcription;

use std::sync::OnceLock;

use jackfield_sdk::http::{self, RequestBuilder, Response};
use jackfield_sdk::types::Error;

use crate::convert::{Whole, errors};
use crate::settings::{Bound, Endpoint, Values};

/// The plugin.
#[derive(Debug)]
pub(crate) struct OpenAi;

/// Settings of one kind. They never change while an instance lives, and each
/// look-up is a call into the host, so an instance reads them once.
struct Once<T>(OnceLock<T>);

impl<T> Once<T> {
    const fn new() -> Self {
        Once(OnceLock::new())
    }

    fn get(&self, read: impl FnOnce(&dyn Values) -> Result<T, Error>) -> Result<&T, Error> {
        match self.0.get() {
            Some(settings) => Ok(settings),
            None => {
                let settings = read(&Bound)?;
                Ok(self.0.get_or_init(|| settings))
            }
        }
    }
}

static ENDPOINT: Once<Endpoint> = Once::new();

fn endpoint() -> Result<&'static Endpoint, Error> {
    ENDPOINT.get(Endpoint::read)
}

impl Endpoint {
    fn post(&self, path: &str, model: &str, streamed: bool) -> RequestBuilder {
        let request = self.dress(http::post(self.url(path, model, streamed)));
        let headers = self.headers_for(path, model, streamed).into_iter();
        headers.fold(request, |request, (name, value)| request.header(name, value))
    }

    /// The same for a request whose caller may have added members of its own.
    fn post_with(&self, path: &str, model: &str, streamed: bool, extra: bool) -> RequestBuilder {
        let request = self.post(path, model, streamed);
        match self.extra_parameters(extra) {
            Some(word) => request.header("extra-parameters", word),
            None => request,
        }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.dress(http::get(self.url(path, "", false)))
    }

    /// Adds what every request carries.
    fn dress(&self, mut request: RequestBuilder) -> RequestBuilder {
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        match self.auth() {
            Some(auth) => request.auth(auth),
            None => request,
        }
    }
}

/// Sends a request. Whatever isn't an answer to it is an error.
fn send(request: RequestBuilder) -> Result<Response, Error> {
    request.send_ok(errors::of_answer)
}

/// An answer read whole, for what borrows from it.
struct Read {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Read {
    fn all(response: Response) -> Result<Self, Error> {
        let status = response.status();
        let headers = response.headers().to_vec();
        Ok(Read { status, headers, body: response.bytes()? })
    }

    fn whole(&self) -> Whole<'_> {
        Whole { status: self.status, headers: &self.headers, body: &self.body }
    }
}

/// Whether an answer is a stream of events.
fn is_event_stream(response: &Response) -> bool {
    response.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("event-stream"))
}

/// Whether an answer says that it is one JSON document.
fn is_json(response: &Response) -> bool {
    let kind = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    kind.contains("application/json") || kind.contains("html")
}
