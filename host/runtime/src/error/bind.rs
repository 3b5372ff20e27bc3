//! What can go wrong while a provider is bound.

use thiserror::Error;

use crate::digest::Digest;

/// A provider can't be bound as the operator wrote it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BindError {
    /// No loaded plugin fits.
    #[error("provider {provider}: no plugin fits {wanted}; {have}")]
    NoPlugin {
        /// The provider.
        provider: String,
        /// What it asks for.
        wanted: String,
        /// What there is instead.
        have: String,
    },
    /// The plugin is pinned to other bytes.
    #[error("provider {provider}: {wanted} is pinned to {pinned}, but the file has {found}")]
    Digest {
        /// The provider.
        provider: String,
        /// The plugin.
        wanted: String,
        /// The digest that the operator wrote.
        pinned: Digest,
        /// The digest of the file.
        found: Digest,
    },
    /// There is no such provider.
    #[error("no provider is named {provider}; there are {have:?}")]
    NoProvider {
        /// The name.
        provider: String,
        /// The names of those that there are.
        have: Vec<String>,
    },
    /// The name can't be one.
    #[error("{provider:?} can't name a provider: {reason}")]
    Name {
        /// The name.
        provider: String,
        /// Why not.
        reason: String,
    },
    /// A configuration value is wrong.
    #[error(transparent)]
    Config(#[from] crate::manifest::BindError),
    /// A secret can't be had.
    #[error("provider {provider}: secret {name}: {source}")]
    Secret {
        /// The provider.
        provider: String,
        /// The secret's name in the manifest.
        name: String,
        /// Why.
        #[source]
        source: crate::secret::SecretError,
    },
    /// The plugin needs a secret that nobody set.
    #[error(
        "provider {provider}: secret {name} is missing; write secrets.{name} = {{ env = \"{env}\" }} under [providers.{provider}]"
    )]
    MissingSecret {
        /// The provider.
        provider: String,
        /// The secret's name in the manifest.
        name: String,
        /// The environment variable that usually has it.
        env: String,
    },
    /// A caller brings its own secrets along, and the plugin needs another.
    #[error("provider {provider} needs {name} as well: bring it along, or none at all")]
    NotBrought {
        /// The provider.
        provider: String,
        /// The secret's name in the manifest.
        name: String,
    },
    /// It can't be had as a caller wants it.
    #[error("provider {provider}: {flaw}")]
    Variant {
        /// The provider.
        provider: String,
        /// Why not.
        #[source]
        flaw: crate::variant::VariantFlaw,
    },
    /// The operator set a secret that the plugin doesn't declare.
    #[error("provider {provider}: its plugin declares no secret {name}; it declares {declared:?}")]
    UnknownSecret {
        /// The provider.
        provider: String,
        /// The name that isn't declared.
        name: String,
        /// Those that are.
        declared: Vec<String>,
    },
    /// The capabilities don't fit.
    #[error(transparent)]
    Policy(#[from] crate::egress::policy::PolicyError),
    /// A folder can't be granted.
    #[error("provider {provider}: folder {name}: {reason}")]
    Directory {
        /// The provider.
        provider: String,
        /// The folder's name in the manifest.
        name: String,
        /// Why not.
        reason: String,
    },
    /// The auth scheme can't be set up.
    #[error("provider {provider}: auth {auth}: {reason}")]
    Auth {
        /// The provider.
        provider: String,
        /// The scheme's name in the manifest.
        auth: String,
        /// Why not.
        reason: String,
    },
    /// The plugin could not be started for this provider.
    #[error("provider {provider} can't be started: {message}")]
    Start {
        /// The provider.
        provider: String,
        /// Why not.
        message: String,
    },
}

impl BindError {
    /// Whether a caller who brought something along is to blame for it, and can
    /// be told.
    pub fn is_callers(&self) -> bool {
        matches!(
            self,
            Self::Variant { .. }
                | Self::NotBrought { .. }
                | Self::Config(_)
                | Self::Auth { .. }
                | Self::Policy(_)
        )
    }
}
