//! The host: loads plugins, binds providers, and owns what they share.

mod builder;
mod variants;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::active::Active;
use crate::bound::{self, Bound, Services};
use crate::code_cache::CodeCache;
use crate::count::{Count, InstanceCount};
use crate::engine::Sweep;
use crate::error::{BindError, LoadError};
use crate::lease;
use crate::plugin::Plugin;
use crate::provider::{Provider, Slot};
use crate::registry::Registry;
use crate::settings::{PluginRef, ProviderSettings};
use crate::state::State;
use crate::variant::{Kept, Seal};

pub use builder::HostBuilder;

/// Loads plugins and binds providers. Cloning is cheap and gives the same host.
///
/// Plugins are loaded by blocking methods, because they compile; call them
/// before serving, or on a thread for blocking work. Everything else is async
/// and needs a Tokio runtime with time and I/O.
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
}

/// What all providers of a host share.
pub(crate) struct Shared {
    engine: Engine,
    linker: Linker<State>,
    cache: CodeCache,
    registry: Registry,
    /// Their places only: a provider holds the host, which would hold itself.
    providers: RwLock<BTreeMap<String, (Arc<Slot>, ProviderSettings)>>,
    /// Every binding that is alive, named or not.
    slots: RwLock<Vec<Weak<Slot>>>,
    /// Providers bound once more for callers; see [`Host::variant`].
    variants: Kept<Arc<Slot>>,
    seal: Seal,
    instances: u32,
    /// Those that are alive.
    count: Count,
    services: Services,
}

impl Host {
    /// A host with default sizes, the machine's clock and resolver, and hyper.
    pub fn builder() -> HostBuilder {
        HostBuilder::new()
    }

    /// Loads a component from a file. Blocks while it compiles.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<Plugin, LoadError> {
        let path = path.as_ref();
        let bytes =
            std::fs::read(path).map_err(|source| LoadError::Read { path: path.to_owned(), source })?;
        let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        self.load(&name, &bytes, Some(path))
    }

    /// Loads a component from memory. `name` is what one without a manifest is
    /// called. Blocks while it compiles.
    pub fn load_bytes(&self, name: &str, bytes: &[u8]) -> Result<Plugin, LoadError> {
        self.load(name, bytes, None)
    }

    fn load(&self, name: &str, bytes: &[u8], path: Option<&Path>) -> Result<Plugin, LoadError> {
        let shared = &self.shared;
        let plugin = Plugin::load(&shared.engine, &shared.linker, &shared.cache, bytes, name, path)?;
        shared.registry.add(plugin)
    }

    /// All loaded plugins, by name, then version.
    pub fn plugins(&self) -> Vec<Plugin> {
        self.shared.registry.list()
    }

    /// The highest loaded version that a reference asks for.
    pub fn plugin(&self, wanted: &PluginRef) -> Option<Plugin> {
        self.shared.registry.find(wanted.name.as_str(), &wanted.version)
    }

    /// Binds a plugin to an upstream under a name: checks configuration, secrets
    /// and grants, and starts one instance to see that it can. A provider that
    /// had the name is replaced once the new one is ready; its calls in progress
    /// end on the old binding.
    pub async fn bind(&self, name: &str, settings: &ProviderSettings) -> Result<Provider, BindError> {
        let bound = bound::bind(&self.shared.registry, &self.shared.services, name, settings).await?;
        self.install(name, settings, bound).await
    }

    async fn install(
        &self,
        name: &str,
        settings: &ProviderSettings,
        bound: Bound,
    ) -> Result<Provider, BindError> {
        let active = Arc::new(Active::new(Arc::new(bound)));
        let live = lease::try_start(&self.shared, &active)
            .await
            .map_err(|error| BindError::Start { provider: name.to_owned(), message: error.to_string() })?;
        active.put_back(&None, live);
        let mut providers = self.shared.providers.write().unwrap_or_else(PoisonError::into_inner);
        self.shared.variants.forget(name);
        if let Some((there, kept)) = providers.get_mut(name) {
            there.replace(active);
            *kept = settings.clone();
            return Ok(self.of_slot(there));
        }
        let slot = Arc::new(Slot { name: name.into(), variant: None, active: RwLock::new(active) });
        self.shared.watch(&slot);
        let provider = self.of_slot(&slot);
        providers.insert(name.to_owned(), (slot, settings.clone()));
        Ok(provider)
    }

    fn of_slot(&self, slot: &Arc<Slot>) -> Provider {
        Provider { shared: Arc::clone(&self.shared), slot: Arc::clone(slot) }
    }

    /// Binds a provider again, so that it takes a newer plugin version that fits
    /// its requirement, or a changed secret. A version that asks for more than
    /// the one in service, beyond what is granted, is left waiting: see
    /// [`Rebound`].
    pub async fn rebind(&self, name: &str) -> Result<Rebound, BindError> {
        let found = {
            let providers = self.shared.providers.read().unwrap_or_else(PoisonError::into_inner);
            providers.get(name).cloned()
        };
        let Some((slot, settings)) = found else {
            return Err(BindError::NoProvider { provider: name.to_owned(), have: self.provider_names() });
        };
        let bound = bound::bind(&self.shared.registry, &self.shared.services, name, &settings).await?;
        let serving = slot.active();
        let newer = bound.plugin.clone();
        let wants: Vec<String> = bound.denied().difference(serving.bound.denied()).cloned().collect();
        if !wants.is_empty() && newer.digest() != serving.bound.plugin.digest() {
            return Ok(Rebound::Waiting { plugin: newer, wants });
        }
        self.install(name, &settings, bound).await?;
        Ok(Rebound::Serving { plugin: newer })
    }

    /// Reads all secrets of a provider again, from wherever they come. Files are
    /// followed without it; call it after an environment or a store has changed.
    /// Whether one of them is another than before.
    pub async fn refresh_secrets(&self, name: &str) -> Result<bool, BindError> {
        let Some(provider) = self.provider(name) else {
            return Err(BindError::NoProvider { provider: name.to_owned(), have: self.provider_names() });
        };
        let mut changed = provider.slot.active().bound.refresh_secrets().await?;
        for variant in self.shared.all_active().iter().filter(|active| active.is_variant_of(name)) {
            changed |= variant.bound.refresh_secrets().await?;
        }
        Ok(changed)
    }

    /// A provider by its name.
    pub fn provider(&self, name: &str) -> Option<Provider> {
        let providers = self.shared.providers.read().unwrap_or_else(PoisonError::into_inner);
        providers.get(name).map(|(slot, _)| self.of_slot(slot))
    }

    /// The names of all providers.
    pub fn provider_names(&self) -> Vec<String> {
        let providers = self.shared.providers.read().unwrap_or_else(PoisonError::into_inner);
        providers.keys().cloned().collect()
    }

    /// The plugin instances that are alive.
    pub fn instances(&self) -> InstanceCount {
        let idle = self.shared.all_active().iter().map(|active| active.idle()).sum();
        InstanceCount { busy: self.shared.count.get().saturating_sub(idle), idle }
    }

    /// Forgets a provider. Calls in progress end in peace; whoever still holds
    /// it can go on calling.
    pub fn unbind(&self, name: &str) -> bool {
        let mut providers = self.shared.providers.write().unwrap_or_else(PoisonError::into_inner);
        self.shared.variants.forget(name);
        providers.remove(name).is_some()
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host")
            .field("plugins", &self.plugins())
            .field("providers", &self.provider_names())
            .finish()
    }
}

/// What became of [`Host::rebind`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Rebound {
    /// This version serves now.
    Serving {
        /// The version.
        plugin: Plugin,
    },
    /// This version asks for more than is granted and than the one in service
    /// asked for. That one goes on serving until the operator has decided.
    Waiting {
        /// The version that waits.
        plugin: Plugin,
        /// What it asks for beyond, in the words of the configuration.
        wants: Vec<String>,
    },
}

impl Shared {
    pub(crate) fn instances(&self) -> u32 {
        self.instances
    }

    pub(crate) fn count(&self) -> &Count {
        &self.count
    }

    /// A variant, if it is still kept, which it is from then on for longer.
    pub(crate) fn kept_variant(&self, slot: &Weak<Slot>) -> Option<Arc<Slot>> {
        let slot = slot.upgrade()?;
        self.variants.find(|kept| Arc::ptr_eq(kept, &slot), self.services.clock.now())
    }

    fn watch(&self, slot: &Arc<Slot>) {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|slot| slot.strong_count() > 0);
        slots.push(Arc::downgrade(slot));
    }

    fn all_active(&self) -> Vec<Arc<Active>> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots.iter().filter_map(Weak::upgrade).map(|slot| slot.active()).collect()
    }

    /// Ends idle instances of all providers. Returns how many.
    pub(crate) fn make_room(&self) -> usize {
        self.all_active().iter().map(|active| active.make_room()).sum()
    }

    /// Takes a plugin version that crashes again and again out of service and
    /// puts the best other version in its place, if there is one.
    pub(crate) async fn crashed_too_often(&self, active: &Active) {
        let bound = &active.bound;
        self.registry.quarantine(bound.plugin.digest());
        self.variants.forget(&bound.name);
        tracing::error!(
            provider = %bound.name,
            plugin = %bound.plugin.label(),
            "the plugin crashed {} times in a row and is quarantined",
            crate::active::CRASHES,
        );
        let found = {
            let providers = self.providers.read().unwrap_or_else(PoisonError::into_inner);
            providers.get(&*bound.name).cloned()
        };
        let Some((slot, settings)) = found else { return };
        match bound::bind(&self.registry, &self.services, &bound.name, &settings).await {
            Ok(other) => {
                tracing::warn!(provider = %bound.name, plugin = %other.plugin.label(), "another version takes over");
                slot.replace(Arc::new(Active::new(Arc::new(other))));
            }
            Err(error) => {
                tracing::error!(provider = %bound.name, %error, "no other version can take over; it goes on serving");
            }
        }
    }
}

impl Sweep for Shared {
    fn sweep(&self) {
        let now = self.services.clock.now();
        for active in self.all_active() {
            active.sweep(now);
        }
        self.variants.sweep(now);
    }
}
