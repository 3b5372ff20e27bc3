//! From a request to an answer: what a target is asked, and what becomes of
//! what it says.

pub(crate) mod audio;
pub(crate) mod chat;
pub(crate) mod embeddings;
pub(crate) mod gemini_embeddings;
pub(crate) mod moderations;
pub(crate) mod rerank;

pub(crate) mod delivery;
pub(crate) mod meter;
pub(crate) mod tries;

mod cached;
mod decoded;
mod passed;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use jackfield_router::cache::Status;
use jackfield_router::usage::Counted;
use jackfield_router::{Failure, FailureKind, Leaf, repeated};
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest};
use jackfield_runtime::{CallContext, Forwarded, Provider};

use crate::gateway::Asked;
use crate::own;
use crate::services::Services;
use crate::wire::body::Body;
use delivery::{Account, Delivery};
use meter::Bill;

/// What one try at a target gave: an answer that has begun.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: HeaderValue,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Reply,
    pub(crate) provider: Arc<str>,
    pub(crate) model: Arc<str>,
    /// Whether the upstream's own bytes are passed on.
    pub(crate) passed: bool,
    /// What of the request was left out, each in a sentence.
    pub(crate) warnings: Vec<String>,
    /// What a whole answer used, where it says.
    pub(crate) used: Option<Counted>,
    /// Whether it is one for whoever asks the same: the id of a queued request is
    /// for the one who asked alone.
    pub(crate) lasting: bool,
    /// Whether it says nothing yet, and what it stands for is judged when it is
    /// delivered.
    pub(crate) awaited: bool,
    /// How the request stands with the cache.
    pub(crate) cache: Status,
    /// What a whole answer came to.
    pub(crate) bill: Option<Bill>,
    /// What is kept until a stream is through.
    pub(crate) account: Option<Account>,
}

/// The media type of most answers.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The media type of streams.
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");

impl Answer {
    /// A whole answer that was encoded here.
    fn whole(target: &Target, content_type: HeaderValue, body: Bytes, warnings: Vec<String>) -> Self {
        Self {
            status: 200,
            content_type,
            headers: Vec::new(),
            body: Reply::Whole(body),
            provider: Arc::clone(&target.name),
            model: Arc::clone(&target.model),
            passed: false,
            warnings,
            used: None,
            lasting: true,
            awaited: false,
            cache: Status::Disabled,
            bill: None,
            account: None,
        }
    }
}

/// The body of an answer before it is known who waits for it.
pub(crate) enum Reply {
    /// All of it.
    Whole(Bytes),
    /// A stream whose first event is there, and which is told how it is to be
    /// delivered.
    Stream(Box<dyn FnOnce(Delivery) -> Body + Send>),
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
    pub(crate) asked: &'r Asked,
    pub(crate) services: &'r Services,
    /// The endpoint's name, for limits.
    pub(crate) endpoint: &'static str,
    /// The route or saved config that is followed.
    pub(crate) config: Option<String>,
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
            let failure = Failure::new(FailureKind::InvalidRequest, "the request names no model");
            return Err(Failure { param: Some("model".into()), ..failure });
        };
        let (caller, providers) = (&self.asked.caller, &self.services.providers);
        if !caller.may_use(&name, model) {
            return Err(Failure::new(
                FailureKind::Permission,
                format!(
                    "this API key may not use {name}/{}; ask for it to be added to the key's `models`",
                    repeated(model)
                ),
            ));
        }
        let provider = match own::variant(leaf, self.asked.wishes.key.as_ref())? {
            Some(variant) => providers.variant(&name, &variant).await?,
            None => match providers.ready(&name) {
                Some(provider) => provider,
                None => providers.open(&name).await?,
            },
        };
        let context = CallContext { tenant: caller.tenant.clone(), deadline: None };
        let model = match &leaf.model {
            Some(own) => Arc::clone(own),
            None => model.into(),
        };
        Ok(Target { provider, model, name, context })
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
        let headers = self.sent_on(own, &leaf.forward_headers);
        let request = ForwardRequest { dialect, model: target.model.to_string(), stream, headers };
        Ok(target.provider.forward(&target.context, request, body).await?)
    }

    /// Headers of the client's that go to the upstream: those that the dialect
    /// has for it, and those that the route names.
    fn sent_on(&self, own: &[&str], named: &[HeaderName]) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let named = named.iter().map(HeaderName::as_str);
        for name in own.iter().copied().chain(named) {
            for value in self.headers.get_all(name) {
                if let Ok(value) = value.to_str() {
                    out.push((name.to_owned(), value.to_owned()));
                }
            }
        }
        out
    }
}

/// A target made ready: provider, model, and on whose behalf.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) provider: Provider,
    pub(crate) name: Arc<str>,
    pub(crate) model: Arc<str>,
    pub(crate) context: CallContext,
}

impl Target {
    /// What the upstream says once it has begun to answer is its own doing.
    fn blamed(&self, failure: Failure) -> Failure {
        let provider = failure.provider.or_else(|| Some(self.name.as_ref().to_owned()));
        Failure { sent: true, provider, ..failure }
    }
}
