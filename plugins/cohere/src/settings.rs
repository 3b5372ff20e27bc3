//! The provider's configuration, parsed once into exact types. `plugin.toml`
//! says what each value is for.

use jackfield_sdk::config;
use jackfield_sdk::patterns::Patterns;
use jackfield_sdk::settings::{pairs, word, wrong};
use jackfield_sdk::types::Error;

/// What `plugin.toml` declares under `[config]`.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The API's word for the safety instruction, where one is set.
    pub(crate) safety_mode: Option<&'static str>,
    /// The API's word for how to cite, where one is set.
    pub(crate) citations: Option<&'static str>,
    pub(crate) thinking: Patterns,
    /// Words of effort with their budgets.
    pub(crate) effort_budgets: Vec<(String, u32)>,
    pub(crate) one_image: Patterns,
    pub(crate) counts: Counts,
}

/// Which count of tokens usage tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    All,
    Billed,
}

const SAFETY: &[(&str, Option<&str>)] =
    &[("unsaid", None), ("contextual", Some("CONTEXTUAL")), ("strict", Some("STRICT")), ("off", Some("OFF"))];

const CITATIONS: &[(&str, Option<&str>)] = &[
    ("auto", None),
    ("enabled", Some("ENABLED")),
    ("disabled", Some("DISABLED")),
    ("fast", Some("FAST")),
    ("accurate", Some("ACCURATE")),
    ("off", Some("OFF")),
];

const COUNTS: &[(&str, Counts)] = &[("all", Counts::All), ("billed", Counts::Billed)];

impl Settings {
    /// Reads the bound provider's values. Only inside the sandbox.
    pub(crate) fn read() -> Result<Settings, Error> {
        Self::of(config::required, |name| config::texts(name).unwrap_or_default())
    }

    fn of(
        text: impl Fn(&str) -> Result<String, Error>,
        texts: impl Fn(&str) -> Vec<String>,
    ) -> Result<Settings, Error> {
        Ok(Settings {
            base_url: text("base-url")?,
            headers: pairs("headers", &texts("headers"), ':')?,
            safety_mode: word("safety-mode", &text("safety-mode")?, SAFETY)?,
            citations: word("citations", &text("citations")?, CITATIONS)?,
            thinking: Patterns::new(texts("thinking-models")),
            effort_budgets: effort_budgets(&texts("effort-budgets"))?,
            one_image: Patterns::new(texts("one-image-models")),
            counts: word("token-counts", &text("token-counts")?, COUNTS)?,
        })
    }

    /// The address of an endpoint, given with its version, as `v2/chat`.
    pub(crate) fn endpoint(&self, path: &str) -> String {
        let base = self.base_url.trim_end_matches('/');
        let base = base.strip_suffix("/v1").or_else(|| base.strip_suffix("/v2")).unwrap_or(base);
        format!("{base}/{path}")
    }
}

fn effort_budgets(lines: &[String]) -> Result<Vec<(String, u32)>, Error> {
    pairs("effort-budgets", lines, '=')?
        .into_iter()
        .map(|(word, tokens)| match tokens.parse() {
            Ok(budget) if budget > 0 => Ok((word, budget)),
            _ => {
                Err(wrong("effort-budgets", &tokens, "a list of `word=tokens`, each with one token or more"))
            }
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
