//! The functions that the host calls: each reads the settings, has the request
//! written, sends it and has the answer read.

mod chat;
mod embedding;
mod models;
mod passthrough;
mod speech;
mod transcription;

use std::sync::OnceLock;

use jackfield_sdk::http::{self, RequestBuilder, Response};
use jackfield_sdk::types::Error;

use crate::convert::Whole;
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

/// Where requests go and how they are authenticated.
struct Upstream {
    endpoint: Endpoint,
    /// The auth scheme, where it isn't the usual one.
    auth: Option<String>,
}

static UPSTREAM: Once<Upstream> = Once::new();

/// The auth scheme that `[[egress]]` applies by itself.
const USUAL_AUTH: &str = "key";

fn upstream() -> Result<&'static Upstream, Error> {
    UPSTREAM.get(|from| {
        Ok(Upstream {
            endpoint: Endpoint::read(from)?,
            auth: from.text("auth").filter(|auth| auth != USUAL_AUTH),
        })
    })
}

impl Upstream {
    fn post(&self, path: &str, model: &str) -> RequestBuilder {
        self.dress(http::post(self.endpoint.url(path, model)))
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.dress(http::get(self.endpoint.url(path, "")))
    }

    /// Adds what every request carries.
    fn dress(&self, mut request: RequestBuilder) -> RequestBuilder {
        for (name, value) in self.endpoint.headers() {
            request = request.header(name, value);
        }
        match &self.auth {
            Some(auth) => request.auth(auth),
            None => request,
        }
    }
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
