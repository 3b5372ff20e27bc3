//! The `openai` plugin: chat, embeddings, ranking, transcription, speech and the
//! list of models of OpenAI and of every API that speaks its protocol.
//!
//! `wire` is what travels, `convert` translates between it and the contract,
//! `settings` is what differs between one upstream and the next, and `glue`
//! sends. Only `glue` needs the sandbox; the rest is tested natively.

mod convert;
mod glue;
mod settings;
mod wire;

use glue::OpenAi;

jackfield_sdk::export!(OpenAi: llm, embedding, rerank, transcription, speech, models, passthrough);
