//! What makes two requests the same.
//!
//! Whoever shares a key shares answers. So whatever may make an answer another
//! one, or somebody else's, is in it: tenant and credential above all, since a
//! cache without them hands one customer's answers to the next.

use std::fmt;

use sha2::{Digest, Sha256};

use super::canonical::canonical;

/// Where a request goes, for whom, and by which door it came.
#[derive(Debug, Clone, Copy)]
pub struct Target<'t> {
    /// The client's dialect: its answers are kept as bytes of it.
    pub dialect: &'t str,
    /// The endpoint, as in `/v1/chat/completions`.
    pub endpoint: &'t str,
    /// The provider that would answer.
    pub provider: &'t str,
    /// The provider's id of the model.
    pub model: &'t str,
    /// Whose request it is.
    pub tenant: Option<&'t str>,
    /// The id of the credential that would be used, never the credential: with
    /// another one the provider may know another account and other files.
    pub credential: Option<&'t str>,
    /// What the client sets apart by `x-portkey-cache-namespace`.
    pub namespace: Option<&'t str>,
    /// The headers that are sent on with the request, in any one form.
    pub headers: &'t str,
}

/// The key of a request: a SHA-256 hash over all that matters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// The key of a request with this body, as it is once the route's
    /// parameters are in it. JSON that says the same has the same key; anything
    /// else counts byte for byte.
    pub fn new(target: &Target<'_>, body: &[u8]) -> Self {
        match canonical(body) {
            Some(text) => Self::hash(b"json", target, &text),
            None => Self::hash(b"bytes", target, body),
        }
    }

    pub(super) fn hash(kind: &[u8], target: &Target<'_>, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        let Target { dialect, endpoint, provider, model, tenant, credential, namespace, headers } = *target;
        let fields = [
            Some(dialect),
            Some(endpoint),
            Some(provider),
            Some(model),
            tenant,
            credential,
            namespace,
            Some(headers),
        ];
        let mut field = |bytes: Option<&[u8]>| {
            // With their lengths in front, no two lists of fields look alike.
            let length = bytes.map_or(u64::MAX, |bytes| bytes.len() as u64);
            hash.update(length.to_le_bytes());
            hash.update(bytes.unwrap_or_default());
        };
        field(Some(kind));
        fields.iter().for_each(|text| field(text.map(str::as_bytes)));
        field(Some(body));
        Self(hash.finalize().into())
    }
}

impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
