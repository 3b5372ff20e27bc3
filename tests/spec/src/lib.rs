//! Checks bodies against the providers' official API descriptions, for tests.
//!
//! The descriptions are no part of the repository: they lie in `../shared/specs`
//! beside it, or where `JACKFIELD_SPECS` says. A test without them has nothing
//! to compare with: [`read`] gives `None` and says on stderr that it skips.
//!
//! ```no_run
//! use jackfield_spec::{OpenApi, Unknown};
//! let Some(api) = OpenApi::load("openai/openapi.yaml") else { return Ok(()) };
//! let body = api.request("post", "/chat/completions", Unknown::Refused)?;
//! body.assert("a plain chat", &serde_json::json!({"model": "m", "messages": []}));
//! # Ok::<(), jackfield_spec::SpecError>(())
//! ```

mod aws;
mod check;
mod discovery;
mod folder;
mod openapi;
mod schema;
pub mod sigv4;

pub use aws::AwsService;
pub use check::Check;
pub use discovery::Discovery;
pub use folder::{folder, read};
pub use openapi::OpenApi;
pub use schema::Unknown;

/// What is wrong with a description, or with what was asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// The description has nothing at this place.
    #[error("{file} has nothing at {place}: look there for how it is called")]
    Missing {
        /// The description's file.
        file: String,
        /// A JSON pointer into it.
        place: String,
    },
    /// A reference to another file.
    #[error("{file} refers to {reference}: only references inside one file can be followed")]
    Reference {
        /// The description's file.
        file: String,
        /// The reference as it is written.
        reference: String,
    },
    /// The validator refuses the schema.
    #[error("the schema at {place} of {file} can't be used: {why}")]
    Schema {
        /// The description's file.
        file: String,
        /// A JSON pointer into it.
        place: String,
        /// The validator's reason.
        why: String,
    },
}
