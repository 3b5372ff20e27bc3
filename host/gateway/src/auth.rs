//! Which API keys a client shows: the gateway's own, and one of a provider.
//!
//! Portkey's clients show the gateway's key as `x-portkey-api-key` and the
//! provider's where that provider's own clients do: `Authorization: Bearer`,
//! `x-api-key`, or Google's `x-goog-api-key` and `?key=`. Clients that know of
//! no gateway show the gateway's key there. So the gateway's key is looked for in `x-portkey-api-key` first, and only
//! what stands beside it is a provider's.
//!
//! Against: a key of this gateway that is taken for a provider's and sent to an
//! upstream. No key that this gateway knows ever is, in whichever header.

pub(crate) mod signed;

use std::sync::Arc;

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Uri, header};
use jackfield_router::access::{Caller, Keys};
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::secret::Secret;

use crate::endpoint::query;

/// Shorter texts are no provider's key. Clients that must have some key and are
/// given none are often told `dummy` or `X`; and a secret as short as that could
/// not be looked for in what comes back.
const SHORTEST: usize = 8;

/// Who calls, and what it shows of a provider.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) caller: Arc<Caller>,
    /// The key of a provider. Whether it is used, and for which one, is for the
    /// request's plan to say.
    pub(crate) key: Option<Secret>,
}

/// The key in the header that Portkey has for the gateway's own.
fn gateways(headers: &HeaderMap) -> Option<&str> {
    // A header that is empty says nothing: Portkey's client sends its own so where
    // it was given no key.
    let value = headers.get("x-portkey-api-key")?.to_str().ok()?;
    Some(value).filter(|key| !key.is_empty())
}

/// The key where clients of providers show it.
fn providers(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text(header::AUTHORIZATION.as_str()).and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    let filled = |key: &&str| !key.is_empty();
    let in_header = |name| text(name).filter(filled);
    bearer.filter(filled).or_else(|| in_header("x-api-key")).or_else(|| in_header(GOOGLES))
}

/// Where Google's clients show their key.
pub(crate) const GOOGLES: &str = "x-goog-api-key";

/// Puts a key that stands in the query where keys are looked for, unless one is
/// there, and takes it out of the address, which is written into logs.
pub(crate) fn take_from_query(head: &mut Parts) {
    let Some(key) = query(&head.uri, "key") else { return };
    if let Ok(mut value) = HeaderValue::try_from(key)
        && !head.headers.contains_key(GOOGLES)
    {
        value.set_sensitive(true);
        head.headers.insert(GOOGLES, value);
    }
    let rest = head.uri.query().unwrap_or_default().split('&');
    let rest: Vec<&str> = rest.filter(|pair| pair.split('=').next() != Some("key")).collect();
    let path = match rest.is_empty() {
        true => head.uri.path().to_owned(),
        false => format!("{}?{}", head.uri.path(), rest.join("&")),
    };
    // What was read from an address makes one again.
    head.uri = match PathAndQuery::try_from(path) {
        Ok(path) => Uri::from(path),
        Err(_) => Uri::default(),
    };
}

/// Who calls. Without keys in the configuration everybody may.
pub(crate) async fn caller(keys: Option<&dyn Keys>, headers: &HeaderMap) -> Result<Arc<Caller>, Failure> {
    let Some(keys) = keys else { return Ok(Arc::default()) };
    let Some(key) = gateways(headers).or_else(|| providers(headers)) else {
        return Err(Failure::new(
            FailureKind::Authentication,
            "no API key: send one of this gateway's as `Authorization: Bearer KEY`",
        ));
    };
    keys.find(key)
        .await?
        .ok_or_else(|| Failure::new(FailureKind::Authentication, "this API key isn't one of this gateway's"))
}

/// Who calls, and the provider's key that it shows.
pub(crate) async fn shown(keys: Option<&dyn Keys>, headers: &HeaderMap) -> Result<Shown, Failure> {
    let caller = caller(keys, headers).await?;
    let own = gateways(headers);
    // Without a key of its own beside it, this was the gateway's.
    let candidate = providers(headers).filter(|_| own.is_some() || keys.is_none());
    let candidate = candidate.filter(|key| own != Some(*key) && !is_placeholder(key));
    let key = match (candidate, keys) {
        (Some(key), Some(keys)) if keys.find(key).await?.is_some() => None,
        (candidate, _) => candidate.and_then(|key| Secret::new(key.as_bytes().to_vec()).ok()),
    };
    Ok(Shown { caller, key })
}

/// What clients send where nobody gave them a key: something short, or, as
/// Portkey's own do, the name of the variable that should have had it (`DUMMY-KEY`
/// until their version 2).
fn is_placeholder(key: &str) -> bool {
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    key.len() < SHORTEST || (key.ends_with("KEY") && key.bytes().all(upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jackfield_router::access::FixedKeys;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn keys() -> FixedKeys {
        let mut keys = FixedKeys::default();
        let caller = |name: &str| Caller { key: Some(name.into()), ..Caller::default() };
        assert!(keys.add("gateway-one", caller("one")) && keys.add("gateway-two", caller("two")));
        keys
    }

    /// Who it is, and the provider's key.
    async fn of(
        keys: Option<&dyn Keys>,
        pairs: &[(&'static str, &'static str)],
    ) -> Result<(Option<String>, Option<String>), u16> {
        let found = shown(keys, &headers(pairs)).await.map_err(|failure| {
            assert!(!failure.message.contains("sk-"), "{failure}");
            failure.status
        })?;
        let key = found.key.map(|key| key.expose().to_owned());
        Ok((found.caller.key.as_deref().map(str::to_owned), key))
    }

    #[tokio::test]
    async fn the_gateways_key_is_found_in_the_header_of_any_dialect() {
        let keys = keys();
        for pairs in [
            &[("authorization", "Bearer gateway-one")][..],
            &[("authorization", "bearer  gateway-one")],
            &[("x-api-key", "gateway-one")],
            &[("x-goog-api-key", "gateway-one")],
            &[("authorization", "Bearer "), ("x-api-key", "gateway-one")],
            &[("authorization", "Basic x"), ("x-api-key", "gateway-one")],
            &[("x-portkey-api-key", "gateway-one")],
            &[("x-portkey-api-key", ""), ("authorization", "Bearer gateway-one")],
        ] {
            assert_eq!(of(Some(&keys), pairs).await, Ok((Some("one".to_owned()), None)), "{pairs:?}");
        }
    }

    #[tokio::test]
    async fn without_a_key_that_is_known_nobody_calls() {
        let keys = keys();
        for pairs in [
            &[][..],
            &[("authorization", "Bearer sk-of-a-provider")],
            &[("authorization", "Basic gateway-one")],
            &[("x-api-key", "")],
            &[("x-portkey-api-key", "sk-wrong"), ("authorization", "Bearer gateway-one")],
        ] {
            assert_eq!(of(Some(&keys), pairs).await, Err(401), "{pairs:?}");
            assert_eq!(caller(Some(&keys), &headers(pairs)).await.unwrap_err().status, 401);
        }
        assert!(caller(None, &HeaderMap::new()).await.is_ok(), "an open gateway asks for none");
    }

    #[tokio::test]
    async fn beside_the_gateways_key_stands_a_providers() {
        let keys = keys();
        let sk = "sk-of-a-provider";
        for (name, value) in [("authorization", "Bearer sk-of-a-provider"), ("x-api-key", sk)] {
            let pairs = [("x-portkey-api-key", "gateway-one"), (name, value)];
            assert_eq!(of(Some(&keys), &pairs).await, Ok((Some("one".to_owned()), Some(sk.to_owned()))));
            assert_eq!(of(None, &[(name, value)]).await, Ok((None, Some(sk.to_owned()))));
        }
    }

    #[test]
    fn a_key_in_the_query_becomes_a_header_and_leaves_the_address() {
        for (uri, own, key, left) in [
            ("/v1beta/models/m:generateContent?key=k%20y&alt=sse", None, Some("k y"), "?alt=sse"),
            ("/v1beta/models/m:generateContent?key=k", Some("own"), Some("own"), ""),
            ("/v1beta/models/m:generateContent?alt=sse&monkey=k", None, None, "?alt=sse&monkey=k"),
            ("http://host/v1beta/models/m:generateContent?a&key=k&key=l", None, Some("k"), "?a"),
        ] {
            let mut request = http::Request::get(uri);
            if let Some(own) = own {
                request = request.header(GOOGLES, own);
            }
            let (mut head, ()) = request.body(()).unwrap().into_parts();
            take_from_query(&mut head);
            assert_eq!(head.headers.get(GOOGLES).map(|value| value.to_str().unwrap()), key, "{uri}");
            let path = head.uri.path_and_query().unwrap().as_str();
            assert_eq!(path, format!("/v1beta/models/m:generateContent{left}"), "{uri}");
        }
    }

    #[tokio::test]
    async fn no_key_of_the_gateways_is_taken_for_a_providers() {
        let keys = keys();
        for pairs in [
            &[("authorization", "Bearer gateway-one")][..],
            &[("x-portkey-api-key", "gateway-one"), ("authorization", "Bearer gateway-one")],
            &[("x-portkey-api-key", "gateway-one"), ("authorization", "Bearer gateway-two")],
            &[("x-portkey-api-key", "gateway-one"), ("x-api-key", "gateway-two")],
            &[("authorization", "Bearer gateway-one"), ("x-api-key", "sk-of-a-provider")],
        ] {
            assert_eq!(of(Some(&keys), pairs).await.unwrap().1, None, "{pairs:?}");
        }
        let pairs = [("x-portkey-api-key", "whatever-it-is"), ("authorization", "Bearer whatever-it-is")];
        assert_eq!(of(None, &pairs).await, Ok((None, None)));
        assert_eq!(of(None, &[("x-portkey-api-key", "whatever-it-is")]).await, Ok((None, None)));
    }

    #[tokio::test]
    async fn what_stands_in_for_a_key_is_none() {
        for stand_in in [
            "Bearer X",
            "Bearer dummy",
            "Bearer EMPTY",
            "Bearer OPENAI_API_KEY",
            "Bearer DUMMY-KEY",
            "Basic sk-of-a-provider",
        ] {
            assert_eq!(of(None, &[("authorization", stand_in)]).await, Ok((None, None)), "{stand_in}");
        }
    }
}
