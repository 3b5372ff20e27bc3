//! API keys of the gateway: who may call, and what.

use jackfield_e2e::Reply;
use serde_json::Value;

use crate::Json;
use crate::wire::{OPENAI, WIRES};
use crate::{Bench, header};

const ALL: &str = "all-key-0123456789";
const FEW: &str = "few-key-0123456789";

/// A gateway with two keys, of which the second may use little.
async fn bench(replies: Vec<Reply>) -> (Bench, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, key: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, key).unwrap();
        format!("{{ file = \"{}\" }}", path.display())
    };
    let config = format!(
        "[server.keys.all]\nkey = {}\n[server.keys.few]\nkey = {}\ntenant = \"other\"\nmodels = [\"up/small*\"]\n\
         [routes.any]\nstrategy = \"fallback\"\ntargets = [{{ model = \"up/large\" }}, {{ model = \"up/small\" }}]\n",
        file("all", ALL),
        file("few", FEW)
    );
    (Bench::with(OPENAI, replies, "", &config).await, folder)
}

#[tokio::test]
async fn without_a_key_or_with_a_wrong_one_nobody_gets_in() {
    let (bench, _folder) = bench(vec![]).await;
    for wire in WIRES {
        for shown in [
            ("x-nothing", String::new()),
            ("authorization", "Bearer wrong".into()),
            ("authorization", format!("Bearer {ALL}x")),
            ("authorization", format!("Basic {ALL}")),
            ("authorization", "Bearer ".into()),
            ("x-api-key", "wrong".into()),
            ("x-portkey-api-key", "wrong".into()),
        ] {
            let ask = bench.served.ask(wire.path, &wire.request("up/m")).header(shown.0, &shown.1);
            let response = ask.send().await.unwrap();
            assert_eq!(response.status(), 401, "{shown:?}");
            let told: Value = response.json().await.unwrap();
            assert_eq!(told["error"]["type"], "authentication_error", "{told}");
            wire.error_message(&told);
            assert!(!told.to_string().contains("wrong"), "a key is never repeated: {told}");
        }
    }
    for path in ["/v1/models", "/v1/models/up/m"] {
        assert_eq!(bench.served.get(path).await.status(), 401);
    }
    for path in ["/health", "/ready", "/metrics"] {
        assert_eq!(bench.served.get(path).await.status(), 200, "{path} is for those who run it");
    }
    assert_eq!(bench.upstream.accepted(), 0);
}

/// A body is not taken in for those who may not call.
#[tokio::test]
async fn without_a_key_no_body_is_read() {
    let (bench, _folder) = bench(vec![]).await;
    let mut stream = bench.served.connect().await;
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\ncontent-length: 1000000\r\n\r\n";
    assert!(crate::raw::send(&mut stream, head.as_bytes()).await);
    crate::raw::until(&mut stream, "HTTP/1.1 401").await;
}

#[tokio::test]
async fn each_dialects_way_to_show_a_key_is_understood_and_no_key_goes_upstream() {
    let (bench, _folder) = bench(vec![OPENAI.reply("a")]).await;
    for (name, value) in [
        ("authorization", format!("Bearer {ALL}")),
        ("x-api-key", ALL.to_owned()),
        ("x-portkey-api-key", ALL.to_owned()),
    ] {
        for wire in WIRES {
            let response =
                bench.served.ask(wire.path, &wire.request("up/m")).header(name, &value).send().await;
            assert_eq!(response.unwrap().status(), 200, "{name}");
        }
    }
    assert!(bench.upstream.requests().iter().all(|request| !request.contains(ALL)));
}

#[tokio::test]
async fn a_key_uses_only_the_models_that_it_may() {
    let (bench, _folder) = bench(vec![OPENAI.reply("a")]).await;
    let ask = |model: &str| bench.served.ask(OPENAI.path, &OPENAI.request(model)).bearer_auth(FEW).send();
    for (model, status) in [("up/small", 200), ("up/small-2", 200), ("up/large", 403)] {
        let response = ask(model).await.unwrap();
        assert_eq!(response.status(), status, "{model}");
        if status == 403 {
            let told: Value = response.json().await.unwrap();
            assert!(OPENAI.error_message(&told).contains("up/large"), "{told}");
        }
    }
    let before = bench.upstream.requests().len();
    // A route doesn't open what is closed, and goes on to what isn't.
    let response = ask("any").await.unwrap();
    assert_eq!(header(&response, "x-jackfield-model"), "small");
    // Neither does a config.
    for config in [
        r#"{"provider":"up"}"#,
        r#"{"provider":"up","override_params":{"model":"large"}}"#,
        r#"{"provider":"up","default_params":{"model":"large"}}"#,
    ] {
        let ask = bench.served.ask(OPENAI.path, &OPENAI.request("large")).bearer_auth(FEW);
        assert_eq!(ask.header("x-portkey-config", config).send().await.unwrap().status(), 403, "{config}");
    }
    assert_eq!(bench.upstream.requests().len(), before + 1);
    assert!(bench.upstream.requests().iter().all(|request| !request.contains("large")));
}

#[tokio::test]
async fn tenants_do_not_share_instances() {
    let (bench, _folder) = bench(vec![OPENAI.reply("a")]).await;
    let provider = bench.served.provider("up").await;
    let before = provider.idle_instances();
    for (key, more) in [(ALL, 1), (ALL, 1), (FEW, 2), (FEW, 2), (ALL, 2)] {
        let ask = bench.served.ask(OPENAI.path, &OPENAI.request("up/small")).bearer_auth(key);
        assert_eq!(ask.send().await.unwrap().status(), 200);
        assert_eq!(provider.idle_instances() - before, more, "{key}");
    }
}

#[tokio::test]
async fn a_list_of_models_shows_what_the_key_may_use() {
    let (bench, _folder) = bench(vec![]).await;
    for key in [ALL, FEW] {
        let ask = bench.served.client().get(bench.served.url("/v1/models")).bearer_auth(key);
        let told: Value = ask.send().await.unwrap().json().await.unwrap();
        assert_eq!(told["object"], "list");
        assert!(told["data"].as_array().unwrap().iter().any(|model| model["id"] == "any"), "{told}");
        // Clients of Anthropic's protocol get its shape.
        let ask = bench.served.client().get(bench.served.url("/v1/models/any")).bearer_auth(key);
        let told: Value =
            ask.header("anthropic-version", "2023-06-01").send().await.unwrap().json().await.unwrap();
        assert_eq!(told["display_name"], "any", "{told}");
    }
}
