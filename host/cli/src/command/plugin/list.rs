//! `jackfield plugin list`: what is in the plugin folder.

use std::io::Write;

use jackfield::Shelf;
use jackfield::runtime::API_VERSION;
use serde_json::json;

use crate::component::Outline;
use crate::render::DIM;
use crate::render::table::Table;
use crate::render::text::{list, plain, size};
use crate::session::Session;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  jackfield plugin list
  jackfield --plugins target/plugins plugin list --json")]
pub(crate) struct Arguments {
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(session: &Session, arguments: &Arguments) -> anyhow::Result<()> {
    let shelf = Shelf::scan(&session.config()?.plugin_folder()?)?;
    let mut out = anstream::stdout().lock();
    let mut others = Vec::new();
    let mut table = Table::new(["plugin", "version", "interfaces", "size", "description"]);
    for file in shelf.files() {
        let outline = Outline::read(&std::fs::read(&file.path)?)?;
        let interfaces = outline.interfaces();
        if let Some(version) = outline.other_contract() {
            others.push(format!("{}: it is for version {version} of the contract, and this host has {API_VERSION}, so it won't load", file.path.display()));
        }
        if arguments.json {
            let line = json!({
                "name": file.manifest.name,
                "version": file.manifest.version.to_string(),
                "description": file.manifest.description,
                "interfaces": interfaces.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "file": file.path,
                "size": file.size,
                "digest": file.digest,
            });
            writeln!(out, "{line}")?;
            continue;
        }
        table.row([
            file.manifest.name.to_string(),
            file.manifest.version.to_string(),
            list(interfaces),
            size(file.size),
            plain(&file.manifest.description).replace('\n', " "),
        ]);
    }
    if !arguments.json {
        writeln!(out, "{DIM}{}{DIM:#}", shelf.folder().display())?;
        if table.is_empty() {
            writeln!(out, "no plugins; put one there with `jackfield plugin add FILE`")?;
        } else {
            table.print(&mut out)?;
        }
    }
    for trouble in others.into_iter().chain(shelf.unusable().iter().map(ToString::to_string)) {
        tracing::warn!("{}", plain(&trouble));
    }
    Ok(())
}
