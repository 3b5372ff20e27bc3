//! What a guest may import: the contract's own interfaces and the WASI ones
//! that language runtimes need. Everything else stays unlinked, so that a guest
//! that needs more fails to load with a message that names it.

pub(crate) mod body;
mod edits;
mod http;
mod output;
mod wasi;
mod wasi_http;

use wasmtime::component::{HasSelf, Linker};

use crate::api::{config, handles, log, types};
use crate::egress::error::{EgressError, EgressErrorKind};
use crate::state::State;

pub(crate) use output::Tail;
pub(crate) use wasi::context as wasi_context;
pub(crate) use wasi_http::Door;

/// Links all that plugins get.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasi::link(linker)?;
    wasi_http::link(linker)?;
    crate::api::data::jackfield::plugin::types::add_to_linker::<_, HasSelf<State>>(linker, |s| s)?;
    handles::jackfield::plugin::config::add_to_linker::<_, HasSelf<State>>(linker, |s| s)?;
    handles::jackfield::plugin::log::add_to_linker::<_, HasSelf<State>>(linker, |s| s)?;
    handles::jackfield::plugin::http::add_to_linker::<_, HasSelf<State>>(linker, |s| s)
}

/// A failure of egress, in the contract's terms.
pub(crate) fn record(error: &EgressError) -> types::Error {
    let kind = match error.kind {
        EgressErrorKind::Refused => types::ErrorKind::Permission,
        EgressErrorKind::InvalidRequest => types::ErrorKind::InvalidRequest,
        EgressErrorKind::Authentication => types::ErrorKind::Authentication,
        EgressErrorKind::Unreachable | EgressErrorKind::Broken => types::ErrorKind::Unavailable,
        EgressErrorKind::Timeout => types::ErrorKind::Timeout,
        EgressErrorKind::TooLarge => types::ErrorKind::BadUpstreamAnswer,
        EgressErrorKind::Internal => types::ErrorKind::Internal,
    };
    types::Error { sent: error.sent, ..types::Error::new(kind, &error.message) }
}

impl types::Host for State {}

impl config::Host for State {
    fn get(&mut self, name: String) -> wasmtime::Result<Option<config::Value>> {
        Ok(self.bound.config.get(&name).map(Into::into))
    }

    fn provider_name(&mut self) -> wasmtime::Result<String> {
        Ok(self.bound.name.to_string())
    }
}

impl From<&crate::manifest::ConfigValue> for config::Value {
    fn from(value: &crate::manifest::ConfigValue) -> Self {
        use crate::manifest::ConfigValue;
        match value {
            ConfigValue::Text(text) => Self::Text(text.clone()),
            ConfigValue::Integer(number) => Self::Integer(*number),
            ConfigValue::Number(number) => Self::Number(*number),
            ConfigValue::Boolean(truth) => Self::Boolean(*truth),
            ConfigValue::List(texts) => Self::Texts(texts.clone()),
        }
    }
}

/// The most bytes of one log message that are kept.
const LOG_MESSAGE: usize = 8 << 10;

impl log::Host for State {
    fn enabled(&mut self, level: log::Level) -> wasmtime::Result<bool> {
        Ok(match level {
            log::Level::Trace => tracing::enabled!(target: "jackfield::plugin", tracing::Level::TRACE),
            log::Level::Debug => tracing::enabled!(target: "jackfield::plugin", tracing::Level::DEBUG),
            log::Level::Info => tracing::enabled!(target: "jackfield::plugin", tracing::Level::INFO),
            log::Level::Warn => tracing::enabled!(target: "jackfield::plugin", tracing::Level::WARN),
            log::Level::Error => tracing::enabled!(target: "jackfield::plugin", tracing::Level::ERROR),
        })
    }

    fn write(
        &mut self,
        level: log::Level,
        message: String,
        fields: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        if !self.enabled(level)? {
            return Ok(());
        }
        let mut text = message;
        for (name, value) in fields {
            text.push_str(&format!(" {name}={value:?}"));
        }
        let text = cut(text, LOG_MESSAGE);
        let scanner = self.bound.egress.scanner();
        let text = scanner.redact(&text);
        let provider = &*self.bound.name;
        match level {
            log::Level::Trace => tracing::trace!(target: "jackfield::plugin", provider, "{text}"),
            log::Level::Debug => tracing::debug!(target: "jackfield::plugin", provider, "{text}"),
            log::Level::Info => tracing::info!(target: "jackfield::plugin", provider, "{text}"),
            log::Level::Warn => tracing::warn!(target: "jackfield::plugin", provider, "{text}"),
            log::Level::Error => tracing::error!(target: "jackfield::plugin", provider, "{text}"),
        }
        Ok(())
    }
}

/// The beginning of a text, at most `limit` bytes of it, with a word on what is
/// left out.
pub(crate) fn cut(mut text: String, limit: usize) -> String {
    if text.len() <= limit {
        return text;
    }
    let left_out = text.len() - limit;
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text.push_str(&format!("… ({left_out} bytes more)"));
    text
}
