//! Where the servers are, and how to ask them without a plugin.

use serde_json::Value;

/// A server, or a model of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// llama.cpp's server: chat and embeddings.
    Llama,
    /// The same with a model that calls tools.
    LlamaTool,
    /// The same with a model that ranks.
    LlamaRank,
    /// LiteLLM in front of the first.
    Litellm,
    /// LiteLLM in front of the second.
    LitellmTool,
}

/// An answer that no plugin has touched.
#[derive(Debug)]
pub(crate) struct Direct {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Server {
    pub(crate) fn origin(self) -> String {
        variable(match self {
            Self::Llama => "JACKFIELD_PEER_LLAMA",
            Self::LlamaTool => "JACKFIELD_PEER_LLAMA_TOOL",
            Self::LlamaRank => "JACKFIELD_PEER_LLAMA_RANK",
            Self::Litellm | Self::LitellmTool => "JACKFIELD_PEER_LITELLM",
        })
    }

    pub(crate) fn key(self) -> String {
        variable(match self {
            Self::Llama | Self::LlamaTool | Self::LlamaRank => "JACKFIELD_PEER_LLAMA_KEY",
            Self::Litellm | Self::LitellmTool => "JACKFIELD_PEER_LITELLM_KEY",
        })
    }

    pub(crate) fn model(self) -> &'static str {
        match self {
            Self::Llama => "chat",
            Self::LlamaTool => "tool",
            Self::LlamaRank => "rank",
            Self::Litellm => "peer-chat",
            Self::LitellmTool => "peer-tool",
        }
    }

    /// Posts a body, and reads the answer whole.
    pub(crate) async fn post(self, path: &str, body: &str) -> Direct {
        let request = client().post(format!("{}{path}", self.origin()));
        self.send(request.header("content-type", "application/json").body(body.to_owned())).await
    }

    /// Gets a page.
    pub(crate) async fn get(self, path: &str) -> Direct {
        self.send(client().get(format!("{}{path}", self.origin()))).await
    }

    async fn send(self, request: reqwest::RequestBuilder) -> Direct {
        let answer = request.header("authorization", format!("Bearer {}", self.key())).send().await.unwrap();
        Direct { status: answer.status().as_u16(), body: answer.text().await.unwrap() }
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} isn't set; run `make test-peers`"))
}

/// The events of a stream as JSON, without what differs from one answer to the
/// next: ids, times and how much of the prompt was cached.
pub(crate) fn events(body: &str) -> Vec<Value> {
    body.lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(|data| match data.trim() {
            "[DONE]" => Value::from("[DONE]"),
            json => steady(serde_json::from_str(json).unwrap()),
        })
        .collect()
}

/// A document without what differs from one answer to the next.
pub(crate) fn steady(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            const FICKLE: [&str; 8] = [
                "id",
                "created",
                "timings",
                "usage",
                "prompt_tokens_details",
                "system_fingerprint",
                "created_at",
                "modified_at",
            ];
            for name in FICKLE {
                if let Some(member) = members.get_mut(name) {
                    *member = Value::Null;
                }
            }
            for member in members.values_mut() {
                *member = steady(member.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = steady(item.take());
            }
        }
        _ => {}
    }
    value
}
