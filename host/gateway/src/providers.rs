//! What the gateway serves: providers by name, and the models that they are
//! known to have.

use std::fmt;

use futures_util::future::BoxFuture;
use jackfield_router::Failure;
use jackfield_runtime::Provider;

/// Providers by name. The program around the gateway has them.
pub trait Providers: Send + Sync + fmt::Debug {
    /// A provider that is ready. Never waits.
    fn ready(&self, name: &str) -> Option<Provider>;

    /// A provider, made ready if it isn't.
    fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Provider, Failure>>;

    /// The names of all, each with the models that the catalog knows of it.
    fn list(&self) -> Vec<(String, Vec<String>)>;
}
