//! `PROVIDER/MODEL`, as `-m` takes it.

use std::fmt;
use std::str::FromStr;

/// A model of a provider. The provider's name ends at the first slash; a model's
/// id may have more of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) provider: String,
    pub(crate) model: String,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((provider, model)) if !provider.is_empty() && !model.is_empty() => {
                Ok(Self { provider: provider.to_owned(), model: model.to_owned() })
            }
            _ => Err("write PROVIDER/MODEL, as in openai/gpt-4o-mini".to_owned()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, self.model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_may_have_slashes_of_its_own() {
        let target: Target = "openrouter/meta-llama/llama-3".parse().unwrap();
        assert_eq!((target.provider.as_str(), target.model.as_str()), ("openrouter", "meta-llama/llama-3"));
        assert_eq!(target.to_string(), "openrouter/meta-llama/llama-3");
    }

    #[test]
    fn both_parts_are_needed() {
        for text in ["", "gpt-4o", "/gpt-4o", "openai/"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
