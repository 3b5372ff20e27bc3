//! What configs ask of this gateway beyond routing, and what it grants.

use std::sync::Arc;

use jackfield_router::config::{CacheMode, Config, ConfigError, Hook};
use jackfield_router::plan::{Meaning, Named, Surroundings, Wish, of_model};

use super::Inner;
use crate::own::Grants;
use crate::portkey::catalogs;

/// The gateway, as configs see it.
pub(super) struct Around<'g> {
    pub(super) gateway: &'g Inner,
    /// Whether the config stands in the gateway's own configuration.
    pub(super) written_here: bool,
}

impl Around<'_> {
    /// Whether the guardrails of everything can be used.
    pub(super) fn usable(&self) -> Result<(), ConfigError> {
        of_model("model", "any".into(), "any".into(), self).map(drop)
    }
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
        let (names, unbound) = (&self.gateway.names, &self.gateway.grants.unbound);
        let find = |name: &str| {
            names.provider(name).or_else(|| unbound.get(name).filter(|_| !self.written_here).cloned())
        };
        find(name).or_else(|| find(catalogs(name)?)).ok_or_else(|| {
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

    fn hook(&self, id: &str) -> Result<Hook, String> {
        self.gateway.services.guardrails.saved(id)
    }

    fn always(&self) -> [&[Hook]; 2] {
        let [before, after] = &self.gateway.always;
        [before, after]
    }

    fn permits(&self, wish: Wish<'_>) -> Result<(), String> {
        Err(match wish {
            Wish::ForwardHeader(name) if forwardable(name.as_str()) => return Ok(()),
            Wish::LooseCompliance => return Ok(()),
            Wish::ForwardHeader(name) => {
                format!("the header `{name}` isn't sent on: it is this gateway's own business, or carries a credential")
            }
            Wish::ApiKey { .. } if self.written_here => {
                "a key has no place in this file: bind the provider with it under [providers], and name it as \
                 `\"provider\": \"@NAME\"`"
                    .to_owned()
            }
            Wish::ApiKey { provider } => return self.gateway.grants.key(provider),
            Wish::BoundKey { provider } if self.gateway.names.provider(provider).is_some() => return Ok(()),
            Wish::BoundKey { provider } => match self.gateway.grants.key(Some(provider)) {
                Ok(()) => format!(
                    "this gateway has no key for {provider}: send yours as `Authorization: Bearer KEY` beside \
                     `x-portkey-provider: {provider}`, or as `api_key` in the config"
                ),
                Err(_) => format!("this gateway has no key for {provider}: have it bound under [providers]"),
            },
            Wish::Option { provider, name, keyed } => {
                if Grants::is_credential(name) {
                    self.permits(Wish::ApiKey { provider })?;
                }
                return Grants::field(name, keyed);
            }
            Wish::CustomHost { url, .. } => return self.gateway.grants.host(url),
            Wish::Cache(CacheMode::Simple) => return Ok(()),
            Wish::Cache(CacheMode::Semantic) if self.gateway.services.cache.semantic() => return Ok(()),
            Wish::Cache(CacheMode::Semantic) => {
                "no model tells here what means the same: write `semantic = { model = \"provider/model\" }` under \
                 [server.cache], or ask for the mode `simple`"
                    .to_owned()
            }
            Wish::Check(check) => return self.gateway.services.guardrails.permits(check),
            Wish::Passthrough => "name the provider: `passthrough` isn't followed".to_owned(),
            _ => "this isn't followed by this gateway".to_owned(),
        })
    }
}

/// Headers that may go on to an upstream because a route says so.
fn forwardable(name: &str) -> bool {
    const NEVER: [&str; 13] = [
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-api-key",
        "api-key",
        "x-goog-api-key",
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
