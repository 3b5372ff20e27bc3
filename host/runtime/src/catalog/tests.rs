mod chosen;
mod models;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;
use crate::manifest::{ConfigValue, Manifest};
use crate::secret::SecretSource;
use crate::settings::{Granted, PluginRef, ProviderSettings, WrittenProvider};

fn catalog() -> Catalog {
    Catalog::shipped().unwrap()
}

fn name(text: &str) -> ProviderName {
    text.parse().unwrap()
}

fn granted(origin: &str) -> Granted {
    Granted::origin(origin.parse().unwrap())
}

fn plugin(text: &str) -> Option<PluginRef> {
    Some(text.parse().unwrap())
}

/// The plugins' folder beside this crate's, where there is one.
fn manifest_of(plugin: &str) -> Option<(PathBuf, String)> {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)?;
    let path = root.join("../../plugins").join(plugin).join("plugin.toml");
    Some((path.clone(), std::fs::read_to_string(path).ok()?))
}

#[test]
fn every_file_of_the_folder_is_shipped_and_reads() {
    let catalog = catalog();
    let folder =
        std::env::var_os("CARGO_MANIFEST_DIR").map(|root| Path::new(&root).join("src/catalog")).unwrap();
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let shipped: BTreeSet<String> = catalog.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(shipped, files);
    assert!(shipped.len() >= 20);
}

#[test]
fn every_preset_is_complete_in_itself() {
    for (name, preset) in catalog().iter() {
        let reaches = preset.origins.len() + preset.origin_templates.len();
        assert!(!preset.title.is_empty(), "{name}");
        // Only where the operator says where it is, and grants that, nothing else is granted.
        let anywhere = preset.needs.contains_key("base-url") && preset.env.contains_key("base-url");
        assert!(reaches > 0 || anywhere, "{name}");
        assert_eq!(preset.documentation.scheme(), "https", "{name}");
        let base = preset.config.get("base-url").or(preset.needs.get("base-url"));
        assert!(base.is_some(), "{name} has no base-url, and asks for none");
        let overlap = preset.needs.keys().any(|need| preset.config.contains_key(need));
        assert!(!overlap, "{name} has and needs the same value");
        assert!(preset.secrets.values().all(|variables| !variables.is_empty()), "{name}");
        let plain = preset.origins.iter().any(|granted| granted.to_string().contains("http://"));
        assert!(!plain || preset.secrets.is_empty(), "{name} sends a secret in plain text");
        let mut ids = BTreeSet::new();
        for model in &preset.models {
            assert!(ids.insert(&model.id), "{name} has {} twice", model.id);
            let what = format!("{name}: {}", model.id);
            if model.kind == ModelKind::Embedding {
                assert!(model.dimensions.is_some(), "{what} has vectors of no length");
            } else {
                assert!(model.dimensions.is_none() && model.batch_inputs.is_none(), "{what}");
            }
            if let (Some(output), Some(context)) = (model.output_tokens, model.context_tokens) {
                assert!(output <= context, "{what} answers more than it holds");
            }
            if model.kind == ModelKind::Llm {
                let priced = model.price.as_ref().is_none_or(|quote| quote.price.output.is_some());
                assert!(priced, "{what} has no price of its answers");
            } else {
                assert!(
                    model.abilities.iter().all(|it| *it == Ability::Vision || *it == Ability::AudioInput),
                    "{what}"
                );
            }
            if let Some(quote) = &model.price {
                let source = quote.source.as_ref().map(|source| source.scheme());
                assert_eq!(source, Some("https"), "{what} has a price from nowhere");
                assert!(quote.read.is_some(), "{what} has a price of no day");
                let cached =
                    [quote.price.cache_read].into_iter().flatten().all(|read| read <= quote.price.input);
                assert!(cached, "{what} charges more for what it keeps");
            }
        }
    }
}

#[test]
fn every_preset_fits_the_manifest_of_its_plugin() {
    for (name, preset) in catalog().iter() {
        let Some((path, text)) = manifest_of(preset.plugin.name.as_str()) else { continue };
        let manifest = Manifest::parse(&text, &path.display().to_string())
            .unwrap_or_else(|problems| panic!("{problems}"));
        assert!(preset.plugin.accepts(&manifest.name, &manifest.version), "{name}");
        let written = WrittenProvider { config: preset.needs.clone(), ..WrittenProvider::default() };
        let settings = catalog().complete(name, written).unwrap();
        let bound = manifest.bind(name, &settings.config).unwrap_or_else(|error| panic!("{error}"));
        assert!(!bound.asked().is_empty(), "{name}");
        for asked in bound.asked().iter().filter(|_| preset.origins.len() + preset.origin_templates.len() > 0)
        {
            let covered = settings.grant.origins.iter().any(|granted| granted.origin.covers(&asked.origin));
            assert!(covered, "{name} asks for {} and grants {:?}", asked.origin, settings.grant.origins);
        }
        for secret in preset.secrets.keys() {
            assert!(manifest.secrets.contains_key(secret), "{name}: secret {secret}");
        }
        for secret in &preset.optional {
            assert!(manifest.secrets[secret].optional, "{name}: the plugin can't do without {secret}");
        }
        for value in preset.env.keys() {
            assert!(manifest.config.contains_key(value), "{name}: config {value}");
        }
        for (secret, field) in &manifest.secrets {
            let there = field.optional || preset.secrets.contains_key(secret);
            assert!(there, "{name}: the plugin can't do without {secret}");
        }
    }
}

#[test]
fn a_name_alone_is_a_provider() {
    let groq = catalog().provider(&name("groq")).unwrap();
    assert_eq!(groq.plugin.to_string(), "openai@^0.1");
    assert_eq!(groq.config["base-url"], "https://api.groq.com/openai/v1".into());
    assert_eq!(groq.grant.origins, [granted("https://api.groq.com")]);
    assert_eq!(groq.secrets["api-key"].to_string(), "environment variable GROQ_API_KEY");
}

#[test]
fn what_the_operator_wrote_wins_and_the_rest_is_added() {
    let written = WrittenProvider {
        plugin: plugin("openai@=0.1.4"),
        config: [("base-url", "https://proxy.example.com/v1"), ("developer-role", "developer")]
            .map(|(key, value)| (key.parse().unwrap(), ConfigValue::from(value)))
            .into(),
        secrets: [("api-key".parse().unwrap(), SecretSource::File("key".into()))].into(),
        grant: crate::settings::Grant {
            origins: vec![granted("https://proxy.example.com")],
            redirects: true,
            ..Default::default()
        },
        isolation: crate::settings::Isolation::Call,
        ..WrittenProvider::default()
    };
    let groq = catalog().complete(&name("groq"), written).unwrap();
    assert_eq!(groq.plugin.to_string(), "openai@=0.1.4");
    assert_eq!(groq.config["base-url"], "https://proxy.example.com/v1".into());
    assert_eq!(groq.config["developer-role"], "developer".into());
    assert_eq!(groq.secrets["api-key"], SecretSource::File("key".into()));
    assert_eq!(groq.grant.origins, [granted("https://proxy.example.com"), granted("https://api.groq.com")]);
    assert!(groq.grant.redirects);
    assert_eq!(groq.isolation, crate::settings::Isolation::Call);
}

#[test]
fn another_name_can_start_from_a_preset() {
    let written = WrittenProvider { preset: Some(name("groq")), ..WrittenProvider::default() };
    let second = catalog().complete(&name("second-account"), written).unwrap();
    assert_eq!(second, catalog().provider(&name("groq")).unwrap());
}

#[test]
fn another_plugin_under_a_presets_name_gets_nothing_of_it() {
    let written = WrittenProvider { plugin: plugin("stranger"), ..WrittenProvider::default() };
    let openai = catalog().complete(&name("openai"), written).unwrap();
    assert_eq!(openai, ProviderSettings::new("stranger".parse().unwrap()));

    let written = WrittenProvider {
        plugin: plugin("stranger"),
        preset: Some(name("openai")),
        ..WrittenProvider::default()
    };
    let error = catalog().complete(&name("mine"), written).unwrap_err();
    let message = "provider mine: the preset openai is for the plugin openai, not for stranger; remove one of both lines";
    assert!(error.to_string().starts_with(message), "{error}");
}

#[test]
fn a_plugin_without_a_preset_is_taken_as_written() {
    let written = WrittenProvider { plugin: plugin("openai"), ..WrittenProvider::default() };
    let laptop = catalog().complete(&name("laptop"), written).unwrap();
    assert!(laptop.grant.origins.is_empty() && laptop.secrets.is_empty() && laptop.config.is_empty());
}

#[test]
fn what_is_missing_is_said_with_the_line_to_write() {
    let error = catalog().provider(&name("gorq")).unwrap_err().to_string();
    assert_eq!(
        error,
        "provider gorq: it names no plugin and the catalog has no preset gorq; write plugin = \"...\" under [providers.gorq], or name it after a preset: did you mean `groq`?"
    );
    let written = WrittenProvider { preset: Some(name("no-such-thing")), ..WrittenProvider::default() };
    let error = catalog().complete(&name("a"), written).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "provider a: the catalog has no preset no-such-thing; the presets are agentql, anthropic, "
        ),
        "{error}"
    );
    let error = catalog().provider(&name("azure")).unwrap_err().to_string();
    assert!(
        error.starts_with("provider azure: config.base-url is missing; write config.base-url = \"https://RESOURCE.openai.azure.com/openai/v1\""),
        "{error}"
    );
}

#[test]
fn what_is_known_of_a_model_can_be_asked() {
    let catalog = catalog();
    let model = catalog.get("openai").unwrap().model("gpt-4o-mini").unwrap();
    assert_eq!(model.kind, ModelKind::Llm);
    assert_eq!(model.context_tokens, Some(128_000));
    assert!(model.abilities.contains(&Ability::Tools));
    assert_eq!(model.price.as_ref().unwrap().price.output, Some(0.6));
    assert_eq!(catalog.get("openai").unwrap().model("no-such-model"), None);
}

#[test]
fn a_preset_with_slips_does_not_load() {
    let text = "title = 'x'\nplugin = 'x'\ndocumentation = 'y'\norigins = ['x']\nsecret = 1\n[[models]]\nid = 'm'\nkind = 'chat'\nprice = { input = -1, otput = 2 }";
    let problems = Preset::parse(text, "f").unwrap_err().to_string();
    for part in [
        "f:3:17: documentation: relative URL without a base",
        "f:4:12: origins[0]: ",
        "f:5:1: secret: unknown field; did you mean `secrets`?",
        "f:8:8: models[0].kind: \"chat\" is unknown here; write one of: \"llm\"",
        "f:9:19: models[0].price.input: a price can't be below zero",
        "f:9:23: models[0].price.otput: unknown field; did you mean `output`?",
    ] {
        assert!(problems.contains(part), "{part}\n{problems}");
    }
}

#[test]
fn a_preset_grants_its_origins_with_the_operators_words_in_them() {
    let mut catalog = Catalog::default();
    let text = r#"
        title = "Regional"
        plugin = "openai@^0.1"
        documentation = "https://docs.example.com"
        origins = ["https://api.{region}.example.com", "https://login.example.com"]
        needs.region = "eu-1"
        config.base-url = "https://api.{region}.example.com/v1"
    "#;
    catalog.add(name("regional"), Preset::parse(text, "regional.toml").unwrap());
    let written = |region: &str| WrittenProvider {
        config: [("region".parse().unwrap(), ConfigValue::from(region))].into(),
        ..WrittenProvider::default()
    };
    let settings = catalog.complete(&name("regional"), written("us-2")).unwrap();
    let origins = [granted("https://login.example.com"), granted("https://api.us-2.example.com")];
    assert_eq!(settings.grant.origins, origins);
    assert_eq!(settings.config["base-url"], "https://api.us-2.example.com/v1".into());

    let error = catalog.complete(&name("regional"), written("evil.com/")).unwrap_err().to_string();
    assert!(error.starts_with("provider regional: config.region: \"evil.com/\" can't stand in"), "{error}");

    let undeclared = text.replace("needs.region", "needs.area");
    let problems = Preset::parse(&undeclared, "regional.toml").unwrap_err().to_string();
    assert!(problems.contains("wants {region}"), "{problems}");
}

#[test]
fn a_preset_that_needs_more_time_has_it_unless_the_operator_says_otherwise() {
    use crate::settings::{Timeouts, WrittenTimeouts};

    let seconds = |provider: &str, timeouts: WrittenTimeouts| {
        let written = WrittenProvider { timeouts, ..WrittenProvider::default() };
        let timeouts = catalog().complete(&name(provider), written).unwrap().timeouts;
        [timeouts.total, timeouts.idle].map(|period| std::time::Duration::from(period).as_secs())
    };
    let [total, idle] = seconds("groq", WrittenTimeouts::default());
    assert_eq!((total, idle), (600, 60));
    assert_eq!(seconds("agentql", WrittenTimeouts::default()), [900, 60]);
    let idle = Some("20s".parse().unwrap());
    assert_eq!(seconds("agentql", WrittenTimeouts { idle, ..WrittenTimeouts::default() }), [900, 20]);
    let total = Some("10s".parse().unwrap());
    assert_eq!(seconds("agentql", WrittenTimeouts { total, ..WrittenTimeouts::default() }), [10, 10]);
    assert_eq!(WrittenTimeouts::default().over(Timeouts::default()), Timeouts::default());
}
