//! What a gateway over a configuration would do with a request, found out with
//! nothing but the configuration: no plugin is loaded, no secret is read, no
//! provider is opened.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jackfield_gateway::{Gateway, Providers, Question};
use jackfield_router::{Explanation, Failure};
use jackfield_runtime::Provider;

use super::{GatewayError, GatewaySettings, is_set, listed};
use crate::config::Config;

/// What a request would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The targets, in the order in which they would be tried.
    pub explanation: Explanation,
    /// Providers of the catalog among them that this gateway doesn't have for
    /// now, each with the variables of which one must be set. Without that the
    /// request would be refused.
    pub unset: BTreeMap<String, Vec<String>>,
}

/// A request can't be explained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// The configuration itself can't be served.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The request would be refused.
    #[error("{}", .0.message)]
    Refused(Box<Failure>),
}

/// What a gateway over this configuration would do with a request, without
/// sending it.
///
/// Providers of the catalog count as if their keys were set, where the request
/// goes nowhere otherwise: a route is often written where no key is.
///
/// # Errors
/// What the gateway would refuse the request with, or why there could be none.
pub fn explain(config: &Config, question: &Question) -> Result<Explained, ExplainError> {
    let had = listed(config, is_set);
    match ask(config, question, had.clone()) {
        Ok(explanation) => Ok(Explained { explanation, unset: BTreeMap::new() }),
        Err(error) => {
            // The first error tells of what is there; the second attempt only shows
            // whether a key is all that is missing.
            let all = listed(config, |_| true);
            let Ok(explanation) = ask(config, question, all) else { return Err(error) };
            let used = explanation.steps.iter().filter_map(|step| step.provider.as_deref());
            let lacking = used.filter(|name| !had.iter().any(|(known, _)| known == name));
            let unset = lacking.map(|name| (name.to_owned(), variables(config, name))).collect();
            Ok(Explained { explanation, unset })
        }
    }
}

fn ask(
    config: &Config,
    question: &Question,
    listed: Vec<(String, Vec<String>)>,
) -> Result<Explanation, ExplainError> {
    let GatewaySettings { mut server, routes } = config.gateway.clone();
    // They want secrets, which aren't read here, and decide nothing.
    server.receivers.clear();
    let gateway = Gateway::builder(Arc::new(Listed(listed)), server).routes(routes).build();
    let gateway = gateway.map_err(GatewayError::from)?;
    gateway.explain(question).map_err(|failure| ExplainError::Refused(Box::new(failure)))
}

/// The variables that a provider's secrets usually come from.
fn variables(config: &Config, name: &str) -> Vec<String> {
    let secrets = config.catalog.get(name).into_iter().flat_map(|preset| preset.secrets.values());
    secrets.flatten().map(ToString::to_string).collect()
}

/// Providers that are known by name, and that nothing is asked of.
#[derive(Debug)]
struct Listed(Vec<(String, Vec<String>)>);

impl Providers for Listed {
    fn ready(&self, _name: &str) -> Option<Provider> {
        None
    }

    fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Provider, Failure>> {
        async move { Err(Failure::internal(format!("{name} is known by name only"))) }.boxed()
    }

    fn list(&self) -> Vec<(String, Vec<String>)> {
        self.0.clone()
    }
}
