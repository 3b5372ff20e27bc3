//! What a person reads: colours on a terminal only, and nothing that an
//! upstream wrote is handed to a terminal as it is.

pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod asks;
pub(crate) mod explanation;
pub(crate) mod failure;
pub(crate) mod json;
pub(crate) mod log;
pub(crate) mod progress;
pub(crate) mod table;
pub(crate) mod text;

use anstyle::{AnsiColor, Style};

/// Headings and names.
pub(crate) const BOLD: Style = Style::new().bold();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What went wrong.
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
/// What is doubtful.
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
/// What is as it should be.
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
