//! Secrets: where they come from, how they are read again, and how they are
//! kept out of everything that is printed.
//!
//! A secret that reaches a log, an error message or a core dump is lost, so the
//! type that holds one can't be shown, compared or serialised; whoever wants
//! its text must ask for it by name. No function here hands one to a guest.

mod bound;
mod form;
mod reader;
mod source;
mod value;

pub use bound::BoundSecret;
pub use form::{Document, SecretForm};
pub use reader::{Environment, ProcessEnvironment, SecretReader, SecretStore, StoreError};
pub use source::SecretSource;
pub use value::{Secret, SecretFlaw};

/// Why a secret can't be had. Names the source, never the value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Nothing is there.
    #[error("{source_name} isn't set; set it, or name another source")]
    Missing {
        /// Where it should be, as in `environment variable X`.
        source_name: String,
    },
    /// What is there can't be used as a secret.
    #[error("{source_name} {flaw}")]
    Unusable {
        /// Where it is.
        source_name: String,
        /// What is wrong with it, and what to do.
        flaw: SecretFlaw,
    },
    /// The file can't be read.
    #[error("{source_name} can't be read: {source}; check that it exists and that this user may read it")]
    File {
        /// Which file.
        source_name: String,
        /// Why.
        source: std::io::Error,
    },
    /// There is no store to look in.
    #[error(
        "{source_name} can't be read: this host has no credential store; set one up, or use {{ env = \"...\" }} or {{ file = \"...\" }}"
    )]
    NoStore {
        /// Which credential.
        source_name: String,
    },
    /// The store failed.
    #[error("{source_name} can't be read from the store: {source}")]
    Store {
        /// Which credential.
        source_name: String,
        /// Why.
        source: StoreError,
    },
}
