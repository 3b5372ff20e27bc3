//! What all requests share: the providers, what counts and limits their calls,
//! and what remembers answers.

use std::sync::Arc;

use jackfield_router::cache::{Cache, Embed};
use jackfield_router::limits::Limits;
use jackfield_router::plan::Named;
use jackfield_router::{BoxFuture, Failure, FailureKind};
use jackfield_runtime::CallContext;
use jackfield_runtime::api::embedding::{EmbedRequest, Input, Purpose, Vector};

use crate::guard::Guardrails;
use crate::metrics::Metrics;
use crate::providers::Providers;
use crate::receive::Receivers;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) providers: Arc<dyn Providers>,
    pub(crate) cache: Cache,
    pub(crate) limits: Option<Limits>,
    pub(crate) guardrails: Guardrails,
    pub(crate) receivers: Option<Receivers>,
    pub(crate) metrics: Arc<Metrics>,
    /// The most bytes of an answer that isn't a stream.
    pub(crate) answer_limit: usize,
}

/// The model that tells which texts mean the same.
#[derive(Debug)]
pub(crate) struct Embedder {
    pub(crate) providers: Arc<dyn Providers>,
    pub(crate) named: Named,
}

impl Embed for Embedder {
    fn embed<'a>(&'a self, text: &'a str) -> BoxFuture<'a, Result<Vec<f32>, Failure>> {
        Box::pin(async move {
            let Named { provider, model } = &self.named;
            let provider = match self.providers.ready(provider) {
                Some(provider) => provider,
                None => self.providers.open(provider).await?,
            };
            let request = EmbedRequest {
                model: model.to_string(),
                inputs: vec![Input::Text(text.to_owned())],
                dimensions: None,
                purpose: Some(Purpose::Similarity),
                encoding: None,
                truncation: None,
                user: None,
                extra: None,
            };
            let answer = provider.embed(&CallContext::default(), request).await?;
            match answer.vectors.into_iter().next() {
                Some(Vector::Float32(vector)) => Ok(vector),
                _ => {
                    Err(Failure::new(FailureKind::BadUpstreamAnswer, "the embedding is no vector of floats"))
                }
            }
        })
    }
}
