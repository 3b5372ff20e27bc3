//! Cohere's API as a plugin: chats whole and streamed with the documents they
//! cite, embeds texts and images, reranks, counts tokens, lists models, and
//! passes chats on that already speak its dialect.
//!
//! `wire` has the API's JSON, `convert` what it means, `settings` the
//! configuration; `glue` is what sends and receives.

mod convert;
mod glue;
mod settings;
mod wire;

use glue::Cohere;

jackfield_sdk::export!(Cohere: llm, embedding, rerank, models, passthrough);
