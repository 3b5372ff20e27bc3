//! Google's Gemini API and Vertex AI as a plugin: chats whole and streamed,
//! counts tokens, embeds, lists models, and passes requests on that already
//! speak its dialect. Both APIs speak the same protocol under other addresses.
//!
//! `wire` has the API's JSON, `convert` what it means, `settings` the
//! configuration; here is only what sends and receives.

mod convert;
mod settings;
mod wire;

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::embedding::{self, EmbedRequest, EmbedResponse};
use jackfield_sdk::http::{self, ClientBody, Events, RequestBuilder, Response};
use jackfield_sdk::llm::{self, ChatEvent, ChatRequest, ChatResponse, ChatStream, GuestChatStream};
use jackfield_sdk::models::{self, ModelInfo};
use jackfield_sdk::passthrough::{self, Dialect, ForwardRequest, ForwardResponse, Framing};
use jackfield_sdk::settings::Once;
use jackfield_sdk::stream::Relay;
use jackfield_sdk::types::Error;

use crate::convert::embedding::Method;
use crate::convert::request::{Prepared, count, prepare};
use crate::convert::stream::Reader;
use crate::convert::{answer, embedding as vectors, errors, forward, models as listing};
use crate::settings::Settings;
use crate::wire::answer::TokenCount;

/// Models in a page of the list, and pages that are read at most.
const PAGE: &str = "100";
const PAGES: usize = 30;

struct Google;

jackfield_sdk::export!(Google: llm, embedding, models, passthrough);

static SETTINGS: Once<Settings> = Once::new();

fn settings() -> Result<&'static Settings, Error> {
    SETTINGS.get(Settings::read)
}

impl llm::Guest for Google {
    type ChatStream = Stream;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        let settings = settings()?;
        let Prepared { body, warnings } = prepare(&request, &settings.chat)?;
        let url = settings.endpoint.method(&request.model, "generateContent")?;
        let text = dress(http::post(url), settings)
            .body("application/json", body)
            .send_ok(errors::of_answer)
            .and_then(read_json)?;
        answer::response(&text, &request.model, CallIds::new(&request.messages), warnings)
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        let settings = settings()?;
        let Prepared { body, warnings } = prepare(&request, &settings.chat)?;
        let url = settings.endpoint.method(&request.model, forward::method(true))?;
        let response =
            dress(http::post(url), settings).body("application/json", body).send_ok(errors::of_answer)?;
        let kind = response.header("content-type").map(str::to_owned);
        if kind.is_some() && jackfield_sdk::forward::framing(kind.as_deref()) != Framing::ServerSentEvents {
            let status = response.status();
            let body = response.bytes()?;
            let said = std::str::from_utf8(&body).ok().and_then(errors::of_body);
            return Err(said.unwrap_or_else(|| {
                http::unexpected("a stream of server-sent events", status, kind.as_deref(), &body)
            }));
        }
        let reader = Reader::new(CallIds::new(&request.messages), warnings);
        Ok(ChatStream::new(Stream(Relay::new(response.events(), reader))))
    }

    fn count_tokens(request: ChatRequest) -> Result<u64, Error> {
        let settings = settings()?;
        let body = count(&request, &settings.chat)?;
        let url = settings.endpoint.method(&request.model, "countTokens")?;
        let count: TokenCount =
            dress(http::post(url), settings).json(&body).send_ok(errors::of_answer)?.json()?;
        count
            .total_tokens
            .ok_or_else(|| Error::bad_answer("the upstream's count of tokens has no number in it"))
    }
}

struct Stream(Relay<Events, Reader>);

impl GuestChatStream for Stream {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        self.0.next()
    }
}

impl embedding::Guest for Google {
    fn embed(request: EmbedRequest) -> Result<EmbedResponse, Error> {
        let settings = settings()?;
        let method = Method::of(&request.model, settings);
        let vectors::Prepared { bodies, mut warnings } = vectors::prepare(&request, method)?;
        let url = settings.endpoint.method(&request.model, method.name())?;
        let mut parts = Vec::with_capacity(bodies.len());
        let mut cut = false;
        for (body, expected) in bodies {
            let answer: wire::embedding::Answer =
                dress(http::post(&url), settings).json(&body).send_ok(errors::of_answer)?.json()?;
            cut |= vectors::was_cut(&answer);
            parts.push(vectors::vectors(answer, expected)?);
        }
        if cut {
            warnings.push("the end of a text was cut, as it was longer than the model takes".to_owned());
        }
        Ok(vectors::response(request.model, parts, warnings))
    }
}

impl models::Guest for Google {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        let settings = settings()?;
        let mut models = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let mut request = dress(http::get(settings.endpoint.models()), settings).query("pageSize", PAGE);
            if let Some(project) = settings.charged() {
                request = request.header("x-goog-user-project", project);
            }
            if let Some(token) = &after {
                request = request.query("pageToken", token);
            }
            let (more, next) = listing::page(request.send_ok(errors::of_answer)?.json()?)?;
            models.extend(more);
            if next.is_none() || next == after {
                break;
            }
            after = next;
        }
        Ok(models)
    }
}

impl passthrough::Guest for Google {
    fn dialects() -> Vec<Dialect> {
        vec![Dialect::GeminiGenerate]
    }

    fn forward(request: ForwardRequest, body: ClientBody) -> Result<ForwardResponse, Error> {
        if request.dialect != Dialect::GeminiGenerate {
            return Err(Error::unsupported(format!("Google's API doesn't speak {:?}", request.dialect)));
        }
        let settings = settings()?;
        let url = settings.endpoint.method(&request.model, forward::method(request.stream))?;
        let mut upstream = dress(http::post(url), settings);
        for (name, value) in request.headers {
            upstream = upstream.header(name, value);
        }
        let edits = forward::edits(|pointer| body.get(pointer));
        let response = upstream.forward(body, edits).send_ok(errors::of_answer)?;
        let framing = jackfield_sdk::forward::framing(response.header("content-type"));
        let status = response.status();
        let (headers, body) = response.into_parts();
        let headers = jackfield_sdk::forward::visible(headers, forward::VISIBLE);
        Ok(ForwardResponse { status, headers, framing, body })
    }
}

/// Adds what every request carries.
fn dress(request: RequestBuilder, settings: &Settings) -> RequestBuilder {
    let mut request = request.auth(settings.auth.scheme());
    for (name, value) in &settings.headers {
        request = request.header(name, value);
    }
    request
}

/// The body of an answer as text. Where it can't be JSON, an error that says
/// what came instead.
fn read_json(response: Response) -> Result<String, Error> {
    let (status, kind) = (response.status(), response.header("content-type").map(str::to_owned));
    let body = response.bytes()?;
    let unexpected = |body: &[u8]| http::unexpected("JSON of Google's API", status, kind.as_deref(), body);
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(unexpected(&body));
    }
    String::from_utf8(body).map_err(|error| unexpected(error.as_bytes()))
}
