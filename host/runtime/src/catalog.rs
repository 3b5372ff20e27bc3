//! The shipped list of provider presets: which plugin, which origins, which
//! environment variable, which differences from the protocol's inventor, and
//! what is known for certain of its models.
//!
//! Choosing a preset grants its origins and reads its environment variables,
//! whatever the plugin's own manifest says. So a preset only ever goes with the
//! plugin that it names: a stranger's plugin that an operator binds under the
//! name `openai` gets nothing from here.

mod complete;
mod environment;
mod folder;
mod model;
mod placeholder;
mod preset;
mod price;
mod shipped;

use std::collections::BTreeMap;

use crate::manifest::name::ProviderName;
use crate::settings::document::Problems;

pub use complete::CatalogError;
pub use environment::Variables;
pub use folder::FolderError;
pub use model::{Ability, Model, ModelKind};
pub use placeholder::{OriginTemplate, OriginTemplateError};
pub use preset::{ModelList, Preset};
pub use price::{Day, DayError, Price, Quote};

/// Provider presets by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalog {
    presets: BTreeMap<ProviderName, Preset>,
}

impl Catalog {
    /// The presets that are part of the program. They are parsed at each call:
    /// keep the result.
    ///
    /// # Errors
    /// None that a released program could show; its tests read every preset.
    pub fn shipped() -> Result<Self, Problems> {
        let mut catalog = Self::default();
        for (name, text) in shipped::SHIPPED {
            let file = format!("catalog/{name}.toml");
            let name = name.parse().map_err(|error| Problems::of_file(&file, error))?;
            catalog.add(name, Preset::parse(text, &file)?);
        }
        Ok(catalog)
    }

    /// Adds a preset, in place of one that has its name.
    pub fn add(&mut self, name: ProviderName, preset: Preset) {
        self.presets.insert(name, preset);
    }

    /// The preset of this name.
    pub fn get(&self, name: &str) -> Option<&Preset> {
        self.presets.get(name)
    }

    /// All presets, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&ProviderName, &Preset)> {
        self.presets.iter()
    }
}

#[cfg(test)]
mod tests;
