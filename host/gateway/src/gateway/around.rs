//! What configs ask of this gateway beyond routing, and what it grants.

use std::sync::Arc;

use jackfield_router::config::{Config, ConfigError};
use jackfield_router::plan::{Meaning, Named, Surroundings, Wish};

use super::Inner;

/// The gateway, as configs see it.
pub(super) struct Around<'g> {
    pub(super) gateway: &'g Inner,
}

/// Reads a config. One that says nothing is a target that the request's own
/// headers describe.
pub(super) fn parse(text: &str) -> Result<Config, ConfigError> {
    if text.trim() == "{}" {
        return Ok(Config::default());
    }
    Config::parse(text)
}

impl Surroundings for Around<'_> {
    fn provider(&self, name: &str) -> Result<Arc<str>, String> {
        let names = &self.gateway.names;
        names.provider(name).ok_or_else(|| {
            let advice = match names.nearest_provider(name) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => "write it under [providers]".to_owned(),
            };
            format!("no provider is named {name:?}; {advice}")
        })
    }

    fn model(&self, name: &str) -> Result<Named, String> {
        match self.gateway.names.resolve(name) {
            Ok(Meaning::Model(named)) => Ok(named),
            Ok(Meaning::Route) => {
                Err(format!("{name:?} is a route, and a route can't be a target of another"))
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn permits(&self, wish: Wish<'_>) -> Result<(), String> {
        Err(match wish {
            Wish::ForwardHeader(name) if forwardable(name.as_str()) => return Ok(()),
            Wish::LooseCompliance => return Ok(()),
            Wish::ForwardHeader(name) => {
                format!("the header `{name}` isn't sent on: it is this gateway's own business, or carries a credential")
            }
            Wish::ApiKey { .. } => {
                "keys of clients aren't taken along: bind the provider with its key under [providers]".to_owned()
            }
            Wish::Option { name, .. } => {
                format!("`{}` is set where the provider is bound, under [providers]", name.field())
            }
            Wish::CustomHost { .. } => {
                "another host is a question of what egress may reach: bind a provider with that `base-url` under \
                 [providers], and grant it"
                    .to_owned()
            }
            Wish::Cache(_) => "caching isn't there yet; leave `cache` out".to_owned(),
            Wish::SavedHook(_) | Wish::Hook(_) | Wish::Check(_) => {
                "guardrails aren't there yet; a guardrail that is read and not run would be worse".to_owned()
            }
            Wish::Passthrough => "name the provider: `passthrough` isn't followed".to_owned(),
            _ => "this isn't followed by this gateway".to_owned(),
        })
    }
}

/// Headers that may go on to an upstream because a route says so.
fn forwardable(name: &str) -> bool {
    const NEVER: [&str; 12] = [
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-api-key",
        "api-key",
        "host",
        "connection",
        "content-length",
        "content-type",
        "transfer-encoding",
        "te",
        "upgrade",
    ];
    !NEVER.contains(&name) && !name.starts_with("x-portkey-") && !name.starts_with("x-jackfield-")
}
