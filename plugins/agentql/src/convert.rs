//! Between the contract and the wire, both ways. Everything here is a pure
//! function of its arguments and is tested natively.

pub(crate) mod answer;
pub(crate) mod arguments;
pub(crate) mod errors;
