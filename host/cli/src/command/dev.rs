//! `jackfield dev`: help for those who write plugins.

use std::io::Write;
use std::net::SocketAddr;

use anyhow::Context;
use jackfield::upstream::{UpstreamOptions, serve};
use tokio::net::TcpListener;

/// The commands below `dev`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Run a pretended provider that speaks the protocols of OpenAI and Anthropic
    #[command(after_help = "\
It answers deterministically, and keeps the last request at GET /last. Faults ride in the model's name:
  gpt-4o-mini+slow-50ms    a slow stream
  gpt-4o-mini+status-429   an error
  gpt-4o-mini+cut-after-10 a connection that breaks

Examples:
  jackfield dev upstream
  jackfield dev upstream --listen 127.0.0.1:8080 --key secret --log
  curl http://127.0.0.1:8080/last")]
    Upstream(Upstream),
}

/// What `dev upstream` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Upstream {
    /// Where to listen; port 0 takes any that is free
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The API key that requests must bring [default: any, or none]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Write a line for each request to stderr
    #[arg(long)]
    log: bool,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    let Command::Upstream(arguments) = command;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("can't listen on {}: choose another with --listen", arguments.listen))?;
    // Scripts wait for this line to learn the port.
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    let options =
        UpstreamOptions { required_key: arguments.key, log: arguments.log, ..UpstreamOptions::default() };
    // Ctrl-C ends the command, and with it this future.
    serve(listener, options, std::future::pending()).await?;
    Ok(())
}
