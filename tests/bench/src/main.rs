//! Measures the whole path: a call through a sandboxed plugin beside the same
//! call made with reqwest, in turn, against the same loopback upstream in a
//! process of its own. What counts are the differences and ratios within a run.
//!
//! `whole-path upstream` is that upstream; `whole-path` alone measures.

mod calls;
mod memory;
mod setup;
mod stats;
mod streams;

use anyhow::Result;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    if std::env::args().nth(1).as_deref() == Some("upstream") {
        return setup::serve().await;
    }
    let upstream = setup::Upstream::start().await?;
    println!("{:<58} {:>10} {:>10} {:>8}", "", "p50", "added", "goal");
    calls::measure(&upstream).await?;
    streams::measure(&upstream).await?;
    calls::loading()?;
    memory::measure(&upstream).await?;
    Ok(())
}
