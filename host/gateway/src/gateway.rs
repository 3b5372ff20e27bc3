//! The gateway: takes a request, finds out who asks for what, has it routed, and
//! answers in the client's own dialect.

mod answers;
mod around;
mod asked;
mod audio;
mod build;
mod chats;
mod embeddings;
mod explain;
mod feedback;
mod models;
mod moderations;
mod openapi;
mod plans;
mod receivers;
mod rerank;
mod traced;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body as HttpBody;
use jackfield_router::access::Keys;
use jackfield_router::config::{Config, Hook};
use jackfield_router::feedback::FeedbackStore;
use jackfield_router::plan::{Names, Plans};
use jackfield_router::{Failure, FailureKind, Node, Router};
use jackfield_runtime::api::transcription::Task;
use tracing::Instrument;

use crate::dialect::gemini_embeddings::Method as Contents;
use crate::endpoint::{ChatDialect, Endpoint, NoEndpoint};
use crate::fault;
use crate::own::Grants;
use crate::providers::Providers;
use crate::services::Services;
use crate::settings::ServerSettings;
use crate::wire::body::Body;
use crate::wire::room::Room;

pub(crate) use asked::Asked;
pub use build::{BuildError, GatewayBuilder};
pub use explain::Question;
pub(crate) use traced::Traced;

/// The gateway. Cloning is cheap and gives the same one.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

struct Inner {
    settings: ServerSettings,
    services: Services,
    names: Names,
    /// All names that `/v1/models` lists.
    listed: BTreeSet<String>,
    routes: BTreeMap<String, Arc<Node>>,
    /// The same as they are written, for requests that say something over them.
    written: BTreeMap<String, Config>,
    /// Plans of model names and of configs that clients send.
    plans: Plans,
    /// What clients may bring along.
    grants: Grants,
    /// Guardrails of all requests, and of all answers.
    always: [Vec<Hook>; 2],
    feedback: Arc<dyn FeedbackStore>,
    keys: Option<Arc<dyn Keys>>,
    /// Memory for bodies of which it isn't known yet whose they are.
    unproven: Room,
    router: Router,
    /// Set once the gateway is about to end.
    leaving: AtomicBool,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}

impl Gateway {
    /// A gateway over these providers.
    pub fn builder(providers: Arc<dyn Providers>, settings: ServerSettings) -> GatewayBuilder {
        GatewayBuilder::new(providers, settings)
    }

    /// What the configuration says of it.
    pub fn settings(&self) -> &ServerSettings {
        &self.inner.settings
    }

    /// From now on `/ready` says no, so that a balancer sends nothing more.
    pub fn leave(&self) {
        self.inner.leaving.store(true, Ordering::Relaxed);
    }

    /// Answers a request. Dropping the future ends what was begun for it, and so
    /// does dropping the body of the answer.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let (mut head, body) = request.into_parts();
        let trace = Traced::begin(&head.headers);
        head.extensions.insert(trace.clone());
        let began = Instant::now();
        let origin = head.headers.get(header::ORIGIN).cloned();
        let mut response = match Endpoint::of(&head.method, head.uri.path()) {
            Ok(endpoint) => {
                let endpoint = endpoint.asked_by(&head);
                if endpoint.dialect() == ChatDialect::GeminiGenerate {
                    crate::auth::take_from_query(&mut head);
                }
                let response = self.endpoint(endpoint, &head, body).instrument(trace.span()).await;
                self.inner.services.metrics.count(endpoint, response.status());
                response
            }
            Err(NoEndpoint::Method(_)) if head.method == Method::OPTIONS && origin.is_some() => preflight(),
            Err(NoEndpoint::Method(wanted)) => {
                let failure = Failure::new(
                    FailureKind::InvalidRequest,
                    format!("{} is for {wanted}, not {}", head.uri.path(), head.method),
                );
                let mut response = fault::response(ChatDialect::OpenaiChat, &failure.with_status(405));
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(wanted));
                response
            }
            Err(NoEndpoint::Path) => {
                // What clients are told to be not found is a model.
                let failure = Failure::new(
                    FailureKind::InvalidRequest,
                    format!(
                        "nothing is at {}; chats are at /v1/chat/completions and /v1/messages",
                        head.uri.path()
                    ),
                );
                fault::response(ChatDialect::OpenaiChat, &failure.with_status(404))
            }
        };
        if let Some(origin) = origin {
            self.allow(&origin, &mut response);
        }
        let [span_id, span_name, parent_span_id] = trace.steps();
        tracing::info!(
            target: "jackfield::access",
            trace = trace.shown(),
            span_id,
            span_name,
            parent_span_id,
            method = %head.method,
            path = head.uri.path(),
            status = response.status().as_u16(),
            ms = began.elapsed().as_millis() as u64,
            "answered"
        );
        trace.tell(response.headers_mut());
        response
    }

    async fn endpoint<B>(&self, endpoint: Endpoint, head: &http::request::Parts, body: B) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let dialect = match endpoint {
            Endpoint::Models | Endpoint::Model if models::is_anthropic(&head.headers) => {
                ChatDialect::AnthropicMessages
            }
            endpoint => endpoint.dialect(),
        };
        let answer = match endpoint {
            Endpoint::Health => Ok(text("ok\n")),
            Endpoint::Ready => Ok(self.ready()),
            Endpoint::Metrics if self.inner.settings.metrics => Ok(text(self.metrics())),
            Endpoint::Metrics => Err(Failure::new(
                FailureKind::NotFound,
                "metrics are switched off; write `metrics = true` under [server]",
            )),
            Endpoint::Openapi => Ok(openapi::document()),
            Endpoint::Chat(dialect) => self.chat(dialect, head, body).await,
            Endpoint::CountTokens(dialect) => self.count_tokens(dialect, head, body).await,
            Endpoint::Embeddings => self.embeddings(head, body).await,
            Endpoint::EmbedContent => self.embed_contents(Contents::One, endpoint, head, body).await,
            Endpoint::BatchEmbedContents => self.embed_contents(Contents::Batch, endpoint, head, body).await,
            Endpoint::Moderations => self.moderations(head, body).await,
            Endpoint::Rerank => self.rerank(head, body).await,
            Endpoint::Speech => self.speech(head, body).await,
            Endpoint::Transcriptions => self.transcription(Task::Transcribe, head, body).await,
            Endpoint::Translations => self.transcription(Task::Translate, head, body).await,
            Endpoint::Feedback => self.feedback(head, body).await,
            Endpoint::FeedbackUpdate => self.feedback_update(head, body).await,
            Endpoint::Models | Endpoint::Model => self.models(head).await,
            Endpoint::GeminiModels | Endpoint::GeminiModel => self.gemini_models(head).await,
            Endpoint::Queued => self.queued(head).await,
            Endpoint::Receiver => self.receive(head, body).await,
        };
        answer.unwrap_or_else(|failure| fault::response(dialect, &failure))
    }

    fn ready(&self) -> Response<Body> {
        let mut response = text("ready\n");
        if self.inner.leaving.load(Ordering::Relaxed) {
            response = text("about to end\n");
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        response
    }

    /// Tells a browser that a page of this origin may read the answer.
    fn allow(&self, origin: &HeaderValue, response: &mut Response<Body>) {
        let headers = response.headers_mut();
        if self.inner.settings.cors.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
        }
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
}

/// What a browser asks before it sends a request with a key. Whether the origin
/// may is told like on every answer.
fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, *"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

fn text(text: impl Into<String>) -> Response<Body> {
    let mut response = Response::new(Body::from(text.into()));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    response
}
