//! Finding and checking the configuration.

use crate::scene::{KEY, Scene, upstream};

#[tokio::test]
async fn all_problems_are_shown_at_once_with_their_lines() {
    let config =
        "[plugins]\ndirr = \"x\"\n\n[providers.a]\nplugin = \"openai@latest\"\nisolation = \"sometimes\"\n";
    let scene = Scene::new().with_config(config);
    scene.run(&["config", "check"]).await.exits(2).complains(&[
        "jackfield.toml:2:1: plugins.dirr",
        "did you mean `dir`?",
        "jackfield.toml:5:10: providers.a.plugin",
        "jackfield.toml:6:13: providers.a.isolation",
    ]);
}

#[tokio::test]
async fn every_provider_is_bound_and_the_wrong_ones_are_named_with_their_line() {
    let address = upstream().await;
    let scene = Scene::new().with_upstream(address);
    scene.run(&["config", "check"]).await.exits(0).says(&["ok", "local", "openai 0.1.0"]);

    let more = "\n[providers.keyless]\nplugin = \"openai\"\nsecrets.api-key = { env = \"NOT_SET\" }\n\
                grant.origins = [\"https://api.openai.com\"]\n\n[providers.unknown]\nplugin = \"no-such\"\n";
    let config = scene.read("jackfield.toml") + more;
    scene.with_config(&config).run(&["config", "check"]).await.exits(2).says(&[
        "ok",
        "local",
        "jackfield.toml:7: provider keyless",
        "NOT_SET",
        "jackfield.toml:12: no plugin fits no-such",
    ]);
}

#[tokio::test]
async fn nothing_to_check_is_an_error_that_says_where_it_was_looked_for() {
    Scene::new().run(&["config", "check"]).await.exits(2).complains(&["jackfield.toml", ".config/jackfield"]);
}

#[tokio::test]
async fn a_named_file_that_is_not_there_is_an_error() {
    Scene::new()
        .run(&["--config", "none.toml", "models"])
        .await
        .exits(2)
        .complains(&["none.toml", "can't be read"]);
}

#[tokio::test]
async fn the_working_directory_comes_before_the_users_configuration() {
    let provider = |name: &str| format!("[providers.{name}]\nplugin = \"openai\"\n");
    let scene = Scene::new().with_file(".config/jackfield/jackfield.toml", provider("users"));
    scene.run(&["models"]).await.exits(0).says(&["users"]);
    let scene = scene.with_config(&provider("projects"));
    let outcome = scene.run(&["models"]).await.exits(0).says(&["projects"]);
    assert!(!outcome.stdout.contains("users"), "{outcome}");
}

#[tokio::test]
async fn the_catalog_alone_is_enough_and_names_the_variable() {
    let scene = Scene::new().with_plugins();
    scene.run(&["models"]).await.exits(0).says(&["openai", "OPENAI_API_KEY", "anthropic", "gpt-4o-mini"]);
    scene.run(&["chat", "-m", "openai/gpt-4o-mini", "hi"]).await.exits(4).complains(&["OPENAI_API_KEY"]);
}

#[tokio::test]
async fn providers_that_nobody_knows_are_answered_with_those_there_are() {
    let scene = Scene::new().with_plugins();
    scene.run(&["chat", "-m", "opnai/x", "hi"]).await.exits(2).complains(&["opnai", "openai"]);
}

#[tokio::test]
async fn a_missing_plugin_folder_is_told_with_the_ways_to_name_one() {
    let scene = Scene::new().with_variable("OPENAI_API_KEY", KEY);
    scene
        .run(&["chat", "-m", "openai/x", "hi"])
        .await
        .exits(2)
        .complains(&["--plugins", "JACKFIELD_PLUGINS"]);
}

#[tokio::test]
async fn what_is_wrong_with_the_gateway_is_found_by_the_check() {
    let provider = "[providers.openai]\n";
    for (section, exit, part) in [
        ("[routes.r]\nstrategy = \"single\"\ntargets = [{ model = \"opnai/m\" }]\n", 2, "openai/m"),
        ("[server.keys.team]\nkey = { env = \"NOT_SET\" }\n", 2, "NOT_SET"),
        ("[server]\nlisten = \"0.0.0.0:1\"\n", 2, "server.keys"),
    ] {
        let config = format!("{provider}{section}");
        let scene = Scene::new().with_plugins().with_config(&config).with_variable("OPENAI_API_KEY", KEY);
        let outcome = scene.run(&["config", "check"]).await.exits(exit);
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(said.contains(part), "{section}: {said}");
    }
}
