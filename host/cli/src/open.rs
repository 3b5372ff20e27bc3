//! A host with a configuration: providers are there by name, each made ready when
//! it is first asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jackfield_runtime::Host;
use jackfield_runtime::Plugin;
use jackfield_runtime::digest::Digest;
use jackfield_runtime::error::{BindError, HostError, LoadError};
use jackfield_runtime::{Provider, Variant};
use tokio::sync::OnceCell;

use crate::config::{Config, ConfigError};
use crate::shelf::{PluginFile, Shelf, ShelfError};

/// A provider can't be made ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The host can't be set up.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The configuration doesn't say how.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its plugin file can't be found or read.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// Its plugin can't be loaded.
    #[error("the plugin {file} can't be loaded: {source}")]
    Load {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: Box<LoadError>,
    },
    /// It can't be bound.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The thread that compiles a plugin ended without an answer.
    #[error("the compilation of {file} was abandoned")]
    Abandoned {
        /// The file.
        file: String,
    },
}

/// Is told while plugins are loaded, which takes seconds when they have to be
/// compiled. Called on the threads that load.
pub trait Progress: Send + Sync {
    /// A file is about to be loaded.
    fn begins(&self, file: &PluginFile);
    /// It is loaded, or failed.
    fn ends(&self, file: &PluginFile, plugin: Option<&Plugin>);
}

struct Silent;

impl Progress for Silent {
    fn begins(&self, _file: &PluginFile) {}
    fn ends(&self, _file: &PluginFile, _plugin: Option<&Plugin>) {}
}

/// Opens a [`Jackfield`].
pub struct Builder {
    config: Config,
    host: Option<Host>,
    progress: Arc<dyn Progress>,
}

impl Builder {
    /// Uses this host, in place of one with the configuration's sizes and cache.
    #[must_use]
    pub fn host(mut self, host: Host) -> Self {
        self.host = Some(host);
        self
    }

    /// Who is told what is being loaded.
    #[must_use]
    pub fn progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = progress;
        self
    }

    /// Opens it. Nothing is compiled yet.
    pub fn open(self) -> Result<Jackfield, OpenError> {
        let host = match self.host {
            Some(host) => host,
            None => self.config.host().build()?,
        };
        Ok(Jackfield {
            inner: Arc::new(Inner {
                shelf: Shelf::scan(&self.config.plugin_folder()?)?,
                config: self.config,
                host,
                progress: self.progress,
                loading: Mutex::default(),
                binding: tokio::sync::Mutex::new(()),
            }),
        })
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("config", &self.config)
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

/// A host, a configuration and a folder of plugins. Cloning is cheap and gives the
/// same one.
#[derive(Clone)]
pub struct Jackfield {
    inner: Arc<Inner>,
}

struct Inner {
    host: Host,
    config: Config,
    shelf: Shelf,
    progress: Arc<dyn Progress>,
    /// One for each file that was asked for, so that two who need it at once
    /// don't both compile it.
    loading: Mutex<BTreeMap<Digest, Arc<OnceCell<Plugin>>>>,
    /// Held while a provider is bound, so that two who ask for it at once get
    /// the same one.
    binding: tokio::sync::Mutex<()>,
}

impl Jackfield {
    /// Opens a configuration with a host of its own.
    pub fn open(config: Config) -> Result<Self, OpenError> {
        Self::builder(config).open()
    }

    /// The same, with choices.
    pub fn builder(config: Config) -> Builder {
        Builder { config, host: None, progress: Arc::new(Silent) }
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.inner.host
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The plugin files.
    pub fn shelf(&self) -> &Shelf {
        &self.inner.shelf
    }

    /// A provider of the configuration or the catalog. The first call loads its
    /// plugin, if no other provider has, and binds it; later ones return it.
    pub async fn provider(&self, name: &str) -> Result<Provider, OpenError> {
        if let Some(provider) = self.inner.host.provider(name) {
            return Ok(provider);
        }
        let settings = self.inner.config.provider(name)?;
        self.load(self.inner.shelf.find(&settings.plugin)?).await?;
        let _alone = self.inner.binding.lock().await;
        match self.inner.host.provider(name) {
            Some(provider) => Ok(provider),
            None => Ok(self.inner.host.bind(name, &settings).await?),
        }
    }

    /// A provider as a caller wants it that brings a key, a host or a setting of
    /// its own along, kept between calls like a provider. Whether the caller may
    /// is for whoever calls this to decide; but a preset that nobody wrote into
    /// the configuration is had so only where it needs nothing but a key, and its
    /// own hosts are public.
    pub async fn variant(&self, name: &str, variant: &Variant) -> Result<Provider, OpenError> {
        if let Some(kept) = self.inner.host.variant(name, variant) {
            return Ok(kept);
        }
        let settings = self.inner.config.variant(name, variant)?;
        self.load(self.inner.shelf.find(&settings.plugin)?).await?;
        Ok(self.inner.host.bind_variant(name, &settings, variant).await?)
    }

    /// Loads a plugin file, unless it is loaded, on a thread for blocking work.
    /// Several are loaded at once.
    pub async fn load(&self, file: &PluginFile) -> Result<Plugin, OpenError> {
        let cell = {
            let mut loading = self.inner.loading.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(loading.entry(file.digest).or_default())
        };
        cell.get_or_try_init(|| self.load_once(file)).await.cloned()
    }

    async fn load_once(&self, file: &PluginFile) -> Result<Plugin, OpenError> {
        let (inner, wanted) = (Arc::clone(&self.inner), file.clone());
        let loading = tokio::task::spawn_blocking(move || {
            inner.progress.begins(&wanted);
            let plugin = inner.host.load_file(&wanted.path).map_err(Box::new);
            inner.progress.ends(&wanted, plugin.as_ref().ok());
            plugin
        });
        let name = || file.path.display().to_string();
        match loading.await {
            Ok(plugin) => plugin.map_err(|source| OpenError::Load { file: name(), source }),
            Err(_) => Err(OpenError::Abandoned { file: name() }),
        }
    }
}

impl std::fmt::Debug for Jackfield {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jackfield")
            .field("host", &self.inner.host)
            .field("config", &self.inner.config)
            .finish_non_exhaustive()
    }
}
