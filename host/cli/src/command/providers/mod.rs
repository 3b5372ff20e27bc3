//! `jackfield providers`: whom there is to talk to, what each needs, and
//! whether it works.

mod known;
mod list;
mod probe;
mod show;
mod test;
mod words;

use crate::session::Session;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[group(skip)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    list: list::Arguments,
}

/// The commands below `providers`.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the providers of the configuration and the catalog, as without a word
    List(list::Arguments),
    /// Show all that is known of one: what it needs, what it may reach, its models and prices
    Show(show::Arguments),
    /// Make the cheapest real call, and say in words why it fails
    Test(test::Arguments),
}

pub(crate) async fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        None => list::run(&session.config()?, &arguments.list),
        Some(Command::List(arguments)) => list::run(&session.config()?, &arguments),
        Some(Command::Show(arguments)) => show::run(&session.config()?, &arguments),
        Some(Command::Test(arguments)) => test::run(session, arguments).await,
    }
}
