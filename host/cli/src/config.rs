//! The settings file: finding it, reading it, and what holds where there is none.

use std::path::{Path, PathBuf};

use jackfield_runtime::catalog::{Catalog, CatalogError, FolderError, Preset};
use jackfield_runtime::egress::origin::Scheme;
use jackfield_runtime::manifest::name::{NameError, ProviderName};
use jackfield_runtime::secret::{Environment, ProcessEnvironment};
use jackfield_runtime::settings::Granted;
use jackfield_runtime::settings::document::Problems;
use jackfield_runtime::settings::{PluginSettings, ProviderSettings, Settings};
use jackfield_runtime::{Host, HostBuilder, PoolSizes, Variant};

use crate::places::Places;

/// A configuration can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file can't be read.
    #[error("the configuration {} can't be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It says something that it can't.
    #[error("the configuration is wrong:\n{0}")]
    Wrong(Problems),
    /// The shipped catalog is broken.
    #[error("the catalog of this program is broken, which is a bug: {0}")]
    Catalog(Problems),
    /// The operator's own presets can't be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A provider's name isn't one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A provider that neither the file nor the catalog completes.
    #[error(transparent)]
    Provider(#[from] CatalogError),
    /// A caller wants a preset that only the operator can choose.
    #[error(
        "provider {name} isn't bound here, and needs more than a key: have it written under [providers.{name}]"
    )]
    NotBound {
        /// The preset.
        name: ProviderName,
    },
    /// There is no folder of plugins.
    #[error(
        "there is no folder of plugins: none of {} exists; name one with --plugins, JACKFIELD_PLUGINS, or `dir` under [plugins]",
        tried.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    NoPlugins {
        /// Where it was looked for.
        tried: Vec<PathBuf>,
    },
}

/// Whether a preset needs nothing but a key, and reaches only hosts that anybody
/// could.
pub(crate) fn is_public(preset: &Preset) -> bool {
    let https = |granted: &Granted| granted.origin.scheme() == Scheme::Https;
    preset.needs.is_empty() && !preset.secrets.is_empty() && preset.origins.iter().all(https)
}

/// Sections that the gateway reads. A program without it leaves them alone, since
/// one file serves both.
const OTHERS: [&str; 2] = ["routes", "server"];

/// A configuration: what the file says, completed by the catalog.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file; nothing where there is none and only the catalog holds.
    pub file: Option<PathBuf>,
    /// What it says, with absolute paths.
    pub settings: Settings,
    /// The presets: those of the program, and those of `[catalog] dir`.
    pub catalog: Catalog,
    /// The folder of plugin files, where the usual ones don't count.
    pub plugins: Option<PathBuf>,
    /// Where to look for what the file doesn't say.
    pub places: Places,
    /// `[server]` and `[routes]`.
    #[cfg(feature = "gateway")]
    pub gateway: crate::gateway::GatewaySettings,
}

impl Config {
    /// The configuration in this file or, without one, in the first of the usual
    /// places that has one, or that of no file at all.
    ///
    /// # Errors
    /// Where a file is there and can't be used, with everything that is wrong
    /// with it.
    pub fn find(places: &Places, file: Option<&Path>) -> Result<Self, ConfigError> {
        let named = file.map(|file| places.working.join(file));
        let found = named.or_else(|| places.config_files().into_iter().find(|file| file.is_file()));
        match found {
            Some(file) => Self::read(places, &file),
            None => Self::of_settings(places, Settings::default()),
        }
    }

    /// The configuration in this file.
    pub fn read(places: &Places, file: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| ConfigError::Read { path: file.to_owned(), source })?;
        let name = file.strip_prefix(&places.working).unwrap_or(file).display().to_string();
        let mut settings = Settings::parse(&text, &name, &OTHERS).map_err(ConfigError::Wrong)?;
        #[cfg(feature = "gateway")]
        let gateway =
            crate::gateway::GatewaySettings::parse(&text, &name, file.parent().unwrap_or(&places.working))
                .map_err(ConfigError::Wrong)?;
        // Whether it was written can't be told from whether it is the default; both mean the same.
        let usual = settings.plugins == PluginSettings::default();
        settings.resolve_paths(file.parent().unwrap_or(&places.working));
        let plugins = Some(settings.plugins.dir.clone()).filter(|dir| !usual || dir.is_dir());
        Ok(Self {
            file: Some(file.to_owned()),
            plugins,
            #[cfg(feature = "gateway")]
            gateway,
            ..Self::of_settings(places, settings)?
        })
    }

    /// These settings, the shipped catalog and the folder of presets that they
    /// name, without any settings file.
    pub fn of_settings(places: &Places, settings: Settings) -> Result<Self, ConfigError> {
        let mut catalog = Catalog::shipped().map_err(ConfigError::Catalog)?;
        if let Some(folder) = &settings.catalog.dir {
            let shown = folder.strip_prefix(&places.working).unwrap_or(folder);
            catalog.add_folder(folder, shown)?;
        }
        Ok(Self {
            file: None,
            settings,
            catalog,
            plugins: None,
            places: places.clone(),
            #[cfg(feature = "gateway")]
            gateway: crate::gateway::GatewaySettings::default(),
        })
    }

    /// A provider with all that binding it takes: of the settings, completed by
    /// its preset, or of the catalog alone.
    pub fn provider(&self, name: &str) -> Result<ProviderSettings, ConfigError> {
        let name: ProviderName = name.parse()?;
        let mut written = self.settings.providers.get(&name).cloned().unwrap_or_default();
        self.catalog.fill_from(&ProcessEnvironment, &name, &mut written);
        Ok(self.catalog.complete(&name, written)?)
    }

    /// The same for a variant of it that a caller wants.
    ///
    /// Values that the environment has, as a region, count where the operator
    /// wrote the provider: its variant lives where the provider does. For a preset
    /// that only the caller names they don't: nobody chose to let callers at what
    /// happens to be set here. Secrets of the environment are for the provider
    /// alone; binding a variant with secrets of its own leaves them out.
    pub(crate) fn variant(&self, name: &str, variant: &Variant) -> Result<ProviderSettings, ConfigError> {
        self.variant_in(&ProcessEnvironment, name, variant)
    }

    fn variant_in(
        &self,
        environment: &dyn Environment,
        name: &str,
        variant: &Variant,
    ) -> Result<ProviderSettings, ConfigError> {
        let name: ProviderName = name.parse()?;
        let written = self.settings.providers.get(&name).cloned();
        let bound = written.is_some();
        let mut written = written.unwrap_or_default();
        // What a preset builds addresses of, as a region, it fills in only once.
        let preset = self.catalog.get(written.preset.as_ref().unwrap_or(&name).as_str());
        for need in preset.into_iter().flat_map(|preset| preset.needs.keys()) {
            if let Some(value) = variant.config.get(need) {
                written.config.insert(need.clone(), value.clone());
            }
        }
        match &variant.host {
            // What the preset can't know, the caller does.
            Some(host) => {
                let base_url = "base-url".parse()?;
                written.config.insert(base_url, host.as_str().into());
            }
            // Choosing a preset grants its hosts, which only the operator may do
            // where they are of the operator's own network.
            None if !bound && !self.catalog.get(name.as_str()).is_some_and(is_public) => {
                return Err(ConfigError::NotBound { name });
            }
            None => {}
        }
        // What the caller brought along stands there already, and wins.
        if bound {
            self.catalog.fill_from(environment, &name, &mut written);
        }
        Ok(self.catalog.complete(&name, written)?)
    }

    /// The folder of plugin files: the one that is named, else the first of the
    /// usual ones that exists.
    pub fn plugin_folder(&self) -> Result<PathBuf, ConfigError> {
        if let Some(folder) = &self.plugins {
            return Ok(folder.clone());
        }
        let tried = self.places.plugin_folders();
        match tried.iter().find(|folder| folder.is_dir()) {
            Some(folder) => Ok(folder.clone()),
            None => Err(ConfigError::NoPlugins { tried }),
        }
    }

    /// A host with the sizes and the cache that the settings name.
    pub fn host(&self) -> HostBuilder {
        let runtime = &self.settings.runtime;
        let pool = PoolSizes { instances: runtime.instances, memory: runtime.memory.bytes_usize() };
        let builder = Host::builder().pool(pool);
        match runtime.cache.clone().or_else(|| self.places.code_cache()) {
            Some(folder) => builder.code_cache(folder),
            None => builder,
        }
    }
}

#[cfg(test)]
mod tests;
