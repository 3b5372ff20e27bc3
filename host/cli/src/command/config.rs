//! `jackfield config`: is the configuration right?

use std::io::Write;

use jackfield::gateway::{gateway, surface};
use jackfield::runtime::{CallContext, Interface};
use jackfield::{Config, Jackfield};

use crate::exit::usage;
use crate::render::text::{count, list, plain};
use crate::render::{BOLD, DIM, GREEN, RED};
use crate::session::Session;

/// The commands below `config`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Check the configuration and show every problem at once
    #[command(after_help = "\
It reads the file, then loads the plugin of every provider and binds it, secrets included, has those with tools \
describe them, and follows the routes and keys of the gateway. No provider is asked anything. It exits with 2 where \
anything is wrong.

Examples:
  jackfield config check
  jackfield --config /etc/jackfield/jackfield.toml config check")]
    Check,
}

pub(crate) async fn run(session: &Session, command: Command) -> anyhow::Result<()> {
    let Command::Check = command;
    let config = session.config()?;
    let Some(file) = config.file.clone() else {
        let tried = config.places.config_files();
        let tried = list(tried.iter().map(|path| path.display()));
        return Err(usage(format!("there is no configuration to check: none of {tried} exists")));
    };
    let names: Vec<String> = config.settings.providers.keys().map(ToString::to_string).collect();
    let mut out = anstream::stdout();
    writeln!(out, "{BOLD}{}{BOLD:#}", file.display())?;
    let mut wrong = 0;
    let served = config.gateway.is_written();
    if served || !names.is_empty() {
        let jackfield = session.open()?;
        for (name, problem) in problems(&jackfield, &names).await {
            match problem {
                None => {
                    let plugin = jackfield.host().provider(&name).map(|provider| provider.plugin());
                    let plugin =
                        plugin.map_or_else(String::new, |it| format!("{} {}", it.name(), it.version()));
                    writeln!(out, "  {GREEN}ok{GREEN:#}     {name}  {DIM}{plugin}{DIM:#}")?;
                }
                Some(problem) => {
                    wrong += 1;
                    let place = place(&config, &name);
                    writeln!(
                        out,
                        "  {RED}wrong{RED:#}  {name}  {place}{}",
                        plain(&problem).replace('\n', "\n         ")
                    )?;
                }
            }
        }
        if served {
            if let Err(problem) = servable(&jackfield).await {
                writeln!(out, "  {RED}wrong{RED:#}  {}", plain(&problem.to_string()))?;
                return Err(usage("the gateway can't be served"));
            }
            writeln!(out, "  {GREEN}ok{GREEN:#}     the gateway's routes and keys")?;
        }
    }
    let all = count(names.len(), "provider");
    match wrong {
        0 => Ok(writeln!(out, "{all}, nothing is wrong")?),
        _ => Err(usage(format!("{wrong} of {all} can't be used"))),
    }
}

/// Makes all providers ready, at once, and tells what keeps any from it.
async fn problems(jackfield: &Jackfield, names: &[String]) -> Vec<(String, Option<String>)> {
    let mut tasks = Vec::new();
    for name in names {
        let (jackfield, name) = (jackfield.clone(), name.clone());
        tasks.push(tokio::spawn(async move {
            let problem = usable(&jackfield, &name).await.err().map(|error| error.to_string());
            (name, problem)
        }));
    }
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.extend(task.await);
    }
    outcomes
}

/// Sets the gateway up, all but its socket.
async fn servable(jackfield: &Jackfield) -> anyhow::Result<()> {
    let gateway = gateway(jackfield).await?;
    Ok(surface::serve::check(gateway.settings())?)
}

/// Binds a provider, and has it describe its tools: those of `rest` stand in
/// files of their own. The contract has that depend on the configuration alone.
async fn usable(jackfield: &Jackfield, name: &str) -> anyhow::Result<()> {
    let provider = jackfield.provider(name).await?;
    if provider.has(Interface::Tool) {
        provider.list_tools(&CallContext::default()).await?;
    }
    Ok(())
}

/// Where the file speaks of a provider, as `FILE:LINE: `.
fn place(config: &Config, name: &str) -> String {
    let Some(file) = &config.file else { return String::new() };
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let shown = file.strip_prefix(&config.places.working).unwrap_or(file).display().to_string();
    line_of(&text, name).map_or_else(String::new, |line| format!("{shown}:{line}: "))
}

/// The line on which a provider's table begins.
fn line_of(text: &str, name: &str) -> Option<usize> {
    let document: toml_edit::Document<&str> = toml_edit::Document::parse(text).ok()?;
    let providers = document.get("providers")?.as_table_like()?;
    let (key, item) = providers.get_key_value(name)?;
    let start = item.span().or_else(|| key.span())?.start;
    Some(text.get(..start)?.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_providers_line_is_found_however_it_is_written() {
        let text = "# first\n[providers.a]\nplugin = \"x\"\n\n[providers]\nb = { plugin = \"y\" }\n";
        assert_eq!(line_of("# one\n\n[providers.a]\nplugin = \"x\"\n", "a"), Some(3));
        assert_eq!(line_of("[providers]\nb = { plugin = \"y\" }\n", "b"), Some(2));
        assert_eq!(line_of(text, "c"), None);
    }
}
