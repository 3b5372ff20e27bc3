//! Requests that leave the model to the config: whatever they ask for, and
//! whether it is passed on or decoded, the config's model is asked.

use jackfield::upstream::UpstreamOptions;
use jackfield_e2e::Served;
use jackfield_e2e::gateway::{provider, upstream};
use serde_json::{Value, json};

use crate::{Json, header};

/// A gateway with the configs `passed`, `decoded` and `claude`, each with the
/// model `m` of the provider that has its name.
async fn served() -> Served {
    let origin = upstream(UpstreamOptions::default()).await;
    let all = "config.dialects = [\"openai-chat\", \"openai-completions\", \"openai-responses\", \
               \"openai-embeddings\", \"openai-moderations\"]";
    let claude = format!(
        "[providers.claude]\nplugin = \"anthropic\"\nconfig.base-url = \"{origin}\"\n\
         grant.origins = [\"{origin}\"]\n"
    );
    let mut config = [
        provider("passed", "openai", &origin, all),
        provider("decoded", "openai", &origin, "config.dialects = []"),
        claude,
        "[server.configs]\n".to_owned(),
    ]
    .concat();
    for name in ["passed", "decoded", "claude"] {
        config +=
            &format!("{name} = '{{\"provider\":\"{name}\",\"override_params\":{{\"model\":\"m\"}}}}'\n");
    }
    Served::start(&config).await
}

fn requests() -> Vec<(&'static str, Value, &'static [&'static str])> {
    let turn = json!([{ "role": "user", "content": "hello" }]);
    vec![
        ("/v1/chat/completions", json!({ "messages": turn }), &["passed", "decoded", "claude"]),
        ("/v1/completions", json!({ "prompt": "hello" }), &["passed", "decoded", "claude"]),
        ("/v1/responses", json!({ "input": "hello" }), &["passed", "decoded", "claude"]),
        ("/v1/messages", json!({ "messages": turn, "max_tokens": 9 }), &["passed", "decoded", "claude"]),
        ("/v1/messages/count_tokens", json!({ "messages": turn }), &["passed", "claude"]),
        ("/v1/embeddings", json!({ "input": "hello" }), &["passed", "decoded"]),
        ("/v1/moderations", json!({ "input": "hello" }), &["passed"]),
        ("/v1/audio/speech", json!({ "input": "hello", "voice": "v" }), &["passed"]),
    ]
}

#[tokio::test]
async fn a_config_names_the_model_that_a_request_leaves_out() {
    let served = served().await;
    for (path, request, configs) in requests() {
        for config in configs {
            let response =
                served.ask(path, &request).header("x-portkey-config", *config).send().await.unwrap();
            assert_eq!(response.status(), 200, "{path} by {config}: {:?}", response.text().await);
            if !path.ends_with("count_tokens") {
                assert_eq!(header(&response, "x-jackfield-model"), "m", "{path} by {config}");
            }
        }
    }
    let form =
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nsound\r\n--b--\r\n";
    let ask = |config: Option<&str>| {
        let url = served.url("/v1/audio/transcriptions");
        let ask = served.client().post(url).header("content-type", "multipart/form-data; boundary=b");
        ask.header("x-portkey-config", config.unwrap_or("{}")).body(form).send()
    };
    let response = ask(Some("passed")).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-jackfield-model"), "m");
    assert_eq!(ask(None).await.unwrap().status(), 400, "nobody says whom to ask");
}

#[tokio::test]
async fn without_a_config_every_request_that_names_no_model_is_refused() {
    let served = served().await;
    for (path, request, _) in requests() {
        let response = served.post(path, &request).await;
        let moderation = path == "/v1/moderations";
        assert_eq!(response.status(), if moderation { 404 } else { 400 }, "{path}");
        let told = response.json().await.unwrap();
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains("names no model"), "{path}: {message}");
        if !path.starts_with("/v1/messages") && !moderation {
            assert_eq!(told["error"]["param"], "model", "{path}: {told}");
        }
    }
}

#[tokio::test]
async fn a_model_of_any_spelling_is_told_in_the_answers_headers() {
    let served = served().await;
    let request = json!({ "model": "passed/g\u{e4}nse\u{1}", "input": "hello" });
    let response = served.post("/v1/moderations", &request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-jackfield-model"), "g%C3%A4nse%01");
}
