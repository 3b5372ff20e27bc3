//! `jackfield demo`: what the sandbox does, shown with the real host, the real
//! plugin for OpenAI's protocol, a pretended provider on loopback, and a plugin
//! that attacks. It needs no key and no network, and fails if an attack gets
//! through.

mod attacks;
mod real;
mod requests;
mod stage;

use std::io::Write;
use std::path::PathBuf;

use clap::ValueHint;
use jackfield::runtime::API_VERSION;
use jackfield::runtime::CallContext;
use jackfield::runtime::Provider;

use super::chat;
use super::plugin::{Inspection, bind};
use crate::exit::usage;
use crate::render::answer::{Answer, Form};
use crate::render::asks;
use crate::render::{BOLD, DIM};
use crate::session::Session;
use stage::Stage;

const PROMPT: &str = "Say hello to whoever reads this.";

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It needs no key and no network. With OPENAI_API_KEY or ANTHROPIC_API_KEY in the environment it offers, on a \
terminal, to ask the real provider one question; it never does so by itself.

Examples:
  jackfield demo --plugins target/plugins --guests target/guests
  make demo                               builds what it needs, and runs it")]
pub(crate) struct Arguments {
    /// The folder of the hostile plugins that `make guests` builds
    #[arg(long, default_value = "target/guests", value_name = "DIR", value_hint = ValueHint::DirPath)]
    guests: PathBuf,
}

pub(crate) async fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    let stage = Stage::build(session, &arguments.guests).await?;
    let mut out = anstream::stdout();
    writeln!(out, "{BOLD}Jackfield {}, plugin contract {API_VERSION}{BOLD:#}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "The provider is a pretended one at {}; nothing leaves this machine.", stage.origin())?;

    heading("What the operator wrote")?;
    write!(out, "{DIM}{}{DIM:#}", stage.written())?;

    let provider = stage.jackfield().provider(stage::FRIENDLY).await?;
    heading("What the plugin asks for, and what of it is granted")?;
    show_capabilities(&stage, &provider)?;

    heading("An answer, streamed through the plugin")?;
    writeln!(out, "{DIM}> {PROMPT}{DIM:#}")?;
    let request = chat::ask("gpt-4o-mini+chunks-40+slow-10ms", PROMPT);
    let answer = Answer::new(Form::Text);
    chat::stream(&provider, &CallContext::default(), request, answer).await?;

    heading("The request, as the plugin wrote it and as the provider received it")?;
    let leaked = requests::show(&stage).await?;

    heading("A hostile plugin, granted the pretended provider and one harmless-looking origin")?;
    let through = attacks::run(&stage, &arguments.guests).await?;

    real::offer(session).await?;
    match leaked || through > 0 {
        false => Ok(()),
        true => Err(anyhow::anyhow!(
            "{through} attacks got through, and the key was {}seen by a plugin",
            if leaked { "" } else { "not " }
        )),
    }
}

fn show_capabilities(stage: &Stage, provider: &Provider) -> anyhow::Result<()> {
    let plugin = provider.plugin();
    let Some(path) = plugin.path() else { return Err(usage("the plugin has no file")) };
    let mut inspection = Inspection::of_file(path)?;
    let settings = stage.jackfield().config().provider(stage::FRIENDLY)?;
    let name = stage::FRIENDLY.parse().map_err(jackfield::ConfigError::Name)?;
    bind(&mut inspection.asks, plugin.manifest(), &name, &settings)?;
    let mut out = anstream::stdout();
    writeln!(out, "{BOLD}{} {}{BOLD:#}  {}", plugin.name(), plugin.version(), plugin.manifest().description)?;
    asks::print(&inspection.asks, &mut out)?;
    Ok(())
}

/// Begins a step.
fn heading(text: &str) -> anyhow::Result<()> {
    writeln!(anstream::stdout(), "\n{BOLD}== {text}{BOLD:#}")?;
    Ok(())
}
