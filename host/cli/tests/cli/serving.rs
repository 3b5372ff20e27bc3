//! The gateway as a process: how it is told where to listen, and to end.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use crate::scene::{Outcome, Scene, upstream};

/// A gateway over the upstream, and where it listens.
async fn gateway(scene: &Scene) -> (Child, String) {
    let mut child = scene.command(&["-v", "serve", "--listen", "127.0.0.1:0"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
    (child, line.trim().to_owned())
}

async fn tell_to_end(child: &Child) {
    let process = child.id().unwrap().to_string();
    let kill = tokio::process::Command::new("kill").args(["-TERM", &process]).stdin(Stdio::null()).status();
    assert!(kill.await.unwrap().success());
}

#[tokio::test]
async fn told_to_end_a_second_time_it_cuts_off_what_is_in_progress() {
    let address: SocketAddr = upstream().await;
    let scene = Scene::new().with_upstream(address);
    let (child, gateway) = gateway(&scene).await;
    let body = r#"{"model":"local/tiny+slow-50ms+endless","stream":true,"messages":[{"role":"user","content":"hi"}]}"#;
    let client = reqwest::Client::new();
    let mut answer = client.post(format!("{gateway}/v1/chat/completions")).body(body).send().await.unwrap();
    assert!(answer.chunk().await.unwrap().is_some());

    tell_to_end(&child).await;
    let refused = async {
        while reqwest::get(format!("{gateway}/health")).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), refused).await.expect("it takes nothing new");
    assert!(answer.chunk().await.unwrap().is_some(), "what is in progress goes on");

    tell_to_end(&child).await;
    let ended = tokio::time::timeout(Duration::from_secs(10), Outcome::of(child)).await;
    let outcome = ended.expect("it doesn't wait for the answer any more").exits(0);
    outcome.complains(&["told to end", "told to end again"]);
}

#[tokio::test]
async fn an_address_that_cannot_be_is_answered_with_one_that_can() {
    for address in ["8787", "localhost:8787", "127.0.0.1"] {
        let outcome = Scene::new().run(&["serve", "--listen", address]).await.exits(2);
        outcome.complains(&["write an IP address and a port, as in 127.0.0.1:8787"]);
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_found_before_anything_is_said_to_listen() {
    let config = "[server]\nlisten = \"127.0.0.1:0\"\ntls = { cert = \"no.pem\", key = \"no.key\" }\n";
    let scene = Scene::new().with_plugins().with_config(config);
    scene.run(&["config", "check"]).await.exits(2).says(&["wrong", "no.pem"]);
    let outcome = scene.run(&["serve"]).await.exits(2).complains(&["no.pem", "`tls` of [server]"]);
    assert_eq!(outcome.stdout, "");
}

#[tokio::test]
async fn a_gateway_that_cannot_be_set_up_ends_with_the_code_for_why() {
    for (config, code, told) in [
        ("[server.keys.team]\nkey = { env = \"TEAM_KEY\" }", 4, "TEAM_KEY isn't set"),
        ("[routes.fast]\nmodel = \"nobody/x\"", 2, "nobody/x"),
        ("[routes.fast]\nmodel = \"groq/x\"", 2, "provider groq is in the catalog, and isn't set up here"),
    ] {
        let scene = Scene::new().with_plugins().with_config(config);
        scene.run(&["serve"]).await.exits(code).complains(&[told]);
    }
}
