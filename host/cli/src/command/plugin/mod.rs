//! `jackfield plugin`: what has to do with plugin files.

mod add;
mod build;
mod inspect;
mod lines;
mod list;
mod new;
mod pack;

use crate::session::Session;

pub(crate) use inspect::{Inspection, bind};

/// The commands below `plugin`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Write a new plugin in Rust that builds and runs
    New(new::Arguments),
    /// Compile a plugin written in Rust, and embed its plugin.toml
    Build(build::Arguments),
    /// Embed a plugin.toml into a component made by any other tool
    Pack(pack::Arguments),
    /// Show what a plugin file, or a provider's plugin, is and may do
    Inspect(inspect::Arguments),
    /// Install a plugin file, and grant it what it asks for
    Add(add::Arguments),
    /// List the plugin files in the plugin folder
    List(list::Arguments),
}

pub(crate) async fn run(session: &Session, command: Command) -> anyhow::Result<()> {
    match command {
        Command::New(arguments) => new::run(session, &arguments),
        Command::Build(arguments) => build::run(session, arguments).await,
        Command::Pack(arguments) => pack::run(&arguments),
        Command::Inspect(arguments) => inspect::run(session, &arguments).await,
        Command::Add(arguments) => add::run(session, arguments),
        Command::List(arguments) => list::run(session, &arguments),
    }
}
