//! What a plan asks of the program around it.
//!
//! A config can ask for much that the router doesn't do itself: another host, a
//! guardrail, a credential. Whoever serves requests says, when a plan is built,
//! whether it does each of them; what it doesn't stops the config. A guardrail
//! or a host rule that is read and then forgotten is worse than one refused.

use std::sync::Arc;

use http::HeaderName;
use url::Url;

use crate::config::{CacheMode, Check, Hook, OptionName};

/// A model of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The provider.
    pub provider: Arc<str>,
    /// The model, by the provider's name for it.
    pub model: Arc<str>,
}

/// What a config asks for beyond routing.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Wish<'w> {
    /// A call with the client's own key.
    ApiKey {
        /// The provider; none where the request says which.
        provider: Option<&'w str>,
    },
    /// A call with the key that the provider is bound with.
    BoundKey {
        /// The provider.
        provider: &'w str,
    },
    /// A field that only one kind of provider understands.
    Option {
        /// The provider; none where the request says which.
        provider: Option<&'w str>,
        /// The field.
        name: OptionName,
        /// Whether the client brings the key along that it is for.
        keyed: bool,
    },
    /// Another base URL. A question of what egress may reach, never a way
    /// round it.
    CustomHost {
        /// The provider; none where the request says which.
        provider: Option<&'w str>,
        /// The URL.
        url: &'w Url,
    },
    /// A header of the request that is sent on.
    ForwardHeader(&'w HeaderName),
    /// A cache.
    Cache(CacheMode),
    /// One check of a guardrail or mutator.
    Check(&'w Check),
    /// Answers that may have more in them than OpenAI's.
    LooseCompliance,
    /// A provider that the request itself names.
    Passthrough,
}

/// The program around the router.
pub trait Surroundings: Sync {
    /// The provider of this name, by the name under which it is bound here.
    ///
    /// # Errors
    /// Why there is none, for the one who wrote the name.
    fn provider(&self, name: &str) -> Result<Arc<str>, String>;

    /// What `provider/model`, or another name of a model, stands for.
    ///
    /// # Errors
    /// Why it stands for nothing.
    fn model(&self, name: &str) -> Result<Named, String>;

    /// The guardrail that is saved under this id.
    ///
    /// # Errors
    /// Why there is none.
    fn hook(&self, id: &str) -> Result<Hook, String> {
        Err(format!("no guardrail is saved as {id:?}: write its checks"))
    }

    /// Guardrails that every plan has, before those of its own: of requests,
    /// and of answers. No config can take them away.
    fn always(&self) -> [&[Hook]; 2] {
        [&[], &[]]
    }

    /// Whether the wish is fulfilled whenever the plan runs.
    ///
    /// # Errors
    /// Why not, and what to do.
    fn permits(&self, wish: Wish<'_>) -> Result<(), String>;
}
