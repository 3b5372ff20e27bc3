//! What can go wrong: while a plugin is loaded, while a provider is bound, and
//! while a call is made. Every message says what happened, to what, and what to
//! do about it.

mod bind;
mod call;

use std::path::PathBuf;

use thiserror::Error;

use crate::digest::Digest;
use crate::interface::{API_VERSION, Interface};

pub use bind::BindError;
pub use call::{CallError, Phase};

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
    /// The machine has no random numbers to tell secrets apart by.
    #[error("this machine gives no random numbers")]
    NoRandomness,
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
         rebuild it with an SDK of version {API_VERSION}, or use a host that has {version}"
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
