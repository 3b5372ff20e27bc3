//! Origins and values of a preset with `{name}` in them, where a word belongs
//! that only the operator knows, as a cloud's region.
//!
//! Choosing a preset grants its origins, so such a word must not choose who
//! owns them: a preset's origin ends in a registered domain of its own, and a
//! word can't bring a `/`, an `@`, a port or a wildcard into it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::egress::origin::{OriginError, OriginPattern};
use crate::manifest::name::Name;
use crate::manifest::template::{Template, TemplateError, fits_host, fits_path};
use crate::manifest::value::ConfigValue;

/// An origin with places for words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginTemplate(Template);

/// Why a text isn't one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginTemplateError {
    /// Its braces are wrong.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// With words in it, it is no origin.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// A word could choose the domain.
    #[error("{0:?} has no domain of its own behind its last brace: end it as in \".example.com\"")]
    Open(String),
}

/// A word that can't stand where a preset puts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) name: Name,
    pub(super) value: String,
    pub(super) template: String,
}

impl OriginTemplate {
    /// The names of the words it wants.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.names()
    }

    /// The origin with these words; nothing where one is missing.
    pub(super) fn fill(
        &self,
        values: &BTreeMap<Name, ConfigValue>,
    ) -> Result<Option<OriginPattern>, Box<Misfit>> {
        let filled = fill(&self.0, values, fits_host)?;
        // Words that fit leave it the origin that it was found to be.
        Ok(filled.and_then(|text| text.parse().ok()))
    }
}

impl FromStr for OriginTemplate {
    type Err = OriginTemplateError;

    fn from_str(text: &str) -> Result<Self, OriginTemplateError> {
        let template: Template = text.parse()?;
        let (_, fixed) = text.rsplit_once('}').unwrap_or(("", text));
        let domain = fixed.split_once('.').map_or("", |(_, domain)| domain);
        if !domain.contains('.') {
            return Err(OriginTemplateError::Open(text.to_owned()));
        }
        let one = ConfigValue::Integer(1);
        template.fill(|_| Some(&one)).unwrap_or_default().parse::<OriginPattern>()?;
        Ok(Self(template))
    }
}

impl fmt::Display for OriginTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A preset's value with the words that it asks the operator for. A brace
/// around anything else is the plugin's business.
pub(super) fn fill_value(
    value: &ConfigValue,
    needs: &BTreeMap<Name, ConfigValue>,
    words: &BTreeMap<Name, ConfigValue>,
) -> Result<ConfigValue, Box<Misfit>> {
    let ConfigValue::Text(text) = value else { return Ok(value.clone()) };
    let Ok(template) = text.parse::<Template>() else { return Ok(value.clone()) };
    let mut names = template.names().peekable();
    if names.peek().is_none() || names.any(|name| !needs.contains_key(name)) {
        return Ok(value.clone());
    }
    Ok(fill(&template, words, fits_path)?.map_or_else(|| value.clone(), ConfigValue::Text))
}

fn fill(
    template: &Template,
    values: &BTreeMap<Name, ConfigValue>,
    fits: fn(&str) -> bool,
) -> Result<Option<String>, Box<Misfit>> {
    for name in template.names() {
        let Some(value) = values.get(name) else { continue };
        let word = match value {
            ConfigValue::Text(text) => text.clone(),
            other => other.to_string(),
        };
        if !fits(&word) {
            let template = template.to_string();
            return Err(Box::new(Misfit { name: name.clone(), value: word, template }));
        }
    }
    Ok(template.fill(|name| values.get(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(region: &str) -> BTreeMap<Name, ConfigValue> {
        [("region".parse().unwrap(), region.into())].into()
    }

    #[test]
    fn a_word_is_put_into_an_origin() {
        let template: OriginTemplate = "https://api.{region}.example.com".parse().unwrap();
        let origin = template.fill(&words("eu-west-1")).unwrap().unwrap();
        assert_eq!(origin.to_string(), "https://api.eu-west-1.example.com");
        assert_eq!(template.fill(&BTreeMap::new()), Ok(None));
        assert!("https://{region}-api.example.com".parse::<OriginTemplate>().is_ok());
    }

    #[test]
    fn a_word_can_not_choose_the_domain() {
        for text in
            ["https://{region}", "https://{region}.com", "https://api.example.{region}", "https://{a}com"]
        {
            assert!(matches!(text.parse::<OriginTemplate>(), Err(OriginTemplateError::Open(_))), "{text}");
        }
        let template: OriginTemplate = "https://api.{region}.example.com".parse().unwrap();
        for word in ["evil.com/", "evil.com#", "a@b", "evil.com:443", "*", "", "a?b"] {
            let misfit = template.fill(&words(word)).unwrap_err();
            assert_eq!((misfit.name.as_str(), misfit.value.as_str()), ("region", word));
        }
    }

    #[test]
    fn what_is_no_origin_is_none_with_words_either() {
        for text in ["https://{a}.example.com/path", "{a}.example.com", "https://{.example.com"] {
            assert!(text.parse::<OriginTemplate>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_words_that_the_preset_asks_for_are_put_into_its_values() {
        let needs = words("example");
        let filled = fill_value(&"https://a.{region}.example.com".into(), &needs, &words("x-1")).unwrap();
        assert_eq!(filled, "https://a.x-1.example.com".into());
        for other in ["models/{model}/chat", "{region}/{model}", "{", "plain"] {
            assert_eq!(fill_value(&other.into(), &needs, &words("x-1")).unwrap(), other.into());
        }
        let list = ConfigValue::List(vec!["{region}".to_owned()]);
        assert_eq!(fill_value(&list, &needs, &words("x")).unwrap(), list);
        assert!(fill_value(&"https://a.{region}.example.com".into(), &needs, &words("x/../y")).is_err());
    }
}
