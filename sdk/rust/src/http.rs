//! The one way out: requests, answers, and what goes wrong with them.
//!
//! A plugin names a URL and, where its manifest has several, an auth scheme;
//! the host decides whether it may, adds the credential and sends.
//!
//! ```no_run
//! # use jackfield_sdk::{config, http, types::Error};
//! # #[derive(serde::Serialize)] struct Ask { prompt: String }
//! # #[derive(serde::Deserialize)] struct Told { text: String }
//! # fn ask() -> Result<String, Error> {
//! let url = http::join(&config::url("base-url")?, "generate");
//! let told: Told = http::post(url)
//!     .json(&Ask { prompt: "Hello".to_owned() })
//!     .send_ok(|answer| answer.to_error())?
//!     .json()?;
//! # Ok(told.text)
//! # }
//! ```

mod answer;
mod frames;
mod multipart;
mod request;
mod response;
#[cfg(test)]
mod tests;

pub use crate::bindings::imports::jackfield::plugin::http::{
    ClientBody, Edit, EventStreamMessage, IncomingBody, Method, ServerSentEvent,
};
pub use answer::ErrorAnswer;
pub use frames::{Drain, Events, Frames, Lines, Messages};
pub use multipart::Multipart;
pub use request::{RequestBuilder, encode, join};
pub use response::{Response, unexpected};

/// A GET request.
pub fn get(url: impl Into<String>) -> RequestBuilder {
    RequestBuilder::new(Method::Get, url)
}

/// A POST request.
pub fn post(url: impl Into<String>) -> RequestBuilder {
    RequestBuilder::new(Method::Post, url)
}

/// A PUT request.
pub fn put(url: impl Into<String>) -> RequestBuilder {
    RequestBuilder::new(Method::Put, url)
}

/// A PATCH request.
pub fn patch(url: impl Into<String>) -> RequestBuilder {
    RequestBuilder::new(Method::Patch, url)
}

/// A DELETE request.
pub fn delete(url: impl Into<String>) -> RequestBuilder {
    RequestBuilder::new(Method::Delete, url)
}
