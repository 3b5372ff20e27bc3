//! What a request says of its targets beside a config, in headers of its own.

use std::time::Duration;

use http::HeaderName;
use url::Url;

use crate::config::{CacheMode, CacheRule, ProviderOptions};

/// What a request's own headers say of all targets, over any config.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The provider of targets that name none.
    pub provider: Option<String>,
    /// Whether that is a provider as it is bound here, with the key that it is
    /// bound with.
    pub bound: bool,
    /// Fields of a kind of provider. They are for the provider that is named
    /// beside them or, without one, for the only one that the config names.
    pub options: ProviderOptions,
    /// Whether there is a key in the headers. It is for the same provider, in
    /// targets that have no key and don't name a provider as it is bound here.
    /// It never goes to two providers: nobody said which of them it is for.
    pub header_key: bool,
    /// The base URL.
    pub custom_host: Option<Url>,
    /// Guardrails before every request, as a JSON list in shorthand.
    pub input_guardrails: Option<String>,
    /// Guardrails before every answer, likewise.
    pub output_guardrails: Option<String>,
    /// How long one try may take.
    pub request_timeout: Option<Duration>,
    /// Whether answers are kept, over what the config says of it.
    pub cache_mode: Option<CacheMode>,
    /// How long they are, where they are.
    pub cache_age: Option<Duration>,
    /// Headers that are sent on.
    pub forward_headers: Option<Vec<HeaderName>>,
    /// Whether answers have nothing in them but what OpenAI's have.
    pub strict: Option<bool>,
}

impl Overrides {
    /// Whether they say nothing.
    pub fn is_empty(&self) -> bool {
        let Self { provider, custom_host, request_timeout, forward_headers, strict, options, .. } = self;
        provider.is_none()
            && self.input_guardrails.is_none()
            && self.output_guardrails.is_none()
            && options.is_empty()
            && custom_host.is_none()
            && request_timeout.is_none()
            && self.cache_mode.is_none()
            && self.cache_age.is_none()
            && forward_headers.is_none()
            && strict.is_none()
    }

    /// What becomes of a target's rule for the cache.
    pub(super) fn cache(&self, written: Option<CacheRule>) -> Option<CacheRule> {
        let rule = match (self.cache_mode, written) {
            (Some(mode), Some(written)) => Some(CacheRule { mode, ..written }),
            (Some(mode), None) => Some(CacheRule::new(mode)),
            (None, written) => written,
        };
        rule.map(|rule| CacheRule { max_age: self.cache_age.unwrap_or(rule.max_age), ..rule })
    }
}
