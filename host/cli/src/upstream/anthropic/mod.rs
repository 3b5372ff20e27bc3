//! Anthropic's endpoints (<https://docs.anthropic.com/en/api/messages>).

mod messages;
mod models;
mod request;
mod stream;

pub(super) use messages::{count_tokens, messages};
pub(super) use models::{model, models};
