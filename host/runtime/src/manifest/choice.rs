//! Which of several ways to authenticate is chosen. Plugins that have several
//! declare the value `auth`, whose words are the names of their schemes.

use std::collections::BTreeMap;

use super::Manifest;
use super::auth::AuthScheme;
use super::field::Presence;
use super::name::Name;
use super::value::{ConfigType, ConfigValue};

/// The value that chooses.
const AUTH: &str = "auth";

impl Manifest {
    /// Whether requests can carry a secret, by these values: not where only
    /// schemes use it that aren't the chosen one. Without a choice they can.
    pub(crate) fn can_use(&self, secret: &Name, config: &BTreeMap<Name, ConfigValue>) -> bool {
        let Some((words, chosen)) = self.choice(config) else { return true };
        // A scheme that can't be chosen is used whatever is.
        let is_used = |scheme: &str| scheme == chosen || words.iter().all(|word| word != scheme);
        let mut schemes = self.auth.iter().filter(|(_, scheme)| scheme.secrets().contains(&secret));
        schemes.any(|(name, _)| is_used(name.as_str()))
    }

    /// The secrets of the chosen scheme, where it is of no use without one of them.
    /// Those that sign say themselves what they lack.
    pub(crate) fn chosen_secrets(&self, config: &BTreeMap<Name, ConfigValue>) -> Vec<&Name> {
        let scheme = self.choice(config).and_then(|(_, chosen)| self.auth.get(chosen));
        match scheme {
            None | Some(AuthScheme::AwsSigV4(_) | AuthScheme::OciSignature(_)) => Vec::new(),
            Some(scheme) => scheme.secrets(),
        }
    }

    /// The words that there are to choose from, and the chosen one.
    fn choice<'m>(&'m self, config: &'m BTreeMap<Name, ConfigValue>) -> Option<(&'m [String], &'m str)> {
        let field = self.config.get(AUTH)?;
        let ConfigType::Enum(words) = &field.kind else { return None };
        if !words.iter().all(|word| self.auth.contains_key(word.as_str())) {
            return None;
        }
        match (config.get(AUTH), &field.presence) {
            (Some(ConfigValue::Text(chosen)), _) | (None, Presence::Default(ConfigValue::Text(chosen))) => {
                Some((words.as_slice(), chosen.as_str()))
            }
            _ => None,
        }
    }
}
