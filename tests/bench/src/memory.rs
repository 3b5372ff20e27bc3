//! Memory of a thousand streams that are open at once.

use std::time::Duration;

use anyhow::{Context, Result};
use jackfield_runtime::CallContext;

use crate::calls::request;
use crate::setup::{Upstream, provider};

const STREAMS: usize = 1_000;

/// Resident memory of this process, in kilobytes (Linux).
fn resident() -> Result<u64> {
    let status =
        std::fs::read_to_string("/proc/self/status").context("resident memory is measured on Linux only")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}

/// Opens the streams, takes their first events, and looks.
pub async fn measure(upstream: &Upstream) -> Result<()> {
    let (_host, provider) = provider(upstream, "provider").await?;
    let context = CallContext::default();
    let before = resident()?;
    let mut open = Vec::with_capacity(STREAMS);
    for _ in 0..STREAMS {
        let mut stream = provider.stream_chat(&context, request("slow-20s")).await?;
        stream.next_batch().await.context("no event")??;
        open.push(stream);
    }
    // Each waits for its next event, as an idle reader does.
    let mut waiting: Vec<_> = open.iter_mut().map(|stream| Box::pin(stream.next_batch())).collect();
    for stream in &mut waiting {
        let _ = futures_util::poll!(stream.as_mut());
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let each = (resident()? - before) as f64 / STREAMS as f64;
    println!(
        "{:<58} {:>10} {:>10} {:>8}",
        format!("{STREAMS} open streams, resident memory each"),
        format!("{each:.0} KB"),
        "",
        "150 KB"
    );
    Ok(())
}
