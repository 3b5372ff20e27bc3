//! Who calls: the holder of an API key, its tenant, and which models it may use.
//!
//! Against a key that is guessed or compared byte by byte: keys are kept and
//! looked up by their SHA-256 only, so that neither memory nor timing tells of
//! them; except for those that clients may sign with instead of showing them,
//! which nobody can check without the key itself. [`FixedKeys`] has them from the configuration; a store of tenants
//! implements [`Keys`] in its place.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use jackfield_runtime::secret::Secret;
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::run::BoxFuture;

/// Who calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// The key's name, for logs and limits; never the key.
    pub key: Option<Arc<str>>,
    /// The tenant on whose behalf calls are made.
    pub tenant: Option<Arc<str>>,
    /// The models that it may use, as `provider/model` with an optional `*` at
    /// the end; nothing means all.
    pub models: Option<Vec<String>>,
}

impl Caller {
    /// Whether it may use a model of a provider.
    pub fn may_use(&self, provider: &str, model: &str) -> bool {
        let Some(allowed) = &self.models else { return true };
        allowed.iter().any(|pattern| {
            let (exact, rest) = match pattern.strip_suffix('*') {
                Some(prefix) => (false, prefix),
                None => (true, pattern.as_str()),
            };
            let Some(tail) = rest.strip_prefix(provider).and_then(|tail| tail.strip_prefix('/')) else {
                // A pattern may end within the provider's name, or name nothing else.
                return !exact && !rest.contains('/') && provider.starts_with(rest);
            };
            if exact { tail == model } else { model.starts_with(tail) }
        })
    }
}

/// A key that requests may be signed with.
#[derive(Debug, Clone)]
pub struct SigningKey {
    /// Its holder.
    pub caller: Arc<Caller>,
    /// The key itself.
    pub secret: Secret,
}

/// Knows API keys.
pub trait Keys: Send + Sync + fmt::Debug {
    /// The holder of the key that a client shows; nothing for one that isn't
    /// known.
    fn find<'a>(&'a self, shown: &'a str) -> BoxFuture<'a, Result<Option<Arc<Caller>>, Failure>>;

    /// The key of this name, to check a signature with; nothing where there is
    /// none that requests may be signed with.
    fn signing<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SigningKey>, Failure>> {
        let _ = name;
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// The keys of the configuration.
#[derive(Clone, Default)]
pub struct FixedKeys {
    by_digest: HashMap<[u8; 32], Arc<Caller>>,
    signing: HashMap<Arc<str>, SigningKey>,
}

impl FixedKeys {
    /// Adds a key. False if the same key is there already, for another holder.
    #[must_use]
    pub fn add(&mut self, key: &str, caller: Caller) -> bool {
        self.by_digest.insert(digest(key), Arc::new(caller)).is_none()
    }

    /// Adds a key that requests may also be signed with, under its holder's
    /// name. False as for [`FixedKeys::add`].
    #[must_use]
    pub fn add_signing(&mut self, key: &Secret, caller: Caller) -> bool {
        if let Some(name) = &caller.key {
            let signing = SigningKey { caller: Arc::new(caller.clone()), secret: key.clone() };
            self.signing.insert(Arc::clone(name), signing);
        }
        self.add(key.expose(), caller)
    }
}

impl fmt::Debug for FixedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedKeys").field("count", &self.by_digest.len()).finish()
    }
}

impl Keys for FixedKeys {
    fn find<'a>(&'a self, shown: &'a str) -> BoxFuture<'a, Result<Option<Arc<Caller>>, Failure>> {
        Box::pin(std::future::ready(Ok(self.by_digest.get(&digest(shown)).cloned())))
    }

    fn signing<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SigningKey>, Failure>> {
        Box::pin(std::future::ready(Ok(self.signing.get(name).cloned())))
    }
}

fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(patterns: &[&str]) -> Caller {
        Caller { models: Some(patterns.iter().map(|&p| p.to_owned()).collect()), ..Caller::default() }
    }

    #[test]
    fn without_a_list_every_model_may_be_used() {
        assert!(Caller::default().may_use("openai", "gpt-4o"));
        assert!(!allowed(&[]).may_use("openai", "gpt-4o"));
    }

    #[test]
    fn a_model_is_allowed_by_its_whole_name_or_by_a_beginning_with_a_star() {
        let caller = allowed(&["openai/gpt-4o", "groq/*", "hub/meta-llama/*"]);
        assert!(caller.may_use("openai", "gpt-4o"));
        assert!(!caller.may_use("openai", "gpt-4o-mini"));
        assert!(caller.may_use("groq", "anything/at/all"));
        assert!(!caller.may_use("groq2", "anything"));
        assert!(caller.may_use("hub", "meta-llama/Llama-3"));
        assert!(!caller.may_use("hub", "qwen/Qwen"));
        assert!(allowed(&["*"]).may_use("any", "thing"));
        assert!(!allowed(&["openai"]).may_use("openai", "gpt-4o"), "a name alone is no pattern of models");
    }

    #[tokio::test]
    async fn a_key_is_found_by_itself_alone() {
        let mut keys = FixedKeys::default();
        assert!(keys.add("sk-one", Caller { key: Some("one".into()), ..Caller::default() }));
        assert!(!keys.add("sk-one", Caller::default()), "one key can't have two holders");
        assert!(keys.find("sk-two").await.unwrap().is_none());
        assert!(keys.find("sk-on").await.unwrap().is_none());
        assert!(keys.find("sk-one").await.unwrap().is_some());
        assert!(!format!("{keys:?}").contains("sk-one"));
    }
}
