//! What clients bring along: a key, a host, fields of one kind of provider; and
//! what of it the operator grants.
//!
//! Against: a client's key at another provider than its own, the operator's key
//! at a client's host or account, and hosts that nobody granted. A target that
//! is meant for a client's key is never asked with the operator's instead.

mod fields;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use jackfield_router::config::OptionName;
use jackfield_router::{Failed, Failure, FailureKind, Leaf};
use jackfield_runtime::Variant;
use jackfield_runtime::egress::origin::Origin;
use jackfield_runtime::secret::Secret;
use url::Url;

use crate::settings::ClientKeys;

/// What the operator grants to clients.
#[derive(Debug)]
pub(crate) struct Grants {
    /// Whose keys are taken along.
    pub(crate) keys: ClientKeys,
    /// The hosts that a request may name.
    pub(crate) hosts: Vec<Origin>,
    /// Providers that nobody bound, and that a client can use with a key or a
    /// host of its own.
    pub(crate) unbound: BTreeSet<Arc<str>>,
}

impl Grants {
    /// Whether a client's key for this provider is taken along.
    pub(crate) fn key(&self, provider: Option<&str>) -> Result<(), String> {
        let line = match (&self.keys, provider) {
            (ClientKeys::All, _) => return Ok(()),
            (ClientKeys::Of(names), Some(name)) if names.contains(name) => return Ok(()),
            (ClientKeys::Of(names), Some(name)) => {
                let all: Vec<_> = names.iter().map(String::as_str).chain([name]).collect();
                format!("client-keys = {all:?}")
            }
            (ClientKeys::None | ClientKeys::Of(_), _) => "client-keys = true".to_owned(),
        };
        let whose = provider.map_or_else(String::new, |name| format!(" for {name}"));
        Err(format!(
            "this gateway takes no keys of clients{whose} along: leave the key out, or have `{line}` written under [server]"
        ))
    }

    /// Whether a request may name this host.
    pub(crate) fn host(&self, url: &Url) -> Result<(), String> {
        let origin = Origin::of(url).map_err(|error| error.to_string())?;
        if self.hosts.contains(&origin) {
            return Ok(());
        }
        let all: Vec<_> = self.hosts.iter().chain([&origin]).map(Origin::to_string).collect();
        Err(format!(
            "{origin} isn't granted to requests: leave it out, or have `custom-hosts = {all:?}` written under [server]"
        ))
    }

    /// Whether a field of a provider is a client's credential, or a part of one.
    pub(crate) fn is_credential(name: OptionName) -> bool {
        fields::is_credential(name)
    }

    /// Whether a field of a provider is followed. `keyed` says whether the
    /// client brings the key along that it is for.
    pub(crate) fn field(name: OptionName, keyed: bool) -> Result<(), String> {
        fields::check(name, keyed)
    }
}

/// How a target wants its provider to be bound for this request; nothing where
/// that is as the operator bound it. `key` is the one in the request's headers.
pub(crate) fn variant(leaf: &Leaf, key: Option<&Secret>) -> Result<Option<Variant>, Failure> {
    if !leaf.is_custom() {
        return Ok(None);
    }
    let key = match (&leaf.api_key, leaf.header_key) {
        (Some(own), _) => Some(own),
        (None, false) => None,
        // The plan was made for a request with a key; one without must not go on.
        (None, true) => Some(key.ok_or_else(|| Failure::internal("this target waits for a client's key"))?),
    };
    let mut variant = Variant { key: key.cloned(), host: leaf.custom_host.clone(), ..Variant::default() };
    fields::fill(&mut variant, &leaf.options)?;
    Ok(Some(variant).filter(|variant| !variant.is_empty()))
}

/// The failure as the client is to be told of it: whose key it was that a
/// provider didn't accept.
pub(crate) fn told(failed: &Failed) -> Cow<'_, Failure> {
    let failure = &failed.failure;
    let brings = |leaf: &&Arc<Leaf>| leaf.api_key.is_some() || leaf.header_key || has_credential(leaf);
    let brought = failed.leaf.as_ref().filter(brings);
    match (brought, failure.kind) {
        (Some(leaf), FailureKind::Authentication) => {
            let provider = leaf.provider.as_deref().unwrap_or_default();
            let whence = match (&leaf.api_key, leaf.header_key) {
                (Some(_), _) => "its config",
                (None, true) => "its headers",
                (None, false) => "the provider's fields of its config or its headers",
            };
            let message = format!(
                "{provider} doesn't accept the key that this request has in {whence}: {}",
                failure.message
            );
            // The upstream's own body doesn't say whose key it was.
            Cow::Owned(Failure { message, body: None, ..failure.clone() })
        }
        _ => Cow::Borrowed(failure),
    }
}

/// Whether it has a credential among the provider's fields.
fn has_credential(leaf: &Leaf) -> bool {
    leaf.options.names().any(fields::is_credential)
}

#[cfg(test)]
mod tests;
