//! Amazon Bedrock as a plugin: chats by Converse and by models' own bodies,
//! embeds, ranks, counts tokens, lists models, and passes on requests that
//! already speak Converse.
//!
//! `wire` has the API's JSON, `convert` what it means, `settings` the
//! configuration; `glue` is what sends and receives.

mod convert;
mod glue;
mod settings;
mod wire;

use glue::Bedrock;

jackfield_sdk::export!(Bedrock: llm, embedding, rerank, models, passthrough);
