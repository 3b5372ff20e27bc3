//! What groups hand down to their targets.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use url::Url;

use crate::config::{BreakerRule, CacheRule, Config, Hook, RetryRule};
use crate::json::Json;
use crate::params::Drop;

/// What groups hand down. Parameters add up, the nearer ones win; every other
/// rule is replaced as a whole by the nearer one.
#[derive(Debug, Clone, Default)]
pub(super) struct Inherited {
    pub(super) override_params: Vec<(String, Json)>,
    pub(super) default_params: Vec<(String, Json)>,
    pub(super) drop_params: Vec<Drop>,
    pub(super) retry: Option<RetryRule>,
    pub(super) cache: Option<CacheRule>,
    pub(super) request_timeout: Option<Duration>,
    pub(super) custom_host: Option<Url>,
    pub(super) forward_headers: Option<Vec<HeaderName>>,
    pub(super) before: Option<Vec<Hook>>,
    pub(super) after: Option<Vec<Hook>>,
    pub(super) default_before: Vec<Hook>,
    pub(super) default_after: Vec<Hook>,
    pub(super) strict: Option<bool>,
    pub(super) metadata: Arc<BTreeMap<String, String>>,
    pub(super) breaker: Option<BreakerRule>,
}

impl Inherited {
    pub(super) fn with(&self, config: &Config) -> Self {
        let joined = |above: &[(String, Json)], own: &[(String, Json)]| [above, own].concat();
        let nearer = |own: &Vec<Hook>, above: &[Hook]| [above, own.as_slice()].concat();
        let metadata = if config.metadata.is_empty() {
            Arc::clone(&self.metadata)
        } else {
            let mut metadata = (*self.metadata).clone();
            metadata.extend(config.metadata.clone());
            Arc::new(metadata)
        };
        Self {
            override_params: joined(&self.override_params, &config.override_params),
            default_params: joined(&self.default_params, &config.default_params),
            drop_params: [self.drop_params.as_slice(), &config.drop_params].concat(),
            retry: config.retry.clone().or_else(|| self.retry.clone()),
            cache: config.cache.or(self.cache),
            request_timeout: config.request_timeout.or(self.request_timeout),
            custom_host: config.custom_host.clone().or_else(|| self.custom_host.clone()),
            forward_headers: config.forward_headers.clone().or_else(|| self.forward_headers.clone()),
            before: config.before.clone().or_else(|| self.before.clone()),
            after: config.after.clone().or_else(|| self.after.clone()),
            default_before: nearer(&config.default_before, &self.default_before),
            default_after: nearer(&config.default_after, &self.default_after),
            strict: config.strict.or(self.strict),
            metadata,
            breaker: config.breaker.clone().or_else(|| self.breaker.clone()),
        }
    }
}
