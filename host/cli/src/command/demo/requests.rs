//! One request, seen from both sides of the host.

use std::io::Write;

use super::stage::{KEY, Stage};
use crate::render::text::plain;
use crate::render::{BOLD, DIM, GREEN, RED};

/// Characters of a body that are shown.
const SHOWN: usize = 160;

/// Shows the last request from both sides. Tells whether the key was on the
/// plugin's.
pub(super) async fn show(stage: &Stage) -> anyhow::Result<bool> {
    let received = stage.last_received().await?;
    let Some((written, _)) = stage.last_request() else {
        anyhow::bail!("no request left the host");
    };
    let written_body = String::from_utf8_lossy(&written.body).into_owned();
    let mut out = anstream::stdout();

    writeln!(out, "{BOLD}The plugin wrote{BOLD:#}")?;
    writeln!(out, "  {} {}", written.method, written.url)?;
    for (name, value) in &written.headers {
        writeln!(out, "  {name}: {}", plain(value))?;
    }
    writeln!(out, "  {DIM}{}{DIM:#}", cut(&written_body))?;

    writeln!(out, "{BOLD}The provider received{BOLD:#}")?;
    writeln!(out, "  {} {}", received.method, received.path)?;
    for (name, value) in &received.headers {
        let added = !written.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let mark = if added { GREEN } else { anstyle::Style::new() };
        let note = if added { "   <- added by the host" } else { "" };
        writeln!(out, "  {mark}{name}: {}{mark:#}{DIM}{note}{DIM:#}", plain(value))?;
    }
    let same = if received.body == written_body { "the same body" } else { "another body" };
    writeln!(out, "  {DIM}({same}){DIM:#}")?;

    let leaked = format!("{written:?}").contains(KEY) || written_body.contains(KEY);
    let arrived = received.headers.iter().any(|(_, value)| value.contains(KEY));
    let (mark, word) = if leaked { (RED, "IN") } else { (GREEN, "not in") };
    writeln!(
        out,
        "The key is {mark}{word}{mark:#} what the plugin wrote, and {} what the provider received.",
        if arrived { "in" } else { "not in" }
    )?;
    anyhow::ensure!(arrived, "the provider never received the key");
    Ok(leaked)
}

fn cut(text: &str) -> String {
    let text = plain(text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into_owned(),
    }
}
