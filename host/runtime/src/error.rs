//! What can go wrong: while a plugin is loaded, while a provider is bound, and
//! while a call is made. Every message says what happened, to what, and what to
//! do about it.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::api::types;
use crate::digest::Digest;
use crate::interface::{API_VERSION, Interface};

/// The host itself could not be set up.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HostError {
    /// The compiler or the instance pool refused its settings.
    #[error("the sandbox could not be set up with these [runtime] sizes: {message}")]
    Engine {
        /// What the engine said.
        message: String,
    },
    /// The folder for compiled code can't be used.
    #[error("the cache folder {} can't be used: {reason}; choose another with [runtime] cache, or remove it", path.display())]
    CacheFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The thread that keeps guests interruptible could not be started.
    #[error("the timer thread could not be started")]
    Timer(#[source] std::io::Error),
}

/// A file is no plugin that this host can load.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file can't be read.
    #[error("{} can't be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The bytes aren't a component, or are a broken one.
    #[error("not a WebAssembly component: {reason}")]
    NotAComponent {
        /// What is wrong with it.
        reason: String,
    },
    /// The manifest that it carries is wrong.
    #[error("its manifest is wrong")]
    Manifest(#[from] crate::manifest::ManifestError),
    /// The manifest's section is wrong.
    #[error("its manifest can't be read")]
    Section(#[from] crate::component_section::SectionError),
    /// Built for a contract that this host doesn't carry.
    #[error(
        "built for version {version} of the plugin contract ({item}), this host has {API_VERSION}; \
         rebuild it with an SDK of that version, or use a host that has {version}"
    )]
    ApiVersion {
        /// The import or export that says so.
        item: String,
        /// The version that it names.
        version: String,
    },
    /// It exports nothing that a host could call.
    #[error(
        "exports none of the plugin interfaces ({}); it exports {exports:?}",
        Interface::ALL.map(Interface::name).join(", ")
    )]
    NoInterface {
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// It imports something that no plugin gets.
    #[error("needs an import that plugins don't get: {message}")]
    Import {
        /// Which, and why not.
        message: String,
    },
    /// An export hasn't the type that the contract gives it.
    #[error("an export doesn't fit the contract: {message}")]
    Export {
        /// Which, and how.
        message: String,
    },
    /// Another plugin has its name and version, with other bytes.
    #[error(transparent)]
    Conflict(Box<Conflict>),
}

/// Two plugins have one name and version, and different bytes.
#[derive(Debug, Error)]
#[error(
    "two plugins are named {name} {version} and differ: {first} ({}) and {second} ({}); \
     give one of them another version, or remove it",
    origin_of(first_path.as_ref()), origin_of(second_path.as_ref())
)]
pub struct Conflict {
    /// The name of both.
    pub name: String,
    /// The version of both.
    pub version: semver::Version,
    /// The digest of the one that was there.
    pub first: Digest,
    /// Its file.
    pub first_path: Option<PathBuf>,
    /// The digest of the one that came.
    pub second: Digest,
    /// Its file.
    pub second_path: Option<PathBuf>,
}

fn origin_of(path: Option<&PathBuf>) -> String {
    path.map_or_else(|| "loaded from memory".to_owned(), |path| path.display().to_string())
}

/// A provider can't be bound as the operator wrote it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BindError {
    /// No loaded plugin fits.
    #[error("provider {provider}: no plugin fits {wanted}; {have}")]
    NoPlugin {
        /// The provider.
        provider: String,
        /// What it asks for.
        wanted: String,
        /// What there is instead.
        have: String,
    },
    /// The plugin is pinned to other bytes.
    #[error("provider {provider}: {wanted} is pinned to {pinned}, but the file has {found}")]
    Digest {
        /// The provider.
        provider: String,
        /// The plugin.
        wanted: String,
        /// The digest that the operator wrote.
        pinned: Digest,
        /// The digest of the file.
        found: Digest,
    },
    /// There is no such provider.
    #[error("no provider is named {provider}; there are {have:?}")]
    NoProvider {
        /// The name.
        provider: String,
        /// The names of those that there are.
        have: Vec<String>,
    },
    /// The name can't be one.
    #[error("{provider:?} can't name a provider: {reason}")]
    Name {
        /// The name.
        provider: String,
        /// Why not.
        reason: String,
    },
    /// A configuration value is wrong.
    #[error(transparent)]
    Config(#[from] crate::manifest::BindError),
    /// A secret can't be had.
    #[error("provider {provider}: secret {name}: {source}")]
    Secret {
        /// The provider.
        provider: String,
        /// The secret's name in the manifest.
        name: String,
        /// Why.
        #[source]
        source: crate::secret::SecretError,
    },
    /// The plugin needs a secret that nobody set.
    #[error(
        "provider {provider}: secret {name} is missing; write secrets.{name} = {{ env = \"{env}\" }} under [providers.{provider}]"
    )]
    MissingSecret {
        /// The provider.
        provider: String,
        /// The secret's name in the manifest.
        name: String,
        /// The environment variable that usually has it.
        env: String,
    },
    /// The operator set a secret that the plugin doesn't declare.
    #[error("provider {provider}: its plugin declares no secret {name}; it declares {declared:?}")]
    UnknownSecret {
        /// The provider.
        provider: String,
        /// The name that isn't declared.
        name: String,
        /// Those that are.
        declared: Vec<String>,
    },
    /// The capabilities don't fit.
    #[error(transparent)]
    Policy(#[from] crate::egress::policy::PolicyError),
    /// A folder can't be granted.
    #[error("provider {provider}: folder {name}: {reason}")]
    Directory {
        /// The provider.
        provider: String,
        /// The folder's name in the manifest.
        name: String,
        /// Why not.
        reason: String,
    },
    /// The auth scheme can't be set up.
    #[error("provider {provider}: auth {auth}: {reason}")]
    Auth {
        /// The provider.
        provider: String,
        /// The scheme's name in the manifest.
        auth: String,
        /// Why not.
        reason: String,
    },
    /// The plugin could not be started for this provider.
    #[error("provider {provider} can't be started: {message}")]
    Start {
        /// The provider.
        provider: String,
        /// Why not.
        message: String,
    },
}

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
