//! Loads, checks, binds, pools and invokes AI provider plugins: WebAssembly
//! components that implement the interfaces of `wit/`, sandboxed, with outbound
//! HTTP limited to what their operator grants.
//!
//! [`Host`] loads components and binds them to upstreams; [`Provider`] is one
//! such binding with a typed async method for every function of the contract.
//! This crate knows nothing of routing or serving: it is the part to embed where
//! only plugins are wanted.

pub mod api;
pub mod catalog;
pub mod component_section;
pub mod digest;
pub mod egress;
pub mod error;
pub mod frame;
pub mod lane;
pub mod manifest;
pub mod secret;
pub mod settings;

mod active;
mod bound;
mod bound_secrets;
mod clock;
mod code_cache;
mod component_weight;
mod config_file;
mod context;
mod count;
mod deadline;
mod directory;
mod endure;
mod engine;
mod fault;
mod guests;
mod host;
mod imports;
mod interface;
mod lease;
mod live;
mod plugin;
mod provider;
mod registry;
mod state;
mod stream;
mod variant;

pub use clock::{Clock, SystemClock};
pub use code_cache::CodeOrigin;
pub use context::CallContext;
pub use count::InstanceCount;
pub use engine::PoolSizes;
pub use error::{BindError, CallError, Conflict, HostError, LoadError};
pub use host::{Host, HostBuilder, Rebound};
pub use interface::{API_VERSION, Interface, compatible};
pub use plugin::Plugin;
pub use provider::{ChatStream, Forwarded, Provider, ProviderRef, Speech, TranscriptionStream};
pub use stream::{ByteStream, EventStream};
pub use variant::{Variant, VariantFlaw, VariantLimits};
