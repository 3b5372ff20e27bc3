//! Tools through the plugin `rest`, from the command line.

use crate::scene::Scene;

const CONFIG: &str = r#"
[providers.pets]
plugin = "rest"
config.base-url = "http://127.0.0.1:9"
config.description = { file = "apis/pets.toml" }
grant.origins = ["http://127.0.0.1:9"]
"#;

const PETS: &str = r#"
[tools.find]
description = """Finds pets.
By their name."""
path = "/pets"
query = { name = "{name}", limit = "{limit}" }
parameters.name = { type = "string", required = true }
parameters.limit = { type = "integer" }
retry.attempts = 1
"#;

fn scene() -> Scene {
    Scene::new().with_plugins().with_config(CONFIG).with_file("apis/pets.toml", PETS)
}

#[tokio::test]
async fn tools_are_listed_with_what_they_take() {
    let outcome = scene().run(&["tools", "pets"]).await.exits(0);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{outcome}");
    assert!(lines[1].starts_with("find  [limit] name  reads   Finds pets."), "{outcome}");
    let outcome = scene().run(&["tools", "pets", "--json"]).await.exits(0);
    let tool: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(tool["parameters"]["required"][0], "name");
    assert_eq!(tool["read_only"], true);
}

#[tokio::test]
async fn arguments_are_checked_before_anything_is_sent() {
    let scene = scene();
    scene.run(&["tools", "pets", "find", "[1]"]).await.exits(2).complains(&["must be a JSON object"]);
    scene.run(&["tools", "pets", "find"]).await.exits(1).complains(&["lacks the member `name`"]);
    scene
        .run_with_stdin(&["tools", "pets", "find", "-", "--json"], r#"{"name": 1}"#)
        .await
        .exits(1)
        .says(&["\"is_error\":true", "/name must be a string"]);
    scene
        .run(&["tools", "pets", "lose", "{}"])
        .await
        .exits(1)
        .complains(&["there is no tool `lose`; there are find"]);
    // Nobody listens there.
    scene.run(&["tools", "pets", "find", r#"{"name": "Rex"}"#]).await.exits(1);
}

#[tokio::test]
async fn a_missing_description_is_named_with_its_line() {
    let scene = Scene::new().with_plugins().with_config(CONFIG);
    scene
        .run(&["tools", "pets"])
        .await
        .exits(2)
        .complains(&["config.description = { file = ", "can't be read"]);
}

#[tokio::test]
async fn a_description_that_is_wrong_is_found_by_checking_and_by_testing() {
    let scene = scene();
    scene.run(&["config", "check"]).await.exits(0).says(&["ok     pets", "1 provider, nothing is wrong"]);
    scene.run(&["providers", "test", "pets"]).await.exits(0).says(&["has 1 tool", "jackfield tools pets"]);
    let scene = scene.with_file("apis/pets.toml", PETS.replace("{limit}", "{lmit}"));
    let place = "tools.find.query";
    scene.run(&["config", "check"]).await.exits(2).says(&["wrong  pets  jackfield.toml:2: ", place]);
    scene.run(&["providers", "test", "pets"]).await.exits(1).complains(&["can't describe its tools", place]);
}
