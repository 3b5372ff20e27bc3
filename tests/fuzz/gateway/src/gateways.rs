//! Gateways to be tried: providers by these names, routes, a saved config.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jackfield_gateway::{Gateway, Providers, ServerSettings};
use jackfield_router::config::Config;
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::{Host, Provider};

/// Providers that are known by name, of which a host may have some.
#[derive(Debug)]
pub struct Named {
    host: Option<Host>,
}

impl Providers for Named {
    fn ready(&self, name: &str) -> Option<Provider> {
        self.host.as_ref()?.provider(name)
    }

    fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Provider, Failure>> {
        async move { Err(Failure::new(FailureKind::Unavailable, format!("{name} can't be had"))) }.boxed()
    }

    fn list(&self) -> Vec<(String, Vec<String>)> {
        let models = ["known", "text-embedding"].map(str::to_owned).to_vec();
        vec![("a".to_owned(), models), ("b".to_owned(), Vec::new()), ("c".to_owned(), Vec::new())]
    }
}

/// A gateway over the providers of this host, or over names alone.
///
/// # Panics
/// Where it can't be built, which is a mistake here.
pub fn gateway(host: Option<Host>) -> Gateway {
    let route = r#"{"strategy":{"mode":"fallback"},"targets":[{"provider":"a"},{"provider":"b"}]}"#;
    let route = Config::parse(route).unwrap_or_else(|error| panic!("{error}"));
    let mut settings = ServerSettings { body: 4 << 20, answer: 4 << 20, ..ServerSettings::default() };
    settings.configs.insert("saved".to_owned(), r#"{"provider":"b","retry":{"attempts":1}}"#.to_owned());
    let builder = Gateway::builder(Arc::new(Named { host }), settings);
    let built = builder.routes([("route".to_owned(), route)].into()).build();
    built.unwrap_or_else(|error| panic!("{error}"))
}
