//! `jackfield completions`: a script for the shell.

use clap::CommandFactory;
use clap_complete::Shell;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  jackfield completions bash > ~/.local/share/bash-completion/completions/jackfield
  jackfield completions zsh > ~/.zfunc/_jackfield
  jackfield completions fish > ~/.config/fish/completions/jackfield.fish")]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut crate::args::Arguments::command(),
        "jackfield",
        &mut script,
    );
    std::io::Write::write_all(&mut std::io::stdout(), &script)?;
    Ok(())
}
