//! Completes what an operator wrote with what the catalog knows. What the
//! operator wrote wins; origins and secrets of the preset come in addition.

use super::placeholder::{Misfit, fill_value};
use super::{Catalog, Preset};
use crate::egress::policy::Granted;
use crate::manifest::name::{Name, PluginName, ProviderName};
use crate::secret::SecretSource;
use crate::settings::document::nearest;
use crate::settings::{ProviderSettings, Timeouts, WrittenProvider};

/// Why a provider can't be completed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// It names no plugin, and no preset has its name.
    #[error(
        "provider {provider}: it names no plugin and the catalog has no preset {provider}; write plugin = \"...\" under [providers.{provider}], or name it after a preset: {advice}"
    )]
    NoPlugin {
        /// The provider.
        provider: ProviderName,
        /// Which presets there are.
        advice: String,
    },
    /// It names a preset that isn't there.
    #[error("provider {provider}: the catalog has no preset {preset}; {advice}")]
    NoPreset {
        /// The provider.
        provider: ProviderName,
        /// The preset.
        preset: ProviderName,
        /// Which presets there are.
        advice: String,
    },
    /// It names a preset and a plugin that don't go together.
    #[error(
        "provider {provider}: the preset {preset} is for the plugin {wanted}, not for {found}; remove one of both lines, and grant {found} its origins yourself"
    )]
    OtherPlugin {
        /// The provider.
        provider: ProviderName,
        /// The preset.
        preset: ProviderName,
        /// The preset's plugin.
        wanted: PluginName,
        /// The provider's plugin.
        found: PluginName,
    },
    /// The preset can't know a value, and the operator didn't write it.
    #[error(
        "provider {provider}: config.{name} is missing; write config.{name} = {example} with your own names in it, under [providers.{provider}]{or_set}"
    )]
    Needs {
        /// The provider.
        provider: ProviderName,
        /// The value.
        name: Name,
        /// What it can look like, as TOML.
        example: String,
        /// The environment variable that can have it, in words.
        or_set: String,
    },
    /// A value can't stand where the preset puts it.
    #[error(
        "provider {provider}: config.{name}: {value:?} can't stand in {template:?}; write letters, digits and hyphens only, under [providers.{provider}]"
    )]
    Word {
        /// The provider.
        provider: ProviderName,
        /// The value's name.
        name: Name,
        /// The value.
        value: String,
        /// Where the preset puts it.
        template: String,
    },
}

impl Catalog {
    /// A provider with all that binding it takes.
    ///
    /// It starts from the preset that `preset` names, else from the one of the
    /// provider's own name, unless it names another plugin than that preset.
    ///
    /// # Errors
    /// Where neither a plugin nor a preset is named, where both are and don't
    /// go together, and where a value is missing that the preset can't know.
    pub fn complete(
        &self,
        provider: &ProviderName,
        written: WrittenProvider,
    ) -> Result<ProviderSettings, CatalogError> {
        let Some((name, preset)) = self.preset_for(provider, &written)? else {
            return match written.plugin.clone() {
                Some(plugin) => Ok(ProviderSettings::from_written(plugin, written)),
                None => {
                    Err(CatalogError::NoPlugin { provider: provider.clone(), advice: self.advice(provider) })
                }
            };
        };
        let plugin = match written.plugin.clone() {
            None => preset.plugin.clone(),
            Some(plugin) if plugin.name == preset.plugin.name => plugin,
            Some(plugin) => {
                return Err(CatalogError::OtherPlugin {
                    provider: provider.clone(),
                    preset: name,
                    wanted: preset.plugin.name.clone(),
                    found: plugin.name,
                });
            }
        };
        if let Some((name, example)) = preset.needs.iter().find(|(name, _)| {
            !written.config.contains_key(*name) && !written.config_files.contains_key(*name)
        }) {
            let variable = preset.env.get(name).and_then(|variables| variables.names.first());
            let or_set = variable.map(|variable| format!(", or set {variable}")).unwrap_or_default();
            let (provider, name, example) = (provider.clone(), name.clone(), example.to_string());
            return Err(CatalogError::Needs { provider, name, example, or_set });
        }
        let timeouts = written.timeouts.over(preset.timeouts.over(Timeouts::default()));
        let mut settings = ProviderSettings { timeouts, ..ProviderSettings::from_written(plugin, written) };
        preset.fill(&mut settings).map_err(|misfit| {
            let Misfit { name, value, template } = *misfit;
            CatalogError::Word { provider: provider.clone(), name, value, template }
        })?;
        Ok(settings)
    }

    /// A provider straight from the preset of this name.
    ///
    /// # Errors
    /// Where there is none, or it needs a value that only the operator knows.
    pub fn provider(&self, name: &ProviderName) -> Result<ProviderSettings, CatalogError> {
        self.complete(name, WrittenProvider::default())
    }

    pub(super) fn preset_for(
        &self,
        provider: &ProviderName,
        written: &WrittenProvider,
    ) -> Result<Option<(ProviderName, &Preset)>, CatalogError> {
        let Some(name) = &written.preset else {
            let same = |preset: &&Preset| {
                written.plugin.as_ref().is_none_or(|plugin| plugin.name == preset.plugin.name)
            };
            return Ok(self.presets.get(provider).filter(same).map(|preset| (provider.clone(), preset)));
        };
        let preset = self.presets.get(name).ok_or_else(|| CatalogError::NoPreset {
            provider: provider.clone(),
            preset: name.clone(),
            advice: self.advice(name),
        })?;
        Ok(Some((name.clone(), preset)))
    }

    fn advice(&self, name: &ProviderName) -> String {
        let known: Vec<&str> = self.presets.keys().map(ProviderName::as_str).collect();
        nearest(name.as_str(), &known).map_or_else(
            || format!("the presets are {}", known.join(", ")),
            |meant| format!("did you mean `{meant}`?"),
        )
    }
}

impl Preset {
    fn fill(&self, settings: &mut ProviderSettings) -> Result<(), Box<Misfit>> {
        for (name, value) in &self.config {
            if !settings.config.contains_key(name) {
                let value = fill_value(value, &self.needs, &settings.config)?;
                settings.config.insert(name.clone(), value);
                settings.preset_config.insert(name.clone());
            }
        }
        for (name, variables) in &self.secrets {
            let source = || SecretSource::Env(variables.clone());
            if !settings.secrets.contains_key(name) {
                settings.secrets.insert(name.clone(), source());
                settings.preset_secrets.insert(name.clone());
                if self.optional.contains(name) {
                    settings.optional_secrets.insert(name.clone());
                }
            }
        }
        let batches = self.models.iter().filter_map(|model| Some((model.id.clone(), model.batch_inputs?)));
        settings.embedding_inputs.extend(batches);
        let mut origins = self.origins.clone();
        for template in &self.origin_templates {
            origins.extend(template.fill(&settings.config)?.map(Granted::origin));
        }
        for origin in origins {
            if !settings.grant.origins.contains(&origin) {
                settings.grant.origins.push(origin);
            }
        }
        Ok(())
    }
}
