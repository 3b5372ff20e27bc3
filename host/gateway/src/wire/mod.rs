//! HTTP itself: bodies in and out.

pub mod body;
pub mod intake;
pub mod peer;

pub(crate) mod room;
pub(crate) mod unproven;
