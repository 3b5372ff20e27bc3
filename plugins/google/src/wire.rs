//! The API's JSON. Requests borrow from the contract's; of answers, what has
//! to go back unchanged stays raw.

pub(crate) mod answer;
pub(crate) mod embedding;
pub(crate) mod error;
pub(crate) mod model;
pub(crate) mod request;
