//! Why a gateway can't be set up: which line of its configuration asks for what
//! isn't there.

use jackfield_router::config::ConfigError;
use jackfield_runtime::egress::policy::PolicyError;

use crate::settings::ReceiverName;

/// A gateway can't be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A route asks for what isn't there.
    #[error("[routes.{route}]: {source}")]
    Route {
        /// The route.
        route: String,
        /// What.
        #[source]
        source: ConfigError,
    },
    /// A saved guardrail can't be used.
    #[error("[server.guardrails] {guardrail}: {source}")]
    Guardrail {
        /// Its name.
        guardrail: String,
        /// Why.
        #[source]
        source: ConfigError,
    },
    /// A saved guardrail asks for what isn't granted.
    #[error("[server.guardrails] {guardrail}: {why}")]
    Forbidden {
        /// Its name.
        guardrail: String,
        /// What, and the line that would grant it.
        why: String,
    },
    /// A guardrail of everything can't be used.
    #[error("[server] {0}")]
    Always(#[source] ConfigError),
    /// What guardrails may call can't be granted.
    #[error("[server.hooks] {0}")]
    Hooks(#[from] PolicyError),
    /// The semantic cache's model isn't there.
    #[error("[server.cache] semantic.model: {0}")]
    CacheModel(String),
    /// Keys of clients are granted for a provider that isn't there.
    #[error("[server] client-keys: no provider is named {0:?}; {1}")]
    ClientKeys(String, String),
    /// A receiver is for a provider that isn't there, or has no secret.
    #[error("[server.receivers.{receiver}]: {why}")]
    Receiver {
        /// Its name.
        receiver: ReceiverName,
        /// What is missing, and what to do.
        why: String,
    },
    /// A saved config can't be used.
    #[error("[server.configs] {config}: {source}")]
    Config {
        /// Its name.
        config: String,
        /// Why.
        #[source]
        source: ConfigError,
    },
}
