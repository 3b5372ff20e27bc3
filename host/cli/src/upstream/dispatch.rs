//! From a path to its endpoint.

use bytes::Bytes;
use hyper::Method;

use super::error::{ApiError, Dialect};
use super::reply::{Call, Reply};
use super::{anthropic, openai};

/// What a path stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'a> {
    /// An endpoint that takes a request for a model.
    Endpoint(Dialect, fn(Call<'_>) -> Result<Reply, ApiError>),
    Models(Dialect),
    Model(Dialect, &'a str),
    /// Where the redirects of this server lead.
    Redirected,
    Unknown(Dialect),
}

impl<'a> Target<'a> {
    /// Reads a path. Whatever comes before `/v1` is taken for a prefix, as some
    /// providers have one.
    pub(super) fn of(path: &'a str, anthropic: bool) -> Self {
        let dialect = if anthropic { Dialect::Anthropic } else { Dialect::OpenAi };
        if path == "/redirected" {
            return Self::Redirected;
        }
        let Some((_, rest)) = path.split_once("/v1/") else { return Self::Unknown(dialect) };
        match rest {
            "chat/completions" => Self::Endpoint(Dialect::OpenAi, openai::chat),
            "completions" => Self::Endpoint(Dialect::OpenAi, openai::completions),
            "responses" => Self::Endpoint(Dialect::OpenAi, openai::responses),
            "embeddings" => Self::Endpoint(Dialect::OpenAi, openai::embeddings),
            "moderations" => Self::Endpoint(Dialect::OpenAi, openai::moderations),
            "audio/speech" => Self::Endpoint(Dialect::OpenAi, openai::speech),
            "audio/transcriptions" => Self::Endpoint(Dialect::OpenAi, openai::transcriptions),
            "messages" => Self::Endpoint(Dialect::Anthropic, anthropic::messages),
            "messages/count_tokens" => Self::Endpoint(Dialect::Anthropic, anthropic::count_tokens),
            "models" => Self::Models(dialect),
            _ => match rest.strip_prefix("models/").filter(|name| !name.is_empty()) {
                Some(name) => Self::Model(dialect, name),
                None => Self::Unknown(dialect),
            },
        }
    }

    /// Whose errors its answers have.
    pub(super) fn dialect(self) -> Dialect {
        match self {
            Self::Endpoint(dialect, _)
            | Self::Models(dialect)
            | Self::Model(dialect, _)
            | Self::Unknown(dialect) => dialect,
            Self::Redirected => Dialect::OpenAi,
        }
    }

    /// The only method that it takes; nothing where any will do.
    pub(super) fn method(self) -> Option<Method> {
        match self {
            Self::Endpoint(..) => Some(Method::POST),
            Self::Models(_) | Self::Model(..) => Some(Method::GET),
            Self::Redirected | Self::Unknown(_) => None,
        }
    }
}

/// The list of models.
pub(super) fn models(dialect: Dialect) -> Bytes {
    match dialect {
        Dialect::OpenAi => openai::models(),
        Dialect::Anthropic => anthropic::models(),
    }
}

/// One model.
pub(super) fn model(dialect: Dialect, name: &str) -> Bytes {
    match dialect {
        Dialect::OpenAi => openai::model(name),
        Dialect::Anthropic => anthropic::model(name),
    }
}
