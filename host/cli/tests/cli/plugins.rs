//! Making, packing, looking into and installing plugin files.

use crate::scene::{Scene, plugins, upstream};

const MANIFEST: &str = r#"
[plugin]
name = "other"
version = "1.2.3"
description = "Another one"

[config.base-url]
type = "url"
required = true
description = "Where it lives"

[secrets.api-key]
description = "API key"
env = "OTHER_KEY"

[auth.key]
scheme = "header"
header = "x-api-key"
secret = "api-key"

[[egress]]
origin = "{base-url}"
methods = ["POST"]
auth = "key"
"#;

/// A component, and a manifest that isn't its own.
fn component() -> Scene {
    let bytes = std::fs::read(plugins().join("openai.wasm")).unwrap();
    Scene::new().with_file("component.wasm", bytes).with_file("plugin.toml", MANIFEST)
}

#[tokio::test]
async fn a_new_plugin_has_its_files_and_is_not_written_twice() {
    let scene = Scene::new();
    scene
        .run(&["plugin", "new", "my-search", "--interface", "tool"])
        .await
        .exits(0)
        .says(&["plugin build my-search"]);
    assert!(scene.read("my-search/Cargo.toml").contains("name = \"my-search\""));
    assert!(scene.read("my-search/plugin.toml").contains("name = \"my-search\""));
    assert!(scene.read("my-search/src/lib.rs").contains("tool"));
    scene.run(&["plugin", "new", "my-search"]).await.exits(2).complains(&["isn't empty", "--dir"]);
}

#[tokio::test]
async fn names_that_cannot_be_are_refused() {
    for name in ["My-Plugin", "a_b", "", "7up", "a/b"] {
        Scene::new().run(&["plugin", "new", name]).await.exits(2);
    }
}

#[tokio::test]
async fn what_is_packed_is_what_inspect_shows() {
    let scene = component();
    scene
        .run(&["plugin", "pack", "component.wasm", "--manifest", "plugin.toml"])
        .await
        .exits(0)
        .says(&["other.wasm", "llm"]);
    scene.run(&["plugin", "inspect", "other.wasm"]).await.exits(0).says(&[
        "other 1.2.3",
        "Another one",
        "POST to the origin of config.base-url",
        "header x-api-key: {api-key}",
        "usually in OTHER_KEY",
        "jackfield:plugin@0.1.0",
    ]);
    let outcome = scene.run(&["plugin", "inspect", "other.wasm", "--json"]).await.exits(0);
    let shown: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(shown["name"], "other");
    assert_eq!(shown["version"], "1.2.3");
    assert_eq!(shown["api_version"], "0.1.0");
    assert_eq!(shown["asks"]["egress"][0]["methods"], serde_json::json!(["POST"]));
    assert_eq!(shown["size"], std::fs::metadata(scene.path("other.wasm")).unwrap().len());
    // Packing again gives the same bytes: there is one manifest, not two.
    let first = std::fs::read(scene.path("other.wasm")).unwrap();
    scene.run(&["plugin", "pack", "other.wasm", "--manifest", "plugin.toml"]).await.exits(0);
    assert_eq!(std::fs::read(scene.path("other.wasm")).unwrap(), first);
}

#[tokio::test]
async fn what_is_no_component_is_refused_with_advice() {
    let scene = Scene::new()
        .with_file("plugin.toml", MANIFEST)
        .with_file("module.wasm", b"\0asm\x01\0\0\0")
        .with_file("text.wasm", "(component)")
        .with_file("empty.wasm", b"\0asm\x0d\0\x01\0")
        .with_file("noise.wasm", [7; 64]);
    for (file, advice) in [
        ("module.wasm", "wasm32-wasip2"),
        ("text.wasm", "wasm-tools parse"),
        ("empty.wasm", "none of the plugin interfaces"),
        ("noise.wasm", "isn't a WebAssembly component"),
        ("missing.wasm", "can't be read"),
    ] {
        scene.run(&["plugin", "pack", file, "--manifest", "plugin.toml"]).await.exits(2).complains(&[advice]);
    }
    for file in ["module.wasm", "text.wasm", "noise.wasm", "missing.wasm"] {
        scene.run(&["plugin", "inspect", file]).await.exits(2);
    }
    scene
        .run(&["plugin", "inspect", "empty.wasm"])
        .await
        .exits(0)
        .says(&["no manifest", "asks for no network"]);
}

#[tokio::test]
async fn a_manifest_that_is_wrong_is_not_packed() {
    let scene = component().with_file("plugin.toml", "[plugin]\nname = \"x\"\nsurprise = 1\n");
    let outcome =
        scene.run(&["plugin", "pack", "component.wasm", "--manifest", "plugin.toml"]).await.exits(2);
    outcome.complains(&["plugin.toml:3:1", "surprise", "version"]);
    assert!(!scene.path("x.wasm").exists());
}

#[tokio::test]
async fn a_plugin_for_another_contract_is_said_not_to_load() {
    let mut bytes = std::fs::read(plugins().join("llamafile.wasm")).unwrap();
    let (here, other) = (b"jackfield:plugin/types@0.1.0", b"jackfield:plugin/types@0.2.0");
    let places: Vec<usize> =
        (0..bytes.len() - here.len()).filter(|place| bytes[*place..].starts_with(here)).collect();
    for place in places {
        bytes[place..place + here.len()].copy_from_slice(other);
    }
    let scene = Scene::new().with_file("late.wasm", bytes);
    scene.run(&["plugin", "inspect", "late.wasm"]).await.exits(0).says(&["It won't load", "0.2.0"]);
    let listed = scene.run(&["--plugins", ".", "plugin", "list"]).await.exits(0);
    listed.complains(&["late.wasm", "0.2.0", "won't load"]);
}

#[tokio::test]
async fn the_plugin_folder_is_listed() {
    Scene::new().with_plugins().run(&["plugin", "list"]).await.exits(0).says(&[
        "openai",
        "anthropic",
        "llm, embedding",
    ]);
    let scene = component();
    scene.run(&["--plugins", ".", "plugin", "list"]).await.exits(0).says(&["openai"]);
    std::fs::create_dir(scene.path("bare")).unwrap();
    scene.run(&["--plugins", "bare", "plugin", "list"]).await.exits(0).says(&["no plugins"]);
    scene.run(&["--plugins", "none", "plugin", "list"]).await.exits(2).complains(&["none"]);
}

#[tokio::test]
async fn a_plugin_is_added_with_what_it_asks_for_and_nothing_else_is_touched() {
    let address = upstream().await;
    let before = "# mine\n[providers.first] # keep\nplugin = \"openai\"\n";
    let scene = component().with_config(before);
    scene.run(&["plugin", "pack", "component.wasm", "--manifest", "plugin.toml"]).await.exits(0);

    let base_url = format!("base-url=http://{address}/v1");
    let add = ["plugin", "add", "other.wasm", "--as", "mine", "--set", &base_url];
    scene.run(&add).await.exits(2).complains(&["asks to send", "grant.origins", "--yes"]);
    assert_eq!(scene.read("jackfield.toml"), before, "nothing is written without a yes");
    assert!(!scene.path("plugins").exists());

    let yes = [&add[..], &["--yes"]].concat();
    scene.run(&yes).await.exits(0).says(&["mine", "is installed"]).complains(&["api-key", "set OTHER_KEY"]);
    let after = scene.read("jackfield.toml");
    assert!(after.starts_with(before), "{after}");
    for line in [
        "[providers.mine]",
        "plugin = \"other@^1\"",
        "secrets.api-key = { env = \"OTHER_KEY\" }",
        &format!("grant.origins = [\"http://{address}\"]"),
    ] {
        assert!(after.contains(line), "{line} in\n{after}");
    }
    assert!(scene.path("plugins/other-1.2.3.wasm").is_file());
    let outcome = scene.run(&yes).await.exits(2).complains(&["already"]);
    assert!(!outcome.stderr.contains("copy it"), "it is the same file: {outcome}");
    scene.run(&["plugin", "inspect", "mine"]).await.exits(0).says(&["granted", "OTHER_KEY (not there)"]);
}

#[tokio::test]
async fn a_plugin_that_was_built_anew_is_told_where_its_old_file_is() {
    let scene = component();
    scene.run(&["plugin", "pack", "component.wasm", "--manifest", "plugin.toml"]).await.exits(0);
    let scene = scene.with_variable("OTHER_KEY", "any");
    let add = ["plugin", "add", "other.wasm", "--set", "base-url=https://api.example.com/v1", "--yes"];
    scene.run(&add).await.exits(0).says(&["other", "is ready"]);
    let scene = scene.with_file("plugin.toml", MANIFEST.replace("Another one", "Another one, built anew"));
    scene.run(&["plugin", "pack", "component.wasm", "--manifest", "plugin.toml"]).await.exits(0);
    let advice = ["--as", "copy it to", "plugins/other-1.2.3.wasm"];
    scene.run(&add).await.exits(2).complains(&advice);
}

#[tokio::test]
async fn a_missing_value_is_asked_for_by_its_name() {
    let scene = component();
    scene.run(&["plugin", "pack", "component.wasm", "--manifest", "plugin.toml"]).await.exits(0);
    scene.run(&["plugin", "add", "other.wasm", "--yes"]).await.exits(2).complains(&["--set base-url="]);
    scene.run(&["plugin", "add", "other.wasm", "--yes", "--set", "base-url=nonsense"]).await.exits(2);
    assert!(!scene.path("jackfield.toml").exists());
}
