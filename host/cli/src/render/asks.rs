//! What a plugin asks for, in words that a person can decide by, and as data.

use jackfield::runtime::egress::policy::{Asked, Granted};
use jackfield::runtime::manifest::Manifest;
use jackfield::runtime::manifest::auth::{AuthScheme, Identity};
use jackfield::runtime::manifest::egress::{Egress, OriginAsk};
use jackfield::runtime::manifest::field::{Access, ConfigField, DirectoryField, Presence, SecretField};
use jackfield::runtime::manifest::name::Name;
use jackfield::runtime::manifest::value::{ConfigType, ConfigValue};
use serde::Serialize;

mod print;
#[cfg(test)]
mod tests;

pub(crate) use print::print;

/// All that a manifest asks for.
#[derive(Debug, Serialize)]
pub(crate) struct Asks {
    /// Where it sends requests.
    pub(crate) egress: Vec<Reach>,
    /// The secrets that its requests are authenticated with.
    pub(crate) secrets: Vec<Secret>,
    /// The folders that it works in.
    pub(crate) directories: Vec<Folder>,
    /// The values that it is configured with.
    pub(crate) config: Vec<Value>,
    /// Whether this is what a provider's plugin asks for, with the operator's
    /// answers.
    #[serde(skip)]
    pub(crate) bound: bool,
}

/// One place to send requests to.
#[derive(Debug, Serialize)]
pub(crate) struct Reach {
    /// The origin, a pattern for origins, or where the origin comes from.
    pub(crate) origin: String,
    /// The methods.
    pub(crate) methods: Vec<&'static str>,
    /// What the path begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// How its requests there are authenticated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auth: Option<String>,
    /// What of it the operator grants; nothing where no operator was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) granted: Option<Vec<Reached>>,
}

/// A place that requests get through to.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(crate) struct Reached {
    /// The origin.
    pub(crate) origin: String,
    /// The methods.
    pub(crate) methods: Vec<&'static str>,
    /// What the path begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
}

/// A secret.
#[derive(Debug, Serialize)]
pub(crate) struct Secret {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The variable that usually has it.
    pub(crate) env: Option<String>,
    pub(crate) optional: bool,
    /// Where the operator says that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
}

/// A folder.
#[derive(Debug, Serialize)]
pub(crate) struct Folder {
    pub(crate) name: String,
    pub(crate) access: Access,
    pub(crate) description: Option<String>,
    /// The path that the operator grants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) granted: Option<String>,
}

/// A value of the configuration.
#[derive(Debug, Serialize)]
pub(crate) struct Value {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) values: Option<Vec<String>>,
    pub(crate) required: bool,
    pub(crate) default: Option<ConfigValue>,
    pub(crate) description: Option<String>,
    /// What the operator, or a preset, set it to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<ConfigValue>,
}

impl Asks {
    /// What a manifest asks for.
    pub(crate) fn of(manifest: &Manifest) -> Self {
        Self {
            egress: manifest.egress.iter().map(|entry| Reach::of(manifest, entry)).collect(),
            secrets: manifest.secrets.iter().map(|(name, field)| Secret::of(name.as_str(), field)).collect(),
            directories: manifest
                .directories
                .iter()
                .map(|(name, field)| Folder::of(name.as_str(), field))
                .collect(),
            config: manifest.config.iter().map(|(name, field)| Value::of(name.as_str(), field)).collect(),
            bound: false,
        }
    }
}

impl Reach {
    fn of(manifest: &Manifest, entry: &Egress) -> Self {
        Self {
            origin: origin(manifest, &entry.origin),
            methods: entry.methods.iter().collect(),
            path: entry.path.as_ref().map(ToString::to_string),
            auth: entry.auth.as_ref().and_then(|name| manifest.auth.get(name)).and_then(scheme),
            granted: None,
        }
    }

    /// What a provider asks for, with its configuration filled in, and what is
    /// granted of it.
    pub(crate) fn bound(manifest: &Manifest, asked: &Asked, grants: &[Granted]) -> Self {
        let auth = asked
            .auth
            .as_deref()
            .and_then(|name| manifest.auth.iter().find(|(known, _)| known.as_str() == name));
        Self {
            origin: asked.origin.to_string(),
            methods: asked.methods.iter().collect(),
            path: asked.path.as_ref().map(ToString::to_string),
            auth: auth.and_then(|(_, it)| scheme(it)),
            granted: Some(grants.iter().filter_map(|grant| Reached::of(asked, grant)).collect()),
        }
    }
}

impl Reached {
    /// What one grant lets through of what is asked for.
    fn of(asked: &Asked, grant: &Granted) -> Option<Self> {
        let origin = if grant.origin.covers(&asked.origin) {
            &asked.origin
        } else if asked.origin.covers(&grant.origin) {
            &grant.origin
        } else {
            return None;
        };
        let granted = grant.methods.map(|methods| methods.iter().collect::<Vec<_>>());
        let methods =
            asked.methods.iter().filter(|name| granted.as_ref().is_none_or(|granted| granted.contains(name)));
        let path = match (&asked.path, &grant.path) {
            (Some(asked), Some(granted)) if asked.covers_prefix(granted) => Some(granted),
            (Some(asked), Some(granted)) if granted.covers_prefix(asked) => Some(asked),
            (Some(_), Some(_)) => return None,
            (asked, granted) => asked.as_ref().or(granted.as_ref()),
        };
        let methods: Vec<_> = methods.collect();
        (!methods.is_empty()).then(|| Self {
            origin: origin.to_string(),
            methods,
            path: path.map(ToString::to_string),
        })
    }
}

impl Secret {
    fn of(name: &str, field: &SecretField) -> Self {
        Self {
            name: name.to_owned(),
            description: field.description.clone(),
            env: field.env.as_ref().map(ToString::to_string),
            optional: field.optional,
            source: None,
        }
    }
}

impl Folder {
    fn of(name: &str, field: &DirectoryField) -> Self {
        Self {
            name: name.to_owned(),
            access: field.access,
            description: field.description.clone(),
            granted: None,
        }
    }
}

impl Value {
    fn of(name: &str, field: &ConfigField) -> Self {
        let (kind, values) = match &field.kind {
            ConfigType::String => ("string", None),
            ConfigType::Url => ("url", None),
            ConfigType::Integer => ("integer", None),
            ConfigType::Number => ("number", None),
            ConfigType::Boolean => ("boolean", None),
            ConfigType::List => ("list", None),
            ConfigType::Enum(values) => ("enum", Some(values.clone())),
        };
        let default = match &field.presence {
            Presence::Default(value) => Some(value.clone()),
            Presence::Required | Presence::Optional => None,
        };
        Self {
            name: name.to_owned(),
            kind,
            values,
            required: field.presence == Presence::Required,
            default,
            description: field.description.clone(),
            value: None,
        }
    }
}

/// Where an entry's origin comes from, in words.
fn origin(manifest: &Manifest, origin: &OriginAsk) -> String {
    match origin {
        OriginAsk::Fixed(pattern) => pattern.to_string(),
        OriginAsk::Filled(template) => template.to_string(),
        OriginAsk::OfUrl(name) => match manifest.config.get(name).map(|field| &field.presence) {
            Some(Presence::Default(value)) => {
                format!("the origin of config.{name} ({value} unless you set another)")
            }
            Some(Presence::Optional) => format!("the origin of config.{name} (none unless you set it)"),
            _ => format!("the origin of config.{name} (which you set)"),
        },
    }
}

/// Who authenticates, a secret in braces.
fn identity(identity: &Identity) -> String {
    match identity {
        Identity::Text(template) => template.to_string(),
        Identity::Secret(name) => format!("{{{name}}}"),
    }
}

/// The names of secrets, of which an operator sets some.
fn secrets(names: &[&Name]) -> String {
    names.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ")
}

/// How a scheme authenticates, in words; nothing where it doesn't.
fn scheme(scheme: &AuthScheme) -> Option<String> {
    Some(match scheme {
        AuthScheme::None => return None,
        AuthScheme::Bearer { secret } => format!("header authorization: Bearer {{{secret}}}"),
        AuthScheme::Header { secret, header, prefix } => format!("header {header}: {prefix}{{{secret}}}"),
        AuthScheme::Query { secret, parameter } => format!("query parameter {parameter}={{{secret}}}"),
        AuthScheme::Basic { user, password } => {
            format!("HTTP basic authentication, user {}, password {{{password}}}", identity(user))
        }
        AuthScheme::ClientCredentials(client) => format!(
            "a token for client {} and {{{}}}, from {} (an origin to grant)",
            identity(&client.client_id),
            client.client_secret,
            client.token_url
        ),
        AuthScheme::AwsSigV4(scheme) => format!(
            "an AWS signature for {} in {}, with {}",
            scheme.service,
            scheme.region,
            secrets(&scheme.secrets())
        ),
        AuthScheme::OciSignature(scheme) => {
            format!("an OCI signature with {}", secrets(&scheme.secrets()))
        }
        AuthScheme::Google(account) => format!(
            "a Google token for {{{}}}, from where that says (https://oauth2.googleapis.com, to grant)",
            account.secret
        ),
    })
}
