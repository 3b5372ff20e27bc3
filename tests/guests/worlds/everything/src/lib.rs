//! A guest for every world of the contract, with behaviour that host tests can
//! predict: what each interface does is said at the head of its module.
//!
//! A model called `error-KIND`, as in `error-rate-limited`, fails with that
//! kind of error in every interface that has models; `trap` traps.

#[cfg(feature = "callback")]
mod callback;
#[cfg(feature = "embedding")]
mod embedding;
#[cfg(any(
    feature = "llm",
    feature = "embedding",
    feature = "rerank",
    feature = "transcription",
    feature = "speech"
))]
mod fault;
#[cfg(feature = "llm")]
mod llm;
#[cfg(feature = "models")]
mod models;
#[cfg(feature = "passthrough")]
mod passthrough;
#[cfg(feature = "rerank")]
mod rerank;
#[cfg(feature = "speech")]
mod speech;
#[cfg(feature = "tool")]
mod tool;
#[cfg(feature = "transcription")]
mod transcription;
#[cfg(feature = "vector-store")]
mod vector_store;

/// The plugin.
struct Everything;

#[cfg(feature = "llm")]
jackfield_sdk::export!(Everything: llm);
#[cfg(feature = "embedding")]
jackfield_sdk::export!(Everything: embedding);
#[cfg(feature = "rerank")]
jackfield_sdk::export!(Everything: rerank);
#[cfg(feature = "transcription")]
jackfield_sdk::export!(Everything: transcription);
#[cfg(feature = "speech")]
jackfield_sdk::export!(Everything: speech);
#[cfg(feature = "vector-store")]
jackfield_sdk::export!(Everything: vector_store);
#[cfg(feature = "callback")]
jackfield_sdk::export!(Everything: callback);
#[cfg(feature = "tool")]
jackfield_sdk::export!(Everything: tool);
#[cfg(feature = "passthrough")]
jackfield_sdk::export!(Everything: passthrough);
#[cfg(feature = "models")]
jackfield_sdk::export!(Everything: models);
