//! The host's log, under the provider's name. The host removes the provider's
//! secrets from what is written. Natively, as in a plugin's own tests, messages
//! go nowhere, so code that logs can be tested.

use crate::bindings::imports::jackfield::plugin::log;

pub use log::Level;

/// Whether a message of this level would be kept.
pub fn enabled(level: Level) -> bool {
    cfg!(target_family = "wasm") && log::enabled(level)
}

/// Details of one call, for who debugs the plugin.
pub fn debug(message: &str, fields: &[(&str, &str)]) {
    write(Level::Debug, message, fields);
}

/// Something worth knowing in production.
pub fn info(message: &str, fields: &[(&str, &str)]) {
    write(Level::Info, message, fields);
}

/// Something the operator should look at.
pub fn warn(message: &str, fields: &[(&str, &str)]) {
    write(Level::Warn, message, fields);
}

/// A fault.
pub fn error(message: &str, fields: &[(&str, &str)]) {
    write(Level::Error, message, fields);
}

fn write(level: Level, message: &str, fields: &[(&str, &str)]) {
    if enabled(level) {
        let fields: Vec<_> =
            fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        log::write(level, message, &fields);
    }
}
