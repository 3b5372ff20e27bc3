//! From a request to an answer: what a target is asked, and what becomes of
//! what it says.

pub(crate) mod audio;
pub(crate) mod chat;
pub(crate) mod embeddings;
pub(crate) mod rerank;

mod decoded;
mod passed;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use jackfield_router::access::Caller;
use jackfield_router::{Failure, FailureKind, Leaf};
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest};
use jackfield_runtime::{CallContext, Forwarded, Provider};

use crate::providers::Providers;
use crate::wire::body::Body;

/// What one try at a target gave: an answer that has begun.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: HeaderValue,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Reply,
    pub(crate) provider: Arc<str>,
    pub(crate) model: String,
    /// Whether the upstream's own bytes are passed on.
    pub(crate) passed: bool,
    /// What of the request was left out, each in a sentence.
    pub(crate) warnings: Vec<String>,
}

/// The media type of most answers.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The media type of streams.
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");

impl Answer {
    /// A whole answer that was encoded here.
    fn whole(target: Target, content_type: HeaderValue, body: Bytes, warnings: Vec<String>) -> Self {
        Self {
            status: 200,
            content_type,
            headers: Vec::new(),
            body: Reply::Whole(body),
            provider: target.name,
            model: target.model,
            passed: false,
            warnings,
        }
    }
}

/// The body of an answer before it is known who waits for it.
pub(crate) enum Reply {
    /// All of it.
    Whole(Bytes),
    /// A stream whose first event is there; the hold is kept until its end.
    Stream(Box<dyn FnOnce(jackfield_router::Hold) -> Body + Send>),
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(bytes) => f.debug_tuple("Whole").field(&bytes.len()).finish(),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// On whose behalf targets are tried, and with what.
#[derive(Debug)]
pub(crate) struct Behalf<'r> {
    pub(crate) headers: &'r HeaderMap,
    pub(crate) caller: &'r Caller,
    pub(crate) providers: &'r dyn Providers,
    /// The most bytes of an answer that isn't a stream.
    pub(crate) answer_limit: usize,
}

impl Behalf<'_> {
    /// Makes a target ready, if the caller may use it.
    pub(crate) async fn target(&self, leaf: &Leaf, requested: Option<&str>) -> Result<Target, Failure> {
        let Some(name) = leaf.provider.clone() else {
            return Err(Failure::new(
                FailureKind::NoTarget,
                "no provider is named: write `provider/model` as the model, or send `x-portkey-provider`",
            ));
        };
        let Some(model) = leaf.model_for(requested) else {
            return Err(Failure::new(FailureKind::InvalidRequest, "the request names no model"));
        };
        if !self.caller.may_use(&name, model) {
            return Err(Failure::new(
                FailureKind::Permission,
                format!(
                    "this API key may not use {name}/{model}; ask for it to be added to the key's `models`"
                ),
            ));
        }
        let provider = match self.providers.ready(&name) {
            Some(provider) => provider,
            None => self.providers.open(&name).await?,
        };
        let context = CallContext { tenant: self.caller.tenant.clone(), deadline: None };
        Ok(Target { provider, model: model.to_owned(), name, context })
    }

    /// Passes a request on to an upstream that speaks its dialect. `own` are the
    /// headers by which clients of the dialect speak to the upstream itself.
    async fn forward(
        &self,
        leaf: &Leaf,
        target: &Target,
        dialect: Dialect,
        stream: bool,
        own: &[&str],
        body: Bytes,
    ) -> Result<Forwarded, Failure> {
        let headers = forwarded(self.headers, own, &leaf.forward_headers);
        let request = ForwardRequest { dialect, model: target.model.clone(), stream, headers };
        Ok(target.provider.forward(&target.context, request, body).await?)
    }
}

/// A target made ready: provider, model, and on whose behalf.
pub(crate) struct Target {
    pub(crate) provider: Provider,
    pub(crate) name: Arc<str>,
    pub(crate) model: String,
    pub(crate) context: CallContext,
}

/// Headers of the client's that go to the upstream: those that the dialect has
/// for it, and those that the route names.
fn forwarded(headers: &HeaderMap, own: &[&str], named: &[HeaderName]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let named = named.iter().map(HeaderName::as_str);
    for name in own.iter().copied().chain(named) {
        for value in headers.get_all(name) {
            if let Ok(value) = value.to_str() {
                out.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    out
}
