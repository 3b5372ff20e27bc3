//! The bytes of the wire as types: what this family of APIs sends and takes,
//! under its own names. Answers borrow from the text they were parsed from, and
//! accept every variation that servers of the family are known to show; nothing
//! here knows the plugin contract.

#[macro_use]
mod object;

pub(crate) mod answer;
pub(crate) mod audio;
pub(crate) mod body;
pub(crate) mod embedding;
pub(crate) mod error;
pub(crate) mod items;
pub(crate) mod message;
pub(crate) mod models;
pub(crate) mod rerank;
pub(crate) mod responses;
pub(crate) mod usage;
pub(crate) mod value;

pub(crate) use object::{Rest, open_member};
