//! What the head of a signed request tells of its body.

use http::HeaderMap;

use super::authorization::digest;
use super::{SignatureError, only};

/// What stands in the place of a digest where the body isn't signed.
pub(super) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What `x-amz-content-sha256` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Payload {
    /// It isn't there: only the body tells its digest.
    Untold,
    /// The SHA-256 of the body.
    Digest([u8; 32]),
    /// The body isn't signed.
    Unsigned,
}

impl Payload {
    /// What these headers say.
    pub(super) fn of(headers: &HeaderMap, may_be_unsigned: bool) -> Result<Self, SignatureError> {
        let wrong = |reason| Err(SignatureError::Payload(reason));
        if !headers.contains_key("x-amz-content-sha256") {
            return Ok(Self::Untold);
        }
        let Ok(written) = only(headers, "x-amz-content-sha256") else {
            return wrong("can't be read, or there are several");
        };
        match written {
            UNSIGNED if may_be_unsigned => Ok(Self::Unsigned),
            UNSIGNED => wrong("says that the body isn't signed"),
            chunked if chunked.starts_with("STREAMING-") => wrong("says that the body is signed in chunks"),
            other => digest(other)
                .map_or_else(|| wrong("is no SHA-256 in lower case"), |digest| Ok(Self::Digest(digest))),
        }
    }
}
