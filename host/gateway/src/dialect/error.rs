//! What a client is told when things go wrong: a request that can't be read,
//! and a failure of an upstream in terms of HTTP.

use jackfield_runtime::api::types::{Error, ErrorKind};
use thiserror::Error as ThisError;

/// A body that isn't what its dialect says.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[error("{}{message}", place(path))]
#[non_exhaustive]
pub struct DecodeError {
    /// Where in the body, as in `messages[2].content[0].image_url.url`; empty
    /// for the body as a whole.
    pub path: String,
    /// What is wrong there.
    pub message: String,
    /// [`ErrorKind::InvalidRequest`], or [`ErrorKind::Unsupported`] for what
    /// the dialect has and this gateway can't do for any provider.
    pub kind: ErrorKind,
}

fn place(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("`{path}`: ") }
}

impl DecodeError {
    /// Something that the dialect forbids.
    pub fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        DecodeError { path: path.into(), message: message.into(), kind: ErrorKind::InvalidRequest }
    }

    /// Something that the dialect has and the typed form hasn't.
    pub fn unsupported(path: impl Into<String>, message: impl Into<String>) -> Self {
        DecodeError { path: path.into(), message: message.into(), kind: ErrorKind::Unsupported }
    }

    /// A member that must be there.
    pub(crate) fn missing(path: impl Into<String>) -> Self {
        Self::invalid(path, "is missing")
    }

    /// The contract's record of it.
    pub fn to_record(&self) -> Error {
        Error::new(self.kind, self.to_string())
    }

    /// Where it is, in the way error bodies have it.
    pub fn param(&self) -> Option<&str> {
        Some(self.path.as_str()).filter(|path| !path.is_empty())
    }
}

/// The status of an answer that tells of an error: the upstream's own where it
/// gave one, and otherwise what stands for the kind of failure.
pub fn status(error: &Error) -> u16 {
    if let Some(status @ 400..=599) = error.status {
        return status;
    }
    match error.kind {
        ErrorKind::InvalidRequest
        | ErrorKind::ContextLength
        | ErrorKind::ContentFilter
        | ErrorKind::Unsupported => 400,
        ErrorKind::Authentication => 401,
        ErrorKind::Permission => 403,
        ErrorKind::NotFound => 404,
        ErrorKind::RateLimited | ErrorKind::QuotaExceeded => 429,
        ErrorKind::Internal => 500,
        ErrorKind::BadUpstreamAnswer | ErrorKind::Unavailable => 502,
        ErrorKind::Overloaded => 503,
        ErrorKind::Timeout => 504,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upstreams_status_goes_first_unless_it_tells_of_no_error() {
        let mut error = Error::new(ErrorKind::RateLimited, "slow down");
        assert_eq!(status(&error), 429);
        error.status = Some(529);
        assert_eq!(status(&error), 529);
        error.status = Some(200);
        assert_eq!(status(&error), 429);
    }

    #[test]
    fn a_place_is_part_of_the_message() {
        let error = DecodeError::missing("messages[0].role");
        assert_eq!(error.to_string(), "`messages[0].role`: is missing");
        assert_eq!(error.to_record().kind, ErrorKind::InvalidRequest);
        assert_eq!(DecodeError::invalid("", "x").to_string(), "x");
    }
}
