//! The arguments that all commands share, and the list of commands.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, ValueEnum, ValueHint};
use tracing::level_filters::LevelFilter;

use crate::command::Command;
use crate::exit;

/// Runs AI providers as sandboxed plugins.
///
/// A plugin is one WebAssembly file. It reaches only the origins that you grant
/// it, and never sees the keys that its requests are authenticated with.
#[derive(Debug, Parser)]
#[command(name = "jackfield", version, arg_required_else_help = true, subcommand_required = true, after_help = exit::HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The configuration [default: ./jackfield.toml, else jackfield/jackfield.toml in the user's
    /// configuration folder, else none: the catalog's providers need none]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// The folder of plugin files, in place of the configuration's
    #[arg(long, global = true, env = "JACKFIELD_PLUGINS", hide_env_values = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) plugins: Option<PathBuf>,
    /// Say more on stderr: -v usage and progress, -vv each step, -vvv everything
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
    /// How log messages on stderr are written: `text` for people, `json` for programs, one object a line
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        env = "JACKFIELD_LOG_FORMAT",
        value_name = "FORMAT"
    )]
    pub(crate) log_format: LogFormat,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// How log messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Global {
    /// Which log messages are shown.
    pub(crate) fn level(&self) -> LevelFilter {
        match (self.quiet, self.verbose) {
            (true, _) => LevelFilter::ERROR,
            (false, 0) => LevelFilter::WARN,
            (false, 1) => LevelFilter::INFO,
            (false, 2) => LevelFilter::DEBUG,
            (false, _) => LevelFilter::TRACE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_line_of_an_example_is_too_long_for_a_page_of_help() {
        fn check(command: &clap::Command, path: &str) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            // Paragraphs are wrapped as wide as the terminal is; what is indented stands as it is.
            for line in help.lines().filter(|line| line.starts_with(' ')) {
                assert!(line.chars().count() <= 100, "{path}: {line}");
            }
            for sub in command.get_subcommands() {
                check(sub, &format!("{path} {}", sub.get_name()));
            }
        }
        check(&Arguments::command(), "");
    }

    #[test]
    fn every_command_shows_examples_in_its_help() {
        fn check(command: &clap::Command, path: &str) {
            for sub in command.get_subcommands() {
                let path = format!("{path} {}", sub.get_name());
                if sub.has_subcommands() {
                    check(sub, &path);
                } else {
                    let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
                    assert!(help.contains(&format!("jackfield{path}")), "{path}: {help}");
                }
            }
        }
        check(&Arguments::command(), "");
    }
}
