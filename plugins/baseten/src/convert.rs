//! Between the contract and the wire, both ways. Everything here is a pure
//! function of its arguments and is tested natively.

pub(crate) mod errors;
pub(crate) mod input;
pub(crate) mod models;
pub(crate) mod output;
pub(crate) mod queue;
pub(crate) mod stream;
pub(crate) mod tools;
