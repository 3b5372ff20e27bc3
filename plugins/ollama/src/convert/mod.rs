//! Between the contract and the wire: pure functions, tested natively.
//! [`request`] makes the body of a chat, [`answer`] and [`stream`] read what
//! comes back, [`errors`] says what went wrong; [`embedding`], [`models`] and
//! [`pull`] are the smaller endpoints.

pub(crate) mod answer;
mod body;
pub(crate) mod embedding;
pub(crate) mod errors;
pub(crate) mod models;
pub(crate) mod pull;
#[cfg(test)]
mod recorded_tests;
pub(crate) mod request;
#[cfg(test)]
mod spec_tests;
pub(crate) mod stream;
mod usage;
