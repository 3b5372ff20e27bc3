//! What a guest may import: the contract's own interfaces and the WASI ones
//! that language runtimes need. Everything else stays unlinked, so that a guest
//! that needs more fails to load with a message that names it.

pub(crate) mod body;
mod edits;
mod http;
mod output;
mod wasi;
mod wasi_http;

use std::sync::Arc;

use wasmtime::component::{HasSelf, Linker};

use crate::api::{config, handles, log, types};
use crate::egress::error::{EgressError, EgressErrorKind};
use crate::egress::scan::SecretScanner;
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
        let text = line(&self.bound.egress.scanner(), message, fields);
        let provider = &*self.bound.name;
        if !self.call.take_line(provider, text.len()) {
            return Ok(());
        }
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

/// One line for the log, without secrets. Of a long one only the beginning is
/// looked at, so that a guest can't keep its host busy with what nobody reads.
fn line(scanner: &Arc<SecretScanner>, message: String, fields: Vec<(String, String)>) -> String {
    // More than is kept, so that no secret is cut within what is.
    const READ: usize = 2 * LOG_MESSAGE;
    let mut text = cut(message, READ);
    for (name, value) in fields {
        if text.len() > READ {
            break;
        }
        text.push_str(&format!(" {}={:?}", cut(name, READ), cut(value, READ)));
    }
    let text = scanner.redact_beginning(&text, LOG_MESSAGE);
    if !text.contains(char::is_control) {
        return text;
    }
    // What looks like a line of the host's own, or colours a terminal.
    let mut plain = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if c.is_control() => plain.extend(c.escape_default()),
            c => plain.push(c),
        }
    }
    plain
}

/// The beginning of a text, at most `limit` bytes of it, with a word on what is
/// left out.
fn cut(mut text: String, limit: usize) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn written(message: &str, fields: &[(&str, &str)]) -> String {
        let scanner = Arc::new(SecretScanner::new([b"sk-0123456789abcdef".as_slice()]).unwrap());
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        line(&scanner, message.to_owned(), fields)
    }

    #[test]
    fn a_line_has_its_fields_and_no_line_of_its_own_making() {
        assert_eq!(written("hello", &[("n", "1"), ("s", "a\"b")]), "hello n=\"1\" s=\"a\\\"b\"");
        assert_eq!(written("a\nINFO host: b\u{1b}[31m\té", &[]), "a\\nINFO host: b\\u{1b}[31m\\té");
    }

    #[test]
    fn a_secret_across_the_end_of_a_long_line_is_found() {
        for before in LOG_MESSAGE - 30..LOG_MESSAGE + 5 {
            let text = written(&format!("{}sk-0123456789abcdef more", "x".repeat(before)), &[]);
            assert!(!text.contains("sk-"), "{before}: {}", &text[before - 5..]);
        }
    }

    #[test]
    fn of_a_long_line_only_the_beginning_is_looked_at() {
        let long = "\u{1}".repeat(64 << 20);
        let many: Vec<_> = (0..1000).map(|_| ("n", "x".repeat(1 << 10))).collect();
        let many: Vec<_> = many.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for (message, fields) in
            [(&*long, vec![]), ("m", vec![("n", &*long)]), ("m", vec![(&*long, "v")]), ("m", many)]
        {
            let fields =
                fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let start = std::time::Instant::now();
            let text = line(&Arc::new(SecretScanner::empty()), message.to_owned(), fields);
            assert!(text.len() < 8 * LOG_MESSAGE, "{}", text.len());
            assert!(start.elapsed().as_millis() < 1_000, "{:?}", start.elapsed());
        }
    }
}
