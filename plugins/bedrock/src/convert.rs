//! Between the contract and the wire: pure functions, tested natively.
//! [`converse`] has the chat that is alike for all models, [`invoke`] the
//! bodies of their own; [`route`] decides between the two.

pub(crate) mod converse;
pub(crate) mod embed;
mod finish;
pub(crate) mod guardrail;
pub(crate) mod invoke;
pub(crate) mod models;
#[cfg(test)]
mod recorded_tests;
pub(crate) mod rerank;
pub(crate) mod route;
mod usage;
