//! One provider of the catalog.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::environment::Variables;
use super::model::{KINDS, Model, ModelKind};
use super::placeholder::OriginTemplate;
use crate::egress::policy::Granted;
use crate::manifest::name::{EnvName, Name};
use crate::manifest::value::{ConfigValue, read_value};
use crate::settings::document::{Fields, Node, Problems, read};
use crate::settings::{PluginRef, WrittenTimeouts};

const MODEL_LISTS: &[(&str, ModelList)] = &[("keyed", ModelList::Keyed), ("public", ModelList::Public)];

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
    /// Those with words in them that the operator must write, as
    /// `https://api.{region}.example.com`; each word is among `needs`.
    pub origin_templates: Vec<OriginTemplate>,
    /// The environment variables that usually hold its secrets, the first that
    /// is set counts. None where it needs no secret, or none is usual.
    pub secrets: BTreeMap<Name, Vec<EnvName>>,
    /// Those among them that may be missing, as the provider has several ways to
    /// say who asks.
    pub optional: BTreeSet<Name>,
    /// Variables that usually hold values for the plugin.
    pub env: BTreeMap<Name, Variables>,
    /// Values for the plugin. A `{name}` in a text is filled in where `needs`
    /// has that name.
    pub config: BTreeMap<Name, ConfigValue>,
    /// Values that only the operator knows, with an example of each.
    pub needs: BTreeMap<Name, ConfigValue>,
    /// How long its calls may take, where that isn't as usual.
    pub timeouts: WrittenTimeouts,
    /// The kinds of model that it offers, as far as that is known.
    pub kinds: BTreeSet<ModelKind>,
    /// Who may read its list of models.
    pub model_list: ModelList,
    /// What to do to have it run, for a server of the operator's own.
    pub start: Option<String>,
    /// What is known of its models.
    pub models: Vec<Model>,
}

/// Who may read a provider's list of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ModelList {
    /// Whoever has a key.
    #[default]
    Keyed,
    /// Everybody: reading it proves nothing of a key.
    Public,
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
        let origins = origins.and_then(|node| node.list(|origin| Reach::read(&origin)));
        let secrets = fields.take("secrets");
        let secrets = secrets.and_then(|node| node.map(|names| names.list(|name| name.parse())));
        let optional = fields.take("optional").and_then(|node| node.list(|name| name.parse()));
        let env = fields.take("env").and_then(|node| node.map(|names| Variables::read(&names)));
        let mut values = |name| {
            let node = fields.take(name);
            node.and_then(|node| node.map(|value| read_value(&value))).unwrap_or_default()
        };
        let (config, needs) = (values("config"), values("needs"));
        let timeouts = fields.take("timeouts").and_then(|node| WrittenTimeouts::read(&node));
        let kinds = fields.take("kinds").and_then(|node| node.list(|kind| kind.word(KINDS)));
        let model_list = fields.take("model-list").and_then(|node| node.word(MODEL_LISTS));
        let start = fields.take("start").and_then(|node| node.string()).map(str::to_owned);
        let models = fields.take("models").and_then(|node| node.list(|model| Model::read(&model)));
        let optional: BTreeSet<Name> = optional.unwrap_or_default().into_iter().collect();
        let secrets: BTreeMap<Name, Vec<EnvName>> = secrets.unwrap_or_default();
        if let Some(name) = optional.iter().find(|name| !secrets.contains_key(*name)) {
            fields.reject(format!("`optional` names the secret {name}, which isn't among `secrets`"));
        }
        let (mut fixed, mut templates) = (Vec::new(), Vec::new());
        for origin in origins.unwrap_or_default() {
            match origin {
                Reach::Fixed(origin) => fixed.push(origin),
                Reach::Template(template) => {
                    if let Some(name) = template.names().find(|name| !needs.contains_key(*name)) {
                        fields.reject(format!(
                            "origin \"{template}\" wants {{{name}}}: write `needs.{name} = \"...\"`"
                        ));
                    }
                    templates.push(template);
                }
            }
        }
        fields.finish();
        let models: Vec<Model> = models.unwrap_or_default();
        let kinds =
            kinds.unwrap_or_default().into_iter().chain(models.iter().map(|model| model.kind)).collect();
        Some(Self {
            title: title?.to_owned(),
            plugin: plugin?,
            documentation: documentation?,
            origins: fixed,
            origin_templates: templates,
            secrets,
            optional,
            env: env.unwrap_or_default(),
            config,
            needs,
            timeouts: timeouts.unwrap_or_default(),
            kinds,
            model_list: model_list.unwrap_or_default(),
            start,
            models,
        })
    }
}

/// An origin of the list.
enum Reach {
    Fixed(Granted),
    Template(OriginTemplate),
}

impl Reach {
    fn read(node: &Node<'_>) -> Option<Self> {
        if node.string()?.contains('{') {
            node.parse().map(Self::Template)
        } else {
            node.parse().map(|origin| Self::Fixed(Granted::origin(origin)))
        }
    }
}
