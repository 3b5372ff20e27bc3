//! `[server.receivers.NAME]`: where a provider delivers the results of queued
//! requests, and by what such a delivery is known to be the provider's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use http::HeaderName;
use jackfield_runtime::manifest::name::ProviderName;
use jackfield_runtime::secret::SecretSource;
use jackfield_runtime::settings::document::{Fields, Node};
use jackfield_runtime::settings::{ByteSize, Period};

/// The name of a receiver, which stands in the URL that a provider is given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReceiverName(Box<str>);

/// A name that can't stand in a URL as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} can't name a receiver: write 1 to 64 lower-case letters, digits and hyphens, as in `baseten`")]
pub struct ReceiverNameError(String);

impl ReceiverName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReceiverName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ReceiverName {
    type Err = ReceiverNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        match (1..=64).contains(&text.len()) && text.bytes().all(fits) {
            true => Ok(Self(text.into())),
            false => Err(ReceiverNameError(text.to_owned())),
        }
    }
}

/// One receiver. What isn't written is as Baseten signs and delivers.
/// <https://docs.baseten.co/inference/async>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverSettings {
    /// `provider`: whose queued requests it is for.
    pub provider: ProviderName,
    /// `secret`: what deliveries are signed with; several while one takes the
    /// place of another.
    pub secrets: Vec<SecretSource>,
    /// `signature`: the header that has the signatures.
    pub signature: HeaderName,
    /// `scheme`: what stands before `=` and the HMAC-SHA256 of the body in hex.
    pub scheme: String,
    /// `age`: how old a delivery may be.
    pub age: Duration,
    /// `keep`: how long a result waits to be fetched.
    pub keep: Duration,
    /// `pending`: how long a result is waited for.
    pub pending: Duration,
    /// `bytes`: the most memory for results, and for requests that wait for one.
    pub bytes: usize,
    /// `body`: the most bytes of a delivery.
    pub body: usize,
    /// Where in a delivery everything is.
    pub places: Places,
}

/// Where in a delivery, which is JSON, everything is: JSON pointers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// `id`: the request's id.
    pub id: String,
    /// `time`: when it was made, as RFC 3339 has it.
    pub time: String,
    /// `result`: what the model gave.
    pub result: String,
    /// `errors`: a list that isn't empty where the request failed.
    pub errors: String,
    /// `text`: within the result, its text.
    pub text: String,
}

impl Default for Places {
    fn default() -> Self {
        let [id, time, result, errors] = ["/request_id", "/time", "/data", "/errors"].map(str::to_owned);
        Self { id, time, result, errors, text: String::new() }
    }
}

impl ReceiverSettings {
    /// One for this provider with nothing else written but its secrets.
    pub fn new(provider: ProviderName, secrets: Vec<SecretSource>) -> Self {
        Self {
            provider,
            secrets,
            signature: HeaderName::from_static("x-baseten-signature"),
            scheme: "v1".to_owned(),
            age: Duration::from_secs(300),
            keep: Duration::from_secs(3_600),
            // Baseten queues for 72 hours at most, and runs for one.
            pending: Duration::from_secs(73 * 3_600),
            bytes: 64 << 20,
            body: 16 << 20,
            places: Places::default(),
        }
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let provider =
            fields.require("provider", "\"baseten-dedicated\"").and_then(|node| node.parse::<ProviderName>());
        let secrets =
            fields.require("secret", "{ env = \"WEBHOOK_SECRET\" }").and_then(|node| secrets(&node));
        // Read on without them, so that everything that is wrong is told at once.
        let complete = provider.is_some() && secrets.is_some();
        let unnamed = || "unnamed".parse::<ProviderName>().ok();
        let mut settings = Self::new(provider.or_else(unnamed)?, secrets.unwrap_or_default());
        let signature = fields.take("signature").and_then(|node| node.parse::<HeaderName>());
        super::set(&mut settings.signature, signature);
        super::set(&mut settings.scheme, fields.take("scheme").and_then(|node| scheme(&node)));
        for (name, period) in
            [("age", &mut settings.age), ("keep", &mut settings.keep), ("pending", &mut settings.pending)]
        {
            super::set(period, super::period(&mut fields, name));
        }
        for (name, size) in [("bytes", &mut settings.bytes), ("body", &mut settings.body)] {
            let read = fields.take(name).and_then(|node| node.parse::<ByteSize>());
            super::set(size, read.map(ByteSize::bytes_usize));
        }
        settings.places.read(&mut fields);
        if settings.keep < settings.age {
            // What was forgotten could be delivered once more.
            fields.reject(format!(
                "a result is kept for {}, which is shorter than the age that a delivery may have: write a `keep` of {} or longer",
                shown(settings.keep),
                shown(settings.age)
            ));
        }
        if settings.bytes < settings.body {
            fields
                .reject("one delivery may be longer than all that is kept: write `bytes` of `body` or more");
        }
        fields.finish();
        complete.then_some(settings)
    }
}

/// All receivers. Results are found by their provider, so one has one receiver.
pub(super) fn read(node: &Node<'_>) -> Option<BTreeMap<ReceiverName, ReceiverSettings>> {
    let mut seen = BTreeSet::new();
    node.map(|node| {
        let settings = ReceiverSettings::read(&node)?;
        let provider = settings.provider.to_string();
        if !seen.insert(provider.clone()) {
            node.reject(format!("{provider} has a receiver already: put all secrets into one"));
            return None;
        }
        Some(settings)
    })
}

impl Places {
    fn read<'d>(&mut self, fields: &mut Fields<'d>) {
        let places = [
            ("id", &mut self.id),
            ("time", &mut self.time),
            ("result", &mut self.result),
            ("errors", &mut self.errors),
            ("text", &mut self.text),
        ];
        for (name, place) in places {
            super::set(place, fields.take(name).and_then(|node| pointer(&node)));
        }
    }
}

/// One secret, or a list of them.
fn secrets(node: &Node<'_>) -> Option<Vec<SecretSource>> {
    if node.is_table() || !node.value().is_array() {
        return SecretSource::read(node).map(|secret| vec![secret]);
    }
    let secrets = node.list(|node| SecretSource::read(&node))?;
    if secrets.is_empty() {
        node.reject("without a secret no delivery can be trusted: write at least one");
        return None;
    }
    Some(secrets)
}

fn scheme(node: &Node<'_>) -> Option<String> {
    let text = node.string()?;
    if text.is_empty() || text.contains([',', '=', ' ']) {
        node.reject("this can't stand before a signature: write a word such as \"v1\"");
        return None;
    }
    Some(text.to_owned())
}

fn pointer(node: &Node<'_>) -> Option<String> {
    let text = node.string()?;
    if !text.is_empty() && !text.starts_with('/') {
        node.reject("this is no JSON pointer: write one such as \"/data/output\"");
        return None;
    }
    Some(text.to_owned())
}

fn shown(time: Duration) -> String {
    Period::try_from(time).map_or_else(|_| format!("{time:?}"), |period| period.to_string())
}

#[cfg(test)]
mod tests;
