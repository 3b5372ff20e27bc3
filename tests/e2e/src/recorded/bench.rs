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
use super::tape::Tape;
use super::upstream::{KEY, own_lines, preset_of};
use crate::guests::{self, chain};

/// The plugins whose upstreams were recorded.
const PLUGINS: [&str; 6] = ["openai", "anthropic", "google", "bedrock", "cohere", "ollama"];

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
    /// A host with the plugins loaded.
    pub fn new() -> Self {
        let tape = Tape::default();
        let host = guests::builder(16)
            .transport(Arc::new(tape.clone()))
            .resolver(Arc::new(tape.clone()))
            .secrets(SecretReader::new(Arc::new(Keys)))
            .build()
            .expect("a host");
        for name in PLUGINS {
            host.load_file(guests::plugin(name)).unwrap_or_else(|error| panic!("{}", chain(&error)));
        }
        Self { tape, host, catalog: Catalog::shipped().expect("a catalog"), bound: BTreeMap::new() }
    }

    /// The provider that an exchange of this file was recorded from.
    pub async fn provider(&mut self, file: &str, exchange: &Exchange) -> Provider {
        let preset = preset_of(file, exchange);
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

/// An environment in which every variable is set, but for those that name files.
#[derive(Debug)]
struct Keys;

impl Environment for Keys {
    fn variable(&self, name: &str) -> Option<OsString> {
        let a_file = name.ends_with("_FILE") || name == "GOOGLE_APPLICATION_CREDENTIALS";
        (!a_file).then(|| format!("{KEY}{}", name.to_lowercase().replace('_', "-")).into())
    }
}
