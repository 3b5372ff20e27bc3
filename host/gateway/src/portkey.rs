//! What a client says in headers: Portkey's, by which its clients and many
//! frameworks steer a gateway.
//!
//! Every header that this gateway doesn't follow is refused by name. One that
//! was ignored in silence would leave its sender believing in a rule that
//! doesn't hold.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderName};
use jackfield_router::config::{CacheMode, CacheRule, OptionName, OptionValue, parse_base_url};
use jackfield_router::plan::Overrides;
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::secret::Secret;

const PREFIX: &str = "x-portkey-";

/// The most characters of a name for a trace.
pub(crate) const LONGEST_TRACE: usize = 256;

/// The catalog's name for a provider that Portkey calls otherwise.
pub(crate) fn catalogs(name: &str) -> Option<&'static str> {
    const NAMES: [(&str, &str); 9] = [
        ("azure-openai", "azure"),
        ("fireworks-ai", "fireworks"),
        ("google", "gemini"),
        ("mistral-ai", "mistral"),
        ("perplexity-ai", "perplexity"),
        ("together-ai", "together"),
        ("vertex-ai", "vertex"),
        ("workers-ai", "cloudflare"),
        ("x-ai", "xai"),
    ];
    NAMES.iter().find(|(portkeys, _)| *portkeys == name).map(|(_, own)| *own)
}

/// What the headers of one request say.
#[derive(Clone, Default)]
pub(crate) struct Wishes {
    /// A config, or the name of a saved one.
    pub(crate) config: Option<String>,
    /// The provider's key in the headers.
    pub(crate) key: Option<Secret>,
    /// What holds for all targets.
    pub(crate) overrides: Overrides,
    /// What is said of the request.
    pub(crate) metadata: BTreeMap<String, String>,
    /// Whether a fresh answer is wanted, whatever is in the cache.
    pub(crate) cache_refresh: bool,
    /// What keeps the client's answers apart in the cache.
    pub(crate) cache_namespace: Option<String>,
    /// Whether what is asked and answered stays out of the log, even where the
    /// operator wants it there.
    pub(crate) private: bool,
}

impl fmt::Debug for Wishes {
    /// Without the config: it may have keys in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wishes")
            .field("overrides", &self.overrides)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

impl Wishes {
    /// Reads the headers.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Failure> {
        let mut wishes = Self::default();
        for (name, value) in headers {
            let Some(field) = name.as_str().strip_prefix(PREFIX) else { continue };
            let value =
                value.to_str().map_err(|_| wrong(name, "has bytes in it that aren't visible ASCII"))?;
            wishes.set(name, field, value)?;
        }
        // A virtual key names the credential as well, so it is the more exact.
        let provider = text(headers, "x-portkey-virtual-key").or_else(|| text(headers, "x-portkey-provider"));
        if let Some(provider) = provider {
            let slug = provider.strip_prefix('@');
            wishes.overrides.bound = slug.is_some() || headers.contains_key("x-portkey-virtual-key");
            wishes.overrides.provider = Some(slug.unwrap_or(provider).to_owned());
        }
        Ok(wishes)
    }

    fn set(&mut self, name: &HeaderName, field: &str, value: &str) -> Result<(), Failure> {
        match field {
            "config" => self.config = Some(value.to_owned()),
            "provider" | "virtual-key" if value.trim().is_empty() => {
                return Err(wrong(name, "is empty: write the name of a provider"));
            }
            // Read where both are there.
            "provider" | "virtual-key" => {}
            // Echoed on every answer, on one that refuses the request too.
            "trace-id" | "span-id" | "span-name" | "parent-span-id" if value.len() <= LONGEST_TRACE => {}
            "trace-id" | "span-id" | "span-name" | "parent-span-id" => {
                return Err(wrong(name, "has more than 256 characters"));
            }
            "metadata" => self.metadata = metadata(name, value)?,
            "request-timeout" => {
                let millis: u64 = value.parse().map_err(|_| wrong(name, "isn't a number of milliseconds"))?;
                if millis == 0 {
                    return Err(wrong(name, "leaves no time at all"));
                }
                self.overrides.request_timeout = Some(Duration::from_millis(millis));
            }
            "strict-open-ai-compliance" => {
                self.overrides.strict = Some(truth(name, value)?);
            }
            "forward-headers" => {
                self.overrides.forward_headers = Some(names(name, value)?);
            }
            "custom-host" => {
                let url =
                    parse_base_url(value).map_err(|flaw| wrong(name, &format!("can't be used: {flaw}")))?;
                self.overrides.custom_host = Some(url);
            }
            // Read where the plan is made.
            "default-input-guardrails" => self.overrides.input_guardrails = Some(value.to_owned()),
            "default-output-guardrails" => self.overrides.output_guardrails = Some(value.to_owned()),
            "cache-force-refresh" => {
                self.cache_refresh = truth(name, value)?;
            }
            "cache" => {
                let mode =
                    CacheMode::of(value).ok_or_else(|| wrong(name, "is neither `simple` nor `semantic`"))?;
                self.overrides.cache_mode = Some(mode);
            }
            "cache-ttl" => {
                let age = value.parse().ok().and_then(CacheRule::age);
                let age = age.ok_or_else(|| wrong(name, "is no number of seconds from 60 to 7776000"))?;
                self.overrides.cache_age = Some(age);
            }
            "debug" => self.private = !truth(name, value)?,
            // None is ever logged.
            "sensitive-headers" => drop(names(name, value)?),
            "nitro-mode" | "fetch-integrated-models" if !truth(name, value)? => {}
            "nitro-mode" | "fetch-integrated-models" => {
                return Err(wrong(name, "asks for what only Portkey's own service has; leave it out"));
            }
            "cache-namespace" => self.cache_namespace = Some(value.to_owned()),
            // Read where keys are read.
            "api-key" => {}
            // Told by every client, and of no effect here.
            _ if field.starts_with("package-") || field.starts_with("runtime") => {}
            _ => {
                let option = OptionName::of_header(field)
                    .ok_or_else(|| wrong(name, "isn't followed by this gateway; leave it out"))?;
                let value = OptionValue::of_header(option, value).map_err(|flaw| wrong(name, flaw))?;
                self.overrides.options.set(option, value);
            }
        }
        Ok(())
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn wrong(name: &HeaderName, what: &str) -> Failure {
    Failure::new(FailureKind::InvalidRequest, format!("the header `{name}` {what}"))
}

fn truth(name: &HeaderName, value: &str) -> Result<bool, Failure> {
    value.parse().map_err(|_| wrong(name, "is neither `true` nor `false`"))
}

/// Names of headers, with commas between them.
fn names(name: &HeaderName, value: &str) -> Result<Vec<HeaderName>, Failure> {
    let header = |text: &str| {
        text.parse().map_err(|_| wrong(name, &format!("names {text:?}, which can't be a header")))
    };
    value.split(',').map(str::trim).filter(|text| !text.is_empty()).map(header).collect()
}

/// A flat object of short texts.
fn metadata(name: &HeaderName, value: &str) -> Result<BTreeMap<String, String>, Failure> {
    let read: BTreeMap<String, String> = serde_json::from_str(value)
        .map_err(|error| wrong(name, &format!("isn't a JSON object of texts: {error}")))?;
    match read.iter().find(|(_, value)| value.chars().count() > 128) {
        Some((key, _)) => Err(wrong(name, &format!("has more than 128 characters under {key:?}"))),
        None => Ok(read),
    }
}

#[cfg(test)]
mod tests;
