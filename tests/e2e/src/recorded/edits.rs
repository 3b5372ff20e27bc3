//! Which dialect a recorded request is in, and what becomes of it on its way
//! through, stated apart from the plugins.

use jackfield_runtime::api::passthrough::Dialect;
use serde_json::{Map, Value, json};

use super::Exchange;

/// The dialect of a recorded request, by its path.
pub fn dialect(file: &str, exchange: &Exchange) -> Option<Dialect> {
    if exchange.method != "POST" {
        return None;
    }
    let ends = |ending: &str| exchange.bare_path().ends_with(ending);
    if file == "anthropic" {
        return if ends("/v1/messages") {
            Some(Dialect::AnthropicMessages)
        } else if ends("/v1/messages/count_tokens") {
            Some(Dialect::AnthropicCountTokens)
        } else {
            None
        };
    }
    match () {
        () if ends("/chat/completions") => Some(Dialect::OpenaiChat),
        () if ends("/completions") => Some(Dialect::OpenaiCompletions),
        () if ends("/responses") => Some(Dialect::OpenaiResponses),
        () if ends("/v1/embeddings") => Some(Dialect::OpenaiEmbeddings),
        () if ends(":generateContent") || ends(":streamGenerateContent") => Some(Dialect::GeminiGenerate),
        () if ends("/v2/chat") => Some(Dialect::CohereChat),
        () if ends("/converse") || ends("/converse-stream") => Some(Dialect::BedrockConverse),
        () => None,
    }
}

/// What of a chat the preset says in other words than OpenAI.
struct Words {
    max_tokens: Option<&'static str>,
    seed: &'static str,
    call_something: &'static str,
    /// Whether a stream's usage has to be asked for.
    asks_for_usage: bool,
}

fn words(preset: &str) -> Words {
    let usual = Words { max_tokens: None, seed: "seed", call_something: "required", asks_for_usage: true };
    match preset {
        "deepseek" | "together" | "huggingface" | "heroku" | "vllm" | "ollama" => {
            Words { max_tokens: Some("max_tokens"), ..usual }
        }
        // Mistral reports usage in every stream and refuses members that it
        // doesn't know.
        "mistral" => Words {
            max_tokens: Some("max_tokens"),
            seed: "random_seed",
            call_something: "any",
            asks_for_usage: false,
        },
        _ => usual,
    }
}

/// A request's body as the upstream should get it.
pub fn expected(preset: &str, dialect: Dialect, body: &Map<String, Value>) -> Map<String, Value> {
    let mut body = body.clone();
    let words = words(preset);
    let streamed = body.get("stream") == Some(&Value::Bool(true));
    if dialect == Dialect::OpenaiChat {
        if let Some(field) = words.max_tokens {
            rename(&mut body, "max_completion_tokens", field);
        }
        rename(&mut body, "seed", words.seed);
        if body.get("tool_choice") == Some(&"required".into()) {
            body.insert("tool_choice".to_owned(), words.call_something.into());
        }
    }
    let may_ask = matches!(dialect, Dialect::OpenaiChat | Dialect::OpenaiCompletions);
    if may_ask && streamed && words.asks_for_usage {
        let options = body.entry("stream_options").or_insert(Value::Null);
        if options.is_null() {
            *options = json!({});
        }
        if let Some(options) = options.as_object_mut() {
            options.entry("include_usage").or_insert(Value::Bool(true));
        }
    }
    body
}

fn rename(body: &mut Map<String, Value>, from: &str, to: &str) {
    if from != to
        && let Some(value) = body.remove(from)
    {
        body.insert(to.to_owned(), value);
    }
}
