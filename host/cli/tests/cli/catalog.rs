//! Presets of the operator's own.

use std::net::SocketAddr;

use serde_json::Value;

use crate::scene::{KEY, Scene, upstream};

fn preset(address: SocketAddr, more: &str) -> String {
    format!(
        "title = \"Acme\"\nplugin = \"openai@^0.1\"\ndocumentation = \"https://docs.acme.example\"\n\
         origins = [\"http://{address}\"]\nsecrets.api-key = [\"ACME_KEY\"]\nconfig.base-url = \"http://{address}/v1\"\n{more}"
    )
}

fn scene(address: SocketAddr, more: &str) -> Scene {
    Scene::new()
        .with_plugins()
        .with_config("[catalog]\ndir = \"presets\"\n")
        .with_file("presets/acme.toml", preset(address, more))
        .with_variable("ACME_KEY", KEY)
}

#[tokio::test]
async fn a_file_makes_a_brand_that_needs_no_more_than_its_key() {
    let scene = scene(upstream().await, "");
    scene.run(&["providers"]).await.exits(0).says(&["acme", "Acme", "ACME_KEY is set"]);
    scene.run(&["chat", "-m", "acme/tiny+chunks-1", "hi"]).await.exits(0).says(&["You said: hi"]);
    scene.run(&["providers", "test", "acme"]).await.exits(0).says(&["lists 4 models"]);
}

#[tokio::test]
async fn a_file_takes_the_place_of_a_shipped_preset() {
    let scene = scene(upstream().await, "");
    let scene = scene.with_file("presets/groq.toml", preset(upstream().await, ""));
    scene.run(&["chat", "-m", "groq/tiny+chunks-1", "hi"]).await.exits(0).says(&["You said: hi"]);
    scene.run(&["providers", "show", "groq"]).await.exits(0).says(&["Acme", "ACME_KEY"]);
}

#[tokio::test]
async fn a_folder_that_nobody_names_grants_nothing() {
    let scene = scene(upstream().await, "").with_config("");
    scene
        .run(&["chat", "-m", "acme/tiny", "hi"])
        .await
        .exits(2)
        .complains(&["the catalog has no preset acme"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_preset_is_told_with_its_place() {
    let scene = scene(upstream().await, "secret = 1\n");
    let scene = scene.with_file("presets/other.toml", "title = 2\n");
    for command in [&["providers"][..], &["config", "check"], &["models"]] {
        scene.run(command).await.exits(2).complains(&[
            "presets/acme.toml:7:1: secret: unknown field; did you mean `secrets`?",
            "presets/other.toml:1:9: title",
        ]);
    }
    let scene = scene.with_config("[catalog]\ndir = \"elsewhere\"\n");
    scene.run(&["providers"]).await.exits(2).complains(&["elsewhere can't be read", "[catalog]"]);
    let scene = scene.with_config("[catalog]\nfolder = \"presets\"\n");
    scene.run(&["providers"]).await.exits(2).complains(&["catalog.folder"]);
}

#[tokio::test]
async fn requests_for_vectors_are_split_to_what_a_model_takes() {
    let model = "[[models]]\nid = \"narrow\"\nkind = \"embedding\"\ndimensions = 64\nbatch-inputs = 2\n";
    let address = upstream().await;
    let scene = scene(address, model);
    for (model, last) in [("narrow", 1), ("wide", 3)] {
        let model = format!("acme/{model}");
        let outcome = scene.run(&["embed", "-m", &model, "one", "two", "three"]).await.exits(0);
        assert_eq!(outcome.stdout.lines().count(), 3, "{outcome}");
        let answer = reqwest::get(format!("http://{address}/last")).await.unwrap().text().await.unwrap();
        let sent: Value = serde_json::from_str(&answer).unwrap();
        let body: Value = serde_json::from_str(sent["body"].as_str().unwrap()).unwrap();
        let count = body["input"].as_array().unwrap().len();
        // Both parts of a split request are under way at once.
        assert!(count == last || (last == 1 && count == 2), "{body}");
    }
}
