//! What the gateway serves: providers by name, and the models that they are
//! known to have.

use std::fmt;

use futures_util::future::BoxFuture;
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::catalog::{ModelKind, Price};
use jackfield_runtime::{InstanceCount, Provider, Variant};

/// Providers by name. The program around the gateway has them.
pub trait Providers: Send + Sync + fmt::Debug {
    /// A provider that is ready. Never waits.
    fn ready(&self, name: &str) -> Option<Provider>;

    /// A provider, made ready if it isn't.
    fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Provider, Failure>>;

    /// A provider as a client wants it that brings a key, a host or a setting
    /// along; whether it may, the gateway has found out.
    fn variant<'a>(
        &'a self,
        name: &'a str,
        _variant: &'a Variant,
    ) -> BoxFuture<'a, Result<Provider, Failure>> {
        let failure = Failure::new(
            FailureKind::Unsupported,
            format!("provider {name} can be used here only as it is bound"),
        );
        Box::pin(std::future::ready(Err(failure)))
    }

    /// The names of providers beyond those that are listed: nobody bound them,
    /// and a client can use them with a key or a host of its own.
    fn unbound(&self) -> Vec<String> {
        Vec::new()
    }

    /// How many instances of plugins there are, where that is known.
    fn instances(&self) -> Option<InstanceCount> {
        None
    }

    /// The names of all, each with the models that the catalog knows of it.
    fn list(&self) -> Vec<(String, Vec<String>)>;

    /// What the catalog knows of a model.
    fn model(&self, _provider: &str, _model: &str) -> ModelFacts {
        ModelFacts::default()
    }
}

/// What is known of a model.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ModelFacts {
    /// What it costs.
    pub price: Option<Price>,
    /// What it is for.
    pub kind: Option<ModelKind>,
    /// The most tokens of a prompt and its answer together.
    pub context_tokens: Option<u32>,
    /// The most tokens of an answer.
    pub output_tokens: Option<u32>,
}
