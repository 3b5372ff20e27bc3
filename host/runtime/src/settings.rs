//! What the operator writes: `[catalog]`, `[plugins]`, `[providers.NAME]` and
//! `[runtime]` of `jackfield.toml`. Other sections belong to other crates.
//!
//! Everything here is a plain value that a Rust program can build without any
//! file. A field that isn't known is an error with its place: a limit that is
//! misspelt must not leave the default in force unseen.

pub mod document;
pub mod grant;
pub mod limits;
pub mod period;
pub mod plugin_ref;
pub mod provider;
pub mod size;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use document::{Fields, Node, Problems};

pub use crate::egress::policy::Granted;
pub use crate::manifest::name::ProviderName;
pub use grant::{Grant, GrantedFolder};
pub use limits::{Limits, Timeouts, WrittenTimeouts};
pub use period::Period;
pub use plugin_ref::PluginRef;
pub use provider::{Isolation, ProviderSettings, WrittenProvider};
pub use size::ByteSize;

/// The sections of `jackfield.toml` that the runtime reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// `[catalog]`.
    pub catalog: CatalogSettings,
    /// `[plugins]`.
    pub plugins: PluginSettings,
    /// `[providers.NAME]`, as written: a catalog preset may add to each.
    pub providers: BTreeMap<ProviderName, WrittenProvider>,
    /// `[runtime]`.
    pub runtime: RuntimeSettings,
}

/// `[catalog]`: presets beside those that are part of the program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CatalogSettings {
    /// The folder; every `NAME.toml` in it is a preset. None without it.
    pub dir: Option<PathBuf>,
}

/// `[plugins]`: where plugins are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginSettings {
    /// The folder; every `*.wasm` in it is loaded.
    pub dir: PathBuf,
}

impl Default for PluginSettings {
    /// The folder `plugins`.
    fn default() -> Self {
        Self { dir: PathBuf::from("plugins") }
    }
}

/// `[runtime]`: sizes that all providers share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeSettings {
    /// The most instances alive at once: calls and streams in progress, and
    /// warm instances waiting. One more call is refused.
    pub instances: u32,
    /// The most bytes that a single memory of any plugin may have: what the
    /// pool reserves address space for. A provider's `limits.memory` can ask
    /// for less, not for more.
    pub memory: ByteSize,
    /// The folder for compiled code. It must be writable by this user alone:
    /// code from it runs unchecked. Nothing leaves the choice to the program.
    pub cache: Option<PathBuf>,
}

impl Default for RuntimeSettings {
    /// 2,000 instances of at most 512 MiB: twice a thousand open streams, and
    /// room for the largest guests seen, which bring a whole Python with them.
    fn default() -> Self {
        Self { instances: 2_000, memory: ByteSize::mib(512), cache: None }
    }
}

impl Settings {
    /// The sections read here.
    pub const SECTIONS: &[&str] = &["catalog", "plugins", "providers", "runtime"];

    /// Reads the runtime's sections of a settings file. `file` is what problems
    /// call it; `other_sections` are read by the caller and left alone here:
    /// with [`document::read`], and [`Fields::leave`] for [`Self::SECTIONS`].
    ///
    /// # Errors
    /// Everything that is wrong with these sections, and every section that is
    /// neither of them nor among the others.
    pub fn parse(text: &str, file: &str, other_sections: &[&str]) -> Result<Self, Problems> {
        document::read(text, file, |fields| Self::read(fields, other_sections))
    }

    fn read<'d>(mut fields: Fields<'d>, other_sections: &[&'d str]) -> Option<Self> {
        let catalog = fields.take("catalog").and_then(|node| CatalogSettings::read(&node));
        let plugins = fields.take("plugins").and_then(|node| PluginSettings::read(&node));
        let runtime = fields.take("runtime").and_then(|node| RuntimeSettings::read(&node));
        let most = runtime.as_ref().map_or(ByteSize::mib(512), |runtime| runtime.memory);
        let providers = fields.take("providers");
        let providers = providers.and_then(|node| node.map(|entry| WrittenProvider::read(&entry, most)));
        fields.leave(other_sections);
        fields.finish();
        Some(Self {
            catalog: catalog.unwrap_or_default(),
            plugins: plugins.unwrap_or_default(),
            providers: providers.unwrap_or_default(),
            runtime: runtime.unwrap_or_default(),
        })
    }

    /// Takes every relative path in the settings as relative to this folder,
    /// usually that of the settings file.
    pub fn resolve_paths(&mut self, folder: &Path) {
        let resolve = |path: &mut PathBuf| *path = folder.join(&*path);
        self.catalog.dir.as_mut().map(resolve);
        resolve(&mut self.plugins.dir);
        self.runtime.cache.as_mut().map(resolve);
        for provider in self.providers.values_mut() {
            provider.secrets.values_mut().filter_map(|source| source.path_mut()).for_each(resolve);
            provider.grant.directories.values_mut().for_each(|folder| resolve(&mut folder.path));
            provider.config_files.values_mut().for_each(resolve);
        }
    }
}

impl CatalogSettings {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let dir = fields.take("dir").and_then(|node| path(&node));
        fields.finish();
        Some(Self { dir })
    }
}

impl PluginSettings {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let dir = fields.take("dir").and_then(|node| path(&node));
        fields.finish();
        Some(dir.map_or_else(Self::default, |dir| Self { dir }))
    }
}

impl RuntimeSettings {
    fn read(node: &Node<'_>) -> Option<Self> {
        let usual = Self::default();
        let mut fields = node.fields()?;
        let instances = fields.take("instances").and_then(|node| node.count(1, 100_000));
        let memory = fields.take("memory").and_then(|node| {
            let size = node.parse::<ByteSize>()?;
            // 4 GiB is all that a 32-bit guest can address.
            if size > ByteSize::mib(4096) {
                node.reject("a plugin can't address more than 4 GiB: write at most \"4 GiB\"");
            }
            Some(size)
        });
        let cache = fields.take("cache").and_then(|node| path(&node));
        fields.finish();
        Some(Self {
            instances: instances.unwrap_or(usual.instances),
            memory: memory.unwrap_or(usual.memory),
            cache,
        })
    }
}

/// A path that isn't empty.
pub(crate) fn path(node: &Node<'_>) -> Option<PathBuf> {
    let text = node.string()?;
    if text.is_empty() || text.contains('\0') {
        node.reject("this can't be a path: write one such as \"plugins\"");
        return None;
    }
    Some(PathBuf::from(text))
}

#[cfg(test)]
mod tests;
