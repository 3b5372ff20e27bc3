//! All loaded plugins, by name and version. Several versions of one plugin live
//! side by side; whoever asks by semver requirement gets the highest that fits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};

use semver::{Version, VersionReq};

use crate::digest::Digest;
use crate::error::{Conflict, LoadError};
use crate::plugin::Plugin;

/// The plugins of a host.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    plugins: RwLock<BTreeMap<String, BTreeMap<Version, Plugin>>>,
    /// Digests of plugins that crashed again and again.
    quarantined: RwLock<BTreeSet<Digest>>,
}

impl Registry {
    /// Adds a plugin. The same bytes again are fine; other bytes under the same
    /// name and version are refused, because nobody could tell which one runs.
    pub(crate) fn add(&self, plugin: Plugin) -> Result<Plugin, LoadError> {
        let mut plugins = self.plugins.write().unwrap_or_else(PoisonError::into_inner);
        let versions = plugins.entry(plugin.name().to_owned()).or_default();
        if let Some(there) = versions.get(plugin.version()) {
            if there.digest() == plugin.digest() {
                return Ok(there.clone());
            }
            return Err(LoadError::Conflict(Box::new(Conflict {
                name: plugin.name().to_owned(),
                version: plugin.version().clone(),
                first: *there.digest(),
                first_path: there.path().map(Into::into),
                second: *plugin.digest(),
                second_path: plugin.path().map(Into::into),
            })));
        }
        versions.insert(plugin.version().clone(), plugin.clone());
        Ok(plugin)
    }

    /// The highest version that fits and isn't quarantined.
    pub(crate) fn find(&self, name: &str, wanted: &VersionReq) -> Option<Plugin> {
        let plugins = self.plugins.read().unwrap_or_else(PoisonError::into_inner);
        let quarantined = self.quarantined.read().unwrap_or_else(PoisonError::into_inner);
        plugins
            .get(name)?
            .iter()
            .rev()
            .find(|(version, plugin)| wanted.matches(version) && !quarantined.contains(plugin.digest()))
            .map(|(_, plugin)| plugin.clone())
    }

    /// Takes a plugin out of the choice. Providers bound to it keep it until
    /// they are bound anew.
    pub(crate) fn quarantine(&self, digest: &Digest) {
        self.quarantined.write().unwrap_or_else(PoisonError::into_inner).insert(*digest);
    }

    /// All plugins, by name, then version.
    pub(crate) fn list(&self) -> Vec<Plugin> {
        let plugins = self.plugins.read().unwrap_or_else(PoisonError::into_inner);
        plugins.values().flat_map(BTreeMap::values).cloned().collect()
    }

    /// What there is under a name, in words.
    pub(crate) fn describe(&self, name: &str) -> String {
        let plugins = self.plugins.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(versions) = plugins.get(name) {
            let versions: Vec<_> = versions.keys().map(Version::to_string).collect();
            return format!("loaded versions of {name}: {}", versions.join(", "));
        }
        if plugins.is_empty() {
            return "no plugin is loaded; check [plugins] dir".to_owned();
        }
        let names: Vec<_> = plugins.keys().map(String::as_str).collect();
        format!("no plugin of that name is loaded, only {}", names.join(", "))
    }
}
