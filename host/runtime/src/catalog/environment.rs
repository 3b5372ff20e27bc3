//! Values that the environment usually has: regions, projects and addresses, in
//! variables that a provider's own clients read too.
//!
//! The operator's file wins over the environment, and the environment over the
//! preset. An address from the environment is granted with its exact origin: who
//! sets the variable has said where requests go.

use super::{Catalog, Preset};
use crate::egress::origin::Origin;
use crate::egress::policy::Granted;
use crate::manifest::name::{EnvName, Name, ProviderName};
use crate::manifest::value::ConfigValue;
use crate::secret::Environment;
use crate::settings::WrittenProvider;
use crate::settings::document::Node;

/// The variables that usually hold a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables {
    /// Their names; the first that is set counts.
    pub names: Vec<EnvName>,
    /// What the plugin's value has behind that of the variable, as the path of
    /// an API behind its address.
    pub append: String,
}

impl Variables {
    /// `["NAME"]`, or `{ names = ["NAME"], append = "/v1" }`.
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let (names, append) = if node.is_table() {
            let mut fields = node.fields()?;
            let names = fields.require("names", "[\"EXAMPLE_ENDPOINT\"]");
            let append = fields.take("append").and_then(|node| node.string());
            fields.finish();
            (names?, append.unwrap_or_default())
        } else {
            (node.clone(), "")
        };
        let names = names.list(|name| name.parse())?;
        if names.is_empty() {
            node.reject("no variable is named: write one, as [\"EXAMPLE_REGION\"]");
        }
        Some(Self { names, append: append.to_owned() })
    }

    fn value(&self, environment: &dyn Environment) -> Option<String> {
        let set = |name: &EnvName| environment.variable(name.as_str()).filter(|value| !value.is_empty());
        let value = self.names.iter().find_map(set)?.into_string().ok()?;
        let value = value.trim().trim_end_matches('/');
        if self.append.is_empty() || value.ends_with(&self.append) {
            return Some(value.to_owned());
        }
        Some(format!("{value}{}", self.append))
    }
}

impl Catalog {
    /// Adds to what an operator wrote what the environment has for the
    /// provider's preset. [`complete`](Self::complete) comes after it.
    pub fn fill_from(
        &self,
        environment: &dyn Environment,
        provider: &ProviderName,
        written: &mut WrittenProvider,
    ) {
        if let Ok(Some((_, preset))) = self.preset_for(provider, written) {
            preset.fill_from(environment, written);
        }
    }
}

impl Preset {
    /// The variables that the environment has a value in, with that value.
    pub fn found_in<'p>(
        &'p self,
        environment: &'p dyn Environment,
    ) -> impl Iterator<Item = (&'p Name, String)> {
        self.env.iter().filter_map(|(name, variables)| Some((name, variables.value(environment)?)))
    }

    fn fill_from(&self, environment: &dyn Environment, written: &mut WrittenProvider) {
        for (name, value) in self.found_in(environment) {
            if written.config.contains_key(name) || written.config_files.contains_key(name) {
                continue;
            }
            if let Some(origin) = url::Url::parse(&value).ok().and_then(|url| Origin::of(&url).ok()) {
                let granted = Granted::origin(origin.into());
                if !written.grant.origins.contains(&granted) {
                    written.grant.origins.push(granted);
                }
            }
            written.config.insert(name.clone(), ConfigValue::Text(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ffi::OsString;

    use super::*;

    #[derive(Debug)]
    struct Set(BTreeMap<&'static str, &'static str>);

    impl Environment for Set {
        fn variable(&self, name: &str) -> Option<OsString> {
            self.0.get(name).map(OsString::from)
        }
    }

    const PRESET: &str = r#"
        title = "Example"
        plugin = "openai@^0.1"
        documentation = "https://docs.example.com"
        origins = ["https://api.example.com", "https://{region}.example.com"]
        needs.region = "north"
        [env]
        region = ["EXAMPLE_REGION", "EXAMPLE_REGION_NAME"]
        base-url = { names = ["EXAMPLE_ENDPOINT"], append = "/v1" }
        [config]
        base-url = "https://{region}.example.com/v1"
    "#;

    fn filled(
        variables: &[(&'static str, &'static str)],
        written: &str,
    ) -> crate::settings::ProviderSettings {
        let mut catalog = Catalog::default();
        let name: ProviderName = "example".parse().unwrap();
        catalog.add(name.clone(), Preset::parse(PRESET, "example.toml").unwrap());
        let text = format!("[providers.example]\n{written}");
        let mut settings = crate::settings::Settings::parse(&text, "f", &[]).unwrap();
        let mut written = settings.providers.remove(&name).unwrap();
        catalog.fill_from(&Set(variables.iter().copied().collect()), &name, &mut written);
        catalog.complete(&name, written).unwrap()
    }

    fn text(settings: &crate::settings::ProviderSettings, name: &str) -> String {
        settings.config[name].to_string().trim_matches('"').to_owned()
    }

    #[test]
    fn the_first_variable_that_is_set_counts_and_an_empty_one_is_not_set() {
        let both = [("EXAMPLE_REGION", ""), ("EXAMPLE_REGION_NAME", "south")];
        let settings = filled(&both, "");
        assert_eq!(text(&settings, "region"), "south");
        assert_eq!(text(&settings, "base-url"), "https://south.example.com/v1");
    }

    #[test]
    fn what_the_operator_wrote_wins() {
        let settings = filled(&[("EXAMPLE_REGION", "south")], "config.region = \"west\"");
        assert_eq!(text(&settings, "region"), "west");
    }

    #[test]
    fn an_address_from_the_environment_gets_its_path_and_its_origin_is_granted() {
        let region = ("EXAMPLE_REGION", "south");
        for address in ["http://box:8000", "http://box:8000/", "http://box:8000/v1"] {
            let settings = filled(&[region, ("EXAMPLE_ENDPOINT", address)], "");
            assert_eq!(text(&settings, "base-url"), "http://box:8000/v1");
            let granted: Vec<String> =
                settings.grant.origins.iter().map(|granted| granted.to_string().replace('"', "")).collect();
            assert!(granted.contains(&"http://box:8000".to_owned()), "{granted:?}");
        }
        let without = filled(&[region], "").grant.origins;
        assert!(without.iter().all(|granted| !granted.to_string().contains("box")));
        let own = "config.base-url = \"https://api.example.com\"";
        let settings = filled(&[region, ("EXAMPLE_ENDPOINT", "http://box:8000")], own);
        assert!(settings.grant.origins.iter().all(|granted| !granted.to_string().contains("box")));
    }
}
