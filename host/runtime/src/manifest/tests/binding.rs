//! Binding the manifest that says everything.

use super::super::name::ProviderName;
use super::super::{BindError, BindProblem, BoundConfig, ConfigValue};
use super::{name, whole};
use crate::egress::methods::Methods;

fn bind(values: &[(&str, ConfigValue)]) -> Result<BoundConfig, BindError> {
    let values = values.iter().map(|(key, value)| (name(key), value.clone())).collect();
    whole().bind(&name::<ProviderName>("mine"), &values)
}

#[test]
fn a_bound_config_has_values_and_defaults_and_what_they_ask_for() {
    let bound = bind(&[("resource", "acme".into()), ("region", "us".into())]).unwrap();
    assert_eq!(bound.get("retries"), Some(&ConfigValue::Integer(2)));
    assert_eq!(bound.get("base-url"), Some(&"https://api.example.com/v1".into()));
    assert_eq!(bound.get("proxy"), None);
    assert_eq!(bound.get("no-such"), None);
    let asked: Vec<String> = bound.asked().iter().map(|asked| asked.origin.to_string()).collect();
    assert_eq!(
        asked,
        [
            "https://api.example.com",
            "https://acme.us.example.net",
            "https://*.cdn.example.org",
            "https://public.example.com",
        ]
    );
    assert_eq!(bound.asked()[0].path, None, "a base URL's path isn't implied");
    assert_eq!(bound.asked()[0].methods, Methods::from_names(["GET", "POST"]).unwrap());
    assert_eq!(bound.asked()[1].path, Some(name("/v1/acme")));
    assert_eq!(bound.asked()[1].auth.as_deref(), Some("header"));
    assert_eq!(bound.text(&name("{resource}")).as_deref(), Some("acme"));
    assert_eq!(bound.text(&name("{proxy}")), None);
}

#[test]
fn an_optional_url_asks_for_its_origin_once_it_is_written() {
    let bound = bind(&[("resource", "acme".into()), ("proxy", "http://127.0.0.1:8080/x".into())]);
    let bound = bound.unwrap();
    let proxy = bound.asked().iter().find(|asked| asked.auth.as_deref() == Some("basic")).unwrap();
    assert_eq!(proxy.origin.to_string(), "http://127.0.0.1:8080");
}

#[test]
fn every_wrong_value_is_reported_at_once_with_the_line_to_write() {
    let error = bind(&[
        ("base-url", "nonsense".into()),
        ("base-ulr", "https://example.com".into()),
        ("region", "asia".into()),
        ("retries", ConfigValue::Number(1.5)),
    ])
    .unwrap_err();
    let text = error.to_string();
    for part in [
        "provider mine: the plugin has no config value base-ulr; did you mean `base-url`? (under [providers.mine])",
        "provider mine: config.base-url: \"nonsense\" can't be used as a URL",
        "write config.base-url = \"https://api.example.com/v1\" (under [providers.mine])",
        "config.region: \"asia\" is none of its values; write one of: eu, us; write config.region = \"eu\"",
        "config.resource is missing (Name of the resource); write config.resource = \"...\"",
        "config.retries: 1.5 isn't a whole number; write config.retries = 1",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(error.problems.len(), 5);
}

#[test]
fn a_value_cannot_turn_the_origin_or_path_into_another_one() {
    for value in ["evil.com/", "a@evil.com", "x:443", "*", "", "a/../b", "a.evil.com#", "a%2eb", ".."] {
        let error = bind(&[("resource", value.into())]).unwrap_err().to_string();
        assert!(error.contains("config.resource: ") && error.contains("can't stand in"), "{value}: {error}");
    }
    let error = bind(&[("resource", "..".into())]).unwrap_err();
    assert!(matches!(error.problems[..], [BindProblem::Word { .. }]), "{error}");
}
