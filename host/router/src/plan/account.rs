//! Whose the key and the provider's fields are that stand in a request's headers.
//!
//! Against: a key that goes to a provider that it isn't of. A header names no
//! target, and a config may name several providers; a client's key for the one
//! is nobody's business at the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::around::Surroundings;
use super::overrides::Overrides;
use crate::config::Config;

/// The provider that the headers name or, where they name none, the only one
/// that the config names.
pub(super) fn provider(
    config: &Config,
    overrides: &Overrides,
    around: &dyn Surroundings,
) -> Option<Arc<str>> {
    if let Some(name) = &overrides.provider {
        return around.provider(name).ok();
    }
    let mut named = BTreeSet::new();
    collect(config, around, &mut named);
    named.pop_first().filter(|_| named.is_empty())
}

fn collect(config: &Config, around: &dyn Surroundings, named: &mut BTreeSet<Arc<str>>) {
    let model = config.model.as_deref().and_then(|model| around.model(model).ok());
    let models = config.override_params.iter().filter(|(name, _)| name == "model");
    let slugs = models.filter_map(|(_, value)| {
        let model = value.as_string()?;
        let (slug, _) = model.strip_prefix('@')?.split_once('/')?;
        around.provider(slug).ok()
    });
    named.extend(model.map(|named| named.provider));
    named.extend(slugs);
    named.extend(config.provider.as_deref().and_then(|name| around.provider(name).ok()));
    config.targets.iter().for_each(|target| collect(target, around, named));
}

#[cfg(test)]
mod tests {
    use crate::config::{OptionName, OptionValue};
    use crate::plan::{Node, Overrides, build};
    use crate::testing::Around;

    fn planned(config: &str, overrides: &Overrides, around: &Around) -> Result<Node, String> {
        let config = match config {
            "{}" => Ok(crate::config::Config::default()),
            config => crate::config::Config::parse(config),
        };
        build(&config.unwrap(), "config", overrides, around).map_err(|error| error.to_string())
    }

    /// Which targets a key in the headers is for.
    fn keyed(config: &str, provider: Option<&str>, around: &Around) -> Vec<bool> {
        let bound = provider.is_some_and(|name| name.starts_with('@'));
        let provider = provider.map(|name| name.trim_start_matches('@').to_owned());
        let overrides = Overrides { provider, bound, header_key: true, ..Overrides::default() };
        let plan = planned(config, &overrides, around).unwrap_or_else(|error| panic!("{error}"));
        plan.leaves().iter().map(|leaf| leaf.header_key).collect()
    }

    fn fallback(targets: &str) -> String {
        format!(r#"{{"strategy":{{"mode":"fallback"}},"targets":[{targets}]}}"#)
    }

    #[test]
    fn a_key_in_the_headers_is_for_the_provider_in_the_headers() {
        let around = Around::default();
        assert_eq!(keyed("{}", Some("a"), &around), [true]);
        assert_eq!(keyed(r#"{"retry":{"attempts":1}}"#, Some("a"), &around), [true]);
        let both = fallback(r#"{"provider":"a"},{"provider":"b"},{"retry":{"attempts":1}}"#);
        assert_eq!(keyed(&both, Some("a"), &around), [true, false, true]);
        assert_eq!(keyed("{}", Some("@a"), &around), [false], "that one has a key of its own");
    }

    #[test]
    fn without_one_it_is_for_the_only_provider_of_the_config_and_never_for_two() {
        let around = Around::default();
        assert_eq!(keyed(r#"{"provider":"a"}"#, None, &around), [true]);
        assert_eq!(keyed(&fallback(r#"{"provider":"a"},{"provider":"a"}"#), None, &around), [true, true]);
        for targets in [
            r#"{"provider":"a"},{"provider":"b"}"#,
            r#"{"provider":"a","api_key":"k"},{"provider":"b"}"#,
            r#"{"provider":"a"},{"provider":"@b"}"#,
            r#"{"provider":"a"},{"override_params":{"model":"@b/m"}}"#,
        ] {
            assert_eq!(keyed(&fallback(targets), None, &around), [false, false], "{targets}");
        }
    }

    #[test]
    fn a_target_with_a_key_or_a_binding_of_its_own_does_without() {
        let around = Around::default();
        for target in [
            r#"{"provider":"a","api_key":"k"}"#,
            r#"{"provider":"@a"}"#,
            r#"{"virtual_key":"a"}"#,
            r#"{"provider":"a","override_params":{"model":"@a/m"}}"#,
            r#"{"override_params":{"model":"@a/m"}}"#,
        ] {
            assert_eq!(keyed(target, None, &around), [false], "{target}");
        }
        let around = Around { refused: Some("ApiKey") };
        assert_eq!(keyed(r#"{"provider":"a"}"#, None, &around), [false], "keys aren't taken along");
    }

    #[test]
    fn a_provider_that_is_not_bound_is_asked_about_unless_a_key_or_host_comes_along() {
        let around = Around { refused: Some("BoundKey") };
        assert_eq!(keyed(r#"{"provider":"a"}"#, None, &around), [true]);
        for served in
            [r#"{"provider":"a","api_key":"k"}"#, r#"{"provider":"a","custom_host":"https://b.example"}"#]
        {
            planned(served, &Overrides::default(), &around).unwrap();
        }
        for refused in [r#"{"provider":"a"}"#, r#"{"provider":"@a"}"#] {
            let error = planned(refused, &Overrides::default(), &around).unwrap_err();
            assert!(error.starts_with("/provider: not here"), "{error}");
        }
    }

    #[test]
    fn fields_in_the_headers_are_for_the_same_provider() {
        let mut overrides = Overrides::default();
        overrides.options.set(OptionName::OpenAiProject, OptionValue::Text("header".to_owned()));
        let has = |config: &str, overrides: &Overrides| {
            let plan = planned(config, overrides, &Around::default())?;
            let leaves = plan.leaves().into_iter();
            let text = |leaf: &std::sync::Arc<crate::plan::Leaf>| {
                leaf.options.text(OptionName::OpenAiProject).map(str::to_owned)
            };
            Ok::<_, String>(leaves.map(text).collect::<Vec<_>>())
        };
        let header = || Some("header".to_owned());
        let both = fallback(r#"{"provider":"a"},{"provider":"b"}"#);
        assert_eq!(has(r#"{"provider":"a"}"#, &overrides), Ok(vec![header()]));
        assert_eq!(
            has(r#"{"provider":"a","openai_project":"own"}"#, &overrides),
            Ok(vec![Some("own".to_owned())])
        );
        let error = has(&both, &overrides).unwrap_err();
        assert!(error.contains("openai_project") && error.contains("x-portkey-provider"), "{error}");
        overrides.provider = Some("b".to_owned());
        assert_eq!(has(&both, &overrides), Ok(vec![None, header()]));
    }
}
