//! What a plugin asks for, in words that a person can decide by, and as data.

use std::io::{self, Write};

use jackfield::runtime::egress::policy::{Asked, Granted};
use jackfield::runtime::manifest::auth::{AuthScheme, BasicUser};
use jackfield::runtime::manifest::egress::{Egress, OriginAsk};
use jackfield::runtime::manifest::field::{Access, ConfigField, DirectoryField, Presence, SecretField};
use jackfield::runtime::manifest::value::{ConfigType, ConfigValue};
use jackfield::runtime::manifest::Manifest;
use serde::Serialize;

use super::text::{list, plain};
use super::{BOLD, DIM, GREEN, YELLOW};

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
}

impl Asks {
    /// What a manifest asks for.
    pub(crate) fn of(manifest: &Manifest) -> Self {
        Self {
            egress: manifest.egress.iter().map(|entry| Reach::of(manifest, entry)).collect(),
            secrets: manifest.secrets.iter().map(|(name, field)| Secret::of(name.as_str(), field)).collect(),
            directories: manifest.directories.iter().map(|(name, field)| Folder::of(name.as_str(), field)).collect(),
            config: manifest.config.iter().map(|(name, field)| Value::of(name.as_str(), field)).collect(),
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
        let auth = asked.auth.as_deref().and_then(|name| manifest.auth.iter().find(|(known, _)| known.as_str() == name));
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
        let methods = asked.methods.iter().filter(|name| granted.as_ref().is_none_or(|granted| granted.contains(name)));
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
        Self { name: name.to_owned(), access: field.access, description: field.description.clone(), granted: None }
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
        }
    }
}

/// Where an entry's origin comes from, in words.
fn origin(manifest: &Manifest, origin: &OriginAsk) -> String {
    match origin {
        OriginAsk::Fixed(pattern) => pattern.to_string(),
        OriginAsk::Filled(template) => template.to_string(),
        OriginAsk::OfUrl(name) => match manifest.config.get(name).map(|field| &field.presence) {
            Some(Presence::Default(value)) => format!("the origin of config.{name} ({value} unless you set another)"),
            Some(Presence::Optional) => format!("the origin of config.{name} (none unless you set it)"),
            _ => format!("the origin of config.{name} (which you set)"),
        },
    }
}

/// How a scheme authenticates, in words; nothing where it doesn't.
fn scheme(scheme: &AuthScheme) -> Option<String> {
    Some(match scheme {
        AuthScheme::None => return None,
        AuthScheme::Bearer { secret } => format!("header authorization: Bearer {{{secret}}}"),
        AuthScheme::Header { secret, header, prefix } => format!("header {header}: {prefix}{{{secret}}}"),
        AuthScheme::Query { secret, parameter } => format!("query parameter {parameter}={{{secret}}}"),
        AuthScheme::Basic { user: BasicUser::Text(user), password } => {
            format!("HTTP basic authentication, user {user}, password {{{password}}}")
        }
        AuthScheme::Basic { user: BasicUser::Secret(user), password } => {
            format!("HTTP basic authentication, user {{{user}}}, password {{{password}}}")
        }
    })
}

/// Prints what is asked for, under headings.
pub(crate) fn print(asks: &Asks, out: &mut impl Write) -> io::Result<()> {
    if asks.egress.is_empty() {
        writeln!(out, "{BOLD}It asks for no network.{BOLD:#}")?;
    } else {
        writeln!(out, "{BOLD}It asks to send{BOLD:#}")?;
    }
    for reach in &asks.egress {
        print_reach(reach, out)?;
    }
    if !asks.secrets.is_empty() {
        writeln!(out, "{BOLD}with these secrets, which it never sees{BOLD:#}")?;
    }
    for secret in &asks.secrets {
        print_secret(secret, out)?;
    }
    if !asks.directories.is_empty() {
        writeln!(out, "{BOLD}It asks for folders{BOLD:#}")?;
    }
    for folder in &asks.directories {
        let access = match folder.access {
            Access::Read => "read",
            Access::ReadWrite => "read and write",
        };
        write!(out, "  {} ({access}){}", folder.name, described(folder.description.as_deref()))?;
        match &folder.granted {
            Some(path) => writeln!(out, ": {GREEN}{path}{GREEN:#}")?,
            None => writeln!(out)?,
        }
    }
    if !asks.config.is_empty() {
        writeln!(out, "{BOLD}It is configured with{BOLD:#}")?;
    }
    for value in &asks.config {
        print_value(value, out)?;
    }
    Ok(())
}

fn print_reach(reach: &Reach, out: &mut impl Write) -> io::Result<()> {
    let path = reach.path.as_deref().map_or_else(String::new, |path| format!(", path {}...", plain(path)));
    writeln!(out, "  {} to {}{path}", list(&reach.methods), plain(&reach.origin))?;
    if let Some(auth) = &reach.auth {
        writeln!(out, "      {DIM}authenticated by the host:{DIM:#} {}", plain(auth))?;
    }
    match reach.granted.as_deref() {
        None => Ok(()),
        Some([]) => writeln!(out, "      {YELLOW}not granted{YELLOW:#}: add \"{}\" to grant.origins", reach.origin),
        Some(granted) => granted.iter().try_for_each(|reached| {
            let path = reached.path.as_deref().map_or_else(String::new, |path| format!(", path {path}..."));
            writeln!(out, "      {GREEN}granted{GREEN:#}: {} to {}{path}", list(&reached.methods), reached.origin)
        }),
    }
}

fn print_secret(secret: &Secret, out: &mut impl Write) -> io::Result<()> {
    let usual = secret.env.as_deref().map_or_else(String::new, |env| format!(", usually in {env}"));
    let optional = if secret.optional { ", optional" } else { "" };
    write!(out, "  {}{}{usual}{optional}", secret.name, described(secret.description.as_deref()))?;
    match &secret.source {
        Some(source) => writeln!(out, ": from {source}"),
        None => writeln!(out),
    }
}

fn print_value(value: &Value, out: &mut impl Write) -> io::Result<()> {
    let kind = value.values.as_ref().map_or_else(|| value.kind.to_owned(), |values| values.join(" | "));
    let presence = match &value.default {
        Some(default) => format!(" = {}", plain(&default.to_string())),
        None if value.required => ", required".to_owned(),
        None => String::new(),
    };
    writeln!(out, "  {} ({kind}{presence}){}", value.name, described(value.description.as_deref()))
}

fn described(description: Option<&str>) -> String {
    description.map_or_else(String::new, |text| format!(" {DIM}{}{DIM:#}", plain(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jackfield::runtime::egress::methods::Methods;

    const MANIFEST: &str = r#"
        [plugin]
        name = "sample"
        version = "0.1.0"
        description = "A sample"
        [config.base-url]
        type = "url"
        default = "https://api.example.com/v1"
        [secrets.api-key]
        description = "API key"
        env = "SAMPLE_API_KEY"
        [auth.key]
        scheme = "header"
        header = "x-api-key"
        secret = "api-key"
        [[egress]]
        origin = "{base-url}"
        methods = ["GET", "POST"]
        auth = "key"
        [[egress]]
        origin = "https://*.files.example.com"
        methods = ["GET"]
    "#;

    fn manifest() -> Manifest {
        Manifest::parse(MANIFEST, "plugin.toml").unwrap()
    }

    fn shown(asks: &Asks) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        print(asks, &mut out).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    }

    #[test]
    fn everything_that_is_asked_for_is_shown() {
        let text = shown(&Asks::of(&manifest()));
        for part in [
            "GET, POST to the origin of config.base-url (\"https://api.example.com/v1\" unless you set another)",
            "header x-api-key: {api-key}",
            "GET to https://*.files.example.com",
            "api-key API key, usually in SAMPLE_API_KEY",
            "base-url (url = \"https://api.example.com/v1\")",
        ] {
            assert!(text.contains(part), "{part:?} in\n{text}");
        }
    }

    #[test]
    fn a_grant_cuts_what_is_asked_for_down() {
        let manifest = manifest();
        let bound = manifest.bind(&"sample".parse().unwrap(), &Default::default()).unwrap();
        let narrow = Granted {
            methods: Methods::from_names(["POST"]).ok(),
            ..Granted::origin("https://api.example.com".parse().unwrap())
        };
        let one_host = Granted::origin("https://eu.files.example.com".parse().unwrap());
        let reaches: Vec<_> =
            bound.asked().iter().map(|asked| Reach::bound(&manifest, asked, &[narrow.clone(), one_host.clone()])).collect();
        let granted = reaches[0].granted.as_deref().unwrap();
        assert_eq!((granted[0].origin.as_str(), &granted[0].methods[..]), ("https://api.example.com", &["POST"][..]));
        let granted = reaches[1].granted.as_deref().unwrap();
        assert_eq!((granted[0].origin.as_str(), &granted[0].methods[..]), ("https://eu.files.example.com", &["GET"][..]));
    }

    #[test]
    fn what_nobody_granted_is_said_to_be_so() {
        let manifest = manifest();
        let bound = manifest.bind(&"sample".parse().unwrap(), &Default::default()).unwrap();
        let mut asks = Asks::of(&manifest);
        asks.egress = bound.asked().iter().map(|asked| Reach::bound(&manifest, asked, &[])).collect();
        let text = shown(&asks);
        assert!(text.contains("not granted: add \"https://api.example.com\" to grant.origins"), "{text}");
    }
}
