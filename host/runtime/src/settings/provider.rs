//! One provider: a plugin bound to one upstream with config values, secrets and
//! grants.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::document::Node;
use super::grant::Grant;
use super::limits::{Limits, Timeouts, WrittenTimeouts};
use super::path;
use super::plugin_ref::PluginRef;
use super::size::ByteSize;
use crate::manifest::Manifest;
use crate::manifest::name::{Name, ProviderName};
use crate::manifest::value::{ConfigValue, read_value};
use crate::secret::SecretSource;

/// A provider with all that binding it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderSettings {
    /// Its plugin.
    pub plugin: PluginRef,
    /// Values for what the plugin's manifest declares under `[config]`.
    pub config: BTreeMap<Name, ConfigValue>,
    /// Those of them that a preset supplied and nobody wrote: anybody can look
    /// them up.
    pub preset_config: BTreeSet<Name>,
    /// Values of type string whose text is a file's, read whenever the provider
    /// is bound. They come before those of `config`.
    pub config_files: BTreeMap<Name, PathBuf>,
    /// Where the secrets come from that the manifest declares.
    pub secrets: BTreeMap<Name, SecretSource>,
    /// Those of them that a preset supplied and nobody wrote.
    pub preset_secrets: BTreeSet<Name>,
    /// Those secrets that count as absent where their variables aren't set, as a
    /// preset names them. The plugin must be able to do without.
    pub optional_secrets: BTreeSet<Name>,
    /// What the plugin may reach.
    pub grant: Grant,
    /// How instances are kept apart.
    pub isolation: Isolation,
    /// What the plugin may use up.
    pub limits: Limits,
    /// How long calls may take.
    pub timeouts: Timeouts,
    /// The most inputs of one embedding request, by model, where the catalog
    /// knows it; a lower limit of the plugin's manifest holds beside it.
    pub embedding_inputs: BTreeMap<String, u32>,
}

impl ProviderSettings {
    /// A provider of this plugin that has nothing and may reach nothing yet.
    pub fn new(plugin: PluginRef) -> Self {
        Self::from_written(plugin, WrittenProvider::default())
    }

    /// What was written, for this plugin.
    pub(crate) fn from_written(plugin: PluginRef, written: WrittenProvider) -> Self {
        let WrittenProvider { plugin: _, preset: _, config, config_files, secrets, grant, .. } = written;
        let WrittenProvider { isolation, limits, timeouts, .. } = written;
        let timeouts = timeouts.over(Timeouts::default());
        let embedding_inputs = BTreeMap::new();
        Self {
            plugin,
            config,
            preset_config: BTreeSet::new(),
            config_files,
            secrets,
            preset_secrets: BTreeSet::new(),
            optional_secrets: BTreeSet::new(),
            grant,
            isolation,
            limits,
            timeouts,
            embedding_inputs,
        }
    }

    /// Whether a secret counts as absent where its variables aren't set: its preset
    /// says so, or wants it for another way to authenticate than the chosen one.
    pub(crate) fn may_lack(&self, manifest: &Manifest, secret: &Name) -> bool {
        self.optional_secrets.contains(secret)
            || self.preset_secrets.contains(secret) && !manifest.can_use(secret, &self.config)
    }
}

/// A `[providers.NAME]` as it was written. The catalog completes it: see
/// [`Catalog::complete`](crate::catalog::Catalog::complete).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WrittenProvider {
    /// Its plugin, unless a preset names it.
    pub plugin: Option<PluginRef>,
    /// The catalog preset it starts from, where that isn't the provider's own
    /// name.
    pub preset: Option<ProviderName>,
    /// See [`ProviderSettings::config`].
    pub config: BTreeMap<Name, ConfigValue>,
    /// See [`ProviderSettings::config_files`].
    pub config_files: BTreeMap<Name, PathBuf>,
    /// See [`ProviderSettings::secrets`].
    pub secrets: BTreeMap<Name, SecretSource>,
    /// See [`ProviderSettings::grant`].
    pub grant: Grant,
    /// See [`ProviderSettings::isolation`].
    pub isolation: Isolation,
    /// See [`ProviderSettings::limits`].
    pub limits: Limits,
    /// See [`ProviderSettings::timeouts`].
    pub timeouts: WrittenTimeouts,
}

/// How a provider's instances are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// Warm instances are used again, for the same plugin version, provider and
    /// tenant only. The default: a plugin sees no secret that a later call
    /// should be kept from, and a call costs a tenth.
    #[default]
    Provider,
    /// Each call has an instance of its own that nobody used before.
    Call,
}

impl WrittenProvider {
    pub(super) fn read(node: &Node<'_>, most_memory: ByteSize) -> Option<Self> {
        const ISOLATION: &[(&str, Isolation)] =
            &[("provider", Isolation::Provider), ("call", Isolation::Call)];
        let mut fields = node.fields()?;
        let plugin = fields.take("plugin").and_then(|node| PluginRef::read(&node));
        let preset = fields.take("preset").and_then(|node| node.parse());
        let mut config_files = BTreeMap::new();
        let config = fields.take("config").and_then(|node| node.map(|entry| Written::read(&entry)));
        let config = config.unwrap_or_default().into_iter().filter_map(|(name, written)| match written {
            Written::Value(value) => Some((name, value)),
            Written::File(path) => {
                config_files.insert(name, path);
                None
            }
        });
        let config = config.collect();
        let secrets = fields.take("secrets");
        let secrets = secrets.and_then(|node| node.map(|entry| SecretSource::read(&entry)));
        let grant = fields.take("grant").and_then(|node| Grant::read(&node));
        let isolation = fields.take("isolation").and_then(|node| node.word(ISOLATION));
        let limits = match fields.take("limits") {
            Some(node) => Limits::read(&node, most_memory),
            None => None,
        };
        let timeouts = fields.take("timeouts").and_then(|node| WrittenTimeouts::read(&node));
        fields.finish();
        let usual = Limits { memory: Limits::default().memory.min(most_memory), ..Limits::default() };
        Some(Self {
            plugin,
            preset,
            config,
            config_files,
            secrets: secrets.unwrap_or_default(),
            grant: grant.unwrap_or_default(),
            isolation: isolation.unwrap_or_default(),
            limits: limits.unwrap_or(usual),
            timeouts: timeouts.unwrap_or_default(),
        })
    }
}

/// What stands at `config.NAME`.
enum Written {
    /// The value.
    Value(ConfigValue),
    /// `{ file = "PATH" }`: the text of a file.
    File(PathBuf),
}

impl Written {
    fn read(node: &Node<'_>) -> Option<Self> {
        if !node.is_table() {
            return read_value(node).map(Self::Value);
        }
        let mut fields = node.fields()?;
        let file = fields.require("file", "\"api.toml\"").and_then(|node| path(&node));
        fields.finish();
        file.map(Self::File)
    }
}
