//! `jackfield providers list`: all of them, a line each.

use std::io::Write;

use jackfield::Config;

use super::known::{Known, all};
use crate::render::table::Table;
use crate::render::text::{list, plain};

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nothing is asked of any provider.

Examples:
  jackfield providers list              all of them, and what each still needs
  jackfield providers list --ready      those that can be called now
  jackfield providers list --json       all that is known, one JSON object per line")]
pub(super) struct Arguments {
    /// Only those of which nothing is missing
    #[arg(long)]
    ready: bool,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let known = all(config).into_iter().filter(|it| it.ready || !arguments.ready);
    let mut out = anstream::stdout().lock();
    if arguments.json {
        for it in known {
            serde_json::to_writer(&mut out, &it)?;
            writeln!(out)?;
        }
        return Ok(());
    }
    let mut table = Table::new(["provider", "title", "plugin", "models", "documentation", "state"]);
    for it in known {
        let cell = |text: &str| plain(text).into_owned();
        table.row([
            cell(&it.provider),
            cell(it.title.unwrap_or("-")),
            it.plugin.clone(),
            list(&it.kinds),
            it.documentation.unwrap_or("-").to_owned(),
            // The widest comes last, where it pushes nothing aside.
            cell(&state(&it)),
        ]);
    }
    table.print(&mut out)?;
    Ok(())
}

/// What a person wants to know first.
fn state(it: &Known<'_>) -> String {
    let whence = if it.configured { "configured" } else { "catalog" };
    let keys: Vec<&str> = it.secrets.iter().filter_map(|secret| secret.set.as_deref()).collect();
    match (it.ready, keys.is_empty()) {
        (true, true) if it.secrets.is_empty() => format!("{whence}, needs no key"),
        (true, true) => format!("{whence}, has its key"),
        (true, false) => format!("{whence}, {} is set", keys.join(", ")),
        (false, _) => it.missing.join("; "),
    }
}
