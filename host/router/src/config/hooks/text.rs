//! Hooks that stand in a text of their own: in a header, or saved under a name.

use super::{Checks, Hook, HookKind, short, shorthand, whole};
use crate::config::error::ConfigError;
use crate::config::read::{Item, Report};

impl Hook {
    /// Reads a list in shorthand from JSON of its own, as a header has it.
    /// `place` is what pointers begin with.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse_list(text: &str, place: &str) -> Result<Vec<Self>, ConfigError> {
        read_text(text, place, |item| short(item, HookKind::Guardrail))
    }

    /// Reads one hook from JSON of its own, whole or in shorthand.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str, place: &str) -> Result<Self, ConfigError> {
        let hook = read_text(text, place, |item| {
            let is_whole = item.entries()?.iter().any(|(name, _)| name == "checks");
            if is_whole { whole(item) } else { shorthand(item, HookKind::Guardrail) }
        })?;
        match &hook.checks {
            Checks::Saved(_) => Err(ConfigError::one(place, "this names another hook: write its checks")),
            Checks::Written(_) => Ok(hook),
        }
    }
}

fn read_text<T>(
    text: &str,
    place: &str,
    read: impl FnOnce(&Item<'_>) -> Option<T>,
) -> Result<T, ConfigError> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err(ConfigError::one(place, format!("this isn't JSON: {error}")));
    }
    let report = Report::default();
    let hooks = read(&Item::new(&report, place.to_owned(), text.trim()));
    let problems = report.into_problems();
    match hooks {
        Some(hooks) if problems.is_empty() => Ok(hooks),
        _ => Err(ConfigError::new(problems)),
    }
}
