//! What the plugins' own READMEs show works: each `jackfield.toml` in them is
//! bound, plugin and all, and each value that they name is one of the plugin.

use crate::readme::blocks;
use crate::scene::Scene;

macro_rules! plugins {
    ($($name:literal),+) => {
        [$((
            $name,
            include_str!(concat!("../../../../plugins/", $name, "/README.md")),
            include_str!(concat!("../../../../plugins/", $name, "/plugin.toml")),
        )),+]
    };
}

/// Name, README and manifest.
const PLUGINS: [(&str, &str, &str); 5] = plugins!["agentql", "baseten", "bedrock", "google", "rest"];

/// What `gcloud auth application-default login` writes.
const ACCOUNT: &str = r#"{"type":"authorized_user","client_id":"c","client_secret":"not-a-secret-01","refresh_token":"not-a-token-01"}"#;

/// The variables that the examples name.
const VARIABLES: [&str; 7] = [
    "AGENTQL_API_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_SECRET_ACCESS_KEY",
    "BASETEN_API_KEY",
    "GEMINI_API_KEY",
    "SHOP_KEY",
];

#[tokio::test]
async fn every_configuration_of_a_plugins_readme_can_be_bound() {
    for (name, readme, _) in PLUGINS {
        let toml = blocks(readme, "toml");
        let (configs, files): (Vec<_>, Vec<_>) = toml.iter().partition(|block| block.contains("[providers."));
        assert!(!configs.is_empty(), "{name} shows no provider");
        let mut scene = Scene::new().with_plugins().with_file("account.json", ACCOUNT);
        let account = scene.path("account.json");
        scene = scene.with_variable("GOOGLE_APPLICATION_CREDENTIALS", account.to_str().unwrap());
        for variable in VARIABLES {
            scene = scene.with_variable(variable, "not-a-key-0123456789");
        }
        scene = scene.with_variable("WEATHER_KEY", "not-a-key-0123456789");
        // What `rest` describes its APIs with.
        if let (Some(weather), [shop]) = (files.first(), &blocks(readme, "yaml")[..]) {
            scene = scene.with_file("weather.toml", weather).with_file("shop.yaml", shop);
        }
        let config: String = configs.into_iter().map(String::as_str).collect();
        let outcome = scene.with_config(&config).run(&["config", "check"]).await.exits(0);
        let providers = config.lines().filter_map(|line| line.strip_prefix("[providers.")?.split(']').next());
        for provider in providers {
            assert!(outcome.stdout.contains(provider), "{name}: {provider} in\n{}", outcome.stdout);
        }
    }
}

#[test]
fn every_value_that_a_plugins_readme_names_is_one() {
    for (name, readme, manifest) in PLUGINS {
        // `config.NAME` in text and in examples; `{config.NAME}` is `rest`'s own.
        for (place, _) in
            readme.match_indices("config.").filter(|(place, _)| !readme[..*place].ends_with('{'))
        {
            let named = &readme[place + "config.".len()..];
            let end = named.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(named.len());
            let declared = manifest.contains(&format!("[config.{}]", &named[..end]));
            assert!(declared, "{name} has no config.{}", &named[..end]);
        }
    }
}
