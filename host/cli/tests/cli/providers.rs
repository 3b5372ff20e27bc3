//! `jackfield providers`: who is listed with what, and what is said of each
//! way in which a call fails.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::scene::{KEY, Outcome, Scene, upstream};

/// A server that gives every request this answer.
async fn answering(status: &str, kind: &str, body: &str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let (mut request, mut part) = (Vec::new(), [0; 4096]);
                // The body may come with the head or behind it.
                // A handshake for TLS has no such end.
                while request.first() != Some(&0x16) && !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    match stream.read(&mut part).await {
                        Ok(0) | Err(_) => return,
                        Ok(read) => request.extend_from_slice(&part[..read]),
                    }
                }
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
                while matches!(stream.read(&mut part).await, Ok(read) if read > 0) {}
            });
        }
    });
    address
}

/// An address where nobody listens.
async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

fn line<'o>(outcome: &'o Outcome, provider: &str) -> &'o str {
    let mut lines = outcome.stdout.lines();
    lines.find(|line| line.split_whitespace().next() == Some(provider)).unwrap_or_else(|| panic!("{outcome}"))
}

#[tokio::test]
async fn all_are_listed_with_what_each_still_needs() {
    let scene = Scene::new()
        .with_plugins()
        .with_config("[providers.second]\npreset = \"groq\"\nsecrets.api-key = { env = \"SECOND_KEY\" }\n")
        .with_variable("OPENAI_API_KEY", KEY)
        .with_variable("HUGGINGFACE_API_KEY", KEY);
    let outcome = scene.run(&["providers"]).await.exits(0);
    for (provider, parts) in [
        (
            "openai",
            &[
                "openai@^0.1",
                "llm, embedding",
                "catalog, OPENAI_API_KEY is set",
                "https://platform.openai.com",
            ][..],
        ),
        ("groq", &["set GROQ_API_KEY"]),
        ("cohere", &["set CO_API_KEY or COHERE_API_KEY"]),
        ("huggingface", &["HUGGINGFACE_API_KEY is set"]),
        ("azure", &["write config.base-url"]),
        ("vertex", &["write config.location", "write config.project"]),
        ("ollama", &["needs no key"]),
        ("bedrock", &["write config.region", "or another of its secrets"]),
        ("second", &["set SECOND_KEY"]),
    ] {
        for part in parts {
            assert!(line(&outcome, provider).contains(part), "{provider} lacks {part}\n{outcome}");
        }
    }
    let ready = scene.run(&["providers", "list", "--ready"]).await.exits(0);
    assert!(line(&ready, "openai").contains("is set"));
    assert!(!ready.stdout.contains("groq"), "{ready}");
    assert!(!outcome.stdout.contains(KEY), "{outcome}");
}

#[tokio::test]
async fn as_json_each_says_what_is_configured() {
    let scene =
        Scene::new().with_plugins().with_variable("GROQ_API_KEY", KEY).with_config("[providers.openai]\n");
    let outcome = scene.run(&["providers", "--json"]).await.exits(0);
    let told: Vec<Value> = outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |name: &str| told.iter().find(|it| it["provider"] == name).unwrap();
    assert_eq!(of("groq")["ready"], true);
    assert_eq!(of("groq")["configured"], false);
    assert_eq!(of("groq")["secrets"][0]["set"], "GROQ_API_KEY");
    assert_eq!(of("openai")["configured"], true);
    assert_eq!(of("openai")["missing"][0], "set OPENAI_API_KEY");
    assert_eq!(of("bedrock")["needs"]["region"], "\"us-east-1\"");
    assert!(told.len() > 40 && !outcome.stdout.contains(KEY), "{outcome}");
}

#[tokio::test]
async fn one_is_shown_with_its_models_and_whose_prices_they_are() {
    let scene = Scene::new().with_plugins();
    scene.run(&["providers", "show", "openai"]).await.exits(0).says(&[
        "https://api.openai.com",
        "environment variable OPENAI_API_KEY (not there)",
        "text-embedding-3-small",
        "1536",
        "0.15",
        "prices of https://",
        ", 2026-",
        "not ready",
    ]);
    let outcome = scene.run(&["providers", "show", "ollama", "--json"]).await.exits(0);
    let told: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(told["start"].as_str().unwrap().contains("ollama serve"), "{outcome}");
    assert_eq!(told["config"]["base-url"], "http://localhost:11434");
    scene.run(&["providers", "show", "gorq"]).await.exits(2).complains(&["did you mean `groq`?"]);
}

#[tokio::test]
async fn what_works_is_said_to_work() {
    let scene = Scene::new().with_upstream(upstream().await);
    scene.run(&["providers", "test", "local"]).await.exits(0).says(&["ok", "local", "lists 4 models"]);
    let chat = ["providers", "test", "local", "--model", "dev-chat"];
    scene.run(&chat).await.exits(0).says(&["dev-chat answers"]);
    let embed = ["providers", "test", "local", "--model", "dev-embedding", "--kind", "embedding", "--json"];
    let outcome = scene.run(&embed).await.exits(0);
    let told: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((&told["ok"], &told["what"]), (&true.into(), &"dev-embedding gives vectors".into()));
}

#[tokio::test]
async fn a_wrong_key_is_traced_to_its_variable() {
    let scene =
        Scene::new().with_upstream(upstream().await).with_variable("LOCAL_KEY", "sk-wrong-0123456789");
    let outcome = scene.run(&["providers", "test", "local"]).await.exits(4);
    let outcome =
        outcome.complains(&["local doesn't accept the key", "environment variable LOCAL_KEY", "401"]);
    assert!(!outcome.stderr.contains("sk-wrong"), "{outcome}");
    let outcome = scene.run(&["providers", "test", "local", "--json"]).await.exits(4);
    let told: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        (&told["ok"], &told["trouble"], &told["status"]),
        (&false.into(), &"bad-key".into(), &401.into())
    );
}

#[tokio::test]
async fn a_missing_key_and_a_missing_grant_are_told_with_the_line_to_write() {
    let address = upstream().await;
    let scene = Scene::new().with_upstream(address).with_variable("LOCAL_KEY", "");
    scene.run(&["providers", "test", "local"]).await.exits(4).complains(&["LOCAL_KEY", "isn't set"]);
    let line = format!("grant.origins = [\"http://{address}\"]");
    let config = scene.read("jackfield.toml").replace(&line, "");
    let scene = scene.with_config(&config).with_variable("LOCAL_KEY", KEY);
    scene.run(&["providers", "test", "local"]).await.exits(3).complains(&[
        "not granted",
        &line,
        "[providers.local]",
    ]);
    Scene::new()
        .with_plugins()
        .run(&["providers", "test", "azure"])
        .await
        .exits(2)
        .complains(&["config.base-url"]);
}

#[tokio::test]
async fn a_wrong_model_is_answered_with_names_near_it() {
    let body = r#"{"error":{"message":"The model `dev-chatt` does not exist","code":"model_not_found"}}"#;
    let missing = answering("404 Not Found", "application/json", body).await;
    let config = format!(
        "[providers.groq]\nconfig.base-url = \"http://{missing}/v1\"\ngrant.origins = [\"http://{missing}\"]\n"
    );
    let scene = Scene::new().with_plugins().with_config(&config).with_variable("GROQ_API_KEY", KEY);
    // Its list can't be read either: the catalog knows some names.
    let outcome = scene.run(&["providers", "test", "groq", "--model", "openai/gpt-oss-20"]).await.exits(1);
    outcome.complains(&["has no model \"openai/gpt-oss-20\"", "openai/gpt-oss-20b, openai/gpt-oss-120b"]);
    let scene = Scene::new().with_upstream(upstream().await);
    let outcome =
        scene.run(&["providers", "test", "local", "--model", "dev-chatt+status-404"]).await.exits(1);
    outcome.complains(&["dev-chat, dev-embedding"]);
}

#[tokio::test]
async fn other_answers_are_told_apart() {
    for (status, kind, body, part) in [
        ("200 OK", "text/html", "<!doctype html><h1>Welcome</h1>", "a web page answers at config.base-url"),
        ("404 Not Found", "text/html", "<html><h1>404</h1></html>", "a web page answers at config.base-url"),
        (
            "200 OK",
            "application/json",
            r#"{"hello":"world"}"#,
            "what answers isn't the API at config.base-url",
        ),
        (
            "429 Too Many Requests",
            "application/json",
            r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            "no money or allowance left",
        ),
        (
            "429 Too Many Requests",
            "application/json",
            r#"{"error":{"message":"slow down"}}"#,
            "no more requests for now",
        ),
        (
            "503 Service Unavailable",
            "application/json",
            r#"{"error":{"message":"busy"}}"#,
            "trouble of its own (status 503)",
        ),
    ] {
        let scene = Scene::new().with_upstream(answering(status, kind, body).await);
        scene.run(&["providers", "test", "local"]).await.exits(1).complains(&[part]);
    }
    let body = r#"{"error":{"message":"no access"}}"#;
    let scene = Scene::new().with_upstream(answering("403 Forbidden", "application/json", body).await);
    scene.run(&["providers", "test", "local"]).await.exits(3).complains(&["knows the key", "LOCAL_KEY"]);
}

#[tokio::test]
async fn a_server_that_is_not_running_is_told_with_how_to_start_it() {
    let nobody = nobody().await;
    let config = format!(
        "[providers.vllm]\nconfig.base-url = \"http://{nobody}/v1\"\ngrant.origins = [\"http://{nobody}\"]\n"
    );
    let scene = Scene::new().with_plugins().with_config(&config);
    scene
        .run(&["providers", "test", "vllm"])
        .await
        .exits(1)
        .complains(&["isn't running", "vllm serve MODEL"]);
}

#[tokio::test]
async fn no_name_and_no_tls_are_told_apart() {
    let address = answering("200 OK", "text/plain", "this is no TLS").await;
    for (origin, part) in [
        ("https://no-such-host.invalid".to_owned(), "the name no-such-host.invalid isn't known"),
        (format!("https://{address}"), "127.0.0.1 can't prove who it is"),
    ] {
        let config = format!(
            "[providers.local]\nplugin = \"openai\"\nconfig.base-url = \"{origin}/v1\"\ngrant.origins = [\"{origin}\"]\n\
             secrets.api-key = {{ env = \"LOCAL_KEY\" }}\n"
        );
        let scene = Scene::new().with_plugins().with_config(&config).with_variable("LOCAL_KEY", KEY);
        scene.run(&["providers", "test", "local"]).await.exits(1).complains(&[part]);
    }
}
