//! What is being compiled, on a terminal; nothing elsewhere.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jackfield::runtime::Plugin;
use jackfield::{PluginFile, Progress};

/// A line on stderr that is there while plugins are loaded and goes away after.
#[derive(Debug)]
pub(crate) struct Bar {
    visible: bool,
    loading: Mutex<Loading>,
}

#[derive(Debug, Default)]
struct Loading {
    bar: Option<ProgressBar>,
    names: BTreeSet<String>,
}

impl Bar {
    /// A line that may be shown. It isn't where stderr is no terminal.
    pub(crate) fn new(wanted: bool) -> Self {
        Self { visible: wanted && std::io::stderr().is_terminal(), loading: Mutex::default() }
    }

    fn change(&self, change: impl FnOnce(&mut BTreeSet<String>)) {
        if !self.visible {
            return;
        }
        let mut loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut loading.names);
        if loading.names.is_empty() {
            if let Some(bar) = loading.bar.take() {
                bar.finish_and_clear();
            }
            return;
        }
        let names: Vec<&str> = loading.names.iter().map(String::as_str).collect();
        let message = format!("loading {} (compiled once, then kept)", names.join(", "));
        loading.bar.get_or_insert_with(spinner).set_message(message);
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

impl Progress for Bar {
    fn begins(&self, file: &PluginFile) {
        self.change(|names| {
            names.insert(file.label());
        });
    }

    fn ends(&self, file: &PluginFile, plugin: Option<&Plugin>) {
        self.change(|names| {
            names.remove(&file.label());
        });
        if let Some(plugin) = plugin {
            tracing::info!(plugin = %file.label(), file = %file.path.display(), code = ?plugin.code_origin(), "loaded");
        }
    }
}
