//! What can go wrong while a call is made.

use std::time::Duration;

use thiserror::Error;

use crate::api::types;
use crate::interface::Interface;

/// Which part of the deadline passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// The whole call.
    Total,
    /// Until the first event of a stream.
    FirstToken,
    /// Between two events of a stream.
    Idle,
    /// A deadline that the caller set.
    Caller,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Total => "timeouts.total",
            Self::FirstToken => "timeouts.first-token",
            Self::Idle => "timeouts.idle",
            Self::Caller => "the caller's deadline",
        })
    }
}

/// A call failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The plugin said so, in the contract's own record.
    #[error("provider {provider}: {}", error.message)]
    Failed {
        /// The provider.
        provider: String,
        /// What it said.
        error: types::Error,
    },
    /// The plugin doesn't export what was called.
    #[error("provider {provider}: its plugin {plugin} has no interface {interface}")]
    NotExported {
        /// The provider.
        provider: String,
        /// The plugin.
        plugin: String,
        /// The interface.
        interface: Interface,
    },
    /// The plugin crashed. Its instance is gone; nothing else is harmed.
    #[error("provider {provider}: plugin {plugin} crashed: {message}")]
    Trap {
        /// The provider.
        provider: String,
        /// The plugin.
        plugin: String,
        /// What happened.
        message: String,
        /// Whether a request had gone out before.
        sent: bool,
    },
    /// The plugin needed more memory than it may have.
    #[error("provider {provider}: plugin {plugin} needs more than limits.memory = {limit} bytes")]
    Memory {
        /// The provider.
        provider: String,
        /// The plugin.
        plugin: String,
        /// What it may have.
        limit: u64,
        /// Whether a request had gone out before.
        sent: bool,
    },
    /// A deadline passed.
    #[error("provider {provider}: no answer within {} ({phase})", crate::settings::period::rounded(*after))]
    Timeout {
        /// The provider.
        provider: String,
        /// Which deadline.
        phase: Phase,
        /// How long it was.
        after: Duration,
        /// Whether a request had gone out before.
        sent: bool,
    },
    /// All instances that the host may have are busy.
    #[error("all {limit} plugin instances are busy; raise [runtime] instances, or send less at once")]
    Exhausted {
        /// How many there are.
        limit: u32,
    },
    /// So many calls of this provider are in progress that no more may wait.
    #[error(
        "provider {provider}: {concurrency} calls are in progress and {queue} wait; raise limits.concurrency or limits.queue, or send less at once"
    )]
    Busy {
        /// The provider.
        provider: String,
        /// Calls in progress.
        concurrency: u32,
        /// Calls that wait.
        queue: u32,
    },
    /// The request could not be handed to the plugin.
    #[error("provider {provider}: {message}")]
    Request {
        /// The provider.
        provider: String,
        /// What is wrong with it.
        message: String,
    },
    /// The plugin answered something that the contract forbids.
    #[error("provider {provider}: plugin {plugin} broke the contract: {message}")]
    Contract {
        /// The provider.
        provider: String,
        /// The plugin.
        plugin: String,
        /// How.
        message: String,
    },
    /// The sandbox itself failed.
    #[error("provider {provider}: the sandbox failed: {message}")]
    Sandbox {
        /// The provider.
        provider: String,
        /// How.
        message: String,
    },
}

impl CallError {
    /// The kind of failure, in the contract's terms.
    pub fn kind(&self) -> types::ErrorKind {
        match self {
            Self::Failed { error, .. } => error.kind,
            Self::NotExported { .. } => types::ErrorKind::Unsupported,
            Self::Timeout { .. } => types::ErrorKind::Timeout,
            Self::Exhausted { .. } | Self::Busy { .. } => types::ErrorKind::Overloaded,
            Self::Request { .. } => types::ErrorKind::InvalidRequest,
            Self::Trap { .. } | Self::Memory { .. } | Self::Contract { .. } | Self::Sandbox { .. } => {
                types::ErrorKind::Internal
            }
        }
    }

    /// Whether a request had gone out to the upstream. When it hadn't, the call
    /// can be made again elsewhere without being charged twice.
    pub fn sent(&self) -> bool {
        match self {
            Self::Failed { error, .. } => error.sent,
            Self::Trap { sent, .. } | Self::Memory { sent, .. } | Self::Timeout { sent, .. } => *sent,
            Self::Contract { .. } => true,
            Self::NotExported { .. }
            | Self::Exhausted { .. }
            | Self::Busy { .. }
            | Self::Request { .. }
            | Self::Sandbox { .. } => false,
        }
    }

    /// The same as the contract's record, for callers that want one shape.
    pub fn to_record(&self) -> types::Error {
        match self {
            Self::Failed { error, .. } => error.clone(),
            other => types::Error {
                kind: other.kind(),
                message: other.to_string(),
                status: None,
                retry_after_ms: None,
                code: None,
                body: None,
                sent: other.sent(),
            },
        }
    }
}
