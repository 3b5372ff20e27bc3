//! The Responses API: requests as items, answers as items and as events.
//!
//! State is kept on either side. On the caller's: thoughts go back with their
//! id and encrypted content, items of the provider's own tools as they came.
//! On the provider's: `extra` carries `previous_response_id`, `store` and
//! `conversation`, and the answer's id is what a later request names.
//!
//! <https://platform.openai.com/docs/api-reference/responses>

pub(crate) mod answer;
mod items;
mod output;
pub(crate) mod request;
pub(crate) mod stream;

#[cfg(test)]
mod tests;
