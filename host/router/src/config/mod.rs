//! The Portkey Config: an object that says which targets a request may go to,
//! in which order, and under which rules.
//!
//! Every field of it is read, and an unknown one is an error that names its
//! JSON pointer and the nearest known name. Reading is the first of two steps:
//! [`crate::plan`] then hands rules down from groups to their targets and asks
//! whether the program around can do what is written.
//!
//! Routes of `jackfield.toml` become the same [`Config`] ([`routes`]).

mod error;
mod hooks;
mod object;
mod options;
pub(crate) mod read;
mod report;
pub mod routes;
mod rules;
mod strategy;
mod validate;

use std::collections::BTreeMap;
use std::time::Duration;

use jackfield_runtime::secret::Secret;
use url::Url;

pub use error::{ConfigError, Problem};
pub use hooks::{Check, Checks, Feedback, Hook, HookKind};
pub use object::parse_base_url;
pub use options::{Brand, Form, OptionName, OptionValue, ProviderOptions};
pub use rules::{BreakerRule, CacheMode, CacheRule, RETRY_STATUSES, RetryRule};
pub use strategy::{Balance, Condition, Sticky, StickyField, Strategy};

use crate::json::Json;
use crate::params::Drop;
use read::{Item, Report};

/// The most bytes of a config that is written in a request.
pub const LONGEST: usize = 256 * 1024;

/// How deep targets may lie within targets.
const DEPTH: usize = 12;

/// A config, or one target of it. Without targets of its own it is a target.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// How the targets are used.
    pub strategy: Option<Strategy>,
    /// The targets, if this is a group.
    pub targets: Vec<Config>,
    /// The name by which conditions choose it.
    pub name: Option<String>,
    /// Its share under a strategy that balances load. Default: 1.
    pub weight: Option<f64>,
    /// The provider, by this gateway's name for it or by Portkey's.
    pub provider: Option<String>,
    /// Whether that is a provider as it is bound here, with the key that it is
    /// bound with: `@name`, or `virtual_key`.
    pub bound: bool,
    /// The credential that the client brings along.
    pub api_key: Option<Secret>,
    /// Whether the request itself says which provider is meant.
    pub passthrough: bool,
    /// The model as `provider/model`; routes of `jackfield.toml` write it.
    pub model: Option<String>,
    /// Parameters that replace the request's.
    pub override_params: Vec<(String, Json)>,
    /// Parameters for requests that don't have them.
    pub default_params: Vec<(String, Json)>,
    /// Parameters that are taken away.
    pub drop_params: Vec<Drop>,
    /// How often a target is tried again.
    pub retry: Option<RetryRule>,
    /// Whether answers are kept.
    pub cache: Option<CacheRule>,
    /// How long one try may take until its answer begins.
    pub request_timeout: Option<Duration>,
    /// Another base URL of the provider's API.
    pub custom_host: Option<Url>,
    /// Headers of the request that go to the upstream as well.
    pub forward_headers: Option<Vec<http::HeaderName>>,
    /// What runs before a request goes out.
    pub before: Option<Vec<Hook>>,
    /// What runs before an answer comes back.
    pub after: Option<Vec<Hook>>,
    /// What runs before every request of the whole config, beside `before`.
    pub default_before: Vec<Hook>,
    /// What runs before every answer of the whole config, beside `after`.
    pub default_after: Vec<Hook>,
    /// Whether answers have nothing in them but what OpenAI's have.
    pub strict: Option<bool>,
    /// What is said of every request, unless the request says otherwise.
    pub metadata: BTreeMap<String, String>,
    /// When a target is left alone for a while.
    pub breaker: Option<BreakerRule>,
    /// Fields that only one kind of provider understands.
    pub options: ProviderOptions,
    /// Where it stands, as a JSON pointer.
    pub pointer: String,
}

impl Config {
    /// Reads a config from JSON.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its JSON pointer.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        if text.len() > LONGEST {
            return Err(ConfigError::one("", format!("the config has more than {LONGEST} bytes")));
        }
        // One pass over the whole says where the text stops being JSON; the
        // reader below looks at one level at a time.
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
            return Err(ConfigError::one("", format!("the config isn't JSON: {error}")));
        }
        let report = Report::default();
        let config = Item::new(&report, String::new(), text.trim());
        let config = object::read(&config, 0);
        if let Some(config) = &config {
            validate::check(config, &report);
        }
        let problems = report.into_problems();
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(ConfigError::new(problems)),
        }
    }

    /// Whether this is a group of targets.
    pub fn is_group(&self) -> bool {
        self.strategy.is_some() || !self.targets.is_empty()
    }
}

#[cfg(test)]
mod tests;
