//! Decides which provider answers a request, and what happens when it doesn't:
//! strategies, retries, circuit breakers, caches, limits and cost.
//!
//! Knows providers and nothing of HTTP serving or of any client's dialect, so
//! that a program that embeds Jackfield routes its typed requests with it.
//!
//! A [`config::Config`] is what somebody wrote, as JSON or in `jackfield.toml`;
//! a [`plan::Node`] is what follows from it, ready to run and kept between
//! requests, since it remembers how its targets fare; a [`Router`] walks one.

pub mod access;
pub mod balance;
pub mod breaker;
pub mod cache;
pub mod config;
pub mod explain;
pub mod facts;
pub mod failure;
pub mod feedback;
pub mod guard;
pub mod json;
pub mod limits;
pub mod params;
pub mod plan;
pub mod price;
pub mod query;
pub mod random;
pub mod retry;
pub mod run;
pub mod sealed;
pub mod status;
pub mod trace;
pub mod usage;

mod suggest;
#[cfg(test)]
mod testing;

pub use explain::Explanation;
pub use facts::Facts;
pub use failure::{Failure, FailureKind};
pub use plan::{Leaf, Node};
pub use random::{Random, SystemRandom};
pub use run::{Attempt, AttemptRecord, BoxFuture, Decision, Failed, Hold, Routed, Router, What};
pub use suggest::repeated;
