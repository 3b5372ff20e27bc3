//! Which plugin a provider uses: `openai`, `openai@^0.1`, or one file of it,
//! pinned by its digest.

use std::fmt;
use std::str::FromStr;

use semver::{Version, VersionReq};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::document::Node;
use crate::digest::Digest;
use crate::manifest::name::{NameError, PluginName};

/// A plugin as a provider asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginRef {
    /// Its name.
    pub name: PluginName,
    /// The versions that will do; the newest of them is taken.
    pub version: VersionReq,
    /// The one file that will do, if it is pinned.
    pub digest: Option<Digest>,
}

/// Why a text isn't a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PluginRefError {
    /// Its name isn't one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// What follows the `@` isn't a version requirement.
    #[error("{text:?} isn't a version requirement ({reason}): write one such as \"^0.1\" or \"=0.1.2\"")]
    Version {
        /// What was written.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl PluginRef {
    /// Any version of the plugin of this name.
    pub fn any(name: PluginName) -> Self {
        Self { name, version: VersionReq::STAR, digest: None }
    }

    /// Whether a plugin of this name and version will do. Its digest is
    /// compared by [`Digest::verify`].
    pub fn accepts(&self, name: &PluginName, version: &Version) -> bool {
        self.name == *name && self.version.matches(version)
    }

    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        if !node.is_table() {
            return node.parse();
        }
        let mut fields = node.fields()?;
        let name = fields.require("name", "\"openai\"").and_then(|node| node.parse());
        let version = match fields.take("version") {
            None => Some(VersionReq::STAR),
            Some(node) => {
                node.string().and_then(|text| requirement(text).map_err(|error| node.reject(error)).ok())
            }
        };
        let digest = match fields.take("digest") {
            None => Some(None),
            Some(node) => node.parse().map(Some),
        };
        fields.finish();
        Some(Self { name: name?, version: version?, digest: digest? })
    }
}

fn requirement(text: &str) -> Result<VersionReq, PluginRefError> {
    let wrong =
        |error: semver::Error| PluginRefError::Version { text: text.to_owned(), reason: error.to_string() };
    text.parse().map_err(wrong)
}

impl FromStr for PluginRef {
    type Err = PluginRefError;

    fn from_str(text: &str) -> Result<Self, PluginRefError> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, requirement(version)?),
            None => (text, VersionReq::STAR),
        };
        Ok(Self { name: name.parse()?, version, digest: None })
    }
}

impl fmt::Display for PluginRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if self.version != VersionReq::STAR {
            write!(f, "@{}", self.version)?;
        }
        match &self.digest {
            Some(digest) => write!(f, " ({digest})"),
            None => Ok(()),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: PluginName,
    #[serde(default)]
    version: VersionReq,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Table(Table),
}

impl Serialize for PluginRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.digest.is_none() {
            return serializer.collect_str(self);
        }
        let (name, version) = (self.name.clone(), self.version.clone());
        Table { name, version, digest: self.digest }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PluginRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => text.parse().map_err(de::Error::custom),
            Written::Table(Table { name, version, digest }) => Ok(Self { name, version, digest }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_takes_any_release() {
        let plugin: PluginRef = "openai".parse().unwrap();
        let name: PluginName = "openai".parse().unwrap();
        assert!(plugin.accepts(&name, &Version::new(0, 1, 0)));
        assert!(plugin.accepts(&name, &Version::new(7, 0, 0)));
        assert!(!plugin.accepts(&"other".parse().unwrap(), &Version::new(0, 1, 0)));
        assert_eq!(plugin.to_string(), "openai");
    }

    #[test]
    fn a_requirement_takes_what_it_says() {
        let plugin: PluginRef = "openai@^0.1".parse().unwrap();
        let name: PluginName = "openai".parse().unwrap();
        assert!(plugin.accepts(&name, &Version::new(0, 1, 9)));
        assert!(!plugin.accepts(&name, &Version::new(0, 2, 0)));
        assert_eq!(plugin.to_string(), "openai@^0.1");
    }

    #[test]
    fn odd_texts_are_refused_with_advice() {
        for (text, part) in [
            ("", "a plugin's name"),
            ("OpenAI", "a plugin's name"),
            ("@^0.1", "a plugin's name"),
            ("openai@", "isn't a version requirement"),
            ("openai@latest", "write one such as \"^0.1\""),
        ] {
            let error = text.parse::<PluginRef>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn both_forms_survive_serde() {
        let digest = Digest::of(b"x");
        for plugin in [
            "openai@^0.1".parse::<PluginRef>().unwrap(),
            PluginRef { digest: Some(digest), ..PluginRef::any("openai".parse().unwrap()) },
        ] {
            let json = serde_json::to_string(&plugin).unwrap();
            assert_eq!(serde_json::from_str::<PluginRef>(&json).unwrap(), plugin, "{json}");
        }
    }
}
