//! Streams of 50 and of 500 events: what each event costs.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::StreamExt;
use jackfield_runtime::api::llm::ChatEvent;
use jackfield_runtime::{CallContext, Provider};
use serde::Deserialize;

use crate::calls::{body, request};
use crate::setup::{Upstream, provider};
use crate::stats::{line, median};

const BLOCKS: usize = 20;
const BLOCK: usize = 20;

#[derive(Deserialize)]
struct Chunk {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

/// Reads a stream as a program of its own would: line by line.
pub async fn direct(client: &reqwest::Client, url: &str, model: &str) -> Result<usize> {
    let response =
        client.post(url).header("content-type", "application/json").body(body(model, true)).send().await?;
    let mut pieces = response.bytes_stream();
    let (mut rest, mut events) = (Vec::new(), 0);
    while let Some(piece) = pieces.next().await {
        rest.extend_from_slice(&piece?);
        let end = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        for text in rest[..end].split(|byte| *byte == b'\n') {
            if let Some(data) = text.strip_prefix(b"data: ")
                && data != b"[DONE]"
            {
                let chunk: Chunk = serde_json::from_slice(data)?;
                events += usize::from(chunk.choices.iter().any(|choice| choice.delta.content.is_some()));
            }
        }
        rest.drain(..end);
    }
    Ok(events)
}

/// The events of one stream and the batches that they came in.
pub async fn through(provider: &Provider, model: &str) -> Result<(usize, usize)> {
    let mut stream = provider.stream_chat(&CallContext::default(), request(model)).await?;
    let (mut events, mut batches) = (0, 0);
    while let Some(batch) = stream.next_batch().await {
        batches += 1;
        events += batch?.iter().filter(|event| matches!(event, ChatEvent::Text(_))).count();
    }
    Ok((events, batches))
}

/// Streams by turns, direct and through a warm plugin.
pub async fn measure(upstream: &Upstream) -> Result<()> {
    let client = reqwest::Client::builder().tcp_nodelay(true).no_proxy().build()?;
    let url = format!("{}/v1/chat/completions", upstream.origin);
    let (_host, provider) = provider(upstream, "provider").await?;
    for (model, events) in [("m", 50_u32), ("chunks-500", 500)] {
        let (mut ours, mut theirs, mut batches) = (Vec::new(), Vec::new(), 0);
        let mut first = Vec::new();
        for _ in 0..BLOCKS {
            for _ in 0..BLOCK {
                let start = Instant::now();
                anyhow::ensure!(direct(&client, &url, model).await? > 0);
                theirs.push(start.elapsed());
            }
            for _ in 0..BLOCK {
                let start = Instant::now();
                let (seen, in_batches) = through(&provider, model).await?;
                anyhow::ensure!(seen > 0);
                batches += in_batches;
                ours.push(start.elapsed());
            }
            first.push(first_event(&provider, model).await?);
        }
        let (ours, theirs) = (median(&mut ours), median(&mut theirs));
        line(&format!("stream of {events} events, direct with reqwest"), theirs, None, "");
        line("  through a warm plugin instance", ours, Some(theirs), "");
        let added = ours.saturating_sub(theirs) / events;
        println!(
            "{:<58} {:>10} {:>10} {:>8}",
            "  added for each event",
            "",
            format!("{:.2} µs", added.as_secs_f64() * 1e6),
            "1 µs"
        );
        println!(
            "{:<58} {:>10.1}",
            "  events in a batch",
            f64::from(events) * (BLOCKS * BLOCK) as f64 / batches as f64
        );
        line("  until the first event", median(&mut first), None, "");
    }
    Ok(())
}

async fn first_event(provider: &Provider, model: &str) -> Result<Duration> {
    let start = Instant::now();
    let mut stream = provider.stream_chat(&CallContext::default(), request(model)).await?;
    stream.next_batch().await.transpose()?;
    Ok(start.elapsed())
}
