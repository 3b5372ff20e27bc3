//! Exit codes: what a script can find out without reading messages.

use std::process::ExitCode;

use jackfield::gateway::GatewayError;
use jackfield::runtime::api::types::ErrorKind;
use jackfield::runtime::{BindError, CallError, LoadError};
use jackfield::{ConfigError, OpenError, ShelfError};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Well, or with nobody left to tell.
    Ok = 0,
    /// The call failed at the upstream or in the plugin.
    Failed = 1,
    /// The arguments, the configuration or a plugin file are wrong.
    Usage = 2,
    /// A policy refused it: the sandbox's, or the upstream's own (HTTP 403).
    Refused = 3,
    /// A secret is missing, or the upstream doesn't accept it.
    Authentication = 4,
    /// A deadline passed.
    Timeout = 5,
    /// Ctrl-C.
    Interrupted = 130,
}

/// The same, as `--help` shows it.
pub(crate) const HELP: &str = "\
Exit codes:
  0    all went well
  1    the call failed at the provider or in its plugin
  2    the arguments, the configuration or a plugin file are wrong
  3    refused by policy: an origin that isn't granted, or the provider's own 403
  4    a secret is missing, or the provider doesn't accept it
  5    a deadline passed
  130  interrupted with Ctrl-C";

/// The user asked for something that can't be, in his own words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// The user pressed Ctrl-C.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(crate) struct Interrupted;

/// A usage error, as the error of a command.
pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
    Usage(message.into()).into()
}

impl Exit {
    /// The code for an error: the first cause that has one decides.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        error.chain().find_map(Self::of_cause).unwrap_or(Self::Failed)
    }

    fn of_cause(cause: &(dyn std::error::Error + 'static)) -> Option<Self> {
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::BrokenPipe
        {
            return Some(Self::Ok);
        }
        if cause.is::<Interrupted>() {
            return Some(Self::Interrupted);
        }
        if let Some(error) = cause.downcast_ref::<CallError>() {
            return Some(Self::of_kind(error.kind()));
        }
        if let Some(error) = cause.downcast_ref::<BindError>() {
            return Some(Self::of_binding(error));
        }
        if let Some(OpenError::Bind(error)) = cause.downcast_ref() {
            return Some(Self::of_binding(error));
        }
        if let Some(error) = cause.downcast_ref::<GatewayError>() {
            return Some(match error {
                GatewayError::Key { .. } | GatewayError::ReceiverSecret { .. } => Self::Authentication,
                _ => Self::Usage,
            });
        }
        let usage = cause.is::<Usage>()
            || cause.is::<ConfigError>()
            || cause.is::<ShelfError>()
            || cause.is::<OpenError>()
            || cause.is::<LoadError>();
        usage.then_some(Self::Usage)
    }

    fn of_binding(error: &BindError) -> Self {
        match error {
            BindError::Secret { .. } | BindError::MissingSecret { .. } => Self::Authentication,
            BindError::Policy(_) => Self::Refused,
            _ => Self::Usage,
        }
    }

    fn of_kind(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Authentication => Self::Authentication,
            ErrorKind::Permission => Self::Refused,
            ErrorKind::Timeout => Self::Timeout,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Replaces the trace of a panic with what a person can do about it.
pub(crate) fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
        let said = panic.payload_as_str().unwrap_or("no message");
        eprintln!(
            "jackfield {}: this is a bug{place}: {said}\nPlease report it with the command that you ran: {}/issues",
            env!("CARGO_PKG_VERSION"),
            env!("CARGO_PKG_REPOSITORY"),
        );
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn the_cause_decides_however_much_is_said_about_it() {
        let error = anyhow::Error::from(Interrupted).context("while chatting").context("while testing");
        assert_eq!(Exit::of(&error), Exit::Interrupted);
        let error = Err::<(), _>(usage("no such thing")).context("while testing").unwrap_err();
        assert_eq!(Exit::of(&error), Exit::Usage);
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let error = anyhow::Error::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        assert_eq!(Exit::of(&error), Exit::Ok);
    }

    #[test]
    fn kinds_that_a_script_acts_on_have_codes_of_their_own() {
        let code = |kind| Exit::of_kind(kind) as u8;
        assert_eq!(code(ErrorKind::Authentication), 4);
        assert_eq!(code(ErrorKind::Permission), 3);
        assert_eq!(code(ErrorKind::Timeout), 5);
        assert_eq!(code(ErrorKind::RateLimited), 1);
        assert_eq!(code(ErrorKind::Internal), 1);
    }

    #[test]
    fn the_help_lists_every_code() {
        for exit in [
            Exit::Ok,
            Exit::Failed,
            Exit::Usage,
            Exit::Refused,
            Exit::Authentication,
            Exit::Timeout,
            Exit::Interrupted,
        ] {
            let code = format!("\n  {:<5}", exit as u8);
            assert!(HELP.contains(&code), "{exit:?}");
        }
    }
}
