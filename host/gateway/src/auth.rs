//! Which API key a client shows.
//!
//! Clients of each dialect have a header of their own for it. Where a client
//! shows several, the gateway's own come first, so that a key that is meant for
//! an upstream is never taken for one of the gateway's.

use std::sync::Arc;

use http::{HeaderMap, header};
use jackfield_router::access::{Caller, Keys};
use jackfield_router::{Failure, FailureKind};

/// The key that a client shows.
pub(crate) fn shown(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    text("x-portkey-api-key").or(bearer).or_else(|| text("x-api-key")).filter(|key| !key.is_empty())
}

/// Who calls. Without keys in the configuration everybody may.
pub(crate) async fn caller(keys: Option<&dyn Keys>, headers: &HeaderMap) -> Result<Arc<Caller>, Failure> {
    let Some(keys) = keys else { return Ok(Arc::default()) };
    let Some(key) = shown(headers) else {
        return Err(Failure::new(
            FailureKind::Authentication,
            "no API key: send one of this gateway's as `Authorization: Bearer KEY`",
        ));
    };
    keys.find(key)
        .await?
        .ok_or_else(|| Failure::new(FailureKind::Authentication, "this API key isn't one of this gateway's"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jackfield_router::access::FixedKeys;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_key_is_found_in_the_header_of_any_dialect() {
        assert_eq!(shown(&headers(&[("authorization", "Bearer a")])), Some("a"));
        assert_eq!(shown(&headers(&[("authorization", "bearer  a")])), Some("a"));
        assert_eq!(shown(&headers(&[("x-api-key", "b")])), Some("b"));
        assert_eq!(shown(&headers(&[("authorization", "Bearer a"), ("x-portkey-api-key", "c")])), Some("c"));
        for none in [&[][..], &[("authorization", "Basic a")], &[("x-api-key", "")]] {
            assert_eq!(shown(&headers(none)), None, "{none:?}");
        }
    }

    #[tokio::test]
    async fn without_a_key_that_is_known_nobody_calls() {
        let mut keys = FixedKeys::default();
        assert!(keys.add("good", Caller::default()));
        for (shown, passes) in [("Bearer good", true), ("Bearer bad", false), ("", false)] {
            let found = caller(Some(&keys), &headers(&[("authorization", shown)])).await;
            assert_eq!(found.is_ok(), passes, "{shown}");
            assert!(
                found.err().is_none_or(|failure| failure.status == 401 && !failure.message.contains("bad"))
            );
        }
        assert!(caller(None, &HeaderMap::new()).await.is_ok(), "an open gateway asks for none");
    }
}
