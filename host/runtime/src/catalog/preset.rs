//! One provider of the catalog.

use std::collections::BTreeMap;

use url::Url;

use super::model::Model;
use crate::egress::policy::Granted;
use crate::manifest::name::{EnvName, Name};
use crate::manifest::value::{ConfigValue, read_value};
use crate::settings::PluginRef;
use crate::settings::document::{Fields, Problems, read};

/// What is the same for all who use a provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// Its name for people.
    pub title: String,
    /// The plugin that speaks its protocol.
    pub plugin: PluginRef,
    /// Where its API is documented.
    pub documentation: Url,
    /// The origins that choosing it grants.
    pub origins: Vec<Granted>,
    /// The environment variables that usually hold its secrets, the first that
    /// is set counts. None where it needs no secret, or none is usual.
    pub secrets: BTreeMap<Name, Vec<EnvName>>,
    /// Values for the plugin.
    pub config: BTreeMap<Name, ConfigValue>,
    /// Values that only the operator knows, with an example of each.
    pub needs: BTreeMap<Name, ConfigValue>,
    /// What is known of its models.
    pub models: Vec<Model>,
}

impl Preset {
    /// Parses a preset. `file` is what problems call it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str, file: &str) -> Result<Self, Problems> {
        read(text, file, Self::read)
    }

    /// What is known of a model.
    pub fn model(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        let title = fields.require("title", "\"Example\"").and_then(|node| node.string());
        let plugin = fields.require("plugin", "\"openai@^0.1\"").and_then(|node| node.parse());
        let documentation = fields.require("documentation", "\"https://docs.example.com\"");
        let documentation = documentation.and_then(|node| node.parse());
        let origins = fields.require("origins", "[\"https://api.example.com\"]");
        let origins = origins.and_then(|node| node.list(|origin| origin.parse().map(Granted::origin)));
        let secrets = fields.take("secrets");
        let secrets = secrets.and_then(|node| node.map(|names| names.list(|name| name.parse())));
        let mut values = |name| {
            let node = fields.take(name);
            node.and_then(|node| node.map(|value| read_value(&value))).unwrap_or_default()
        };
        let (config, needs) = (values("config"), values("needs"));
        let models = fields.take("models").and_then(|node| node.list(|model| Model::read(&model)));
        fields.finish();
        Some(Self {
            title: title?.to_owned(),
            plugin: plugin?,
            documentation: documentation?,
            origins: origins?,
            secrets: secrets.unwrap_or_default(),
            config,
            needs,
            models: models.unwrap_or_default(),
        })
    }
}
