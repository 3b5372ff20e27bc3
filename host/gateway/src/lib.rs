//! The HTTP surface: clients that speak OpenAI's or Anthropic's protocol, or
//! send Portkey's headers, get their answers from routed providers.
//!
//! [`Gateway`] turns requests into answers and knows nothing of sockets;
//! [`serve`] puts it on one.

pub mod dialect;
pub mod endpoint;

pub mod providers;
pub mod serve;
pub mod settings;
pub mod sigv4;
pub mod wire;

mod auth;
mod call;
mod fault;
mod gateway;
mod guard;
mod identity;
mod metrics;
mod openapi;
mod own;
mod portkey;
mod receive;
mod services;

pub use gateway::{BuildError, Gateway, GatewayBuilder, Question};
pub use providers::{ModelFacts, Providers};
pub use receive::Collected;
pub use settings::ServerSettings;
