//! Ollama's own API as a plugin: chats whole and streamed, embeds, lists the
//! models that are there with those that are loaded, has missing ones
//! downloaded where the operator wants that, and passes requests on in the
//! dialects of others that Ollama speaks too.
//!
//! `wire` has the API's JSON, `convert` what it means, `settings` the
//! configuration; `glue` is what sends and receives.

mod convert;
mod glue;
mod settings;
mod wire;

use glue::Ollama;

jackfield_sdk::export!(Ollama: llm, embedding, models, passthrough);
