//! What dialects say in a request's path instead of in its body.

use http::Uri;
use percent_encoding::percent_decode_str;

use super::ChatDialect;
use crate::dialect::DecodeError;

/// What a path says of a chat. Dialects that say it in the body say nothing
/// here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathFacts {
    /// The model.
    pub model: Option<String>,
    /// Whether a stream is wanted.
    pub stream: bool,
    /// Whether the stream is wanted as one JSON list that grows, as Gemini's
    /// clients get it that don't ask for events. Only the outermost hull knows
    /// of it: everything else makes and reads events.
    pub list: bool,
}

impl PathFacts {
    /// Reads the path of a chat.
    ///
    /// # Errors
    /// The path names no model, or asks for a form that there isn't.
    pub fn of(dialect: ChatDialect, uri: &Uri) -> Result<Self, DecodeError> {
        match dialect {
            ChatDialect::GeminiGenerate => gemini(uri),
            ChatDialect::BedrockConverse => bedrock(uri.path()),
            ChatDialect::OpenaiChat
            | ChatDialect::OpenaiCompletions
            | ChatDialect::OpenaiResponses
            | ChatDialect::AnthropicMessages
            | ChatDialect::CohereChat => Ok(Self::default()),
        }
    }
}

/// `.../models/MODEL:METHOD`. The model may have slashes and colons in it.
fn gemini(uri: &Uri) -> Result<PathFacts, DecodeError> {
    let named = uri.path().split_once("/models/").and_then(|(_, rest)| rest.rsplit_once(':'));
    let (model, method) = named.ok_or_else(|| DecodeError::missing("model"))?;
    let stream = method == "streamGenerateContent";
    let asked = query(uri, "alt");
    let list = match asked.as_deref() {
        None | Some("json") => stream,
        Some("sse") => false,
        Some(other) => {
            let message = format!("can't be `{other}`: take sse or json");
            return Err(DecodeError::unsupported("alt", message));
        }
    };
    Ok(PathFacts { model: Some(decoded(model)?), stream, list })
}

/// `/model/MODEL/converse`, `/model/MODEL/converse-stream`.
fn bedrock(path: &str) -> Result<PathFacts, DecodeError> {
    let named = path.split_once("/model/").and_then(|(_, rest)| rest.rsplit_once('/'));
    let (model, method) = named.ok_or_else(|| DecodeError::missing("modelId"))?;
    Ok(PathFacts { model: Some(decoded(model)?), stream: method == "converse-stream", list: false })
}

fn decoded(model: &str) -> Result<String, DecodeError> {
    let model = percent_decode_str(model).decode_utf8();
    let model = model.map_err(|_| DecodeError::invalid("model", "isn't UTF-8"))?;
    match model.is_empty() {
        true => Err(DecodeError::missing("model")),
        false => Ok(model.into_owned()),
    }
}

/// The value of the first parameter of this name.
pub(crate) fn query(uri: &Uri, name: &str) -> Option<String> {
    let mut all = url::form_urlencoded::parse(uri.query()?.as_bytes());
    all.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dialect: ChatDialect, uri: &str) -> PathFacts {
        PathFacts::of(dialect, &uri.parse().unwrap()).unwrap()
    }

    fn facts(model: &str, stream: bool, list: bool) -> PathFacts {
        PathFacts { model: Some(model.to_owned()), stream, list }
    }

    #[test]
    fn the_model_and_the_method_stand_in_the_path() {
        use ChatDialect::{BedrockConverse, GeminiGenerate};
        for (uri, expected) in [
            ("/v1beta/models/gemini-2.5-pro:generateContent", facts("gemini-2.5-pro", false, false)),
            ("/v1/models/openai/gpt-4o:generateContent", facts("openai/gpt-4o", false, false)),
            ("/models/a%2Fb%20c:streamGenerateContent?alt=sse", facts("a/b c", true, false)),
            ("/v1beta/models/ollama/x:8b:streamGenerateContent", facts("ollama/x:8b", true, true)),
            ("/v1beta/models/m:streamGenerateContent?key=k&alt=json", facts("m", true, true)),
            ("/v1beta/models/m:countTokens?alt=json", facts("m", false, false)),
            ("/v1beta/models/p/models/m:generateContent", facts("p/models/m", false, false)),
        ] {
            assert_eq!(of(GeminiGenerate, uri), expected, "{uri}");
        }
        for (uri, expected) in [
            ("/model/amazon.nova-lite-v1%3A0/converse", facts("amazon.nova-lite-v1:0", false, false)),
            ("/model/bedrock%2Fm/converse-stream", facts("bedrock/m", true, false)),
            ("/model/bedrock/model/m/converse", facts("bedrock/model/m", false, false)),
        ] {
            assert_eq!(of(BedrockConverse, uri), expected, "{uri}");
        }
        assert_eq!(of(ChatDialect::OpenaiChat, "/v1/chat/completions?alt=x"), PathFacts::default());
    }

    #[test]
    fn a_form_that_there_is_not_is_refused() {
        for uri in ["/models/m:streamGenerateContent?alt=proto", "/models/%ff:generateContent"] {
            assert!(PathFacts::of(ChatDialect::GeminiGenerate, &uri.parse().unwrap()).is_err(), "{uri}");
        }
    }
}
