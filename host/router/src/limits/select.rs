//! Which requests a limit is about, and which of them it counts together.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What limits can know of a request. Absent where it has no such thing.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    /// Whose it is.
    pub tenant: Option<&'s str>,
    /// The id of the API key that the client showed, never the key.
    pub api_key: Option<&'s str>,
    /// The provider that is asked.
    pub provider: Option<&'s str>,
    /// The provider's id of the model.
    pub model: Option<&'s str>,
    /// The name of the route or saved config.
    pub config: Option<&'s str>,
    /// What kind of endpoint it is, as in `chat`.
    pub endpoint: Option<&'s str>,
    /// What the client says about it.
    pub metadata: &'s BTreeMap<String, String>,
}

/// A property of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// `api_key`
    ApiKey,
    /// `workspace_id` or `tenant`
    Tenant,
    /// `provider` or `virtual_key`
    Provider,
    /// `model`: told and compared as `provider/model`
    Model,
    /// `config`
    Config,
    /// `endpoint_type`
    Endpoint,
    /// `metadata.NAME`
    Metadata(String),
}

impl FromStr for Field {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Ok(match name {
            "api_key" => Self::ApiKey,
            "workspace_id" | "tenant" => Self::Tenant,
            "provider" | "virtual_key" => Self::Provider,
            "model" => Self::Model,
            "config" => Self::Config,
            "endpoint_type" => Self::Endpoint,
            _ => match name.strip_prefix("metadata.").filter(|field| !field.is_empty()) {
                Some(field) => Self::Metadata(field.to_owned()),
                None => {
                    return Err(format!(
                        "`{name}` is nothing that limits know: write `api_key`, `tenant`, `provider`, \
                         `model`, `config`, `endpoint_type` or `metadata.NAME`"
                    ));
                }
            },
        })
    }
}

impl Field {
    fn of(&self, subject: &Subject<'_>) -> Option<String> {
        let text = match self {
            Self::ApiKey => subject.api_key,
            Self::Tenant => subject.tenant,
            Self::Provider => subject.provider,
            Self::Config => subject.config,
            Self::Endpoint => subject.endpoint,
            Self::Metadata(name) => subject.metadata.get(name).map(String::as_str),
            Self::Model => {
                let model = subject.model?;
                return Some(
                    subject.provider.map_or(model.to_owned(), |provider| format!("{provider}/{model}")),
                );
            }
        };
        text.map(str::to_owned)
    }
}

/// A text in which `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// This pattern.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    fn matches(&self, text: &str) -> bool {
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = text.strip_prefix(first) else { return false };
        let mut pieces = pieces.peekable();
        if pieces.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(piece) = pieces.next() {
            if pieces.peek().is_none() {
                return rest.ends_with(piece);
            }
            let Some(place) = rest.find(piece) else { return false };
            rest = &rest[place + piece.len()..];
        }
        true
    }
}

/// What must hold of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Of which property.
    pub field: Field,
    /// It is there and matches one of these. Empty: whatever it is.
    pub values: Vec<Pattern>,
    /// It matches none of these.
    pub excludes: Vec<Pattern>,
}

impl Condition {
    pub(super) fn holds(&self, subject: &Subject<'_>) -> bool {
        let Some(text) = self.field.of(subject) else { return self.values.is_empty() };
        // A model can be written without its provider.
        let bare = subject.model.filter(|_| self.field == Field::Model);
        let among = |patterns: &[Pattern]| {
            patterns
                .iter()
                .any(|pattern| pattern.matches(&text) || bare.is_some_and(|bare| pattern.matches(bare)))
        };
        (self.values.is_empty() || among(&self.values)) && !among(&self.excludes)
    }
}

/// The group of requests that one is counted with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Scope(String);

impl Scope {
    /// The one of all requests that agree with this one in all these.
    pub(super) fn of(fields: &[Field], subject: &Subject<'_>) -> Self {
        let mut scope = String::new();
        for field in fields {
            match field.of(subject) {
                // With its length in front no value can look like two.
                Some(text) => scope.push_str(&format!("{}:{text};", text.len())),
                None => scope.push_str("-;"),
            }
        }
        Self(scope)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
