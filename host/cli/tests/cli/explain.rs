//! `jackfield explain`: told without a key, a plugin or a network.

use serde_json::Value;

use crate::scene::{KEY, Scene};

/// Two providers whose upstream would be here, and a route over both.
fn config(origin: &str) -> String {
    let provider = |name: &str| {
        format!(
            "[providers.{name}]\nplugin = \"openai\"\nconfig.base-url = \"{origin}/v1\"\n\
             secrets.api-key = {{ env = \"NOT_SET\" }}\ngrant.origins = [\"{origin}\"]\n"
        )
    };
    let rest = "[routes.fast]\nstrategy = \"fallback\"\ntargets = [{ model = \"one/small\" }, { model = \"two/big\" }]\n\
                [server.configs]\nsaved = '{\"provider\": \"two\"}'\n\
                [server.keys.team]\nkey = { env = \"NOT_SET_EITHER\" }\n\
                [server.receivers.late]\nprovider = \"one\"\nsecret = { env = \"NOR_THIS\" }\n";
    [provider("one"), provider("two"), rest.to_owned()].concat()
}

fn scene() -> Scene {
    Scene::new().with_config(&config("http://127.0.0.1:9"))
}

const ROUTE: &str = r#"{
  "strategy": {"mode": "conditional", "default": "cheap", "conditions": [
    {"query": {"metadata.plan": "paid"}, "then": "good"},
    {"query": {"params.temperature": {"$gt": 1}}, "then": "good"},
    {"query": {"url.pathname": {"$regex": "embeddings$"}}, "then": "good"}]},
  "targets": [
    {"name": "cheap", "provider": "one", "retry": {"attempts": 2}},
    {"name": "good", "provider": "two", "override_params": {"model": "big"}}]
}"#;

#[tokio::test]
async fn a_config_is_explained_and_nobody_is_asked() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let scene = Scene::new().with_config(&config(&origin)).with_file("route.json", ROUTE);
    let outcome =
        scene.run(&["explain", "--config", "route.json", "--model", "small"]).await.exits(0).says(&[
            "1. one/small  config.targets[0]\n",
            "up to 2 retries",
            "-  config.targets[1]: another condition decides\n",
        ]);
    assert_eq!(outcome.stderr, "");
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn metadata_parameters_path_and_headers_decide_as_they_would() {
    let scene = scene().with_file("route.json", ROUTE).with_file("body.json", r#"{"temperature": 1.5}"#);
    let asks: [(&[&str], &str); 6] = [
        (&["--metadata", "plan=paid"], "two/big"),
        (&["--metadata", "plan=free"], "one/m"),
        (&["--body", "body.json"], "two/big"),
        (&["--body", r#"{"temperature": 0.5}"#], "one/m"),
        (&["--path", "/v1/embeddings"], "two/big"),
        (&["--header", r#"x-portkey-metadata: {"plan": "paid"}"#], "two/big"),
    ];
    for (more, target) in asks {
        let arguments = [&["explain", "--config", "route.json", "--model", "m"], more].concat();
        scene.run(&arguments).await.exits(0).says(&[&format!("1. {target}  ")]);
    }
}

#[tokio::test]
async fn routes_models_saved_configs_and_stdin_are_explained_too() {
    let scene = scene();
    scene.run(&["explain", "--route", "fast"]).await.exits(0).says(&[
        "1. one/small  routes.fast.targets[0]\n",
        "2. two/big  routes.fast.targets[1]\n",
        "if the one before fails",
    ]);
    scene.run(&["explain", "--model", "two/x"]).await.exits(0).says(&["1. two/x  ", "the only target"]);
    scene.run(&["explain", "--config", "saved", "--model", "m"]).await.exits(0).says(&["1. two/m  "]);
    let outcome = scene.run_with_stdin(&["explain", "--config", "-", "--model", "m"], ROUTE).await;
    outcome.exits(0).says(&["1. one/m  "]);
}

#[tokio::test]
async fn json_is_for_programs() {
    let config = r#"{"provider":"one","cb_config":{"failure_threshold":2}}"#;
    let outcome = scene().run(&["explain", "--config", config, "--model", "m", "--json"]).await.exits(0);
    let told: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(told["steps"][0]["provider"], "one");
    assert_eq!(told["steps"][0]["model"], "m");
    assert_eq!(told["steps"][0]["path"], "config");
    assert_eq!(told["steps"][0]["rules"][0], "circuit breaker closed");
    assert_eq!(
        (told["unused"].as_array().map(Vec::len), told["unset"].as_object().map(|it| it.len())),
        (Some(0), Some(0))
    );
}

#[tokio::test]
async fn every_mistake_is_told_with_its_place() {
    let scene = scene().with_file(
        "wrong.json",
        r#"{"strategy":{"mode":"fallback"},"targets":[{"provider":"one","retri":{}},{"provider":"one","weight":-1}]}"#,
    );
    let cases: [(&[&str], &[&str]); 12] = [
        (
            &["--config", "wrong.json"],
            &["/targets/0/retri: unknown field; did you mean `retry`?", "/targets/1/weight"],
        ),
        (&["--config", r#"{"provider":"thre"}"#], &["/provider: no provider is named \"thre\""]),
        (&["--config", r#"{"provider":"one","passthrough":true}"#], &["/passthrough"]),
        (&["--config", r#"{"provider":"one","retyr":1}"#], &["--config: /retyr: unknown field"]),
        (&["--config", "{"], &["isn't JSON"]),
        (&["--config", "nothing.json"], &["nothing.json", "can't be read"]),
        (&["--config", "[1]"], &["a config is a JSON object"]),
        (&["--route", "slow"], &["no route is named \"slow\"; there are: fast"]),
        (&["--model", "thre/m"], &["thre/m"]),
        (&["--model", "one/m", "--body", "[]"], &["a request's body is a JSON object"]),
        (&["--model", "one/m", "--header", "odd"], &["NAME: VALUE"]),
        (&[], &["there is nothing to explain"]),
    ];
    for (arguments, parts) in cases {
        scene.run(&[&["explain"], arguments].concat()).await.exits(2).complains(parts);
    }
    scene
        .run(&["explain", "--model", "one/m", "--metadata", "odd"])
        .await
        .exits(2)
        .complains(&["NAME=VALUE"]);
}

#[tokio::test]
async fn a_provider_of_the_catalog_is_explained_with_the_key_that_it_lacks() {
    let scene = Scene::new();
    let asks = ["explain", "--config", r#"{"provider":"openai"}"#, "--model", "gpt-4o-mini"];
    let outcome = scene.run(&asks).await.exits(0).says(&["1. openai/gpt-4o-mini"]);
    outcome.complains(&["OPENAI_API_KEY"]);
    let outcome = scene.with_variable("OPENAI_API_KEY", KEY).run(&asks).await.exits(0);
    assert_eq!(outcome.stderr, "");
}

/// `--config` is the route's here; the configuration keeps its place before the
/// command, or is `--settings`.
#[tokio::test]
async fn both_configs_can_be_named() {
    let scene =
        Scene::new().with_file("other.toml", config("http://127.0.0.1:9")).with_file("route.json", ROUTE);
    let asks = ["explain", "--config", "route.json", "--model", "m"];
    scene.run(&asks).await.exits(2).complains(&["no provider is named \"one\""]);
    let before = [&["--config", "other.toml"][..], &asks].concat();
    scene.run(&before).await.exits(0).says(&["1. one/m  "]);
    let behind = [&asks[..], &["--settings", "other.toml"]].concat();
    scene.run(&behind).await.exits(0).says(&["1. one/m  "]);
    scene.run(&["--config", "none.toml", "explain", "--model", "m"]).await.exits(2).complains(&["none.toml"]);
}
