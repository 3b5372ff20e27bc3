use std::ffi::OsString;

use jackfield_runtime::manifest::value::ConfigValue;
use jackfield_runtime::secret::Secret;

use super::*;

#[derive(Debug)]
struct Set(&'static [(&'static str, &'static str)]);

impl Environment for Set {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| value.into())
    }
}

/// What an operator of clouds has set.
const OPERATORS: Set = Set(&[
    ("AWS_REGION", "eu-north-1"),
    ("AWS_PROFILE", "operators"),
    ("AWS_ACCESS_KEY_ID", "AKIAOPERATOR"),
    ("AWS_SECRET_ACCESS_KEY", "operators-secret"),
    ("AZURE_OPENAI_ENDPOINT", "https://operators.openai.azure.com"),
    ("GOOGLE_CLOUD_PROJECT", "operators-project"),
    ("GOOGLE_CLOUD_LOCATION", "europe-west4"),
]);

fn config(text: &str) -> Config {
    let settings = Settings::parse(text, "jackfield.toml", &[]).unwrap();
    let places = Places { working: "/nowhere".into(), config: None, cache: None, executable: None };
    Config::of_settings(&places, settings).unwrap()
}

fn keyed() -> Variant {
    Variant { key: Some(Secret::new(b"sk-client".to_vec()).unwrap()), ..Variant::default() }
}

fn value(settings: &ProviderSettings, name: &str) -> Option<String> {
    settings.config.get(name).map(|value| value.to_string().trim_matches('"').to_owned())
}

fn origins(settings: &ProviderSettings) -> Vec<String> {
    settings.grant.origins.iter().map(|granted| granted.origin.to_string()).collect()
}

#[test]
fn a_variant_of_a_bound_provider_lives_where_the_environment_says_the_provider_does() {
    let config = config("[providers.bedrock]\n[providers.azure]\n[providers.mine]\npreset = \"vertex\"\n");
    let settings = config.variant_in(&OPERATORS, "bedrock", &keyed()).unwrap();
    assert_eq!(value(&settings, "region").unwrap(), "eu-north-1");
    assert_eq!(value(&settings, "base-url").unwrap(), "https://bedrock-runtime.eu-north-1.amazonaws.com");
    let settings = config.variant_in(&OPERATORS, "azure", &keyed()).unwrap();
    assert_eq!(value(&settings, "base-url").unwrap(), "https://operators.openai.azure.com/openai/v1");
    assert!(origins(&settings).contains(&"https://operators.openai.azure.com".to_owned()));
    let settings = config.variant_in(&OPERATORS, "mine", &keyed()).unwrap();
    assert_eq!(value(&settings, "project").unwrap(), "operators-project");
}

#[test]
fn what_the_caller_brings_along_wins_over_the_environment_and_so_does_the_file() {
    let config = config(
        "[providers.bedrock]\n[providers.mine]\npreset = \"bedrock\"\nconfig.region = \"us-west-2\"\n[providers.azure]\n",
    );
    let region = [("region".parse().unwrap(), ConfigValue::from("ap-south-1"))];
    let own = Variant { config: region.into(), ..keyed() };
    let settings = config.variant_in(&OPERATORS, "bedrock", &own).unwrap();
    assert_eq!(value(&settings, "base-url").unwrap(), "https://bedrock-runtime.ap-south-1.amazonaws.com");
    assert!(origins(&settings).iter().all(|origin| !origin.contains("eu-north-1")), "{settings:?}");
    let settings = config.variant_in(&OPERATORS, "mine", &keyed()).unwrap();
    assert_eq!(value(&settings, "region").unwrap(), "us-west-2");
    // The operator's address isn't granted to a host of the caller's.
    let host = Some("https://clients.example/v1".parse().unwrap());
    let settings = config.variant_in(&OPERATORS, "azure", &Variant { host, ..keyed() }).unwrap();
    assert_eq!(value(&settings, "base-url").unwrap(), "https://clients.example/v1");
    assert!(origins(&settings).iter().all(|origin| !origin.contains("operators")), "{settings:?}");
}

#[test]
fn a_preset_that_only_the_caller_names_takes_nothing_from_the_environment() {
    let config = config("");
    for name in ["bedrock", "azure", "vertex"] {
        let error = config.variant_in(&OPERATORS, name, &keyed()).unwrap_err();
        assert!(matches!(error, ConfigError::NotBound { .. }), "{name}: {error}");
        let host = Some("https://clients.example/v1".parse().unwrap());
        match config.variant_in(&OPERATORS, name, &Variant { host, ..keyed() }) {
            Ok(settings) => assert!(!format!("{settings:?}").contains("operators"), "{settings:?}"),
            Err(error) => assert!(matches!(error, ConfigError::Provider(_)), "{name}: {error}"),
        }
    }
}

/// Whatever variable is looked for.
#[derive(Debug)]
struct Inside;

impl Environment for Inside {
    fn variable(&self, _: &str) -> Option<OsString> {
        Some("http://10.0.0.1:8000".into())
    }
}

#[test]
fn an_address_that_happens_to_be_set_makes_no_public_preset_lead_inside() {
    let config = config("");
    let public = config.catalog.iter().filter(|(_, preset)| is_public(preset));
    let names: Vec<_> = public.map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"openai"), "{names:?}");
    for name in names {
        let settings = config.variant_in(&Inside, name, &keyed()).unwrap();
        assert!(!format!("{settings:?}").contains("10.0.0.1"), "{name}: {settings:?}");
    }
}
