//! Why a call failed, in words that say what to do. Which words is decided by
//! the kind of failure, by whether anybody answered, and by where the provider
//! lives; whose it is comes from the catalog.

use jackfield::runtime::api::types::{Error, ErrorKind};
use url::Url;

/// What is known of the call.
#[derive(Debug, Default)]
pub(super) struct Facts<'f> {
    /// The provider.
    pub(super) provider: &'f str,
    /// The model that was asked for.
    pub(super) model: Option<&'f str>,
    /// Where its secrets come from.
    pub(super) keys: Vec<String>,
    /// Where its API is said to live.
    pub(super) base_url: Option<&'f Url>,
    /// What to do to have it run, for one of the operator's own.
    pub(super) start: Option<&'f str>,
    /// Where its API is documented.
    pub(super) documentation: Option<&'f str>,
    /// Models whose names are near the one that was asked for.
    pub(super) near: Vec<String>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Trouble {
    /// The provider doesn't accept the key.
    BadKey,
    /// There is nothing to send as a credential.
    NoKey,
    /// The sandbox refused it.
    NoGrant,
    /// The provider doesn't let this key do it.
    NotAllowed,
    /// There is no such model.
    NoSuchModel,
    /// Something else answers at the address.
    WrongAddress,
    /// The server, on this machine, isn't running.
    NotRunning,
    /// Its name doesn't resolve.
    NoName,
    /// It can't be connected to.
    NoConnection,
    /// It can be connected to, and isn't whom it should be.
    NoTls,
    /// Too many requests for now.
    RateLimited,
    /// The account is used up.
    NoQuota,
    /// No answer in time.
    Timeout,
    /// The provider has trouble of its own.
    Upstream,
    /// Anything else.
    Other,
}

impl Trouble {
    /// What a failure is.
    pub(super) fn of(error: &Error, facts: &Facts<'_>) -> Self {
        let answered = error.status.is_some();
        match error.kind {
            ErrorKind::Authentication if answered || error.sent => Self::BadKey,
            ErrorKind::Authentication => Self::NoKey,
            ErrorKind::Permission if answered || error.sent => Self::NotAllowed,
            ErrorKind::Permission => Self::NoGrant,
            _ if is_page(error) => Self::WrongAddress,
            ErrorKind::BadUpstreamAnswer => Self::WrongAddress,
            ErrorKind::NotFound if facts.model.is_some() => Self::NoSuchModel,
            ErrorKind::NotFound => Self::WrongAddress,
            ErrorKind::InvalidRequest if speaks_of_model(error, facts) => Self::NoSuchModel,
            ErrorKind::RateLimited => Self::RateLimited,
            ErrorKind::QuotaExceeded => Self::NoQuota,
            ErrorKind::Timeout if answered || error.sent => Self::Timeout,
            ErrorKind::Unavailable | ErrorKind::Timeout if !answered && !error.sent => {
                Self::of_connection(error, facts)
            }
            ErrorKind::Unavailable | ErrorKind::Overloaded => Self::Upstream,
            _ => Self::Other,
        }
    }

    /// Why there is no connection. Names don't resolve in so many words only.
    fn of_connection(error: &Error, facts: &Facts<'_>) -> Self {
        let says = |words: &str| error.message.contains(words);
        if says("can't resolve") || says("resolves to no address") {
            Self::NoName
        } else if says("no TLS with") {
            Self::NoTls
        } else if facts.base_url.is_some_and(is_here) {
            Self::NotRunning
        } else {
            Self::NoConnection
        }
    }

    /// The same in words, with what to do.
    pub(super) fn words(self, error: &Error, facts: &Facts<'_>) -> String {
        let Facts { provider, .. } = facts;
        let model = facts.model.unwrap_or_default();
        let keys = facts.keys.join(", ");
        let host = facts.base_url.and_then(Url::host_str).unwrap_or("its host");
        let base_url = facts
            .base_url
            .map_or_else(|| "its address".to_owned(), |url| format!("config.base-url = \"{url}\""));
        match self {
            Self::BadKey if keys.is_empty() => {
                format!(
                    "{provider} wants a key, and has none: write secrets.api-key = {{ env = \"VARIABLE\" }} under [providers.{provider}]"
                )
            }
            Self::BadKey => format!(
                "{provider} doesn't accept the key, which is the one of {keys}: check it for slips, or make a new one{}",
                see(facts)
            ),
            Self::NoKey if keys.is_empty() => format!(
                "{provider} has nothing to be authenticated with: `jackfield providers show {provider}` lists the secrets that it takes"
            ),
            Self::NoKey => {
                format!("{provider} has nothing to be authenticated with; its secrets come from {keys}")
            }
            Self::NoGrant => {
                format!("{provider} isn't granted what its plugin wants to reach; the line to write is below")
            }
            Self::NotAllowed => {
                let what = facts.model.map_or_else(String::new, |model| format!(" {model}"));
                format!(
                    "{provider} knows the key of {keys} and doesn't let it use{what}: ask whoever keeps the account{}",
                    see(facts)
                )
            }
            Self::NoSuchModel if facts.near.is_empty() => {
                format!("{provider} has no model {model:?}; `jackfield models {provider}` lists those it has")
            }
            Self::NoSuchModel => format!(
                "{provider} has no model {model:?}; near it are {}; `jackfield models {provider}` lists all",
                facts.near.join(", ")
            ),
            Self::WrongAddress => {
                let what = if is_page(error) { "a web page answers" } else { "what answers isn't the API" };
                format!("{what} at {base_url}: correct it, or look for a proxy on the way{}", see(facts))
            }
            Self::NotRunning => match facts.start {
                Some(start) => format!("nothing answers at {base_url}, so {provider} isn't running: {start}"),
                None => format!("nothing answers at {base_url}: start the server, or correct the address"),
            },
            Self::NoName => {
                format!("the name {host} isn't known: check {base_url} for slips, and this machine's network")
            }
            Self::NoConnection => {
                format!(
                    "{host} can't be connected to: check this machine's network and firewall, and {base_url}"
                )
            }
            Self::NoTls => format!(
                "{host} can't prove who it is: check its certificate, this machine's clock and root certificates, and whether a proxy is on the way"
            ),
            Self::RateLimited => match error.retry_after_ms {
                Some(wait) => format!(
                    "{provider} accepts the key and takes no more requests for now: try again in {} s",
                    wait.div_ceil(1000)
                ),
                None => {
                    format!("{provider} accepts the key and takes no more requests for now: try again later")
                }
            },
            Self::NoQuota => format!(
                "{provider} accepts the key of {keys}, and its account has no money or allowance left{}",
                see(facts)
            ),
            Self::Timeout => format!(
                "{provider} took the request and didn't answer in time: try again, or raise timeouts.total"
            ),
            Self::Upstream => match error.status {
                Some(status) => {
                    format!("{provider} has trouble of its own (status {status}): try again later")
                }
                None => format!("the connection to {provider} broke: try again"),
            },
            Self::Other => format!("{provider} can be reached, and the call failed"),
        }
    }
}

/// Where to read on.
fn see(facts: &Facts<'_>) -> String {
    facts.documentation.map_or_else(String::new, |page| format!(" (see {page})"))
}

/// Whether the answer is a web page: no API is at the address.
fn is_page(error: &Error) -> bool {
    let kind = matches!(
        error.kind,
        ErrorKind::NotFound
            | ErrorKind::BadUpstreamAnswer
            | ErrorKind::InvalidRequest
            | ErrorKind::Unsupported
    );
    let page = |text: &str| {
        let start = text.trim_start().get(..9).unwrap_or_default().to_ascii_lowercase();
        start.starts_with("<!doctype") || start.starts_with("<html")
    };
    kind && (error.body.as_deref().is_some_and(page) || error.message.contains(": a web page"))
}

/// Whether a request was refused for its model, as some do with status 400.
fn speaks_of_model(error: &Error, facts: &Facts<'_>) -> bool {
    let named = facts.model.is_some_and(|model| error.message.contains(model));
    let code = error.code.as_deref().is_some_and(|code| code.contains("model"));
    named && (code || error.message.to_ascii_lowercase().contains("model"))
}

/// Whether an address is of this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
