//! What becomes of a plugin's failures before a caller sees them: secrets are
//! taken out, and what is long is cut.

use crate::active::Active;
use crate::api::types;
use crate::bound::Bound;
use crate::error::CallError;
use crate::live::Live;

/// The most bytes of an error's message.
const ERROR_MESSAGE: usize = 16 << 10;

/// The most bytes of what is told of a crash.
const CRASH: usize = 4 << 10;

/// The most bytes of a provider's own code for an error.
const ERROR_CODE: usize = 1 << 10;

/// The most bytes of an upstream's error answer that are handed on.
const ERROR_BODY: usize = 64 << 10;

/// What the plugin reported, without secrets.
pub(crate) fn failed(active: &Active, mut error: types::Error) -> CallError {
    let bound = &active.bound;
    let scanner = bound.egress.scanner();
    error.message = scanner.redact_beginning(&error.message, ERROR_MESSAGE);
    error.code = error.code.map(|code| scanner.redact_beginning(&code, ERROR_CODE));
    error.body = error.body.filter(|body| body.len() <= ERROR_BODY).map(|body| redacted(bound, &body));
    CallError::Failed { provider: active.bound.name.to_string(), error }
}

fn redacted(bound: &Bound, text: &str) -> String {
    bound.egress.scanner().redact(text).into_owned()
}

/// What a caller is told of a crash: one line, without secrets. All of it goes to
/// the log.
pub(crate) fn trapped(active: &Active, live: &Live, error: &wasmtime::Error) -> CallError {
    let bound = &active.bound;
    let state = live.store.data();
    let sent = state.call.requests() > 0;
    let provider = bound.name.to_string();
    let plugin = bound.plugin.label();
    if state.memory.refused() {
        return CallError::Memory { provider, plugin, limit: state.memory.limit() as u64, sent };
    }
    let printed = state.printed.text();
    let whole = redacted(bound, &format!("{printed}\n{error:?}"));
    tracing::debug!(%provider, %plugin, "a plugin crashed: {whole}");
    let cause = error.root_cause().to_string();
    let what = match one_line(&printed) {
        said if said.is_empty() => one_line(&cause),
        said => format!("{said} ({})", one_line(&cause)),
    };
    let message = bound.egress.scanner().redact_beginning(&what, CRASH);
    CallError::Trap { provider, plugin, message, sent }
}

/// What a guest or the engine said, in one line. How to get a backtrace in the
/// guest is no advice to its caller.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let said: Vec<_> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("note: run with `RUST_BACKTRACE"))
        .collect();
    said.join(" ")
}
