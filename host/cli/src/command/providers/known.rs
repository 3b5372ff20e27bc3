//! What can be said of a provider without loading its plugin.

use std::collections::BTreeMap;

use jackfield::runtime::catalog::{ModelKind, Preset};
use jackfield::runtime::manifest::Manifest;
use jackfield::runtime::manifest::name::Name;
use jackfield::runtime::secret::SecretSource;
use jackfield::runtime::settings::{Granted, ProviderSettings};
use jackfield::{Config, Shelf};
use serde::Serialize;

/// A provider of the configuration or the catalog.
#[derive(Debug, Serialize)]
pub(super) struct Known<'c> {
    /// Its name.
    pub(super) provider: String,
    /// Its name for people.
    pub(super) title: Option<&'c str>,
    /// Its plugin.
    pub(super) plugin: String,
    /// Whether the configuration has it.
    pub(super) configured: bool,
    /// Whether nothing is missing for a call.
    pub(super) ready: bool,
    /// What is missing, each with what to do.
    pub(super) missing: Vec<String>,
    /// Its secrets.
    pub(super) secrets: Vec<SecretState>,
    /// Config values that only the operator knows, with an example of each.
    pub(super) needs: BTreeMap<&'c str, String>,
    /// The kinds of its models.
    pub(super) kinds: Vec<&'static str>,
    /// The ids of those that are known well.
    pub(super) models: Vec<&'c str>,
    /// The origins that choosing it grants.
    pub(super) origins: Vec<String>,
    /// Where its API is documented.
    pub(super) documentation: Option<&'c str>,
    #[serde(skip)]
    pub(super) preset: Option<&'c Preset>,
    #[serde(skip)]
    pub(super) settings: Option<ProviderSettings>,
}

/// Where a secret comes from, and whether it is there.
#[derive(Debug, Serialize)]
pub(super) struct SecretState {
    /// Its name in the plugin's manifest.
    pub(super) name: String,
    /// The environment variables that can hold it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) variables: Vec<String>,
    /// Where it is instead, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    /// The variable among them that is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) set: Option<String>,
    /// Whether it is there, as far as can be told without reading it.
    pub(super) found: bool,
    /// Whether the plugin can do without it.
    pub(super) optional: bool,
}

/// All providers, by name.
pub(super) fn all(config: &Config) -> Vec<Known<'_>> {
    let mut names: Vec<String> = config.settings.providers.keys().map(ToString::to_string).collect();
    names.extend(config.catalog.iter().map(|(name, _)| name.to_string()));
    names.sort();
    names.dedup();
    let shelf = config.plugin_folder().ok().and_then(|folder| Shelf::scan(&folder).ok());
    names.into_iter().map(|name| known(config, shelf.as_ref(), name)).collect()
}

/// The one of this name, if the configuration or the catalog has it.
pub(super) fn one<'c>(config: &'c Config, name: &str) -> Option<Known<'c>> {
    let there = config.settings.providers.contains_key(name) || config.catalog.get(name).is_some();
    let shelf = || config.plugin_folder().ok().and_then(|folder| Shelf::scan(&folder).ok());
    there.then(|| known(config, shelf().as_ref(), name.to_owned()))
}

/// The preset that a provider starts from.
pub(super) fn preset<'c>(config: &'c Config, name: &str) -> Option<&'c Preset> {
    let written = config.settings.providers.get(name);
    let named = written.and_then(|written| written.preset.as_ref());
    let preset = config.catalog.get(named.map_or(name, |preset| preset.as_str()))?;
    let plugin = written.and_then(|written| written.plugin.as_ref());
    plugin.is_none_or(|plugin| plugin.name == preset.plugin.name).then_some(preset)
}

fn known<'c>(config: &'c Config, shelf: Option<&Shelf>, provider: String) -> Known<'c> {
    let configured = config.settings.providers.contains_key(provider.as_str());
    let preset = preset(config, &provider);
    let (settings, problem) = match config.provider(&provider) {
        Ok(settings) => (Some(settings), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let plugin = settings.as_ref().map(|settings| &settings.plugin).or(preset.map(|preset| &preset.plugin));
    let manifest = plugin.and_then(|plugin| shelf?.find(plugin).ok()).map(|file| &file.manifest);
    let secrets = secrets(settings.as_ref(), preset, manifest);
    let missing = missing(&secrets, preset.filter(|_| !configured), problem);
    Known {
        title: preset.map(|preset| preset.title.as_str()),
        plugin: plugin.map_or_else(|| "-".to_owned(), ToString::to_string),
        configured,
        ready: missing.is_empty(),
        missing,
        secrets,
        needs: preset.map(needs).unwrap_or_default(),
        kinds: preset.map(|preset| preset.kinds.iter().map(|kind| kind.name()).collect()).unwrap_or_default(),
        models: preset
            .map(|preset| preset.models.iter().map(|it| it.id.as_str()).collect())
            .unwrap_or_default(),
        origins: origins(settings.as_ref(), preset),
        documentation: preset.map(|preset| preset.documentation.as_str()),
        preset,
        settings,
        provider,
    }
}

fn needs(preset: &Preset) -> BTreeMap<&str, String> {
    preset.needs.iter().map(|(name, example)| (name.as_str(), example.to_string())).collect()
}

fn origins(settings: Option<&ProviderSettings>, preset: Option<&Preset>) -> Vec<String> {
    match (settings, preset) {
        (Some(settings), _) => settings.grant.origins.iter().map(origin).collect(),
        (None, Some(preset)) => {
            let templates = preset.origin_templates.iter().map(ToString::to_string);
            preset.origins.iter().map(origin).chain(templates).collect()
        }
        (None, None) => Vec::new(),
    }
}

/// A grant as the configuration spells it, an origin alone without its quotes.
fn origin(granted: &Granted) -> String {
    granted.to_string().trim_matches('"').to_owned()
}

fn secrets(
    settings: Option<&ProviderSettings>,
    preset: Option<&Preset>,
    manifest: Option<&Manifest>,
) -> Vec<SecretState> {
    let usual = |preset: &Preset| {
        let env = |(name, names): (&Name, &Vec<_>)| (name.clone(), SecretSource::Env(names.clone()));
        preset.secrets.iter().map(env).collect()
    };
    let mut sources: BTreeMap<Name, SecretSource> = match settings {
        Some(settings) => settings.secrets.clone(),
        None => preset.map(usual).unwrap_or_default(),
    };
    for (name, field) in manifest.into_iter().flat_map(|manifest| &manifest.secrets) {
        // One that nobody named and that can't be done without comes from its usual variable.
        if let (false, Some(env)) = (field.optional, &field.env) {
            sources.entry(name.clone()).or_insert_with(|| SecretSource::Env(vec![env.clone()]));
        }
    }
    let optional = |name: &Name| {
        let field = manifest.and_then(|manifest| manifest.secrets.get(name));
        field.is_some_and(|it| it.optional) || preset.is_some_and(|preset| preset.optional.contains(name))
    };
    sources.into_iter().map(|(name, source)| SecretState::of(&name, &source, optional(&name))).collect()
}

impl SecretState {
    fn of(name: &Name, source: &SecretSource, optional: bool) -> Self {
        let (variables, set, found): (Vec<&str>, _, _) = match source {
            SecretSource::Env(names) => {
                let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
                let set = names.iter().copied().find(is_set);
                (names, set, set.is_some())
            }
            SecretSource::File(path) => (Vec::new(), None, path.is_file()),
            // Only the store knows.
            SecretSource::Credential(_) => (Vec::new(), None, true),
        };
        Self {
            name: name.to_string(),
            source: variables.is_empty().then(|| source.to_string()),
            set: set.map(str::to_owned),
            variables: variables.into_iter().map(str::to_owned).collect(),
            found,
            optional,
        }
    }

    /// Where it is, or should be.
    pub(super) fn place(&self) -> String {
        match (&self.source, &self.set) {
            (Some(source), _) => source.clone(),
            (None, Some(set)) => format!("environment variable {set}"),
            (None, None) => format!("environment variable {}", self.variables.join(" or ")),
        }
    }
}

/// What to write for a value that only the operator knows, unless a variable has it.
fn to_write(preset: &Preset, need: &Name) -> Option<String> {
    let variables = preset.env.get(need).map(|variables| variables.names.as_slice()).unwrap_or_default();
    let names: Vec<&str> = variables.iter().map(|name| name.as_str()).collect();
    if names.iter().any(is_set) {
        return None;
    }
    let or_set = if names.is_empty() { String::new() } else { format!(" or set {}", names.join(" or ")) };
    Some(format!("write config.{need}{or_set}"))
}

/// Whether a variable is.
fn is_set(name: &&str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// What stands between a provider and its first call. Of secrets that the plugin
/// can each do without, one at least is wanted where some are usual.
fn missing(secrets: &[SecretState], unwritten: Option<&Preset>, problem: Option<String>) -> Vec<String> {
    let mut missing: Vec<String> = match (unwritten.filter(|preset| !preset.needs.is_empty()), problem) {
        (Some(preset), Some(_)) => preset.needs.keys().filter_map(|need| to_write(preset, need)).collect(),
        (None, Some(problem)) => vec![problem],
        (_, None) => Vec::new(),
    };
    let advice = |secret: &SecretState| match &secret.source {
        Some(source) => format!("write {source}"),
        None => format!("set {}", secret.variables.join(" or ")),
    };
    missing.extend(secrets.iter().filter(|secret| !secret.found && !secret.optional).map(advice));
    let optional = secrets.iter().all(|secret| secret.optional && !secret.found);
    if let (true, Some(first)) = (optional, secrets.first()) {
        let others = if secrets.len() > 1 { ", or another of its secrets" } else { "" };
        missing.push(format!("{}{others}", advice(first)));
    }
    missing
}

/// The well-known model of this kind that costs the least; the first, where no
/// price is known.
pub(super) fn cheapest(preset: &Preset, kind: ModelKind) -> Option<&str> {
    let cost = |quote: &jackfield::runtime::catalog::Quote| {
        quote.price.input + quote.price.output.unwrap_or_default()
    };
    let models = || preset.models.iter().filter(|model| model.kind == kind);
    let priced = models().filter_map(|model| Some((model, cost(model.price.as_ref()?))));
    let least = priced.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(model, _)| model);
    least.or_else(|| models().next()).map(|model| model.id.as_str())
}
