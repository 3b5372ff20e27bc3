//! The bound provider's values, as the manifest declares them.
//!
//! The host has checked them against their declared types, and they never
//! change while an instance lives. Each look-up is a call into the host, so
//! read a value once per request. Secrets are not among them. A value of
//! another type than the one asked for counts as missing.

use crate::bindings::imports::jackfield::plugin::config::{self, Value};
use crate::types::{Error, ErrorKind};

/// A value of type `string`, `url` or `enum`.
pub fn text(name: &str) -> Option<String> {
    match config::get(name)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// A value of type `url` that must be there: no trailing slash. Without it, an
/// error that names what the operator has to write.
pub fn url(name: &str) -> Result<String, Error> {
    text(name).ok_or_else(|| missing(name))
}

/// A value of type `string` or `enum` that must be there.
pub fn required(name: &str) -> Result<String, Error> {
    text(name).ok_or_else(|| missing(name))
}

/// A value of type `integer`.
pub fn integer(name: &str) -> Option<i64> {
    match config::get(name)? {
        Value::Integer(number) => Some(number),
        _ => None,
    }
}

/// A value of type `number`; a whole number is one too.
pub fn number(name: &str) -> Option<f64> {
    match config::get(name)? {
        Value::Number(number) => Some(number),
        Value::Integer(number) => Some(number as f64),
        _ => None,
    }
}

/// A value of type `boolean`.
pub fn boolean(name: &str) -> Option<bool> {
    match config::get(name)? {
        Value::Boolean(truth) => Some(truth),
        _ => None,
    }
}

/// A value of type `list`.
pub fn texts(name: &str) -> Option<Vec<String>> {
    match config::get(name)? {
        Value::Texts(texts) => Some(texts),
        _ => None,
    }
}

/// The name that the operator gave the provider.
pub fn provider_name() -> String {
    config::provider_name()
}

fn missing(name: &str) -> Error {
    Error::new(
        ErrorKind::InvalidRequest,
        format!(
            "provider `{0}` has no value for `{name}`: set `config.{name}` under [providers.{0}]",
            provider_name()
        ),
    )
}
