//! Calls through the real plugin to the upstream of `jackfield dev`.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;

use crate::scene::{KEY, Outcome, Scene, upstream};

async fn local() -> (SocketAddr, Scene) {
    let address = upstream().await;
    (address, Scene::new().with_upstream(address))
}

#[tokio::test]
async fn an_answer_is_streamed_as_text() {
    let (_, scene) = local().await;
    let outcome = scene.run(&["chat", "-m", "local/tiny+chunks-4", "hello there"]).await.exits(0);
    assert_eq!(outcome.stdout, "You said: hello there cord jack field\n");
    assert_eq!(outcome.stderr, "");
}

#[tokio::test]
async fn a_whole_answer_is_the_same_text() {
    let (_, scene) = local().await;
    let outcome =
        scene.run(&["chat", "-m", "local/tiny+chunks-4", "--no-stream", "hello there"]).await.exits(0);
    assert_eq!(outcome.stdout, "You said: hello there cord jack field\n");
}

#[tokio::test]
async fn the_question_can_be_piped_in() {
    let (_, scene) = local().await;
    for arguments in [&["chat", "-m", "local/tiny+chunks-1"][..], &["chat", "-m", "local/tiny+chunks-1", "-"]]
    {
        scene.run_with_stdin(arguments, "from a pipe\n").await.exits(0).says(&["You said: from a pipe"]);
    }
    scene.run_with_stdin(&["chat", "-m", "local/tiny"], "\n").await.exits(2).complains(&["stdin is empty"]);
}

#[tokio::test]
async fn json_is_one_event_per_line_or_one_answer() {
    let (_, scene) = local().await;
    let outcome = scene.run(&["chat", "-m", "local/tiny+chunks-2", "--json", "hi"]).await.exits(0);
    let events: Vec<serde_json::Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds.first(), Some(&"start"), "{outcome}");
    let text: String = events.iter().filter_map(|event| event["text"].as_str()).collect();
    assert_eq!(text, "You said: hi cord");
    assert!(kinds.contains(&"finish") && kinds.contains(&"usage"), "{outcome}");

    let outcome =
        scene.run(&["chat", "-m", "local/tiny+chunks-2", "--json", "--no-stream", "hi"]).await.exits(0);
    let answer: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(answer["choices"][0]["content"][0]["text"], "You said: hi cord");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    assert!(answer["usage"]["output_tokens"].is_u64(), "{outcome}");
}

#[tokio::test]
async fn options_reach_the_provider() {
    let (address, scene) = local().await;
    let options = [
        "--system",
        "Be brief.",
        "--temperature",
        "0.5",
        "--max-tokens",
        "3",
        "--seed",
        "-7",
        "--stop",
        "END",
    ];
    let arguments = [&["chat", "-m", "local/tiny", "--extra", "{\"custom\":1}", "hi"][..], &options].concat();
    scene.run(&arguments).await.exits(0).complains(&["limit of tokens"]);
    let last = last(address).await;
    let sent: serde_json::Value = serde_json::from_str(last["body"].as_str().unwrap()).unwrap();
    assert_eq!(sent["messages"][0], serde_json::json!({ "role": "system", "content": "Be brief." }));
    assert_eq!(sent["temperature"], 0.5);
    assert_eq!(sent["seed"], -7);
    assert_eq!(sent["stop"], serde_json::json!(["END"]));
    assert_eq!(sent["custom"], 1);
}

#[tokio::test]
async fn usage_is_told_on_stderr_where_it_is_asked_for() {
    let (_, scene) = local().await;
    let outcome = scene.run(&["-v", "chat", "-m", "local/tiny+chunks-3", "hi"]).await.exits(0);
    let outcome = outcome.complains(&["tokens in", "3 out", "plugin openai 0.1.0"]);
    assert!(!outcome.stdout.contains("tokens in"), "{outcome}");
}

#[tokio::test]
async fn failures_have_the_exit_codes_that_the_help_promises() {
    let (_, scene) = local().await;
    for (model, code, part) in [
        ("tiny+status-401", 4, "401"),
        ("tiny+status-403", 3, "403"),
        ("tiny+status-429", 1, "429"),
        ("tiny+status-500", 1, "500"),
        ("tiny+cut-after-3", 1, "local"),
        ("tiny+html", 1, "local"),
    ] {
        let target = format!("local/{model}");
        scene.run(&["chat", "-m", &target, "hi"]).await.exits(code).complains(&["error:", part]);
    }
    scene
        .run(&["chat", "-m", "local/tiny+silent", "--timeout", "1", "hi"])
        .await
        .exits(5)
        .complains(&["no answer"]);
}

#[tokio::test]
async fn what_came_before_a_failure_is_kept() {
    let (_, scene) = local().await;
    let outcome = scene.run(&["chat", "-m", "local/tiny+cut-after-3", "hi"]).await.exits(1);
    let outcome = outcome.says(&["You said: hi"]);
    assert!(outcome.stdout.ends_with('\n'), "{outcome}");
}

#[tokio::test]
async fn a_wrong_a_missing_and_an_ungranted_key_are_told_apart() {
    let (address, scene) = local().await;
    let chat = ["chat", "-m", "local/tiny", "hi"];
    let scene = scene.with_variable("LOCAL_KEY", "wrong");
    scene.run(&chat).await.exits(4).complains(&["401"]);
    let scene = scene.with_variable("LOCAL_KEY", "");
    scene.run(&chat).await.exits(4).complains(&["LOCAL_KEY", "isn't set"]);
    let config = scene.read("jackfield.toml").replace(&format!("grant.origins = [\"http://{address}\"]"), "");
    let scene = scene.with_config(&config).with_variable("LOCAL_KEY", KEY);
    let line = format!("grant.origins = [\"http://{address}\"]");
    scene.run(&chat).await.exits(3).complains(&[&line, "[providers.local]"]);
}

#[tokio::test]
async fn the_key_is_shown_nowhere_even_where_the_upstream_says_it() {
    let (address, scene) = local().await;
    let outcome = scene.run(&["-vvv", "chat", "-m", "local/tiny+echo-key", "hi"]).await.exits(0);
    assert!(!outcome.stdout.contains(KEY) && !outcome.stderr.contains(KEY), "{outcome}");
    let outcome = outcome.says(&["[redacted]"]);
    drop(outcome);
    let sent = last(address).await.to_string();
    assert!(sent.contains(KEY), "the attack never happened: {sent}");
}

#[tokio::test]
async fn thoughts_stay_out_of_a_pipe_and_are_in_the_json() {
    let (_, scene) = local().await;
    let chat = ["chat", "-m", "local/tiny+chunks-2", "--reasoning", "low", "hi"];
    let outcome = scene.run(&chat).await.exits(0);
    assert_eq!(outcome.stdout, "You said: hi cord\n");
    let events = scene.run(&[&chat[..], &["--json"]].concat()).await.exits(0);
    assert!(events.stdout.contains("\"type\":\"reasoning\""), "{events}");
}

#[tokio::test]
async fn an_interrupted_stream_closes_its_connection() {
    let (address, scene) = local().await;
    let mut child = scene.command(&["chat", "-m", "local/tiny+slow-50ms+endless", "hi"]).spawn().unwrap();
    let mut begun = [0; 8];
    child.stdout.as_mut().unwrap().read_exact(&mut begun).await.unwrap();
    assert_eq!(&begun, b"You said");
    let process = child.id().unwrap().to_string();
    let killed =
        tokio::process::Command::new("kill").args(["-INT", &process]).stdin(Stdio::null()).status().await;
    assert!(killed.unwrap().success());
    Outcome::of(child).await.exits(130).complains(&["interrupted"]);
    for _ in 0..100 {
        if get(address, "/stats").await["open_streams"] == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the upstream still streams");
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_a_stream_quietly() {
    let (_, scene) = local().await;
    let mut child = scene.command(&["chat", "-m", "local/tiny+slow-5ms+endless", "hi"]).spawn().unwrap();
    let mut begun = [0; 8];
    child.stdout.as_mut().unwrap().read_exact(&mut begun).await.unwrap();
    drop(child.stdout.take());
    let outcome = Outcome::of(child).await.exits(0);
    assert_eq!(outcome.stderr, "");
}

#[tokio::test]
async fn texts_become_vectors() {
    let (_, scene) = local().await;
    let outcome = scene.run(&["embed", "-m", "local/tiny", "one", "two"]).await.exits(0);
    assert_eq!(outcome.stdout.lines().count(), 2, "{outcome}");
    let outcome = outcome.says(&["64  [", "one", "two"]);
    drop(outcome);
    let embed = ["embed", "-m", "local/tiny", "--json", "--dimensions", "3"];
    let outcome = scene.run_with_stdin(&embed, "one\n\ntwo\n").await.exits(0);
    let lines: Vec<serde_json::Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{outcome}");
    assert_eq!(lines[1]["index"], 1);
    assert_eq!(lines[1]["embedding"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_provider_is_asked_for_its_models() {
    let (_, scene) = local().await;
    scene.run(&["models", "local"]).await.exits(0).says(&["local/dev-chat"]);
    let outcome = scene.run(&["models", "local", "--json"]).await.exits(0);
    let first: serde_json::Value = serde_json::from_str(outcome.stdout.lines().next().unwrap()).unwrap();
    assert!(first["id"].is_string(), "{outcome}");
}

/// The last request that the upstream received.
async fn last(address: SocketAddr) -> serde_json::Value {
    get(address, "/last").await
}

async fn get(address: SocketAddr, path: &str) -> serde_json::Value {
    let answer = reqwest::get(format!("http://{address}{path}")).await.unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}
