//! What the fuzzer tries, a module for each target: a function that takes any
//! input and panics where a property doesn't hold.

pub mod event_stream;
pub mod manifest;
pub mod ndjson;
pub mod settings;
pub mod sse;
pub mod url_and_grants;
