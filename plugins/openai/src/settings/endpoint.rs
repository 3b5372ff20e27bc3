//! Where requests go, and what every one of them carries.

use jackfield_sdk::http;
use jackfield_sdk::types::Error;

use super::{Values, lists, misconfigured};

/// The auth scheme that the manifest's `[[egress]]` applies by itself.
const USUAL_AUTH: &str = "key";

/// The API.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Endpoint {
    base_url: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    model_prefix: String,
    auth: Option<String>,
}

impl Endpoint {
    pub(crate) fn read(from: &dyn Values) -> Result<Self, Error> {
        let mut headers = lists::pairs(from, "headers", ':')?;
        for (name, value) in [("organization", "OpenAI-Organization"), ("project", "OpenAI-Project")] {
            headers.extend(from.text(name).map(|id| (value.to_owned(), id)));
        }
        Ok(Endpoint {
            base_url: from.text("base-url").ok_or_else(|| misconfigured("base-url", "has no value"))?,
            query: lists::pairs(from, "query", '=')?,
            headers,
            model_prefix: from.text("model-prefix").unwrap_or_default(),
            auth: from.text("auth").filter(|auth| auth != USUAL_AUTH),
        })
    }

    /// The auth scheme to name in requests, where it isn't the usual one.
    pub(crate) fn auth(&self) -> Option<&str> {
        self.auth.as_deref()
    }

    /// The model as the upstream names it.
    pub(crate) fn model(&self, model: &str) -> String {
        format!("{}{model}", self.model_prefix)
    }

    /// The model as requests name it; nothing where it lies outside of what
    /// the prefix covers.
    pub(crate) fn strip_prefix<'a>(&self, model: &'a str) -> Option<&'a str> {
        model.strip_prefix(&self.model_prefix)
    }

    /// The address of a path, in which `{model}` stands for the upstream's name
    /// of the model.
    pub(crate) fn url(&self, path: &str, model: &str) -> String {
        let path = if path.contains("{model}") {
            path.replace("{model}", &http::encode(&self.model(model)))
        } else {
            path.to_owned()
        };
        let mut url = http::join(&self.base_url, &path);
        for (name, value) in &self.query {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&http::encode(name));
            url.push('=');
            url.push_str(&http::encode(value));
        }
        url
    }

    /// What every request carries beside its credential.
    pub(crate) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }
}

/// The paths of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paths {
    Chat,
    Completions,
    Responses,
    Embeddings,
    Moderations,
    Transcriptions,
    Translations,
    Speech,
    Models,
}

impl Paths {
    /// The path as the operator has it.
    pub(crate) fn read(self, from: &dyn Values) -> String {
        let (name, usual) = match self {
            Paths::Chat => ("chat-path", "/chat/completions"),
            Paths::Completions => ("completions-path", "/completions"),
            Paths::Responses => ("responses-path", "/responses"),
            Paths::Embeddings => ("embeddings-path", "/embeddings"),
            Paths::Moderations => ("moderations-path", "/moderations"),
            Paths::Transcriptions => ("transcriptions-path", "/audio/transcriptions"),
            Paths::Translations => ("translations-path", "/audio/translations"),
            Paths::Speech => ("speech-path", "/audio/speech"),
            Paths::Models => ("models-path", "/models"),
        };
        from.text(name).unwrap_or_else(|| usual.to_owned())
    }
}
