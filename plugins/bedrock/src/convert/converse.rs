//! Chat that is alike for all models: Converse and ConverseStream.

pub(crate) mod answer;
mod format;
pub(crate) mod media;
mod messages;
pub(crate) mod request;
mod sampling;
pub(crate) mod stream;
mod tools;
