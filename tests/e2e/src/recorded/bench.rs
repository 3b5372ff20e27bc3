//! A host over the tape, with a provider for each recorded upstream, bound as
//! the catalog's preset of that name.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use jackfield_runtime::catalog::Catalog;
use jackfield_runtime::secret::{Environment, SecretReader};
use jackfield_runtime::settings::{ProviderName, Settings};
use jackfield_runtime::{Host, Provider};

use super::Exchange;
use super::tape::{Asked, Tape};
use crate::guests::{self, chain};

/// What every API key begins with; its variable's name follows.
const KEY: &str = "a-key-from-";

/// Host, tape and the providers bound so far.
#[derive(Debug)]
pub struct Bench {
    /// Where answers are laid in.
    pub tape: Tape,
    host: Host,
    catalog: Catalog,
    bound: BTreeMap<(String, String), Provider>,
}

impl Bench {
    /// A host with both plugins loaded.
    pub fn new() -> Self {
        let tape = Tape::default();
        let host = guests::builder(16)
            .transport(Arc::new(tape.clone()))
            .resolver(Arc::new(tape.clone()))
            .secrets(SecretReader::new(Arc::new(Keys)))
            .build()
            .expect("a host");
        for name in ["openai", "anthropic"] {
            host.load_file(guests::plugin(name)).unwrap_or_else(|error| panic!("{}", chain(&error)));
        }
        Self { tape, host, catalog: Catalog::shipped().expect("a catalog"), bound: BTreeMap::new() }
    }

    /// The provider that an exchange of this file was recorded from.
    pub async fn provider(&mut self, file: &str, exchange: &Exchange) -> Provider {
        let preset = preset_of(file);
        let lines = own_lines(preset, exchange);
        let key = (preset.to_owned(), lines);
        if let Some(provider) = self.bound.get(&key) {
            return provider.clone();
        }
        let name = format!("{preset}-{}", self.bound.len());
        let text = format!("[providers.{name}]\npreset = \"{preset}\"\n{}\n", key.1);
        let settings =
            Settings::parse(&text, "jackfield.toml", &[]).unwrap_or_else(|error| panic!("{error}"));
        let (_, written) = settings.providers.into_iter().next().expect("one provider");
        let named: ProviderName = name.parse().expect("a name");
        let settings = self.catalog.complete(&named, written).unwrap_or_else(|error| panic!("{error}"));
        let provider =
            self.host.bind(&name, &settings).await.unwrap_or_else(|error| panic!("{}", chain(&error)));
        self.bound.insert(key, provider.clone());
        provider
    }
}

impl Default for Bench {
    fn default() -> Self {
        Self::new()
    }
}

/// The preset of a recording's file.
pub fn preset_of(file: &str) -> &str {
    match file {
        "azure-openai" => "azure",
        // Recorded at its OpenAI-compatible side, which the preset's own plugin
        // only passes through: read as any local server of that protocol.
        "ollama" => "vllm",
        file if file.starts_with("openai-") => "openai",
        file => file,
    }
}

/// What the operator has to add to the preset. Azure is recorded with one URL
/// for each deployment, and versions that date from before it had a `/v1`.
/// Which API answers a chat is the model's affair, and here the recording's.
fn own_lines(preset: &str, exchange: &Exchange) -> String {
    let path = exchange.bare_path();
    let api = if path.ends_with("/responses") {
        "config.chat-api = \"responses\"\n"
    } else if path.ends_with("/completions") && !path.ends_with("/chat/completions") {
        "config.completion-models = [\"*\"]\n"
    } else {
        ""
    };
    if preset != "azure" {
        return api.to_owned();
    }
    let host = &exchange.host;
    let address = match exchange.path.split_once('?') {
        Some((path, query)) if path.contains("/deployments/") => format!(
            "config.base-url = \"https://{host}/openai\"\n\
             config.chat-path = \"/deployments/{{model}}/chat/completions\"\n\
             config.query = [\"{query}\"]"
        ),
        _ => format!("config.base-url = \"https://{host}/openai/v1\""),
    };
    format!("{api}{address}")
}

/// Upstreams that were recorded at another address than the one that their
/// preset names, each with the reason.
const ELSEWHERE: [(&str, &str, &str); 3] = [
    ("huggingface", "/nebius/v1/chat/completions", "one of the router's older addresses for each provider"),
    ("huggingface", "/together/v1/chat/completions", "the same"),
    ("deepseek", "/v1/chat/completions", "an alias of /chat/completions"),
];

/// Whether a request went where it was recorded to go: an error where it didn't
/// but should have, a note where another address was to be expected.
pub fn check_address(file: &str, exchange: &Exchange, asked: &Asked) -> Result<Option<String>, String> {
    let recorded = exchange.bare_path();
    let with_query = preset_of(file) == "azure";
    let path = match asked.url.query() {
        Some(query) if with_query => format!("{}?{query}", asked.url.path()),
        Some(query) => return Err(format!("the plugin added a query: {query}")),
        None => asked.url.path().to_owned(),
    };
    let wanted = if with_query { exchange.path.as_str() } else { recorded };
    if path != wanted {
        return match ELSEWHERE.iter().find(|(name, path, _)| (*name, *path) == (file, recorded)) {
            Some((_, _, reason)) => Ok(Some(format!("{file}: {path}, but recorded at {recorded}: {reason}"))),
            None => Err(format!("asked for {path}, but recorded at {wanted}")),
        };
    }
    let host = match (asked.url.host_str().unwrap_or_default(), asked.url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    Ok((host != exchange.host).then(|| format!("{file}: {host}, but recorded at {}", exchange.host)))
}

/// Whether the host has added the key, in the header that the upstream wants.
/// Servers on this machine get none.
pub fn check_key(file: &str, asked: &Asked) -> Result<(), String> {
    let (header, before) = match preset_of(file) {
        "vllm" | "ollama" => ("", ""),
        "azure" => ("api-key", ""),
        "anthropic" => ("x-api-key", ""),
        _ => ("authorization", "Bearer "),
    };
    let start = format!("{before}{KEY}");
    let keyed: Vec<(&str, &[u8])> = asked
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .filter(|(_, value)| String::from_utf8_lossy(value).contains(KEY))
        .collect();
    let right = match keyed.as_slice() {
        [] => header.is_empty(),
        [(name, value)] => *name == header && value.starts_with(start.as_bytes()),
        _ => false,
    };
    let found: Vec<&str> = keyed.iter().map(|(name, _)| *name).collect();
    if right {
        Ok(())
    } else {
        Err(format!("the key is in {found:?}, but belongs into `{header}` after `{before}`"))
    }
}

/// An environment in which every variable is set.
#[derive(Debug)]
struct Keys;

impl Environment for Keys {
    fn variable(&self, name: &str) -> Option<OsString> {
        Some(format!("{KEY}{}", name.to_lowercase().replace('_', "-")).into())
    }
}
