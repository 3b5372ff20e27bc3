//! The host's log, by provider: `wasi:http` has codes and no messages, so the
//! log is where an operator reads what was refused and why.

use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Keeps whatever the tests of this process log.
pub(crate) fn keep() {
    static KEPT: OnceLock<()> = OnceLock::new();
    KEPT.get_or_init(|| tracing_subscriber::fmt().with_ansi(false).with_writer(|| Writer).init());
}

/// The lines about a provider so far.
pub(crate) fn of(provider: &str) -> Vec<String> {
    let written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    let text = String::from_utf8_lossy(&written);
    let about = format!("provider=\"{provider}\"");
    text.lines().filter(|line| line.contains(&about)).map(str::to_owned).collect()
}
