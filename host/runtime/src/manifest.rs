//! What a plugin asks for: its `plugin.toml`, parsed into exact types.
//!
//! A manifest is written by a stranger. Whatever in it this host doesn't know
//! or can't enforce is a load error, never skipped: a scheme, field or limit
//! that is read and then ignored is a promise to the operator that nobody keeps.

pub mod auth;
pub mod batch;
pub mod bind;
mod choice;
pub mod egress;
pub mod field;
pub mod name;
mod read;
pub mod template;
pub mod value;

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use url::Url;

use crate::settings::document::{Node, Problems, read as read_document};
use auth::AuthScheme;
use egress::Egress;
use field::{ConfigField, DirectoryField, SecretField};
use name::{Name, PluginName};
use value::ConfigType;

pub use crate::config_file::ConfigFileError;
pub use batch::BatchLimits;
pub use bind::{BindError, BindProblem, BoundConfig};
pub use value::ConfigValue;

/// Everything that is wrong with a manifest.
pub type ManifestError = Problems;

/// A parsed `plugin.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The plugin's name.
    pub name: PluginName,
    /// Its version.
    pub version: Version,
    /// What it is, in a sentence.
    pub description: String,
    /// Its licence, as an SPDX expression.
    pub license: Option<String>,
    /// Where to read about it.
    pub homepage: Option<Url>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Whether it has one instance for all calls, because it keeps something
    /// in memory.
    pub singleton: bool,
    /// The values it is configured with.
    pub config: BTreeMap<Name, ConfigField>,
    /// The secrets it uses, without ever seeing them.
    pub secrets: BTreeMap<Name, SecretField>,
    /// How its requests are authenticated. Each of these is named by an entry
    /// of `egress`, and names only secrets declared here.
    pub auth: BTreeMap<Name, AuthScheme>,
    /// Where it sends requests.
    pub egress: Vec<Egress>,
    /// The directories it works in.
    pub directories: BTreeMap<Name, DirectoryField>,
    /// The sizes of embedding requests; the first that covers a model counts.
    pub embedding_batches: Vec<batch::Batch>,
}

impl Manifest {
    /// Parses a manifest. `file` is what problems call it, as in
    /// `plugins/openai.wasm (plugin.toml)`.
    pub fn parse(text: &str, file: &str) -> Result<Self, ManifestError> {
        read_document(text, file, read::manifest)
    }

    /// The manifest of a component that has none: version 0.0.0, nothing asked
    /// for, so nothing can be granted. `name` is its file name without `.wasm`.
    pub fn without_capabilities(name: &str) -> Result<Self, ManifestError> {
        let wrong = |error| {
            Problems::of_file(
                name,
                format!(
                    "a component without a manifest is named after its file, and {error}; rename the file, or pack a manifest"
                ),
            )
        };
        Ok(Self {
            name: name.parse().map_err(wrong)?,
            version: Version::new(0, 0, 0),
            description: String::new(),
            license: None,
            homepage: None,
            authors: Vec::new(),
            singleton: false,
            config: BTreeMap::new(),
            secrets: BTreeMap::new(),
            auth: BTreeMap::new(),
            egress: Vec::new(),
            directories: BTreeMap::new(),
            embedding_batches: Vec::new(),
        })
    }

    /// How large an embedding request for this model may be, to a provider that
    /// is bound with these values.
    pub fn batch_limits(&self, model: &str, config: &BTreeMap<Name, ConfigValue>) -> BatchLimits {
        let batch = self.embedding_batches.iter().find(|batch| batch.covers(model, config));
        batch.map(|batch| batch.limits).unwrap_or_default()
    }
}

/// What the sections read so far declare, for the sections that refer to it.
#[derive(Debug)]
struct Declared {
    config: BTreeMap<Name, ConfigType>,
    auth: BTreeSet<Name>,
}

impl Declared {
    /// The type of the config value that `node` refers to.
    fn kind_of(&self, node: &Node<'_>, name: &Name) -> Option<&ConfigType> {
        let kind = self.config.get(name);
        if kind.is_none() {
            node.reject(format!(
                "{{{name}}} isn't declared: add [config.{name}] with its type, or correct the name"
            ));
        }
        kind
    }
}

#[cfg(test)]
mod tests;
