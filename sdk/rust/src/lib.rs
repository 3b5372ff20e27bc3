//! What a Rust author needs to write a Jackfield plugin.
//!
//! A plugin is a component that implements one or more interfaces of the
//! contract in `wit/`. This crate holds the Rust types generated from it
//! ([`types`], [`llm`], [`embedding`], ...), the macro that exports them
//! ([`export!`]), and what nearly every provider needs on the way: [`http`]
//! requests and their errors, [`stream`]s of frames, [`config`] values,
//! [`json`], [`base64`] and [`filter`]s.
//!
//! ```
//! use jackfield_sdk::rerank::{Guest, Ranked, RerankRequest, RerankResponse};
//! use jackfield_sdk::types::Error;
//!
//! struct ByLength;
//!
//! impl Guest for ByLength {
//!     fn rerank(request: RerankRequest) -> Result<RerankResponse, Error> {
//!         let mut results: Vec<Ranked> = (0..)
//!             .zip(&request.documents)
//!             .map(|(index, text)| Ranked { index, score: text.len() as f64 })
//!             .collect();
//!         results.sort_by(|a, b| b.score.total_cmp(&a.score));
//!         results.truncate(request.top_n.map_or(usize::MAX, |n| n as usize));
//!         Ok(RerankResponse { id: None, model: request.model, results, usage: None, warnings: vec![] })
//!     }
//! }
//!
//! jackfield_sdk::export!(ByLength: rerank);
//! # fn main() {}
//! ```
//!
//! The functions that a plugin imports (sending, logging, configuration) exist
//! only inside the sandbox. Keep what translates between the contract and the
//! wire in pure functions: those can be tested natively with `cargo test`.
//!
//! Components are loaded often, so their size matters. Read JSON with
//! `serde_json::from_str` throughout, as this crate does: `from_slice` beside
//! it puts a second copy of every type's reader into the component.

#[doc(hidden)]
pub mod bindings;

mod ask;
pub mod aws;
pub mod base64;
pub mod calls;
pub mod config;
pub mod date;
pub mod error;
pub mod filter;
pub mod forward;
pub mod functions;
pub mod http;
pub mod json;
pub mod log;
pub mod media;
pub mod members;
pub mod notes;
pub mod patterns;
mod plain;
pub mod replay;
pub mod schema;
pub mod settings;
pub mod stops;
pub mod stream;
pub mod testing;
pub mod vectors;

pub use plain::Never;

/// Vocabulary shared by every interface: [`Error`](types::Error),
/// [`Usage`](types::Usage), media and documents.
pub use bindings::imports::jackfield::plugin::types;

macro_rules! interface {
    ($(#[$doc:meta])* $module:ident) => {
        $(#[$doc])*
        pub mod $module {
            pub use crate::bindings::$module::exports::jackfield::plugin::$module::*;
        }
    };
}

interface!(
    /// Chat with a language model, whole or as a stream.
    llm
);
interface!(
    /// Texts and images into vectors.
    embedding
);
interface!(
    /// Documents in the order in which they answer a query.
    rerank
);
interface!(
    /// Speech into text.
    transcription
);
interface!(
    /// Text into speech.
    speech
);
interface!(
    /// Vectors with their texts and metadata, kept and found. The tree form of
    /// its filters is in [`filter`].
    vector_store
);
interface!(
    /// Finished spans and feedback, received in batches.
    callback
);
interface!(
    /// Tools that a model, or the host, can call.
    tool
);
interface!(
    /// A client's bytes sent on undecoded.
    passthrough
);
interface!(
    /// The models that an upstream offers.
    models
);

/// Exports a type as a plugin: its name, then every interface that it
/// implements the `Guest` trait of, as in `export!(MyPlugin: llm, models);`.
///
/// Call it once, at the root of a crate with `crate-type = ["cdylib", "rlib"]`.
/// The type need not be public. Natively, as in the crate's own tests, nothing
/// is exported, as the names of a component's exports aren't names that a
/// native linker takes; that the type implements the interfaces is checked all
/// the same.
#[macro_export]
macro_rules! export {
    ($plugin:ident : $($interface:ident),+ $(,)?) => {
        $($crate::__export_one!($interface, $plugin);)+
        const _: fn() = || {
            $({
                fn is_exported<T: $crate::$interface::Guest>() {}
                is_exported::<$plugin>();
            })+
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_one {
    (llm, $plugin:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::llm::__export_llm!($plugin with_types_in $crate::bindings::llm);
    };
    (embedding, $plugin:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::embedding::__export_embedding!($plugin with_types_in $crate::bindings::embedding);
    };
    (rerank, $plugin:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::rerank::__export_rerank!($plugin with_types_in $crate::bindings::rerank);
    };
    (transcription, $plugin:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::transcription::__export_transcription!($plugin with_types_in $crate::bindings::transcription);
    };
    (speech, $plugin:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::speech::__export_speech!($plugin with_types_in $crate::bindings::speech);
    };
    (vector_store, $plugin:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::vector_store::__export_vector_store!($plugin with_types_in $crate::bindings::vector_store);
    };
    (callback, $plugin:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::callback::__export_callback!($plugin with_types_in $crate::bindings::callback);
    };
    (tool, $plugin:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::tool::__export_tool!($plugin with_types_in $crate::bindings::tool);
    };
    (passthrough, $plugin:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::passthrough::__export_passthrough!($plugin with_types_in $crate::bindings::passthrough);
    };
    (models, $plugin:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::models::__export_models!($plugin with_types_in $crate::bindings::models);
    };
}
