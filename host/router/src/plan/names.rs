//! What a model's name means: a route, a provider and its model, or the bare id
//! of a model that exactly one provider has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Named;
use crate::suggest::{nearest, repeated};

/// The names that are known.
#[derive(Debug, Clone, Default)]
pub struct Names {
    routes: BTreeMap<String, ()>,
    providers: BTreeMap<String, Arc<str>>,
    models: BTreeMap<String, Vec<Arc<str>>>,
    absent: BTreeSet<String>,
}

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The route of this name.
    Route,
    /// A model of a provider.
    Model(Named),
}

/// Why a name means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing has it.
    #[error("no route, provider or model is named {name:?}; {advice}")]
    Unknown {
        /// The name, or the beginning of a long one.
        name: String,
        /// What to write.
        advice: String,
    },
    /// It is a model of a provider that could be here and isn't.
    #[error(
        "provider {provider} is in the catalog, and isn't set up here: write [providers.{provider}], or set the \
         variables that `jackfield providers show {provider}` lists"
    )]
    Absent {
        /// The provider.
        provider: String,
    },
    /// Several providers have a model of this name.
    #[error("several providers have a model {name:?}: write one of {choices}")]
    Ambiguous {
        /// The name.
        name: String,
        /// The names that are clear.
        choices: String,
    },
}

impl Names {
    /// Adds a route.
    pub fn add_route(&mut self, name: &str) {
        self.routes.insert(name.to_owned(), ());
    }

    /// Adds a provider and the models that it is known to have.
    pub fn add_provider<'m>(&mut self, name: &str, models: impl IntoIterator<Item = &'m str>) {
        let provider: Arc<str> = name.into();
        for model in models {
            let claims = self.models.entry(model.to_owned()).or_default();
            if !claims.contains(&provider) {
                claims.push(Arc::clone(&provider));
            }
        }
        self.providers.insert(name.to_owned(), provider);
    }

    /// Adds a provider that is known and can't be used: who asks for it is told so.
    pub fn add_absent(&mut self, name: &str) {
        self.absent.insert(name.to_owned());
    }

    /// The provider of this name; a leading `@` is Portkey's spelling.
    pub fn provider(&self, name: &str) -> Option<Arc<str>> {
        self.providers.get(name.strip_prefix('@').unwrap_or(name)).map(Arc::clone)
    }

    /// The name of a provider that may have been meant.
    pub fn nearest_provider(&self, name: &str) -> Option<&str> {
        nearest(name, self.providers.keys().map(String::as_str))
    }

    /// What a name means. Routes come first: the operator chose their names.
    /// Models have slashes in their own names, so only what stands before the
    /// first one can be a provider.
    ///
    /// # Errors
    /// It means nothing, or more than one thing.
    pub fn resolve(&self, name: &str) -> Result<Meaning, NameError> {
        if self.routes.contains_key(name) {
            return Ok(Meaning::Route);
        }
        if let Some((provider, model)) = name.split_once('/')
            && let Some(provider) = self.provider(provider)
            && !model.is_empty()
        {
            return Ok(Meaning::Model(Named { provider, model: model.into() }));
        }
        match self.models.get(name).map(Vec::as_slice) {
            Some([provider]) => {
                Ok(Meaning::Model(Named { provider: Arc::clone(provider), model: name.into() }))
            }
            Some(several) => {
                let choices: Vec<String> =
                    several.iter().map(|provider| format!("{provider}/{name}")).collect();
                Err(NameError::Ambiguous { name: name.to_owned(), choices: choices.join(", ") })
            }
            None => match name.split_once('/').map(|(provider, _)| provider.trim_start_matches('@')) {
                Some(provider) if self.absent.contains(provider) && self.provider(provider).is_none() => {
                    Err(NameError::Absent { provider: provider.to_owned() })
                }
                _ => Err(NameError::Unknown { name: repeated(name).into_owned(), advice: self.advice(name) }),
            },
        }
    }

    fn advice(&self, name: &str) -> String {
        if let Some((provider, model)) = name.split_once('/')
            && let Some(meant) = self.nearest_provider(provider.trim_start_matches('@'))
        {
            return format!("did you mean \"{meant}/{}\"?", repeated(model));
        }
        let known = self.routes.keys().chain(self.models.keys()).map(String::as_str);
        nearest(name, known).map_or_else(
            || "write `provider/model` or the name of a route".to_owned(),
            |meant| format!("did you mean {meant:?}?"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.add_route("fast");
        names.add_route("openai/gpt-4o");
        names.add_provider("openai", ["gpt-4o", "gpt-4o-mini"]);
        names.add_provider("azure", ["gpt-4o"]);
        names.add_provider("hub", ["meta-llama/Llama-3"]);
        names.add_absent("openai");
        names.add_absent("gemini");
        names
    }

    fn model(provider: &str, model: &str) -> Result<Meaning, NameError> {
        Ok(Meaning::Model(Named { provider: provider.into(), model: model.into() }))
    }

    #[test]
    fn names_mean_routes_then_providers_then_models() {
        let names = names();
        assert_eq!(names.resolve("fast"), Ok(Meaning::Route));
        assert_eq!(names.resolve("openai/gpt-4o"), Ok(Meaning::Route), "the operator's name comes first");
        assert_eq!(names.resolve("openai/anything"), model("openai", "anything"));
        assert_eq!(names.resolve("@openai/anything"), model("openai", "anything"));
        assert_eq!(names.resolve("gpt-4o-mini"), model("openai", "gpt-4o-mini"));
        assert_eq!(names.resolve("hub/meta-llama/Llama-3"), model("hub", "meta-llama/Llama-3"));
        assert_eq!(names.resolve("meta-llama/Llama-3"), model("hub", "meta-llama/Llama-3"));
    }

    #[test]
    fn a_name_that_two_providers_have_is_refused_with_both() {
        let error = names().resolve("gpt-4o").unwrap_err().to_string();
        assert!(error.contains("openai/gpt-4o, azure/gpt-4o"), "{error}");
    }

    #[test]
    fn a_provider_that_is_not_set_up_is_told_apart_from_one_that_nobody_knows() {
        for name in ["gemini/flash", "@gemini/flash"] {
            let error = names().resolve(name).unwrap_err();
            assert_eq!(error, NameError::Absent { provider: "gemini".to_owned() });
            assert!(error.to_string().contains("write [providers.gemini]"), "{error}");
        }
        assert_eq!(names().resolve("openai/x"), model("openai", "x"), "it is there after all");
    }

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        let error = |name| names().resolve(name).unwrap_err().to_string();
        assert!(error("opnai/x").ends_with("did you mean \"openai/x\"?"), "{}", error("opnai/x"));
        assert!(error("gpt-4o-mni").ends_with("did you mean \"gpt-4o-mini\"?"));
        assert!(error("zzzzzz").contains("write `provider/model`"));
        assert!(error("openai/").contains("no route"));
    }

    #[test]
    fn a_long_name_is_not_repeated_whole() {
        let long = "x".repeat(1 << 20);
        for name in [long.clone(), format!("zzzzzz/{long}"), format!("opnai/{long}")] {
            let error = names().resolve(&name).unwrap_err().to_string();
            assert!(error.len() < 400 && error.contains("xxx… ("), "{} bytes", error.len());
        }
    }
}
