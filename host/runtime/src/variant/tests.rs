use super::*;
use crate::secret::SecretSource;

const SINGLE: &str = r#"
[plugin]
name = "single"
version = "0.1.0"
description = "One secret"
[config.base-url]
type = "url"
default = "https://api.example.com/v1"
[config.headers]
type = "list"
default = []
[secrets.token]
description = "Its key"
[auth.key]
scheme = "bearer"
secret = "token"
[[egress]]
origin = "{base-url}"
methods = ["POST"]
auth = "key"
"#;

const SEVERAL: &str = r#"
[plugin]
name = "several"
version = "0.1.0"
description = "Two secrets"
[secrets.api-key]
description = "A key"
optional = true
[secrets.auth-token]
description = "A token"
optional = true
[auth.key]
scheme = "header"
header = "x-api-key"
secret = "api-key"
[auth.token]
scheme = "bearer"
secret = "auth-token"
[[egress]]
origin = "https://api.example.com"
methods = ["POST"]
auth = "key"
[[egress]]
origin = "https://api.example.com"
methods = ["POST"]
auth = "token"
"#;

fn manifest(text: &str) -> Manifest {
    Manifest::parse(text, "plugin.toml").unwrap()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn key(text: &str) -> Option<Secret> {
    Some(Secret::new(text.as_bytes().to_vec()).unwrap())
}

fn settings(secrets: &[&str]) -> ProviderSettings {
    let source = SecretSource::Env(vec!["OPERATORS".parse().unwrap()]);
    let mut settings = ProviderSettings::new("single".parse().unwrap());
    settings.secrets = secrets.iter().map(|secret| (name(secret), source.clone())).collect();
    settings.grant.origins = vec!["https://api.example.com".parse().map(Granted::origin).unwrap()];
    settings
}

/// The names of the secrets that count, and the settings as they are then.
fn applied(
    text: &str,
    mut settings: ProviderSettings,
    variant: &Variant,
) -> Result<(Option<Vec<String>>, ProviderSettings), VariantFlaw> {
    let own = variant.apply(&manifest(text), &mut settings)?;
    Ok((own.map(|own| own.keys().map(Name::to_string).collect()), settings))
}

#[test]
fn a_key_takes_the_place_of_every_secret_of_the_operators() {
    let variant = Variant { key: key("sk-client"), ..Variant::default() };
    for (text, set, place) in [
        (SINGLE, &["token"][..], "token"),
        (SINGLE, &[], "token"),
        (SEVERAL, &["api-key"], "api-key"),
        (SEVERAL, &["auth-token"], "auth-token"),
        (SEVERAL, &["api-key", "auth-token"], "api-key"),
        (SEVERAL, &[], "api-key"),
    ] {
        let (own, settings) = applied(text, settings(set), &variant).unwrap();
        assert_eq!(own.unwrap(), [place], "{set:?}");
        assert!(settings.secrets.is_empty(), "{set:?}");
        assert_eq!(settings.grant.origins.len(), 1, "it reaches what the operator granted");
    }
    let none = manifest(SEVERAL.split("[secrets.api-key]").next().unwrap());
    let flaw = variant.apply(&none, &mut settings(&[])).unwrap_err();
    assert_eq!(flaw, VariantFlaw::NoPlaceForKey { have: Vec::new() });
}

#[test]
fn to_another_host_goes_no_secret_of_the_operators_and_nothing_else_is_reached() {
    let variant =
        Variant { host: Some(Url::parse("https://llm.example:8443/v1/").unwrap()), ..Variant::default() };
    let (own, settings) = applied(SINGLE, settings(&["token"]), &variant).unwrap();
    assert_eq!(own.unwrap(), Vec::<String>::new());
    assert!(settings.secrets.is_empty());
    let granted: Vec<_> = settings.grant.origins.iter().map(|granted| granted.origin.to_string()).collect();
    assert_eq!(granted, ["https://llm.example:8443"]);
    assert_eq!(settings.config[&name("base-url")], "https://llm.example:8443/v1".into());
    let flaw = applied(SEVERAL, self::settings(&["api-key"]), &variant).unwrap_err();
    assert_eq!(flaw, VariantFlaw::NoBaseUrl);
}

#[test]
fn a_setting_alone_leaves_the_operators_secrets_and_adds_to_lists() {
    let headers = name("headers");
    let list = |texts: &[&str]| ConfigValue::List(texts.iter().map(|text| (*text).to_owned()).collect());
    let mut before = settings(&["token"]);
    before.config.insert(headers.clone(), list(&["a: 1"]));
    let config = [(headers.clone(), list(&["b: 2"]))].into();
    let (own, settings) = applied(SINGLE, before, &Variant { config, ..Variant::default() }).unwrap();
    assert_eq!(own, None);
    assert_eq!(settings.secrets.len(), 1);
    assert_eq!(settings.config[&headers], list(&["a: 1", "b: 2"]));
}

#[test]
fn what_all_share_is_not_had_once_more() {
    let singleton =
        manifest(&SINGLE.replace("description = \"One secret\"", "description = \"x\"\nsingleton = true"));
    let variant = Variant { key: key("sk-client"), ..Variant::default() };
    let flaw = variant.apply(&singleton, &mut settings(&[])).unwrap_err();
    assert_eq!(flaw, VariantFlaw::Singleton);
}

#[test]
fn variants_that_differ_in_anything_are_told_apart() {
    let url = |text| Some(Url::parse(text).unwrap());
    let config = |field: &str, text: &str| [(name(field), ConfigValue::from(text))].into();
    let secrets = |field: &str, text| [(name(field), key(text).unwrap())].into();
    let all = [
        ("p", Variant::default()),
        ("q", Variant::default()),
        ("p", Variant { key: key("a"), ..Variant::default() }),
        ("p", Variant { key: key("b"), ..Variant::default() }),
        ("q", Variant { key: key("a"), ..Variant::default() }),
        ("p", Variant { host: url("https://a.example"), ..Variant::default() }),
        ("p", Variant { host: url("https://a.example/v1"), ..Variant::default() }),
        ("p", Variant { key: key("a"), host: url("https://a.example"), ..Variant::default() }),
        ("p", Variant { config: config("a", "b"), ..Variant::default() }),
        ("p", Variant { config: config("b", "a"), ..Variant::default() }),
        ("p", Variant { secrets: secrets("a", "b"), ..Variant::default() }),
        ("p", Variant { secrets: secrets("b", "a"), ..Variant::default() }),
    ];
    let seal = Seal::new().unwrap();
    for (place, (provider, variant)) in all.iter().enumerate() {
        let own = seal.fingerprint(provider, variant);
        assert_eq!(own, seal.fingerprint(provider, &variant.clone()));
        for (provider, other) in &all[..place] {
            assert_ne!(own, seal.fingerprint(provider, other), "{variant:?} {other:?}");
        }
    }
    let elsewhere = Seal::new().unwrap().fingerprint("p", &all[2].1);
    assert_ne!(elsewhere, seal.fingerprint("p", &all[2].1), "it is of use to this process alone");
}

#[test]
fn nothing_that_is_brought_along_shows() {
    let variant = Variant {
        key: key("hunter2"),
        secrets: [(name("a"), key("hunter2").unwrap())].into(),
        ..Variant::default()
    };
    let seal = Seal::new().unwrap();
    let shown = format!("{variant:?} {seal:?} {:?}", seal.fingerprint("p", &variant));
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn what_is_meant_for_another_plugin_is_refused_and_has_a_place_of_its_own() {
    let of = |plugins: &'static [&'static str], what| Variant {
        config: [(name("project"), "p".into())].into(),
        meant_for: vec![(what, plugins)],
        ..Variant::default()
    };
    let text = "[plugin]\nname = \"mine\"\nversion = \"0.1.0\"\ndescription = \"d\"\n";
    assert!(of(&["other", "mine"], "a").apply(&manifest(text), &mut settings(&[])).is_ok());
    let error = of(&["other"], "b").apply(&manifest(text), &mut settings(&[])).unwrap_err();
    assert_eq!(error.to_string(), "`b` is for the plugin other, and its plugin is mine: leave it out");
    let seal = Seal::new().unwrap();
    assert_ne!(seal.fingerprint("p", &of(&["mine"], "a")), seal.fingerprint("p", &of(&["other"], "b")));
}
