//! Jackfield as a library: what a program needs to run providers in its own
//! process, configured by the same file as the command line.
//!
//! ```no_run
//! use jackfield::{Config, Jackfield, Places};
//! use jackfield::runtime::api::llm::ChatRequest;
//! use jackfield::runtime::CallContext;
//!
//! # async fn ask(request: ChatRequest) -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::find(&Places::of_process(), None)?;
//! let jackfield = Jackfield::open(config)?;
//! let provider = jackfield.provider("openai").await?;
//! let answer = provider.chat(&CallContext::default(), request).await?;
//! # drop(answer); Ok(())
//! # }
//! ```
//!
//! A plugin file is read, compiled and bound when a provider first needs it.
//! Whoever wants another arrangement (no file, plugins from memory, an own
//! transport) uses [`runtime`] directly, or hands [`Builder::host`] a host.

#![cfg_attr(feature = "cli", allow(unused_crate_dependencies, reason = "the command line uses the others"))]

/// The README's Rust code, which the documentation tests compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

pub mod config;
#[cfg(feature = "gateway")]
pub mod gateway;
pub mod open;
pub mod places;
pub mod shelf;
#[cfg(feature = "cli")]
pub mod upstream;

/// The runtime: plugins, providers, what they may do, and how they are called.
pub use jackfield_runtime as runtime;

pub use config::{Config, ConfigError};
pub use open::{Builder, Jackfield, OpenError, Progress};
pub use places::Places;
pub use shelf::{PluginFile, Shelf, ShelfError};
