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
It answers deterministically, and keeps the last request at GET /last. Faults \
ride in the model's name, behind a +, as in gpt-4o-mini+slow-20ms+cut-after-10:
  status-429 status-503-first-2 status-429-after-2 retry-after-2s   an error, and when to come again
  delay-200ms slow-50ms                               a wait before the answer, before each event
  chunks-500 endless                                  how many pieces the text has
  cut-after-10 end-after-10 stall-after-10 error-after-10 half-event      how a stream ends
  burst torn crlf comments invalid-utf8 no-done no-usage                  how a stream is written
  silent reset html garbage empty other-json redirect redirect-same       what comes instead
  big-header echo-key                                 a header of 256 KiB, the request's credential

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
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS", value_parser = super::address)]
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

#[cfg(test)]
mod tests {
    use clap::Subcommand;
    use jackfield::upstream::Knob;

    #[test]
    fn every_fault_of_the_help_is_one() {
        let command = super::Command::augment_subcommands(clap::Command::new("dev"));
        let upstream = command.find_subcommand("upstream").unwrap();
        let help = upstream.get_after_help().unwrap().to_string();
        let lines = help.lines().skip_while(|line| !line.contains("cut-after-10:")).skip(1);
        let mut count = 0;
        for line in lines.take_while(|line| !line.is_empty()) {
            let (knobs, _) = line.trim_start().split_once("   ").unwrap();
            for knob in knobs.split_whitespace() {
                assert!(knob.parse::<Knob>().is_ok(), "{knob}");
                count += 1;
            }
        }
        assert_eq!(count, 30, "each that there is");
    }
}
