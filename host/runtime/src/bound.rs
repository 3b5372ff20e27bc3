//! Binding: a plugin, an operator's settings and secrets become one provider
//! with exactly the capabilities that both sides name.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::bound_secrets::Secrets;
use crate::clock::Clock;
use crate::directory::GrantedDirectory;
use crate::egress::Egress;
use crate::egress::headers::HeaderLimits;
use crate::egress::limits::{EgressLimits, Redirects};
use crate::egress::observe::EgressObserver;
use crate::egress::policy::Policy;
use crate::egress::resolve::Resolver;
use crate::egress::transport::Transport;
use crate::error::BindError;
use crate::manifest::batch::BatchLimits;
use crate::manifest::field::Access;
use crate::manifest::name::Name;
use crate::manifest::{BoundConfig, Manifest};
use crate::plugin::Plugin;
use crate::registry::Registry;
use crate::secret::SecretReader;
use crate::settings::{Isolation, PluginRef, ProviderSettings};
use crate::variant::Variant;

/// What a host hands to all its providers.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) secrets: SecretReader,
    pub(crate) observer: Option<Arc<dyn EgressObserver>>,
}

/// A provider at one moment: it never changes, a newer one takes its place.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) name: Arc<str>,
    pub(crate) plugin: Plugin,
    pub(crate) config: BoundConfig,
    pub(crate) egress: Egress,
    pub(crate) directories: Vec<GrantedDirectory>,
    settings: ProviderSettings,
    denied: BTreeSet<String>,
    secrets: Arc<Secrets>,
    clock: Arc<dyn Clock>,
}

impl Bound {
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    pub(crate) fn memory_limit(&self) -> usize {
        self.settings.limits.memory.bytes_usize()
    }

    /// The most bytes of a request's body.
    pub(crate) fn request_limit(&self) -> usize {
        self.settings.limits.request.bytes_usize()
    }

    /// The most bytes of one frame: no more than of a whole answer.
    pub(crate) fn frame_limit(&self) -> usize {
        self.settings.limits.response.bytes_usize().min(crate::frame::DEFAULT_LIMIT)
    }

    pub(crate) fn total_timeout(&self) -> Duration {
        self.settings.timeouts.total.into()
    }

    pub(crate) fn first_token_timeout(&self) -> Duration {
        self.settings.timeouts.first_token.into()
    }

    pub(crate) fn idle_timeout(&self) -> Duration {
        self.settings.timeouts.idle.into()
    }

    /// Calls in progress at once, and calls that may wait for their turn.
    pub(crate) fn concurrency(&self) -> (u32, u32) {
        (self.settings.limits.concurrency, self.settings.limits.queue)
    }

    /// How the embedding requests of a model are to be split.
    pub(crate) fn batch_limits(&self, model: &str) -> BatchLimits {
        let limits = self.plugin.manifest().batch_limits(model, self.config.values());
        let known = self.settings.embedding_inputs.get(model).copied();
        BatchLimits { inputs: limits.inputs.into_iter().chain(known).min(), ..limits }
    }

    /// Follows secrets whose files have changed, every few seconds at most.
    pub(crate) async fn follow_secrets(&self) {
        self.secrets.follow(self.egress.host()).await;
    }

    /// Reads all secrets again. Whether one of them is another than before.
    pub(crate) async fn refresh_secrets(&self) -> Result<bool, BindError> {
        self.secrets.refresh(self.egress.host()).await
    }

    pub(crate) fn keeps_instances(&self) -> bool {
        self.singleton() || self.settings.isolation == Isolation::Provider
    }

    pub(crate) fn singleton(&self) -> bool {
        self.plugin.manifest().singleton
    }

    /// What the manifest asks for and nobody granted, in words.
    pub(crate) fn denied(&self) -> &BTreeSet<String> {
        &self.denied
    }
}

/// Binds a plugin to an upstream, or says everything about why it can't be.
pub(crate) async fn bind(
    registry: &Registry,
    services: &Services,
    name: &str,
    settings: &ProviderSettings,
) -> Result<Bound, BindError> {
    let plugin = choose(registry, name, &settings.plugin)?;
    let secrets = Secrets::read(plugin.manifest(), services, name, settings).await?;
    bind_with(services, plugin, name, settings, secrets)
}

/// Binds a provider once more, as a caller wants it. `plugin` is the one that
/// serves the provider, if it is bound.
pub(crate) async fn bind_variant(
    registry: &Registry,
    services: &Services,
    plugin: Option<Plugin>,
    name: &str,
    settings: &ProviderSettings,
    variant: &Variant,
) -> Result<Bound, BindError> {
    let plugin = match plugin {
        Some(plugin) => plugin,
        None => choose(registry, name, &settings.plugin)?,
    };
    let mut settings = settings.clone();
    let own = variant.apply(plugin.manifest(), &mut settings);
    let own = own.map_err(|flaw| BindError::Variant { provider: name.to_owned(), flaw })?;
    let secrets = match own {
        Some(own) => Secrets::brought(plugin.manifest(), services, name, &own)?,
        None => Secrets::read(plugin.manifest(), services, name, &settings).await?,
    };
    bind_with(services, plugin, name, &settings, secrets)
}

fn bind_with(
    services: &Services,
    plugin: Plugin,
    name: &str,
    settings: &ProviderSettings,
    secrets: Secrets,
) -> Result<Bound, BindError> {
    let manifest = plugin.manifest();
    let provider = name
        .parse()
        .map_err(|error| BindError::Name { provider: name.to_owned(), reason: format!("{error}") })?;
    let config = manifest.bind_settings(&provider, settings)?;
    let directories = directories(manifest, name, settings)?;
    let authenticators = secrets.authenticators(manifest, &config, &services.clock, name)?;
    let auths = manifest.auth.keys().map(|name| name.as_str().to_owned()).collect();
    let policy = Policy::new(name, config.asked().to_vec(), settings.grant.origins.clone(), auths)?;
    for (auth, authenticator) in &authenticators {
        for endpoint in authenticator.endpoints() {
            policy.check_endpoint(auth, &endpoint)?;
        }
    }
    let denied = policy.denied().map(|asked| asked.origin.to_string()).collect();
    let egress = Egress::new(
        policy,
        secrets.scanner(name)?,
        authenticators,
        Arc::clone(&services.transport),
        Arc::clone(&services.resolver),
        limits(settings),
    )
    .map_err(|error| BindError::Auth {
        provider: name.to_owned(),
        auth: error.auth.clone(),
        reason: error.to_string(),
    })?;
    let secrets = Arc::new(secrets);
    let egress = egress.following(Arc::clone(&secrets) as _);
    let egress = match &services.observer {
        Some(observer) => egress.with_observer(Arc::clone(observer)),
        None => egress,
    };
    Ok(Bound {
        name: name.into(),
        config,
        egress,
        directories,
        settings: settings.clone(),
        denied,
        secrets,
        clock: Arc::clone(&services.clock),
        plugin,
    })
}

fn choose(registry: &Registry, provider: &str, wanted: &PluginRef) -> Result<Plugin, BindError> {
    let plugin = registry.find(wanted.name.as_str(), &wanted.version).ok_or_else(|| BindError::NoPlugin {
        provider: provider.to_owned(),
        wanted: wanted.to_string(),
        have: registry.describe(wanted.name.as_str()),
    })?;
    match wanted.digest {
        Some(pinned) if pinned != *plugin.digest() => Err(BindError::Digest {
            provider: provider.to_owned(),
            wanted: wanted.to_string(),
            pinned,
            found: *plugin.digest(),
        }),
        _ => Ok(plugin),
    }
}

fn limits(settings: &ProviderSettings) -> EgressLimits {
    let limits = &settings.limits;
    EgressLimits {
        response_bytes: limits.response.bytes(),
        headers: HeaderLimits { bytes: limits.header.bytes_usize(), ..EgressLimits::default().headers },
        requests_per_call: limits.requests_per_call,
        connections_per_call: limits.connections,
        connections_per_origin: limits.concurrency as usize,
        connect_timeout: settings.timeouts.connect.into(),
        redirects: if settings.grant.redirects { Redirects::Follow } else { Redirects::Return },
    }
}

/// Asked ∩ granted, for folders: what isn't granted isn't there.
fn directories(
    manifest: &Manifest,
    provider: &str,
    settings: &ProviderSettings,
) -> Result<Vec<GrantedDirectory>, BindError> {
    let wrong = |name: &Name, reason: String| BindError::Directory {
        provider: provider.to_owned(),
        name: name.to_string(),
        reason,
    };
    let mut granted = Vec::new();
    for (name, folder) in &settings.grant.directories {
        let Some(asked) = manifest.directories.get(name) else {
            let known: Vec<_> = manifest.directories.keys().map(Name::as_str).collect();
            return Err(wrong(
                name,
                format!("its plugin asks for no folder of that name, only for {known:?}; remove the grant"),
            ));
        };
        if !folder.path.is_dir() {
            return Err(wrong(
                name,
                format!("{} is no folder; make it, or grant another", folder.path.display()),
            ));
        }
        granted.push(GrantedDirectory {
            name: name.to_string(),
            path: folder.path.clone(),
            writable: asked.access == Access::ReadWrite && folder.access == Access::ReadWrite,
        });
    }
    Ok(granted)
}
