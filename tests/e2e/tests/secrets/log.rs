//! All that this process logs, at the most talkative level, whoever writes it:
//! the host, the plugins, the HTTP client.

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
    KEPT.get_or_init(|| {
        let most = tracing_subscriber::filter::LevelFilter::TRACE;
        tracing_subscriber::fmt().with_ansi(false).with_max_level(most).with_writer(|| Writer).init();
    });
}

/// What was logged so far.
pub(crate) fn all() -> String {
    String::from_utf8_lossy(&WRITTEN.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
