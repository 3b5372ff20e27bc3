//! The commands, one file each: its arguments, its help, and what it does.

mod chat;
mod completions;
mod config;
mod demo;
mod dev;
mod embed;
mod explain;
mod models;
mod plugin;
mod providers;
mod serve;
mod target;
mod tools;

use std::net::SocketAddr;

use clap::Subcommand;

use crate::session::Session;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Ask a model something
    Chat(chat::Arguments),
    /// Turn texts into vectors
    Embed(embed::Arguments),
    /// List the models of a provider, or the providers
    Models(models::Arguments),
    /// List the providers with what each needs, and test whether one works
    Providers(providers::Arguments),
    /// List the tools of a provider, or call one
    Tools(tools::Arguments),
    /// Make, look into and install plugins
    #[command(subcommand)]
    Plugin(plugin::Command),
    /// Check the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Help to develop plugins
    #[command(subcommand)]
    Dev(dev::Command),
    /// Serve providers to clients of OpenAI's and Anthropic's protocols
    Serve(serve::Arguments),
    /// Show what the gateway would do with a request, without sending it
    Explain(explain::Arguments),
    /// Show what the sandbox does, against a pretended provider and a hostile plugin
    Demo(demo::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
}

/// An address to listen on.
fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an IP address and a port, as in 127.0.0.1:8787".to_owned())
}

/// Runs a command.
pub(crate) async fn run(session: &Session, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Chat(arguments) => chat::run(session, arguments).await,
        Command::Embed(arguments) => embed::run(session, arguments).await,
        Command::Models(arguments) => models::run(session, arguments).await,
        Command::Providers(arguments) => providers::run(session, arguments).await,
        Command::Tools(arguments) => tools::run(session, arguments).await,
        Command::Plugin(command) => plugin::run(session, command).await,
        Command::Config(command) => config::run(session, command).await,
        Command::Dev(command) => dev::run(command).await,
        Command::Serve(arguments) => serve::run(session, arguments).await,
        Command::Explain(arguments) => explain::run(session, arguments),
        Command::Demo(arguments) => demo::run(session, arguments).await,
        Command::Completions(arguments) => completions::run(&arguments),
    }
}
