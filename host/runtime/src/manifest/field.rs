//! What a manifest declares besides where it sends: config values, secrets and
//! directories.

use serde::{Deserialize, Serialize};

use super::name::EnvName;
use super::value::{ConfigType, ConfigValue, read_value};
use crate::settings::document::{Fields, Node};

/// A `[config.NAME]` of a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigField {
    /// The type of its value.
    pub kind: ConfigType,
    /// Where its value comes from.
    pub presence: Presence,
    /// What it is for.
    pub description: Option<String>,
}

/// Where a value comes from if the operator writes none.
#[derive(Debug, Clone, PartialEq)]
pub enum Presence {
    /// The operator must write it.
    Required,
    /// It may be absent.
    Optional,
    /// The manifest has one.
    Default(ConfigValue),
}

/// A `[secrets.NAME]` of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretField {
    /// What it is.
    pub description: Option<String>,
    /// The environment variable that usually holds it. Only a suggestion for
    /// messages: the host reads no variable that the operator, or a preset he
    /// chose, doesn't name.
    pub env: Option<EnvName>,
    /// Whether the plugin works without it. Requests that would carry it then
    /// go out without a credential.
    pub optional: bool,
}

/// A `[[directory]]` of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryField {
    /// What the plugin does there.
    pub access: Access,
    /// What for.
    pub description: Option<String>,
}

/// What may be done in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Read files.
    Read,
    /// Read, write, make and remove files.
    ReadWrite,
}

impl Access {
    /// The words for it in TOML.
    pub(crate) const WORDS: &[(&str, Self)] = &[("read", Self::Read), ("read-write", Self::ReadWrite)];
}

impl ConfigField {
    /// Reads a declaration. After a problem it is only good for further checks.
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let kind = read_type(&mut fields);
        let description = text(&mut fields, "description");
        let default = fields.take("default");
        let required = fields.take("required");
        if let (Some(_), Some(required)) = (&default, &required) {
            required.reject_name(
                "`default` and `required` exclude each other: a value with a default is never missing; remove one",
            );
        }
        let required = required.and_then(|node| node.boolean()).unwrap_or(false);
        let default = default.zip(kind.as_ref());
        let presence = match default.and_then(|(node, kind)| checked(&node, kind)) {
            Some(value) => Presence::Default(value),
            None if required => Presence::Required,
            None => Presence::Optional,
        };
        fields.finish();
        Some(Self { kind: kind.unwrap_or(ConfigType::String), presence, description })
    }
}

fn read_type<'d>(fields: &mut Fields<'d>) -> Option<ConfigType> {
    const WORDS: &[(&str, &ConfigType)] = &[
        ("string", &ConfigType::String),
        ("url", &ConfigType::Url),
        ("integer", &ConfigType::Integer),
        ("number", &ConfigType::Number),
        ("boolean", &ConfigType::Boolean),
        ("list", &ConfigType::List),
        ("enum", &ConfigType::Enum(Vec::new())),
    ];
    let kind = fields.require("type", "\"string\"").and_then(|node| node.word(WORDS));
    let values = fields.take("values");
    match (kind?, values) {
        (ConfigType::Enum(_), None) => {
            fields.reject("an enum needs its values: write `values = [\"...\", \"...\"]`");
            None
        }
        (ConfigType::Enum(_), Some(node)) => {
            let values = node.list(|value| value.string().map(str::to_owned))?;
            if values.is_empty() {
                node.reject("an enum needs at least one value: write `values = [\"...\"]`");
                return None;
            }
            Some(ConfigType::Enum(values))
        }
        (kind, Some(node)) => {
            node.reject_name("only `type = \"enum\"` has values: change the type or remove them");
            Some(kind.clone())
        }
        (kind, None) => Some(kind.clone()),
    }
}

fn checked(node: &Node<'_>, kind: &ConfigType) -> Option<ConfigValue> {
    let value = read_value(node)?;
    let example = kind.example();
    kind.check(&value)
        .map_err(|error| node.reject(format!("{error}; write a default such as {example}")))
        .ok()
}

impl SecretField {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let description = text(&mut fields, "description");
        let env = fields.take("env").and_then(|node| node.parse());
        let optional = fields.take("optional").and_then(|node| node.boolean()).unwrap_or(false);
        fields.finish();
        Some(Self { description, env, optional })
    }
}

/// An optional text.
pub(super) fn text<'d>(fields: &mut Fields<'d>, name: &'d str) -> Option<String> {
    fields.take(name).and_then(|node| node.string()).map(str::to_owned)
}
