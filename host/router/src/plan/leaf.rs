//! One target with all its rules.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use jackfield_runtime::secret::Secret;
use url::Url;

use crate::breaker::Breaker;
use crate::config::{CacheRule, Hook, ProviderOptions, RetryRule};
use crate::params::Params;
use crate::retry::Budget;

/// One target with all its rules: its own, and those that groups around it
/// hand down.
pub struct Leaf {
    /// Where it stands, as in `config.targets[1].targets[0]`.
    pub path: Arc<str>,
    /// The name that it was given.
    pub name: Option<String>,
    /// The provider; without one, the request says which.
    pub provider: Option<Arc<str>>,
    /// The model that replaces the request's.
    pub model: Option<Arc<str>>,
    /// The model of requests that name none.
    pub default_model: Option<Arc<str>>,
    /// Changes to the other parameters. They are to be made before the request
    /// is read, since they can change anything in it.
    pub params: Params,
    /// When it is tried again.
    pub retry: RetryRule,
    /// How long one try may take until its answer begins.
    pub request_timeout: Option<Duration>,
    /// Whether answers are kept.
    pub cache: Option<CacheRule>,
    /// Another base URL of the provider's API.
    pub custom_host: Option<Url>,
    /// The client's own credential.
    pub api_key: Option<Secret>,
    /// Whether the key in the request's own headers is meant for it.
    pub header_key: bool,
    /// Whether the request itself says which provider is meant.
    pub passthrough: bool,
    /// Headers of the request that go to the upstream as well.
    pub forward_headers: Vec<HeaderName>,
    /// Whether answers have nothing in them but what OpenAI's have.
    pub strict: bool,
    /// What runs before a request goes out.
    pub before: Vec<Hook>,
    /// What runs before an answer comes back.
    pub after: Vec<Hook>,
    /// What is said of every request, unless the request says otherwise.
    pub metadata: Arc<BTreeMap<String, String>>,
    /// Fields that only this kind of provider understands.
    pub options: ProviderOptions,
    /// The circuit breaker.
    pub(crate) breaker: Option<Breaker>,
    /// What retries may cost.
    pub(crate) budget: Budget,
}

impl fmt::Debug for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaf")
            .field("path", &self.path)
            .field("name", &self.name)
            .field("provider", &self.provider)
            .field("model", &self.model)
            .field("api_key", &self.api_key)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Leaf {
    /// A target of this provider and model, without rules.
    pub fn plain(path: &str, provider: Option<Arc<str>>, model: Option<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            name: None,
            provider,
            model,
            default_model: None,
            params: Params::default(),
            retry: RetryRule::default(),
            request_timeout: None,
            cache: None,
            custom_host: None,
            api_key: None,
            header_key: false,
            passthrough: false,
            forward_headers: Vec::new(),
            strict: true,
            before: Vec::new(),
            after: Vec::new(),
            metadata: Arc::default(),
            options: ProviderOptions::default(),
            breaker: None,
            budget: Budget::default(),
        }
    }

    /// The model to ask for, when the request names this one.
    pub fn model_for<'r>(&'r self, requested: Option<&'r str>) -> Option<&'r str> {
        self.model.as_deref().or(requested).or(self.default_model.as_deref())
    }

    /// Whether the provider must be bound anew for it: it brings a credential,
    /// an address or an account along.
    pub fn is_custom(&self) -> bool {
        self.api_key.is_some() || self.header_key || self.custom_host.is_some() || !self.options.is_empty()
    }
}
