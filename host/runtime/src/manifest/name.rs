//! The names that manifests and settings are made of. Each is checked once,
//! where it is read; all but environment variables have the same plain form, so
//! that they can stand in paths, URLs, log fields and `provider/model` unescaped.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The most characters of a name.
const LONGEST: usize = 64;

/// Why a text isn't a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} isn't {kind}: write {rule}")]
pub struct NameError {
    text: String,
    kind: &'static str,
    rule: &'static str,
}

const KEBAB: &str = "1 to 64 lower-case letters and digits, with single hyphens between them";
const VARIABLE: &str = "letters, digits and underscores, not beginning with a digit";

fn is_kebab(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= LONGEST && text.split('-').all(|word| !word.is_empty() && word.bytes().all(plain))
}

fn is_variable(text: &str) -> bool {
    !text.is_empty()
        && !text.as_bytes()[0].is_ascii_digit()
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $rule:ident, $check:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// The name as it was written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                if $check(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(NameError { text: text.into(), kind: $kind, rule: $rule })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

name!(
    /// The name of a plugin, as in `openai`.
    PluginName,
    "a plugin's name",
    KEBAB,
    is_kebab
);
name!(
    /// The name of a provider, as in `groq` of `groq/openai/gpt-oss-20b`.
    ProviderName,
    "a provider's name",
    KEBAB,
    is_kebab
);
name!(
    /// The name of something that a manifest declares: a config value, a
    /// secret, an auth scheme or a directory.
    Name,
    "a name",
    KEBAB,
    is_kebab
);
name!(
    /// The name of a credential in the store.
    CredentialName,
    "a credential's name",
    KEBAB,
    is_kebab
);
name!(
    /// The name of an environment variable.
    EnvName,
    "the name of an environment variable",
    VARIABLE,
    is_variable
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lower_case_words_with_hyphens_are_names() {
        for text in ["openai", "a", "4", "llama-3", "azure-openai-eu", &"x".repeat(64)] {
            assert_eq!(text.parse::<Name>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn anything_else_is_not_and_the_message_says_the_rule() {
        let long = "x".repeat(65);
        for text in ["", "-", "-a", "a-", "a--b", "OpenAI", "a_b", "a.b", "a/b", "a b", "é", &long] {
            let error = text.parse::<PluginName>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{text:?} isn't a plugin's name: write 1 to 64")));
        }
    }

    #[test]
    fn environment_variables_have_their_own_rule() {
        for text in ["OPENAI_API_KEY", "_x", "a1"] {
            assert_eq!(text.parse::<EnvName>().unwrap().to_string(), text);
        }
        for text in ["", "1A", "A-B", "A B", "A=B", "$A", "Ä"] {
            assert!(text.parse::<EnvName>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_survive_serde_and_bad_ones_do_not_enter_by_it() {
        let name: ProviderName = serde_json::from_str("\"groq\"").unwrap();
        assert_eq!(serde_json::to_string(&name).unwrap(), "\"groq\"");
        assert!(serde_json::from_str::<ProviderName>("\"Groq\"").is_err());
    }
}
