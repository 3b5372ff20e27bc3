//! Checks that need the network: what they are to ask, and where.
//!
//! Against: a config, which any client may send, that makes its gateway call
//! an address of the client's choice. Reading one opens nothing; whoever runs
//! it allows only what its operator grants.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use url::Url;

use super::Rule;
use super::rule::flag;
use crate::config::read::{Item, Object};

/// How long a call may take unless the check says so.
const USUAL: u64 = 3_000;

/// How long it may take at most.
const LONGEST: u64 = 30_000;

/// A check that needs the network.
#[derive(Debug)]
#[non_exhaustive]
pub enum Remote {
    /// `webhook`.
    Webhook(Webhook),
    /// `log`.
    Log(Log),
    /// `validUrls`.
    Urls(Urls),
    /// `jwt`.
    Jwt(Jwt),
}

impl Remote {
    /// The address that it asks; none where the text that is judged names it.
    pub fn url(&self) -> Option<&Url> {
        match self {
            Self::Webhook(hook) => Some(&hook.url),
            Self::Log(log) => Some(&log.url),
            Self::Jwt(jwt) => Some(&jwt.keys),
            Self::Urls(_) => None,
        }
    }
}

/// `webhook`: another service judges, and may rewrite.
#[derive(Debug)]
pub struct Webhook {
    /// `webhookURL`.
    pub url: Url,
    /// `headers`.
    pub headers: HookHeaders,
    /// `timeout`, in milliseconds.
    pub timeout: Duration,
}

/// `log`: another service is told; the verdict is good once it was.
#[derive(Debug)]
pub struct Log {
    /// `logURL`.
    pub url: Url,
    /// `headers`.
    pub headers: HookHeaders,
    /// `timeout`, in milliseconds.
    pub timeout: Duration,
}

/// `validUrls`: whether all URLs in the text lead somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Urls {
    /// `onlyDNS`: whether it is enough that their names exist.
    pub only_dns: bool,
    /// `not`.
    pub not: bool,
}

/// `jwt`: whether a header of the request has a token that one of the keys has
/// signed.
#[derive(Debug)]
pub struct Jwt {
    /// `jwksUri`.
    pub keys: Url,
    /// `headerKey`.
    pub header: HeaderName,
    /// `cacheMaxAge`, in seconds: how long the keys are believed.
    pub keep: Duration,
    /// `clockTolerance`, in seconds.
    pub tolerance: Duration,
    /// `maxTokenAge`, as in `1d`.
    pub oldest: Duration,
}

/// Headers of a call. Their values may be credentials, and aren't shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HookHeaders(pub Vec<(HeaderName, HeaderValue)>);

impl fmt::Debug for HookHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

fn remote(remote: Remote) -> Rule {
    Rule::Remote(Arc::new(remote))
}

pub(super) fn webhook(object: &mut Object<'_>) -> Option<Rule> {
    let (headers, timeout) = (headers(object), timeout(object)?);
    let url = url(object, "webhookURL")?;
    Some(remote(Remote::Webhook(Webhook { url, headers: headers?, timeout })))
}

pub(super) fn log(object: &mut Object<'_>) -> Option<Rule> {
    let (headers, timeout) = (headers(object), timeout(object)?);
    let url = url(object, "logURL")?;
    Some(remote(Remote::Log(Log { url, headers: headers?, timeout })))
}

pub(super) fn urls(object: &mut Object<'_>) -> Option<Rule> {
    Some(remote(Remote::Urls(Urls { only_dns: flag(object, "onlyDNS"), not: flag(object, "not") })))
}

pub(super) fn jwt(object: &mut Object<'_>) -> Option<Rule> {
    let mut seconds = |name, usual| {
        let item = object.take(name);
        item.map_or(Some(usual), |item| item.whole(0, 31_536_000)).map(Duration::from_secs)
    };
    let (keep, tolerance) = (seconds("cacheMaxAge", 86_400), seconds("clockTolerance", 5));
    let oldest = object.take("maxTokenAge").map_or(Some(Duration::from_secs(86_400)), |item| age(&item));
    let header = object.take("headerKey").map_or(Some(http::header::AUTHORIZATION), |item| {
        let name = item.string()?;
        name.parse().map_err(|_| item.reject("this can't be a header's name")).ok()
    });
    let keys = url(object, "jwksUri")?;
    let (keep, tolerance, oldest, header) = (keep?, tolerance?, oldest?, header?);
    Some(remote(Remote::Jwt(Jwt { keys, header, keep, tolerance, oldest })))
}

/// `1d`, `12h`, `30m` or `90s`, also written out as in `30 minutes`.
fn age(item: &Item<'_>) -> Option<Duration> {
    if !item.is_string() {
        return item.whole(1, 31_536_000).map(Duration::from_secs);
    }
    let text = item.string()?;
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let unit = match text[digits..].trim() {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(60),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(3_600),
        "d" | "day" | "days" => Some(86_400),
        "w" | "week" | "weeks" => Some(604_800),
        _ => None,
    };
    let number = text[..digits].parse::<u32>().ok().filter(|number| *number > 0);
    let (Some(number), Some(unit)) = (number, unit) else {
        item.reject("this is no age: write one such as \"1d\", \"12h\", \"30m\" or \"90s\"");
        return None;
    };
    Some(Duration::from_secs(u64::from(number) * unit))
}

fn timeout(object: &mut Object<'_>) -> Option<Duration> {
    let item = object.take("timeout");
    item.map_or(Some(USUAL), |item| item.whole(1, LONGEST)).map(Duration::from_millis)
}

fn url(object: &mut Object<'_>, name: &'static str) -> Option<Url> {
    let Some(item) = object.take(name) else {
        object.missing(name, "\"https://checks.example.com/verdict\"");
        return None;
    };
    let url = match Url::parse(&item.string()?) {
        Ok(url) => url,
        Err(error) => {
            item.reject(format!("this isn't a URL: {error}"));
            return None;
        }
    };
    if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
        item.reject("only https and http can be called");
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        item.reject("credentials don't belong into a URL: write them into `headers`");
        return None;
    }
    Some(url)
}

/// An object of texts, or the JSON text of one.
fn headers(object: &mut Object<'_>) -> Option<HookHeaders> {
    let Some(item) = object.take("headers") else { return Some(HookHeaders::default()) };
    let text = if item.is_string() { item.string()? } else { item.raw().to_owned() };
    let inner = Item::new(item.report, item.pointer.clone(), text.trim());
    if text.trim().is_empty() {
        return Some(HookHeaders::default());
    }
    let mut headers = Vec::new();
    for (name, value) in inner.entries()? {
        let Ok(header) = name.parse::<HeaderName>() else {
            value.reject("this can't be a header's name");
            continue;
        };
        if matches!(header.as_str(), "host" | "content-length" | "transfer-encoding" | "connection") {
            value.reject("this header is written by the gateway itself");
            continue;
        }
        match HeaderValue::try_from(value.string()?) {
            Ok(text) => headers.push((header, text)),
            Err(_) => value.reject("this can't be a header's value"),
        }
    }
    Some(HookHeaders(headers))
}
