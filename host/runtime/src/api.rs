//! The contract's types on the host's side: what [`Provider`](crate::Provider)
//! takes and returns. They are generated from `wit/0.1`, the newest API
//! version; an older version would be an adapter onto these.
//!
//! Types that hold no handle can be compared and serialised. Serialised forms
//! follow the Rust names and are meant for logs and caches of one host version,
//! not for exchange.

#[allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used
)]
pub(crate) mod data {
    wasmtime::component::bindgen!({
        inline: "
            package jackfield:host-data;
            world data {
                export jackfield:plugin/llm@0.1.0;
                export jackfield:plugin/embedding@0.1.0;
                export jackfield:plugin/rerank@0.1.0;
                export jackfield:plugin/transcription@0.1.0;
                export jackfield:plugin/vector-store@0.1.0;
                export jackfield:plugin/callback@0.1.0;
                export jackfield:plugin/tool@0.1.0;
                export jackfield:plugin/models@0.1.0;
            }
        ",
        path: "../../wit/0.1",
        world: "jackfield:host-data/data",
        exports: { default: async },
        additional_derives: [PartialEq, serde::Serialize, serde::Deserialize],
        require_store_data_send: true,
    });
}

#[allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used
)]
pub(crate) mod handles {
    wasmtime::component::bindgen!({
        inline: "
            package jackfield:host-handles;
            world handles {
                import jackfield:plugin/config@0.1.0;
                import jackfield:plugin/log@0.1.0;
                import jackfield:plugin/http@0.1.0;
                export jackfield:plugin/speech@0.1.0;
                export jackfield:plugin/passthrough@0.1.0;
            }
        ",
        path: "../../wit/0.1",
        world: "jackfield:host-handles/handles",
        imports: {
            "jackfield:plugin/http@0.1.0.send": async | trappable,
            "jackfield:plugin/http@0.1.0.[method]incoming-body.read-all": async | trappable,
            "jackfield:plugin/http@0.1.0.[method]incoming-body.read": async | trappable,
            "jackfield:plugin/http@0.1.0.[method]incoming-body.next-events": async | trappable,
            "jackfield:plugin/http@0.1.0.[method]incoming-body.next-lines": async | trappable,
            "jackfield:plugin/http@0.1.0.[method]incoming-body.next-messages": async | trappable,
            default: trappable,
        },
        exports: { default: async },
        with: {
            "jackfield:plugin/types@0.1.0": crate::api::data::jackfield::plugin::types,
            "jackfield:plugin/http@0.1.0.incoming-body": crate::imports::body::IncomingBody,
            "jackfield:plugin/http@0.1.0.client-body": crate::imports::body::ClientBody,
        },
        require_store_data_send: true,
    });
}

/// Vocabulary shared by every interface.
pub use data::jackfield::plugin::types;

pub use data::exports::jackfield::plugin::{
    callback, embedding, llm, models, rerank, tool, transcription, vector_store,
};
pub use handles::exports::jackfield::plugin::{passthrough, speech};
pub use handles::jackfield::plugin::{config, http, log};

impl types::Error {
    /// An error that happened before anything was sent.
    pub fn new(kind: types::ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            status: None,
            retry_after_ms: None,
            code: None,
            body: None,
            sent: false,
        }
    }
}

impl llm::Message {
    /// A message of one text.
    pub fn text(role: llm::Role, text: impl Into<String>) -> Self {
        Self { role, name: None, content: vec![llm::Part::text(text)] }
    }
}

impl llm::Part {
    /// A text that cites nothing.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(llm::TextPart { text: text.into(), citations: Vec::new() })
    }
}

impl llm::ChatRequest {
    /// A request that leaves everything but model and messages to the provider.
    pub fn new(model: impl Into<String>, messages: Vec<llm::Message>) -> Self {
        Self {
            model: model.into(),
            messages,
            tools: Vec::new(),
            tool_choice: None,
            parallel_tool_calls: None,
            response_format: None,
            max_output_tokens: None,
            temperature: None,
            top_p: None,
            top_k: None,
            frequency_penalty: None,
            presence_penalty: None,
            seed: None,
            stop: Vec::new(),
            choices: None,
            logprobs: None,
            reasoning: None,
            modalities: Vec::new(),
            audio: None,
            user: None,
            metadata: Vec::new(),
            service_tier: None,
            extra: None,
        }
    }
}

impl embedding::EmbedRequest {
    /// A request that leaves everything but model and inputs to the provider.
    pub fn new(model: impl Into<String>, inputs: Vec<embedding::Input>) -> Self {
        Self {
            model: model.into(),
            inputs,
            dimensions: None,
            purpose: None,
            encoding: None,
            truncation: None,
            user: None,
            extra: None,
        }
    }
}
