//! Where requests go, and what every one of them carries.

use jackfield_sdk::http;
use jackfield_sdk::types::Error;

use super::version::Version;
use super::{Values, lists, misconfigured, one_of};

/// The auth scheme that the manifest's `[[egress]]` applies by itself.
const USUAL_AUTH: &str = "key";

/// The parameter that names the version of Azure's APIs.
const VERSION: &str = "api-version";

/// The API.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Endpoint {
    base_url: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    model_prefix: String,
    deployment: Option<String>,
    version: Option<Version>,
    auth: Option<String>,
    extra_parameters: ExtraParameters,
    route: Option<Route>,
    stream_headers: Vec<(String, String)>,
    /// Whether a model is looked up in the service's list before it is asked.
    pub(crate) check_models: bool,
}

/// A gateway that takes all requests at one path, and in a header the path of
/// the API behind it, as OCI Data Science does.
#[derive(Debug, Clone, PartialEq)]
struct Route {
    header: String,
    path: String,
    stream_path: String,
}

impl Route {
    fn read(from: &dyn Values) -> Option<Self> {
        let path = from.text("route-path").unwrap_or_default();
        let stream_path = from.text("route-stream-path").unwrap_or_else(|| path.clone());
        Some(Route { header: from.text("route-header")?, path, stream_path })
    }
}

/// Whether to say what the API does with members that it doesn't know: Azure AI
/// Inference refuses them unless the header `extra-parameters` says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExtraParameters {
    /// Never said.
    Unsaid,
    /// They are passed to the model where a request has any.
    WhereGiven,
    /// Always the same word.
    Always(&'static str),
}

impl Endpoint {
    pub(crate) fn read(from: &dyn Values) -> Result<Self, Error> {
        let mut headers = lists::pairs(from, "headers", ':')?;
        for (name, value) in [("organization", "OpenAI-Organization"), ("project", "OpenAI-Project")] {
            headers.extend(from.text(name).map(|id| (value.to_owned(), id)));
        }
        let mut query = lists::pairs(from, "query", '=')?;
        let version = Version::read(from)?;
        if let Some(version) = &version {
            query.retain(|(name, _)| name != VERSION);
            query.push((VERSION.to_owned(), version.name.clone()));
        }
        Ok(Endpoint {
            base_url: from.text("base-url").ok_or_else(|| misconfigured("base-url", "has no value"))?,
            query,
            headers,
            model_prefix: from.text("model-prefix").unwrap_or_default(),
            deployment: from.text("deployment"),
            version,
            extra_parameters: one_of(
                from,
                "extra-parameters",
                &[
                    ("unsaid", ExtraParameters::Unsaid),
                    ("auto", ExtraParameters::WhereGiven),
                    ("pass-through", ExtraParameters::Always("pass-through")),
                    ("drop", ExtraParameters::Always("drop")),
                    ("error", ExtraParameters::Always("error")),
                ],
            )?,
            auth: from.text("auth").filter(|auth| auth != USUAL_AUTH),
            route: Route::read(from),
            stream_headers: lists::pairs(from, "stream-headers", ':')?,
            check_models: from.flag("check-models").unwrap_or(false),
        })
    }

    /// The auth scheme to name in requests, where it isn't the usual one.
    pub(crate) fn auth(&self) -> Option<&str> {
        self.auth.as_deref()
    }

    /// The model as the upstream names it.
    pub(crate) fn model(&self, model: &str) -> String {
        match &self.deployment {
            Some(deployment) => deployment.clone(),
            None => format!("{}{model}", self.model_prefix),
        }
    }

    /// The model as requests name it; nothing where it lies outside of what
    /// the prefix covers.
    pub(crate) fn strip_prefix<'a>(&self, model: &'a str) -> Option<&'a str> {
        model.strip_prefix(&self.model_prefix)
    }

    /// The address of a path, in which `{model}` stands for the upstream's name
    /// of the model.
    pub(crate) fn url(&self, path: &str, model: &str, streamed: bool) -> String {
        let older = self.version.as_ref().and_then(|version| version.older.as_ref());
        let path = match (&self.route, older) {
            (None, None) => self.filled(path, model),
            (None, Some(older)) => self.filled(&older.path(path), model),
            (Some(route), _) if streamed => route.stream_path.clone(),
            (Some(route), _) => route.path.clone(),
        };
        let base = older.map_or(self.base_url.as_str(), |older| older.base(&self.base_url));
        let mut url = http::join(base, &path);
        for (name, value) in &self.query {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&http::encode(name));
            url.push('=');
            url.push_str(&http::encode(value));
        }
        url
    }

    fn filled(&self, path: &str, model: &str) -> String {
        path.replace("{model}", &http::encode(&self.model(model)))
    }

    /// What a request for a path carries because of where it goes, and of
    /// whether its answer is streamed.
    pub(crate) fn headers_for(&self, path: &str, model: &str, streamed: bool) -> Vec<(String, String)> {
        let route = self.route.iter().map(|route| (route.header.clone(), self.filled(path, model)));
        let streaming = self.stream_headers.iter().filter(|_| streamed).cloned();
        route.chain(streaming).collect()
    }

    /// The word of the header `extra-parameters`. `given` is whether the request
    /// has members that the API may not know.
    pub(crate) fn extra_parameters(&self, given: bool) -> Option<&'static str> {
        match self.extra_parameters {
            ExtraParameters::Always(word) => Some(word),
            ExtraParameters::WhereGiven if given => Some("pass-through"),
            ExtraParameters::WhereGiven | ExtraParameters::Unsaid => None,
        }
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
    Rerank,
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
            Paths::Rerank => ("rerank-path", "/rerank"),
            Paths::Moderations => ("moderations-path", "/moderations"),
            Paths::Transcriptions => ("transcriptions-path", "/audio/transcriptions"),
            Paths::Translations => ("translations-path", "/audio/translations"),
            Paths::Speech => ("speech-path", "/audio/speech"),
            Paths::Models => ("models-path", "/models"),
        };
        from.text(name).unwrap_or_else(|| usual.to_owned())
    }
}
