//! One kind of call again and again, for a profiler.

use std::time::Instant;

use anyhow::{Result, bail};
use bytes::Bytes;
use jackfield_runtime::CallContext;
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest};

use crate::calls::{body, request};
use crate::setup::{Upstream, provider};
use crate::streams;

const CALLS: u32 = 20_000;

/// Makes `kind` of call until a profiler has seen enough.
pub async fn run(upstream: &Upstream, kind: &str) -> Result<()> {
    if kind == "load" {
        return crate::calls::loading(2_000);
    }
    let client = reqwest::Client::builder().tcp_nodelay(true).no_proxy().build()?;
    let url = format!("{}/v1/chat/completions", upstream.origin);
    let (_host, warm) = provider(upstream, "provider").await?;
    let (_other, fresh) = provider(upstream, "call").await?;
    let context = CallContext::default();
    let start = Instant::now();
    let cpu = cpu_time();
    for _ in 0..CALLS {
        match kind {
            "direct" => {
                let request = client.post(&url).header("content-type", "application/json");
                request.body(body("m", false)).send().await?.bytes().await?;
            }
            "warm" => drop(warm.chat(&context, request("m")).await?),
            "fresh" => drop(fresh.chat(&context, request("m")).await?),
            "forward" => {
                let forward = ForwardRequest {
                    dialect: Dialect::OpenaiChat,
                    model: "m".to_owned(),
                    stream: false,
                    headers: Vec::new(),
                };
                let answer = warm.forward(&context, forward, Bytes::from(body("m", false))).await?;
                answer.body.read_all(1 << 20).await?;
            }
            "stream" => drop(streams::through(&warm, "m").await?),
            "direct-stream" => drop(streams::direct(&client, &url, "m").await?),
            other => bail!("no kind of call is named {other:?}"),
        }
    }
    println!("{kind}: {:?} each, {:?} of CPU", start.elapsed() / CALLS, (cpu_time() - cpu) / CALLS);
    Ok(())
}

/// What this process has computed so far.
fn cpu_time() -> std::time::Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    std::time::Duration::from_millis(ticks * 10)
}
