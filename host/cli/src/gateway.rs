//! The gateway over a configuration: `[server]`, `[routes]`, and the providers
//! that both name.

mod explain;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jackfield_gateway::settings::ReceiverName;
use jackfield_gateway::{BuildError, Gateway, ModelFacts, Providers, ServerSettings};
use jackfield_router::access::{Caller, FixedKeys};
use jackfield_router::config::{Config as Route, routes};
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::error::BindError;
use jackfield_runtime::manifest::name::EnvName;
use jackfield_runtime::secret::{SecretError, SecretReader, SecretSource};
use jackfield_runtime::settings::Settings;
use jackfield_runtime::settings::document::{self, Problems};
use jackfield_runtime::{InstanceCount, Provider, Variant};

use crate::config::{Config, ConfigError};
use crate::open::{Jackfield, OpenError};

/// The gateway itself, and how it is put on a socket.
pub use jackfield_gateway as surface;
/// What decides where its requests go.
pub use jackfield_router as router;

pub use explain::{Explained, explain};

/// `[server]` and `[routes]`.
#[derive(Debug, Clone, Default)]
pub struct GatewaySettings {
    /// `[server]`.
    pub server: ServerSettings,
    /// `[routes.NAME]`.
    pub routes: BTreeMap<String, Route>,
}

impl GatewaySettings {
    /// Reads the gateway's sections of a settings file. Relative paths in them
    /// are taken as relative to `folder`.
    ///
    /// # Errors
    /// Everything that is wrong with these sections.
    pub fn parse(text: &str, file: &str, folder: &Path) -> Result<Self, Problems> {
        let mut settings = document::read(text, file, |mut fields| {
            let server = fields.take("server").and_then(|node| ServerSettings::read(&node));
            let routes = fields.take("routes").and_then(|node| routes::read(&node));
            fields.leave(Settings::SECTIONS);
            fields.finish();
            Some(Self { server: server.unwrap_or_default(), routes: routes.unwrap_or_default() })
        })?;
        if let Some(tls) = &mut settings.server.tls {
            tls.cert = folder.join(&tls.cert);
            tls.key = folder.join(&tls.key);
        }
        let keys = settings.server.keys.values_mut().map(|key| &mut key.key);
        let receivers = settings.server.receivers.values_mut().flat_map(|receiver| &mut receiver.secrets);
        for source in keys.chain(receivers) {
            if let SecretSource::File(path) = source {
                *path = folder.join(&*path);
            }
        }
        Ok(settings)
    }
}

impl GatewaySettings {
    /// Whether a file says anything of the gateway.
    pub fn is_written(&self) -> bool {
        !self.routes.is_empty() || self.server != ServerSettings::default()
    }
}

/// A gateway can't be set up over a configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// A route or a saved config asks for what isn't there.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// An API key can't be had.
    #[error("[server.keys.{name}]: {source}")]
    Key {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: SecretError,
    },
    /// What a receiver's deliveries are signed with can't be had.
    #[error("[server.receivers.{receiver}] secret: {source}")]
    ReceiverSecret {
        /// Its name.
        receiver: ReceiverName,
        /// Why.
        #[source]
        source: SecretError,
    },
    /// Two names have one key.
    #[error("[server.keys.{0}] has the same key as another: give each its own")]
    SameKey(String),
}

/// The gateway over an opened configuration.
///
/// # Errors
/// A key that can't be had, and a route or saved config that can't be followed.
pub async fn gateway(jackfield: &Jackfield) -> Result<Gateway, GatewayError> {
    let GatewaySettings { server, routes } = jackfield.config().gateway.clone();
    let reader = SecretReader::of_process();
    let mut keys = FixedKeys::default();
    for (name, key) in &server.keys {
        let secret = reader.read(&key.key).await;
        let secret = secret.map_err(|source| GatewayError::Key { name: name.clone(), source })?;
        let caller = Caller {
            key: Some(name.as_str().into()),
            tenant: Some(key.tenant.as_deref().unwrap_or(name).into()),
            models: key.models.clone(),
        };
        let is_new = match key.aws_signatures {
            true => keys.add_signing(&secret, caller),
            false => keys.add(secret.expose(), caller),
        };
        if !is_new {
            return Err(GatewayError::SameKey(name.clone()));
        }
    }
    let mut secrets: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (receiver, settings) in &server.receivers {
        for source in &settings.secrets {
            let secret = reader.read(source).await;
            let wrong = |source| GatewayError::ReceiverSecret { receiver: receiver.clone(), source };
            secrets.entry(receiver.clone()).or_default().push(secret.map_err(wrong)?);
        }
    }
    let secured = !server.keys.is_empty();
    let mut builder = Gateway::builder(Arc::new(Opened(jackfield.clone())), server)
        .routes(routes)
        .receiver_secrets(secrets);
    if secured {
        builder = builder.keys(Arc::new(keys));
    }
    Ok(builder.build()?)
}

/// The providers of a configuration: those of the file, and those presets of the
/// catalog whose usual variables are set.
#[derive(Debug)]
struct Opened(Jackfield);

impl Providers for Opened {
    fn ready(&self, name: &str) -> Option<Provider> {
        self.0.host().provider(name)
    }

    fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Provider, Failure>> {
        async move { self.0.provider(name).await.map_err(|error| unusable(name, &error)) }.boxed()
    }

    fn variant<'a>(
        &'a self,
        name: &'a str,
        variant: &'a Variant,
    ) -> BoxFuture<'a, Result<Provider, Failure>> {
        async move { self.0.variant(name, variant).await.map_err(|error| unusable_so(name, variant, &error)) }
            .boxed()
    }

    fn unbound(&self) -> Vec<String> {
        let config = self.0.config();
        let names = config.catalog.iter().map(|(name, _)| name);
        names.filter(|name| !config.settings.providers.contains_key(*name)).map(ToString::to_string).collect()
    }

    fn instances(&self) -> Option<InstanceCount> {
        Some(self.0.host().instances())
    }

    fn list(&self) -> Vec<(String, Vec<String>)> {
        listed(self.0.config(), is_set)
    }

    fn model(&self, provider: &str, model: &str) -> ModelFacts {
        let config = self.0.config();
        let written = config.settings.providers.get(provider).and_then(|written| written.preset.as_ref());
        let preset = config.catalog.get(written.map_or(provider, |preset| preset.as_str()));
        let known = preset.and_then(|preset| preset.model(model));
        known.map_or_else(ModelFacts::default, |known| ModelFacts {
            price: known.price.as_ref().map(|quote| quote.price),
            kind: Some(known.kind),
            context_tokens: known.context_tokens,
            output_tokens: known.output_tokens,
        })
    }
}

/// The providers of the file, and those presets of the catalog that need nothing
/// written and whose secrets, by this say, can be had.
fn listed(config: &Config, had: impl Fn(&[EnvName]) -> bool) -> Vec<(String, Vec<String>)> {
    let models = |preset: &str| {
        let preset = config.catalog.get(preset);
        preset.map_or_else(Vec::new, |preset| preset.models.iter().map(|model| model.id.clone()).collect())
    };
    let written = config.settings.providers.iter().map(|(name, written)| {
        let preset = written.preset.as_ref().map_or_else(|| name.to_string(), ToString::to_string);
        (name.to_string(), models(&preset))
    });
    let mut all: Vec<_> = written.collect();
    let usual = config.catalog.iter().filter(|(name, preset)| {
        !config.settings.providers.contains_key(*name)
            && preset.needs.is_empty()
            && !preset.secrets.is_empty()
            && preset.secrets.values().all(|names| had(names))
    });
    all.extend(usual.map(|(name, _)| (name.to_string(), models(name.as_str()))));
    all
}

/// Whether one of these variables is.
fn is_set(names: &[EnvName]) -> bool {
    names.iter().any(|name| std::env::var_os(name.as_str()).is_some_and(|value| !value.is_empty()))
}

/// Why a provider can't be had as a client wants it. What the client brought
/// along is its own business, and it is told of it.
fn unusable_so(name: &str, variant: &Variant, error: &OpenError) -> Failure {
    let wants = variant.host.is_some() || !variant.config.is_empty() || !variant.secrets.is_empty();
    let callers = match error {
        OpenError::Config(ConfigError::NotBound { .. }) => true,
        OpenError::Bind(BindError::Variant { .. } | BindError::NotBrought { .. }) => true,
        OpenError::Bind(error) => wants && error.is_callers(),
        _ => false,
    };
    if !callers {
        return unusable(name, error);
    }
    Failure {
        provider: Some(name.to_owned()),
        ..Failure::new(FailureKind::InvalidRequest, error.to_string())
    }
}

/// Why a provider can't be used, for a client: the operator's log has the rest.
fn unusable(name: &str, error: &OpenError) -> Failure {
    tracing::error!(provider = name, "{error}");
    Failure {
        provider: Some(name.to_owned()),
        ..Failure::new(
            FailureKind::Unavailable,
            format!("provider {name} can't be used for now; the gateway's log says why"),
        )
    }
}
