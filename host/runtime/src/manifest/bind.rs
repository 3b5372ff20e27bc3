//! Binds a manifest to one provider: checks the operator's values against what
//! the manifest declares, and works out what the plugin asks for with them.
//!
//! After this nothing is a template any more: what egress compares a request
//! with was fixed before the plugin ran for the first time.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use url::Url;

use super::Manifest;
use super::egress::{Egress, OriginAsk};
use super::field::Presence;
use super::name::{Name, ProviderName};
use super::template::{Template, fits_host, fits_path};
use super::value::{ConfigValue, ValueError};
use crate::config_file::ConfigFileError;
use crate::egress::origin::{Origin, OriginError, OriginPattern};
use crate::egress::policy::Asked;
use crate::egress::url::PathError;

/// The values of one provider, checked and with the manifest's defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundConfig {
    values: BTreeMap<Name, ConfigValue>,
    asked: Vec<Asked>,
}

/// Everything that is wrong with a provider's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindError {
    /// The provider.
    pub provider: ProviderName,
    /// What is wrong; never empty.
    pub problems: Vec<BindProblem>,
}

/// One thing that is wrong with a provider's values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindProblem {
    /// The plugin has no such value.
    #[error("the plugin has no config value {name}; {advice}")]
    Unknown {
        /// The name.
        name: Name,
        /// What to do.
        advice: String,
    },
    /// A value isn't of its type.
    #[error("config.{name}: {source}; write config.{name} = {example}")]
    Value {
        /// The value's name.
        name: Name,
        /// What is wrong with it.
        source: ValueError,
        /// What could stand there.
        example: String,
    },
    /// The operator must write a value and didn't.
    #[error("config.{name} is missing{}; write config.{name} = {example}", purpose(description))]
    Missing {
        /// The value's name.
        name: Name,
        /// What it is for.
        description: Option<String>,
        /// What could stand there.
        example: String,
    },
    /// A value can't be had from its file.
    #[error("config.{name} = {{ file = \"{}\" }}: {source}", path.display())]
    File {
        /// The value's name.
        name: Name,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ConfigFileError,
    },
    /// A value can't stand where the manifest puts it.
    #[error("config.{name}: {value:?} can't stand in {template:?}; write letters, digits and hyphens only")]
    Word {
        /// The value's name.
        name: Name,
        /// The value.
        value: String,
        /// Where the manifest puts it.
        template: String,
    },
    /// With its values, an entry's origin isn't one.
    #[error("the plugin's origin {template:?}: {source}; correct the config values in it")]
    Origin {
        /// As the manifest has it.
        template: String,
        /// Why not.
        source: OriginError,
    },
    /// With its values, an entry's path isn't one.
    #[error("the plugin's path {template:?}: {source}; correct the config values in it")]
    Path {
        /// As the manifest has it.
        template: String,
        /// Why not.
        source: PathError,
    },
}

fn purpose(description: &Option<String>) -> String {
    description.as_ref().map_or_else(String::new, |text| format!(" ({text})"))
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            let line = if place > 0 { "\n" } else { "" };
            let provider = &self.provider;
            write!(f, "{line}provider {provider}: {problem} (under [providers.{provider}])")?;
        }
        Ok(())
    }
}

impl std::error::Error for BindError {}

impl Manifest {
    /// Checks a provider's values and resolves what the plugin asks for.
    ///
    /// # Errors
    /// Everything that is wrong, at once: values that the manifest doesn't
    /// declare, that aren't of their type, that are missing, or that would
    /// make something else of an origin or path than the manifest says.
    pub fn bind(
        &self,
        provider: &ProviderName,
        values: &BTreeMap<Name, ConfigValue>,
    ) -> Result<BoundConfig, BindError> {
        let mut problems = self.unknown(values);
        let mut bound = BTreeMap::new();
        for (name, field) in &self.config {
            let example = || field.kind.example();
            match (values.get(name), &field.presence) {
                (Some(value), _) => match field.kind.check(value) {
                    Ok(value) => drop(bound.insert(name.clone(), value)),
                    Err(source) => {
                        let (name, example) = (name.clone(), example());
                        problems.push(BindProblem::Value { name, source, example });
                    }
                },
                (None, Presence::Default(value)) => drop(bound.insert(name.clone(), value.clone())),
                (None, Presence::Required) => problems.push(BindProblem::Missing {
                    name: name.clone(),
                    description: field.description.clone(),
                    example: example(),
                }),
                (None, Presence::Optional) => {}
            }
        }
        let mut asked = Vec::new();
        if problems.is_empty() {
            for entry in &self.egress {
                match entry.resolve(&bound) {
                    Ok(resolved) => asked.extend(resolved),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        if problems.is_empty() {
            Ok(BoundConfig { values: bound, asked })
        } else {
            Err(BindError { provider: provider.clone(), problems })
        }
    }

    fn unknown(&self, values: &BTreeMap<Name, ConfigValue>) -> Vec<BindProblem> {
        let known: Vec<&str> = self.config.keys().map(Name::as_str).collect();
        let unknown = values.keys().filter(|name| !self.config.contains_key(*name));
        let problem = |name: &Name| BindProblem::Unknown {
            name: name.clone(),
            advice: crate::settings::document::advice(name.as_str(), &known),
        };
        unknown.map(problem).collect()
    }
}

impl BoundConfig {
    /// The value of this name; nothing where it has neither a value nor a
    /// default, or isn't declared.
    pub fn get(&self, name: &str) -> Option<&ConfigValue> {
        self.values.get(name)
    }

    /// All values.
    pub fn values(&self) -> &BTreeMap<Name, ConfigValue> {
        &self.values
    }

    /// What the plugin asks to reach, in the manifest's order. An entry whose
    /// config value is optional and absent asks for nothing.
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// A text of the manifest with its values in it; nothing where it wants one
    /// that is absent.
    pub fn text(&self, template: &Template) -> Option<String> {
        template.fill(|name| self.values.get(name))
    }
}

impl Egress {
    fn resolve(&self, values: &BTreeMap<Name, ConfigValue>) -> Result<Option<Asked>, BindProblem> {
        let Some(origin) = self.origin.resolve(values)? else { return Ok(None) };
        let path = match &self.path {
            None => None,
            Some(template) => {
                let Some(text) = fill(template, values, fits_path)? else { return Ok(None) };
                let wrong = |source| BindProblem::Path { template: template.to_string(), source };
                Some(text.parse().map_err(wrong)?)
            }
        };
        let auth = self.auth.as_ref().map(Name::to_string);
        Ok(Some(Asked { origin, methods: self.methods, path, auth }))
    }
}

impl OriginAsk {
    fn resolve(&self, values: &BTreeMap<Name, ConfigValue>) -> Result<Option<OriginPattern>, BindProblem> {
        match self {
            Self::Fixed(pattern) => Ok(Some(pattern.clone())),
            Self::OfUrl(name) => {
                let Some(ConfigValue::Text(text)) = values.get(name) else { return Ok(None) };
                // The value was parsed when it was checked, so this can't fail here.
                let Ok(url) = Url::parse(text) else { return Ok(None) };
                let wrong = |source| BindProblem::Origin { template: format!("{{{name}}}"), source };
                Origin::of(&url).map(|origin| Some(origin.into())).map_err(wrong)
            }
            Self::Filled(template) => {
                let Some(text) = fill(template, values, fits_host)? else { return Ok(None) };
                let wrong = |source| BindProblem::Origin { template: template.to_string(), source };
                text.parse().map(Some).map_err(wrong)
            }
        }
    }
}

/// The template with its values, each of which must fit where it stands.
fn fill(
    template: &Template,
    values: &BTreeMap<Name, ConfigValue>,
    fits: fn(&str) -> bool,
) -> Result<Option<String>, BindProblem> {
    for name in template.names() {
        let Some(ConfigValue::Text(value)) = values.get(name) else { continue };
        if !fits(value) {
            return Err(BindProblem::Word {
                name: name.clone(),
                value: value.clone(),
                template: template.to_string(),
            });
        }
    }
    Ok(template.fill(|name| values.get(name)))
}
