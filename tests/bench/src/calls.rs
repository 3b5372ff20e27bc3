//! Plain chat calls, warm and fresh, and loading a cached component.

use std::time::{Duration, Instant};

use anyhow::Result;
use bytes::Bytes;
use jackfield_runtime::api::llm::{ChatRequest, Message, Role};
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest};
use jackfield_runtime::{CallContext, CodeOrigin, Host};
use serde::Deserialize;

use crate::setup::{Upstream, plugin, provider};
use crate::stats::{line, median};

/// Calls of one kind before the next kind has its turn: with fewer, each kind
/// runs on caches that the others have emptied, as no program's calls do.
const BLOCK: usize = 100;
const BLOCKS: usize = 40;
const WARM_UP: usize = 3;

/// What a program of its own would decode.
#[derive(Deserialize)]
struct Answer {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Text,
}

#[derive(Deserialize)]
struct Text {
    content: String,
}

/// A request of one short message.
pub fn request(model: &str) -> ChatRequest {
    ChatRequest::new(model, vec![Message::text(Role::User, "What does a patch panel do?")])
}

/// The same as a client would write it.
pub fn body(model: &str, stream: bool) -> String {
    serde_json::json!({
        "model": model,
        "messages": [{ "role": "user", "content": "What does a patch panel do?" }],
        "stream": stream,
    })
    .to_string()
}

/// Blocks of calls by turns: direct, warm, fresh, passed through.
pub async fn measure(upstream: &Upstream) -> Result<()> {
    let client = reqwest::Client::builder().tcp_nodelay(true).no_proxy().build()?;
    let url = format!("{}/v1/chat/completions", upstream.origin);
    let direct = || async {
        let response = client
            .post(&url)
            .header("content-type", "application/json")
            .body(body("m", false))
            .send()
            .await?
            .bytes()
            .await?;
        let answer: Answer = serde_json::from_slice(&response)?;
        anyhow::ensure!(answer.choices.iter().all(|choice| !choice.message.content.is_empty()));
        Ok(())
    };
    let (_host, warm) = provider(upstream, "provider").await?;
    let (_other, fresh) = provider(upstream, "call").await?;
    let context = CallContext::default();
    let forward = || ForwardRequest {
        dialect: Dialect::OpenaiChat,
        model: "m".to_owned(),
        stream: false,
        headers: Vec::new(),
    };
    let mut times: [Vec<Duration>; 4] = Default::default();
    for round in 0..BLOCKS + WARM_UP {
        for (kind, times) in times.iter_mut().enumerate() {
            for _ in 0..BLOCK {
                let start = Instant::now();
                match kind {
                    0 => direct().await?,
                    1 => drop(warm.chat(&context, request("m")).await?),
                    2 => drop(fresh.chat(&context, request("m")).await?),
                    _ => {
                        let answer = warm.forward(&context, forward(), Bytes::from(body("m", false))).await?;
                        answer.body.read_all(1 << 20).await?;
                    }
                }
                if round >= WARM_UP {
                    times.push(start.elapsed());
                }
            }
        }
    }
    let [direct, warm, fresh, forward] = times.each_mut().map(|times| median(times));
    line("plain chat, direct with reqwest", direct, None, "");
    line("  through a warm plugin instance", warm, Some(direct), "8 µs");
    line("  through a fresh plugin instance", fresh, Some(direct), "25 µs");
    line("  passed through a warm plugin instance", forward, Some(direct), "");
    Ok(())
}

/// Loading a component whose code is cached.
pub fn loading(rounds: u32) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let cache = folder.path().join("code");
    let bytes = std::fs::read(plugin()?)?;
    let mut times = Vec::new();
    for round in 0..rounds {
        let host = Host::builder().code_cache(&cache).build()?;
        let start = Instant::now();
        let loaded = host.load_bytes("openai", &bytes)?;
        if round > 0 {
            anyhow::ensure!(loaded.code_origin() == CodeOrigin::Cached);
            times.push(start.elapsed());
        }
    }
    let time = median(&mut times);
    line(&format!("load a cached component of {} KB", bytes.len() >> 10), time, None, "2 ms/MB");
    Ok(())
}
