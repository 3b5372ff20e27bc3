//! From a host name to the addresses that a connection may be made to.
//!
//! Against DNS rebinding: a name is public while it is checked and
//! `169.254.169.254` when it is connected to. There is one look-up, made for
//! the connection itself, and what it returns is filtered there and then.
//! IP literals never reach a resolver, so they are judged when the [`Dial`] is
//! made.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use futures_util::future::BoxFuture;
use url::Host;

use super::{
    address::{AddressClass, AddressRule, LOOPBACK, is_localhost},
    origin::Origin,
};

/// A name that could not be looked up.
#[derive(Debug, Clone, thiserror::Error)]
#[error("can't resolve `{host}`: {source}")]
pub struct ResolveError {
    /// The name.
    pub host: String,
    /// What the resolver said.
    #[source]
    pub source: Arc<io::Error>,
}

/// Looks up names. Called once for each new connection, never with an IP
/// literal or `localhost`. Its answers are not trusted.
pub trait Resolver: Send + Sync + fmt::Debug {
    /// The addresses of a name, best first.
    ///
    /// # Errors
    /// When there is no answer.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>>;
}

/// The operating system's resolver, on tokio's blocking threads.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await;
            let found =
                found.map_err(|source| ResolveError { host: host.to_owned(), source: Arc::new(source) })?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why there is no address to connect to.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DialError {
    /// The name doesn't resolve.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// It resolves to nothing.
    #[error("`{0}` resolves to no address")]
    NoAddress(String),
    /// All of its addresses are forbidden.
    #[error("{origin} may not be connected to: {}", list(dropped))]
    Forbidden {
        /// Where the request should have gone.
        origin: Origin,
        /// Each address with the reason.
        dropped: Vec<(IpAddr, AddressClass)>,
    },
}

fn list(dropped: &[(IpAddr, AddressClass)]) -> String {
    let each: Vec<String> = dropped.iter().map(|(ip, class)| format!("{ip} is {class}")).collect();
    each.join(", ")
}

/// How to reach one origin: a resolver that returns only what may be connected
/// to. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Dial {
    origin: Origin,
    rule: Arc<AddressRule>,
    resolver: Arc<dyn Resolver>,
}

impl Dial {
    /// For an origin, with the addresses that its grant allows.
    ///
    /// # Errors
    /// When the host is an IP literal that may not be connected to.
    pub fn new(origin: Origin, rule: AddressRule, resolver: Arc<dyn Resolver>) -> Result<Self, DialError> {
        let dial = Self { origin, rule: Arc::new(rule), resolver };
        if let Some(ip) = dial.literal() {
            dial.permitted(vec![ip])?;
        }
        Ok(dial)
    }

    /// Where it leads.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    fn literal(&self) -> Option<IpAddr> {
        match self.origin.host() {
            Host::Ipv4(ip) => Some(IpAddr::V4(*ip)),
            Host::Ipv6(ip) => Some(IpAddr::V6(*ip)),
            Host::Domain(_) => None,
        }
    }

    /// The addresses to try, in the resolver's order. Resolves anew each time.
    ///
    /// # Errors
    /// When there are none, or none that may be connected to.
    pub async fn addresses(&self) -> Result<Vec<SocketAddr>, DialError> {
        let found = match self.origin.host() {
            Host::Ipv4(ip) => vec![IpAddr::V4(*ip)],
            Host::Ipv6(ip) => vec![IpAddr::V6(*ip)],
            Host::Domain(name) if is_localhost(name) => LOOPBACK.to_vec(),
            Host::Domain(name) => self.resolver.resolve(name).await?,
        };
        self.permitted(found)
    }

    fn permitted(&self, found: Vec<IpAddr>) -> Result<Vec<SocketAddr>, DialError> {
        if found.is_empty() {
            return Err(DialError::NoAddress(self.origin.host().to_string()));
        }
        let mut kept = Vec::with_capacity(found.len());
        let mut dropped = Vec::new();
        for ip in found {
            match self.rule.permits(ip) {
                Ok(()) => kept.push(SocketAddr::new(ip, self.origin.port())),
                Err(class) => dropped.push((ip, class)),
            }
        }
        if kept.is_empty() {
            return Err(DialError::Forbidden { origin: self.origin.clone(), dropped });
        }
        if !dropped.is_empty() {
            tracing::warn!(origin = %self.origin, dropped = list(&dropped), "some addresses may not be connected to");
        }
        Ok(kept)
    }
}

#[cfg(test)]
pub(super) mod tests;
