//! Between the contract and the wire: pure functions, tested natively.
//! [`request`] makes the body, [`answer`] and [`stream`] read what comes back,
//! [`errors`] says what went wrong, [`forward`] does the little that a
//! passed-through request needs.

pub(crate) mod answer;
pub(crate) mod chunks;
mod citations;
pub(crate) mod errors;
mod finish;
pub(crate) mod forward;
pub(crate) mod models;
#[cfg(test)]
mod recorded_tests;
pub(crate) mod request;
pub(crate) mod stream;
mod time;
mod usage;
