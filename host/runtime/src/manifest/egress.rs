//! Where a plugin asks to send requests: origin, methods, path, credential.
//! What it may do is this, cut down to what the operator grants.

use super::Declared;
use super::name::Name;
use super::template::Template;
use super::value::ConfigType;
use crate::egress::methods::Methods;
use crate::egress::origin::OriginPattern;
use crate::egress::url::PathPrefix;
use crate::settings::document::Node;

/// An `[[egress]]` of a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Egress {
    /// The origins.
    pub origin: OriginAsk,
    /// The methods; never none.
    pub methods: Methods,
    /// What the path begins with, by whole segments; any path where it is absent.
    pub path: Option<Template>,
    /// The scheme by which requests are authenticated here unless they name
    /// another entry's.
    pub auth: Option<Name>,
}

/// The origins of an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum OriginAsk {
    /// Known without any config.
    Fixed(OriginPattern),
    /// That of a URL in the config; its path isn't implied.
    OfUrl(Name),
    /// With words of the config in it.
    Filled(Template),
}

impl Egress {
    pub(super) fn read(node: &Node<'_>, declared: &Declared) -> Option<Self> {
        let mut fields = node.fields()?;
        let origin = fields.require("origin", "\"https://api.example.com\"");
        let origin = origin.and_then(|node| OriginAsk::read(&node, declared));
        let methods = fields.require("methods", "[\"POST\"]").and_then(|node| read_methods(&node));
        let path = fields.take("path").map(|node| read_path(&node, declared));
        let auth = fields.take("auth").and_then(|node| {
            let name: Name = node.parse()?;
            if !declared.auth.contains(&name) {
                node.reject(format!(
                    "no [auth.{name}] is declared here: declare it, or name one of: {}",
                    list(&declared.auth)
                ));
            }
            Some(name)
        });
        fields.finish();
        Some(Self { origin: origin?, methods: methods?, path: path.flatten(), auth })
    }
}

impl OriginAsk {
    fn read(node: &Node<'_>, declared: &Declared) -> Option<Self> {
        let template: Template = node.parse()?;
        if let Some(name) = template.sole_name() {
            return match declared.kind_of(node, name)? {
                ConfigType::Url => Some(Self::OfUrl(name.clone())),
                _ => {
                    node.reject(format!(
                        "a whole origin comes from a URL: give [config.{name}] `type = \"url\"`"
                    ));
                    None
                }
            };
        }
        let words = check_words(node, &template, declared)?;
        let text = template.to_string();
        if words == 0 {
            return node.parse().map(Self::Fixed);
        }
        if !text.starts_with("https://") && !text.starts_with("http://") {
            node.reject(format!("{text:?} has no scheme: begin it with https://"));
            return None;
        }
        // Any word in place of the values shows whether the rest is an origin.
        let one = super::value::ConfigValue::Integer(1);
        let sample = template.fill(|_| Some(&one)).unwrap_or_default();
        if let Err(error) = sample.parse::<OriginPattern>() {
            node.reject(error);
            return None;
        }
        Some(Self::Filled(template))
    }
}

/// Reads methods; an empty list is a problem.
pub(crate) fn read_methods(node: &Node<'_>) -> Option<Methods> {
    let mut names = Vec::new();
    for element in node.array()? {
        let Some(name) = element.string() else { continue };
        match Methods::from_names([name]) {
            Ok(_) => names.push(name),
            Err(error) => element.reject(error),
        }
    }
    if node.array()?.is_empty() {
        node.reject("no method is named: write [\"GET\"], [\"POST\"] or both");
    }
    Methods::from_names(names).ok()
}

fn read_path(node: &Node<'_>, declared: &Declared) -> Option<Template> {
    let template: Template = node.parse()?;
    check_words(node, &template, declared)?;
    let one = super::value::ConfigValue::Integer(1);
    let sample = template.fill(|_| Some(&one)).unwrap_or_default();
    if let Err(error) = sample.parse::<PathPrefix>() {
        node.reject(error);
        return None;
    }
    Some(template)
}

/// How many values a template has; each must be one word.
fn check_words(node: &Node<'_>, template: &Template, declared: &Declared) -> Option<usize> {
    let mut words = 0;
    for name in template.names() {
        words += 1;
        match declared.kind_of(node, name)? {
            ConfigType::String | ConfigType::Enum(_) | ConfigType::Integer => {}
            ConfigType::Url => {
                node.reject(format!(
                    "{{{name}}} is a whole URL: it can only be all of an `origin`, as in origin = \"{{{name}}}\""
                ));
                return None;
            }
            ConfigType::Number | ConfigType::Boolean | ConfigType::List => {
                node.reject(format!(
                    "{{{name}}} can't stand in a text: give [config.{name}] `type = \"string\"`"
                ));
                return None;
            }
        }
    }
    Some(words)
}

fn list(names: &std::collections::BTreeSet<Name>) -> String {
    match names.len() {
        0 => "(none)".to_owned(),
        _ => names.iter().map(Name::as_str).collect::<Vec<_>>().join(", "),
    }
}
