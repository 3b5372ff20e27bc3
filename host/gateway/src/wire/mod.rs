//! HTTP itself: bodies in and out.

pub mod body;
pub mod intake;
