//! Measures the whole path: a call through a sandboxed plugin beside the same
//! call made with reqwest, in turn, against the same loopback upstream in a
//! process of its own. What counts are the differences and ratios within a run.
//!
//! `whole-path upstream` is that upstream; `whole-path` alone measures
//! everything, `whole-path PART` one part: calls, streams, loading, memory, or
//! `profile-KIND` a loop of one kind of call for a profiler.

mod calls;
mod memory;
mod profile;
mod setup;
mod stats;
mod streams;

use anyhow::Result;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let part = std::env::args().nth(1);
    if part.as_deref() == Some("upstream") {
        return setup::serve().await;
    }
    let upstream = setup::Upstream::start().await?;
    if let Some(kind) = part.as_deref().and_then(|part| part.strip_prefix("profile-")) {
        return profile::run(&upstream, kind).await;
    }
    let chosen = |name: &str| part.as_deref().is_none_or(|part| part == name);
    println!("{:<58} {:>10} {:>10} {:>8}", "", "p50", "added", "goal");
    if chosen("calls") {
        calls::measure(&upstream).await?;
    }
    if chosen("streams") {
        streams::measure(&upstream).await?;
    }
    if chosen("loading") {
        calls::loading(20)?;
    }
    if chosen("memory") {
        memory::measure(&upstream).await?;
    }
    Ok(())
}
