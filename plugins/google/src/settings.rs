//! The provider's configuration, parsed once into exact types. Which models
//! think in which way, and which are embedded how, is data here, not code.

mod endpoint;

use jackfield_sdk::config;
use jackfield_sdk::settings::{pairs, word, wrong};
use jackfield_sdk::types::Error;

pub(crate) use self::endpoint::{Endpoint, Platform};

/// What `plugin.toml` declares under `[config]`.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) endpoint: Endpoint,
    pub(crate) auth: Auth,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) chat: ChatSettings,
    /// Models of Vertex AI that are embedded by `embedContent`.
    pub(crate) embed_content: Models,
    /// Models of Vertex AI of which `predict` takes one text at a time.
    pub(crate) one_text: Models,
}

/// What decides over the body of a chat.
#[derive(Debug, Clone)]
pub(crate) struct ChatSettings {
    pub(crate) platform: Platform,
    pub(crate) safety: Vec<(String, String)>,
    pub(crate) schemas: Schemas,
    /// Words of effort with their budgets, smallest first.
    pub(crate) effort_budgets: Vec<(String, u32)>,
    pub(crate) level_models: Models,
    pub(crate) no_minimal: Models,
    pub(crate) always_thinking: Models,
    pub(crate) unthinking: Models,
    pub(crate) signed_calls: Models,
    pub(crate) media_results: Models,
}

/// Which scheme of the manifest authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    Key,
    ServiceAccount,
    Token,
    None,
}

impl Auth {
    /// The scheme's name in `plugin.toml`.
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Auth::Key => "key",
            Auth::ServiceAccount => "service-account",
            Auth::Token => "token",
            Auth::None => "none",
        }
    }
}

/// How JSON schemas are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schemas {
    /// As they are.
    Json,
    /// As the subset of OpenAPI's that older models and servers take.
    OpenApi,
}

/// Models, by how their ids begin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Models(Vec<String>);

impl Models {
    pub(crate) fn new(beginnings: Vec<String>) -> Self {
        Models(beginnings.into_iter().filter(|beginning| !beginning.is_empty()).collect())
    }

    /// Whether a model is one of them. What stands before the id, as in
    /// `models/`, doesn't count.
    pub(crate) fn contain(&self, model: &str) -> bool {
        let id = model.rsplit('/').next().unwrap_or(model);
        self.0.iter().any(|beginning| id.starts_with(beginning.as_str()))
    }
}

const PLATFORMS: &[(&str, Platform)] = &[("gemini", Platform::Gemini), ("vertex", Platform::Vertex)];
const AUTHS: &[(&str, Auth)] = &[
    ("key", Auth::Key),
    ("service-account", Auth::ServiceAccount),
    ("token", Auth::Token),
    ("none", Auth::None),
];
const SCHEMAS: &[(&str, Schemas)] = &[("json-schema", Schemas::Json), ("openapi", Schemas::OpenApi)];

impl Settings {
    /// Reads the bound provider's values. Only inside the sandbox.
    pub(crate) fn read() -> Result<Settings, Error> {
        let texts = |name| config::texts(name).unwrap_or_default();
        let models = |name| Models::new(texts(name));
        let platform = word("platform", &config::required("platform")?, PLATFORMS)?;
        Ok(Settings {
            endpoint: Endpoint::new(
                platform,
                config::url("base-url")?,
                config::text("api-version"),
                config::text("project"),
                config::text("location"),
            )?,
            auth: word("auth", &config::required("auth")?, AUTHS)?,
            headers: pairs("headers", &texts("headers"), ':')?,
            chat: ChatSettings {
                platform,
                safety: pairs("safety", &texts("safety"), '=')?,
                schemas: word("schemas", &config::required("schemas")?, SCHEMAS)?,
                effort_budgets: effort_budgets(&texts("effort-budgets"))?,
                level_models: models("level-models"),
                no_minimal: models("no-minimal-models"),
                always_thinking: models("always-thinking-models"),
                unthinking: models("unthinking-models"),
                signed_calls: models("signed-call-models"),
                media_results: models("media-result-models"),
            },
            embed_content: models("embed-content-models"),
            one_text: models("one-text-models"),
        })
    }
}

impl Settings {
    /// The project to charge for what belongs to none, where the plugin says
    /// so: a service account is charged for itself, and the host tells whom
    /// application-default credentials charge.
    pub(crate) fn charged(&self) -> Option<&str> {
        self.endpoint.project().filter(|_| self.auth == Auth::Token)
    }
}

fn effort_budgets(entries: &[String]) -> Result<Vec<(String, u32)>, Error> {
    let mut budgets = pairs("effort-budgets", entries, '=')?
        .into_iter()
        .map(|(word, tokens)| match tokens.parse() {
            Ok(number) => Ok((word, number)),
            Err(_) => Err(wrong("effort-budgets", &tokens, "`word=tokens`, with a whole number")),
        })
        .collect::<Result<Vec<(String, u32)>, Error>>()?;
    budgets.sort_by_key(|(_, tokens)| *tokens);
    Ok(budgets)
}

#[cfg(test)]
pub(crate) mod tests;
