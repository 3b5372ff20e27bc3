//! `/openapi.json`: the document of the gateway's own interface. It is the same
//! for every gateway of a version, so it is written once.

use std::sync::LazyLock;

use bytes::Bytes;
use http::Response;

use super::answers::json;
use crate::openapi;
use crate::wire::body::Body;

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| openapi::document().to_string().into());

/// The document.
pub(super) fn document() -> Response<Body> {
    json(DOCUMENT.clone())
}
