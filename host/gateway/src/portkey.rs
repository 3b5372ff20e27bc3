//! What a client says in headers: Portkey's, by which its clients and many
//! frameworks steer a gateway.
//!
//! Every header that this gateway doesn't follow is refused by name. One that
//! was ignored in silence would leave its sender believing in a rule that
//! doesn't hold.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderMap, HeaderName};
use jackfield_router::plan::Overrides;
use jackfield_router::{Failure, FailureKind};

const PREFIX: &str = "x-portkey-";

/// The most characters of a name for a trace.
pub(crate) const LONGEST_TRACE: usize = 256;

/// What the headers of one request say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    /// A config, or the name of a saved one.
    pub(crate) config: Option<String>,
    /// What holds for all targets.
    pub(crate) overrides: Overrides,
    /// What is said of the request.
    pub(crate) metadata: BTreeMap<String, String>,
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
        Ok(wishes)
    }

    fn set(&mut self, name: &HeaderName, field: &str, value: &str) -> Result<(), Failure> {
        match field {
            "config" => self.config = Some(value.to_owned()),
            "provider" => self.overrides.provider = Some(value.to_owned()),
            // Echoed on every answer, on one that refuses the request too.
            "trace-id" if value.len() <= LONGEST_TRACE => {}
            "trace-id" => return Err(wrong(name, "has more than 256 characters")),
            "metadata" => self.metadata = metadata(name, value)?,
            "request-timeout" => {
                let millis: u64 = value.parse().map_err(|_| wrong(name, "isn't a number of milliseconds"))?;
                if millis == 0 {
                    return Err(wrong(name, "leaves no time at all"));
                }
                self.overrides.request_timeout = Some(Duration::from_millis(millis));
            }
            "strict-open-ai-compliance" => {
                self.overrides.strict =
                    Some(value.parse().map_err(|_| wrong(name, "is neither `true` nor `false`"))?);
            }
            "forward-headers" => {
                let names = value.split(',').map(str::trim).filter(|text| !text.is_empty());
                let names: Result<Vec<HeaderName>, _> = names.map(str::parse).collect();
                self.overrides.forward_headers =
                    Some(names.map_err(|_| wrong(name, "names something that can't be a header"))?);
            }
            "custom-host" => {
                let url = value.parse().map_err(|error| wrong(name, &format!("isn't a URL: {error}")))?;
                self.overrides.custom_host = Some(url);
            }
            // Read where keys are read.
            "api-key" => {}
            // Told by every client, and of no effect here.
            _ if field.starts_with("package-") || field.starts_with("runtime") => {}
            _ => return Err(wrong(name, "isn't followed by this gateway; leave it out")),
        }
        Ok(())
    }
}

fn wrong(name: &HeaderName, what: &str) -> Failure {
    Failure::new(FailureKind::InvalidRequest, format!("the header `{name}` {what}"))
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
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Result<Wishes, String> {
        let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Wishes::read(&headers.collect()).map_err(|failure| failure.message)
    }

    #[test]
    fn what_is_said_is_read() {
        let wishes = read(&[
            ("x-portkey-config", "{}"),
            ("x-portkey-provider", "openai"),
            ("x-portkey-trace-id", "t"),
            ("x-portkey-metadata", "{\"_user\":\"u\"}"),
            ("x-portkey-request-timeout", "1500"),
            ("x-portkey-strict-open-ai-compliance", "false"),
            ("x-portkey-forward-headers", "x-a, X-B"),
            ("x-portkey-custom-host", "https://llm.example/v1"),
            ("x-portkey-package-version", "portkey-1"),
            ("x-other", "ignored"),
        ])
        .unwrap();
        assert_eq!(wishes.config.as_deref(), Some("{}"));
        assert_eq!(wishes.overrides.provider.as_deref(), Some("openai"));
        assert_eq!(wishes.metadata["_user"], "u");
        assert_eq!(wishes.overrides.request_timeout, Some(Duration::from_millis(1_500)));
        assert_eq!(wishes.overrides.strict, Some(false));
        assert_eq!(wishes.overrides.forward_headers.unwrap().len(), 2);
        assert_eq!(wishes.overrides.custom_host.unwrap().as_str(), "https://llm.example/v1");
    }

    #[test]
    fn what_is_not_followed_or_not_understood_is_refused_by_name() {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(129));
        for (name, value) in [
            ("x-portkey-virtual-key", "v"),
            ("x-portkey-invented", "v"),
            ("x-portkey-request-timeout", "soon"),
            ("x-portkey-request-timeout", "0"),
            ("x-portkey-metadata", "[]"),
            ("x-portkey-metadata", "{\"a\":1}"),
            ("x-portkey-metadata", &long),
            ("x-portkey-forward-headers", "a b"),
            ("x-portkey-custom-host", "no url"),
            ("x-portkey-strict-open-ai-compliance", "yes"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.contains(name), "{error}");
        }
    }
}
