//! Between the contract and the wire: pure functions, tested natively.
//! [`request`] makes the body of a chat, [`answer`] and [`stream`] read what
//! comes back, [`embedding`] does both for vectors, [`errors`] says what went
//! wrong, [`forward`] does the little that a passed-through request needs.

pub(crate) mod answer;
mod citations;
pub(crate) mod embedding;
pub(crate) mod errors;
mod finish;
pub(crate) mod forward;
mod logprobs;
pub(crate) mod models;
mod parts;
#[cfg(test)]
mod recorded_tests;
pub(crate) mod request;
mod signature;
#[cfg(test)]
mod spec_tests;
pub(crate) mod stream;
mod usage;
