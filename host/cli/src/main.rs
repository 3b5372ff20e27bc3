//! The command line of Jackfield: reads the arguments, runs one command, and
//! turns its outcome into an exit code that a script can act on.

#![allow(
    unused_crate_dependencies,
    reason = "the library of this package has dependencies that the command line lacks"
)]

mod args;
mod command;
mod component;
mod exit;
mod files;
mod render;
mod session;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use args::Arguments;
use command::Command;
use exit::Exit;
use session::Session;

/// How long an interrupted command may take to close its connections.
const PATIENCE: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    exit::report_panics();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are "errors" too; clap knows where each belongs. Nobody is left to be told
            // when it can't be printed.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok }.into();
        }
    };
    render::log::start(arguments.global.level(), arguments.global.log_format);
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|tokio| {
            let outcome = tokio.block_on(run(arguments));
            // A read of the terminal can't be cancelled; nobody waits for it.
            tokio.shutdown_background();
            outcome
        });
    match outcome {
        Ok(()) => Exit::Ok.into(),
        Err(error) => {
            let exit = Exit::of(&error);
            render::failure::print(&error, exit);
            exit.into()
        }
    }
}

/// Runs a command as a task, so that Ctrl-C is heard even while the command
/// waits for somebody to type.
async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let session = Session::new(arguments.global);
    if let Command::Serve(_) = arguments.command {
        // Ends by itself, once the answers in progress are through.
        return command::run(&session, arguments.command).await;
    }
    let mut task = tokio::spawn(async move { command::run(&session, arguments.command).await });
    tokio::select! {
        outcome = &mut task => outcome.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(error.into()),
        }),
        _ = tokio::signal::ctrl_c() => {
            // Ending the command drops its streams, which closes the connections to upstreams. One
            // that is stuck in a read of the terminal isn't waited for.
            task.abort();
            let _ = tokio::time::timeout(PATIENCE, task).await;
            Err(exit::Interrupted.into())
        }
    }
}
