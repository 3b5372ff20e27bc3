//! Which request is for what: method and path.

mod path;

use http::Method;
use http::request::Parts;

pub use path::PathFacts;
pub(crate) use path::query;

use crate::auth::GOOGLES;

/// Dialects of chat that a client can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChatDialect {
    /// `/v1/chat/completions`.
    OpenaiChat,
    /// `/v1/completions`.
    OpenaiCompletions,
    /// `/v1/responses`.
    OpenaiResponses,
    /// `/v1/messages`.
    AnthropicMessages,
    /// `/v1beta/models/MODEL:generateContent`.
    GeminiGenerate,
    /// `/v2/chat`.
    CohereChat,
    /// `/model/MODEL/converse`.
    BedrockConverse,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// A chat.
    Chat(ChatDialect),
    /// `/v1/messages/count_tokens`, or Gemini's `countTokens`.
    CountTokens(ChatDialect),
    /// `/v1/embeddings`.
    Embeddings,
    /// `/v1beta/models/MODEL:embedContent`.
    EmbedContent,
    /// `/v1beta/models/MODEL:batchEmbedContents`.
    BatchEmbedContents,
    /// `/v1/moderations`.
    Moderations,
    /// `/v1/rerank` and `/v2/rerank`.
    Rerank,
    /// `/v1/audio/speech`.
    Speech,
    /// `/v1/audio/transcriptions`.
    Transcriptions,
    /// `/v1/audio/translations`.
    Translations,
    /// `/v1/feedback`, which is logged and counted; nothing keeps it yet.
    Feedback,
    /// `/v1/feedback/ID`.
    FeedbackUpdate,
    /// `/v1/models`.
    Models,
    /// `/v1/models/ID`.
    Model,
    /// `/v1beta/models`, or `/v1/models` for Google's clients, in Gemini's shape.
    GeminiModels,
    /// `/v1beta/models/ID`.
    GeminiModel,
    /// `/v1/async/PROVIDER/ID`: the result of a queued request.
    Queued,
    /// `/v1/receivers/NAME`: where providers deliver such results.
    Receiver,
    /// `/health`.
    Health,
    /// `/ready`.
    Ready,
    /// `/metrics`.
    Metrics,
    /// `/openapi.json`.
    Openapi,
}

/// What is at each path, and its methods in the form of the header `allow`.
/// Braces stand for any text. Chats come first, being most of the
/// traffic.
pub(crate) const PATHS: &[(&str, Endpoint, &str)] = &[
    ("/chat/completions", Endpoint::Chat(ChatDialect::OpenaiChat), "POST"),
    ("/messages", Endpoint::Chat(ChatDialect::AnthropicMessages), "POST"),
    ("/responses", Endpoint::Chat(ChatDialect::OpenaiResponses), "POST"),
    ("/embeddings", Endpoint::Embeddings, "POST"),
    ("/completions", Endpoint::Chat(ChatDialect::OpenaiCompletions), "POST"),
    ("/messages/count_tokens", Endpoint::CountTokens(ChatDialect::AnthropicMessages), "POST"),
    ("/v1beta/models/{model}:generateContent", Endpoint::Chat(ChatDialect::GeminiGenerate), "POST"),
    ("/v1beta/models/{model}:streamGenerateContent", Endpoint::Chat(ChatDialect::GeminiGenerate), "POST"),
    ("/v1beta/models/{model}:countTokens", Endpoint::CountTokens(ChatDialect::GeminiGenerate), "POST"),
    ("/models/{model}:generateContent", Endpoint::Chat(ChatDialect::GeminiGenerate), "POST"),
    ("/models/{model}:streamGenerateContent", Endpoint::Chat(ChatDialect::GeminiGenerate), "POST"),
    ("/models/{model}:countTokens", Endpoint::CountTokens(ChatDialect::GeminiGenerate), "POST"),
    ("/v1beta/models/{model}:embedContent", Endpoint::EmbedContent, "POST"),
    ("/v1beta/models/{model}:batchEmbedContents", Endpoint::BatchEmbedContents, "POST"),
    ("/models/{model}:embedContent", Endpoint::EmbedContent, "POST"),
    ("/models/{model}:batchEmbedContents", Endpoint::BatchEmbedContents, "POST"),
    ("/v2/chat", Endpoint::Chat(ChatDialect::CohereChat), "POST"),
    ("/model/{model}/converse", Endpoint::Chat(ChatDialect::BedrockConverse), "POST"),
    ("/model/{model}/converse-stream", Endpoint::Chat(ChatDialect::BedrockConverse), "POST"),
    ("/moderations", Endpoint::Moderations, "POST"),
    ("/rerank", Endpoint::Rerank, "POST"),
    ("/v2/rerank", Endpoint::Rerank, "POST"),
    ("/audio/speech", Endpoint::Speech, "POST"),
    ("/audio/transcriptions", Endpoint::Transcriptions, "POST"),
    ("/audio/translations", Endpoint::Translations, "POST"),
    ("/feedback", Endpoint::Feedback, "POST, PUT"),
    ("/feedback/{id}", Endpoint::FeedbackUpdate, "PUT"),
    ("/models", Endpoint::Models, "GET"),
    ("/models/{model}", Endpoint::Model, "GET"),
    ("/v1beta/models", Endpoint::GeminiModels, "GET"),
    ("/v1beta/models/{model}", Endpoint::GeminiModel, "GET"),
    ("/async/{request}", Endpoint::Queued, "GET, DELETE"),
    ("/receivers/{receiver}", Endpoint::Receiver, "POST"),
    ("/health", Endpoint::Health, "GET"),
    ("/ready", Endpoint::Ready, "GET"),
    ("/metrics", Endpoint::Metrics, "GET"),
    ("/openapi.json", Endpoint::Openapi, "GET"),
];

/// Why a request is for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoEndpoint {
    /// Nothing is at this path.
    Path,
    /// Something is, but for another method: those that it has, in the form
    /// of the header `allow`.
    Method(&'static str),
}

impl Endpoint {
    /// What a request is for. Paths are taken with `/v1` or without, since
    /// clients differ in whether their base URL has it.
    pub fn of(method: &Method, path: &str) -> Result<Self, NoEndpoint> {
        let bare = path.strip_prefix("/v1").filter(|rest| rest.starts_with('/')).unwrap_or(path);
        let (_, endpoint, methods) =
            *PATHS.iter().find(|(pattern, ..)| fits(pattern, bare)).ok_or(NoEndpoint::Path)?;
        match methods.split(", ").any(|allowed| method == allowed) {
            true => Ok(endpoint),
            false => Err(NoEndpoint::Method(methods)),
        }
    }

    /// The same for the client that asks: of those that ask for models at
    /// `/v1/models`, Google's are known by their key or their name, and read
    /// nothing but their own shape.
    pub(crate) fn asked_by(self, head: &Parts) -> Self {
        let of_google = || {
            [GOOGLES, "x-goog-api-client"].iter().any(|name| head.headers.contains_key(*name))
                || query(&head.uri, "key").is_some()
        };
        match self {
            Self::Models if of_google() => Self::GeminiModels,
            Self::Model if of_google() => Self::GeminiModel,
            other => other,
        }
    }

    /// Its name in metrics and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat(ChatDialect::OpenaiChat) => "chat_completions",
            Self::Chat(ChatDialect::OpenaiCompletions) => "completions",
            Self::Chat(ChatDialect::OpenaiResponses) => "responses",
            Self::Chat(ChatDialect::AnthropicMessages) => "messages",
            Self::Chat(ChatDialect::GeminiGenerate) => "generate_content",
            Self::Chat(ChatDialect::CohereChat) => "cohere_chat",
            Self::Chat(ChatDialect::BedrockConverse) => "converse",
            Self::CountTokens(_) => "count_tokens",
            Self::Embeddings => "embeddings",
            Self::EmbedContent => "embed_content",
            Self::BatchEmbedContents => "batch_embed_contents",
            Self::Moderations => "moderations",
            Self::Rerank => "rerank",
            Self::Speech => "audio_speech",
            Self::Transcriptions => "audio_transcriptions",
            Self::Translations => "audio_translations",
            Self::Feedback => "feedback",
            Self::FeedbackUpdate => "feedback_update",
            Self::Models | Self::GeminiModels => "models",
            Self::Model | Self::GeminiModel => "model",
            Self::Queued => "queued",
            Self::Receiver => "receiver",
            Self::Health => "health",
            Self::Ready => "ready",
            Self::Metrics => "metrics",
            Self::Openapi => "openapi",
        }
    }

    /// In whose dialect it tells of errors.
    pub const fn dialect(self) -> ChatDialect {
        match self {
            Self::Chat(dialect) | Self::CountTokens(dialect) => dialect,
            Self::EmbedContent | Self::BatchEmbedContents | Self::GeminiModels | Self::GeminiModel => {
                ChatDialect::GeminiGenerate
            }
            _ => ChatDialect::OpenaiChat,
        }
    }

    /// Whether it needs no API key: it is for those who run the gateway, or
    /// says nothing that isn't public.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Health | Self::Ready | Self::Metrics | Self::Openapi)
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('{') {
        None => path == pattern,
        Some((before, behind)) => {
            let behind = behind.split_once('}').map_or("", |(_, behind)| behind);
            let within = path.strip_prefix(before).and_then(|rest| rest.strip_suffix(behind));
            within.is_some_and(|text| !text.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_with_and_without_the_version() {
        for path in ["/v1/chat/completions", "/chat/completions"] {
            assert_eq!(Endpoint::of(&Method::POST, path), Ok(Endpoint::Chat(ChatDialect::OpenaiChat)));
        }
        assert_eq!(Endpoint::of(&Method::GET, "/v1/models/openai/gpt-4o"), Ok(Endpoint::Model));
        assert_eq!(Endpoint::of(&Method::GET, "/v1/models"), Ok(Endpoint::Models));
    }

    #[test]
    fn models_in_paths_may_have_anything_in_them() {
        let (gemini, bedrock) = (ChatDialect::GeminiGenerate, ChatDialect::BedrockConverse);
        for (path, endpoint) in [
            ("/v1beta/models/gemini-2.5-pro:generateContent", Endpoint::Chat(gemini)),
            ("/v1/models/openai/gpt-4o:streamGenerateContent", Endpoint::Chat(gemini)),
            ("/models/ollama/x:8b:generateContent", Endpoint::Chat(gemini)),
            ("/v1beta/models/m:countTokens", Endpoint::CountTokens(gemini)),
            ("/v1beta/models/openai/m:embedContent", Endpoint::EmbedContent),
            ("/v1/models/m:batchEmbedContents", Endpoint::BatchEmbedContents),
            ("/model/a%2Fb/converse", Endpoint::Chat(bedrock)),
            ("/model/a/b/converse-stream", Endpoint::Chat(bedrock)),
            ("/v2/chat", Endpoint::Chat(ChatDialect::CohereChat)),
            ("/v1/v2/chat", Endpoint::Chat(ChatDialect::CohereChat)),
        ] {
            assert_eq!(Endpoint::of(&Method::POST, path), Ok(endpoint), "{path}");
            assert_eq!(Endpoint::of(&Method::GET, path), Err(NoEndpoint::Method("POST")), "{path}");
        }
        for path in ["/v1beta/models/", "/v1beta/models:generateContent", "/model//converse"] {
            assert_eq!(Endpoint::of(&Method::POST, path), Err(NoEndpoint::Path), "{path}");
        }
        // A model can be called anything, so that these ask for one.
        for path in ["/v1beta/models/:generateContent", "/v1beta/models/m:editContent"] {
            assert_eq!(Endpoint::of(&Method::POST, path), Err(NoEndpoint::Method("GET")), "{path}");
            assert_eq!(Endpoint::of(&Method::GET, path), Ok(Endpoint::GeminiModel), "{path}");
        }
        assert_eq!(Endpoint::of(&Method::GET, "/v1beta/models"), Ok(Endpoint::GeminiModels));
    }

    #[test]
    fn the_models_that_googles_clients_ask_for_are_theirs() {
        let asked = |path: &str, header: &str| {
            let request = http::Request::get(path).header(header, "x").body(()).unwrap();
            Endpoint::of(&Method::GET, request.uri().path()).unwrap().asked_by(&request.into_parts().0)
        };
        for header in ["x-goog-api-key", "x-goog-api-client"] {
            assert_eq!(asked("/v1/models?pageSize=1", header), Endpoint::GeminiModels);
            assert_eq!(asked("/v1/models/a/m", header), Endpoint::GeminiModel);
            assert_eq!(asked("/health", header), Endpoint::Health);
        }
        assert_eq!(asked("/v1/models?key=k", "accept"), Endpoint::GeminiModels);
        for path in ["/v1/models", "/v1/models?monkey=k"] {
            assert_eq!(asked(path, "x-api-key"), Endpoint::Models, "{path}");
        }
    }

    #[test]
    fn a_reranking_is_found_in_each_version_and_feedback_with_each_method() {
        for path in ["/rerank", "/v1/rerank", "/v2/rerank"] {
            assert_eq!(Endpoint::of(&Method::POST, path), Ok(Endpoint::Rerank), "{path}");
        }
        for method in [Method::POST, Method::PUT] {
            assert_eq!(Endpoint::of(&method, "/v1/feedback"), Ok(Endpoint::Feedback), "{method}");
        }
        assert_eq!(Endpoint::of(&Method::PUT, "/v1/feedback/id"), Ok(Endpoint::FeedbackUpdate));
        assert_eq!(Endpoint::of(&Method::GET, "/v1/feedback"), Err(NoEndpoint::Method("POST, PUT")));
        assert_eq!(Endpoint::of(&Method::POST, "/v1/feedback/id"), Err(NoEndpoint::Method("PUT")));
    }

    #[test]
    fn what_is_not_there_is_told_apart_from_what_takes_another_method() {
        assert_eq!(Endpoint::of(&Method::GET, "/v1/chat/completions"), Err(NoEndpoint::Method("POST")));
        for path in ["/", "/v1", "/v1/", "/v1chat/completions", "/v2/chat/completions", "/v1/models/"] {
            assert_eq!(Endpoint::of(&Method::GET, path), Err(NoEndpoint::Path), "{path}");
        }
    }
}
