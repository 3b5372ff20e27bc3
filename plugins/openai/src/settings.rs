//! The values of the bound provider, parsed once into exact types. Whatever
//! differs between the brands that speak this protocol is a value here; no
//! code asks which brand it talks to. `plugin.toml` says what each is for.

use jackfield_sdk::types::{Error, ErrorKind};

mod api;
mod chat;
mod endpoint;
mod forward;
mod lists;
mod media;
mod rerank;
mod version;

pub(crate) use api::{Api, Apis, ResponsesSettings};
pub(crate) use chat::{
    CachePoints, ChatSettings, DocumentPart, Field, MaxTokensField, ReasoningInput, SchemaSupport,
};
pub(crate) use endpoint::{Endpoint, Paths};
pub(crate) use forward::ForwardSettings;
pub(crate) use lists::{Edits, Patterns};
pub(crate) use media::{AudioSettings, EmbeddingSettings, VectorTransfer};
pub(crate) use rerank::RerankSettings;

/// Where values come from: the host, or a test's table.
pub(crate) trait Values {
    fn text(&self, name: &str) -> Option<String>;
    fn texts(&self, name: &str) -> Option<Vec<String>>;
    fn flag(&self, name: &str) -> Option<bool>;
    fn integer(&self, name: &str) -> Option<i64>;
}

/// The host's values.
#[derive(Debug)]
pub(crate) struct Bound;

impl Values for Bound {
    fn text(&self, name: &str) -> Option<String> {
        jackfield_sdk::config::text(name).filter(|text| !text.is_empty())
    }

    fn texts(&self, name: &str) -> Option<Vec<String>> {
        jackfield_sdk::config::texts(name)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        jackfield_sdk::config::boolean(name)
    }

    fn integer(&self, name: &str) -> Option<i64> {
        jackfield_sdk::config::integer(name)
    }
}

/// A value that can't be used. The caller can't help it, the operator can.
fn misconfigured(name: &str, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("the provider's `config.{name}` {why}"))
}

/// The entry of a table that a value names, or the first where there is none.
fn one_of<T: Copy>(from: &dyn Values, name: &str, table: &[(&str, T)]) -> Result<T, Error> {
    let Some(value) = from.text(name) else { return Ok(table[0].1) };
    table.iter().find(|(word, _)| *word == value).map(|(_, entry)| *entry).ok_or_else(|| {
        let words: Vec<_> = table.iter().map(|(word, _)| *word).collect();
        misconfigured(name, format_args!("is `{value}`, but must be one of {}", words.join(", ")))
    })
}

#[cfg(test)]
mod manifest_tests;
#[cfg(test)]
pub(crate) mod tests;
