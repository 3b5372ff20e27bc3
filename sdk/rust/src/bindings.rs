//! Code generated from the contract in `wit/`: one module for what plugins
//! import, and one for each world they may export.

#![allow(missing_docs, missing_debug_implementations, unreachable_pub, clippy::all)]

/// What every plugin imports.
pub mod imports {
    wit_bindgen::generate!({
        path: "../../wit/0.1",
        world: "imports",
        generate_all,
        additional_derives: [PartialEq],
        additional_derives_ignore: ["client-body", "incoming-body", "request", "request-body", "response"],
    });
}

macro_rules! world {
    ($module:ident, $world:literal, $macro_name:literal, $bindings:literal, [$($ignore:literal),*]) => {
        pub mod $module {
            wit_bindgen::generate!({
                path: "../../wit/0.1",
                world: $world,
                pub_export_macro: true,
                export_macro_name: $macro_name,
                default_bindings_module: $bindings,
                additional_derives: [PartialEq],
                additional_derives_ignore: [$($ignore),*],
                with: {
                    "jackfield:plugin/types@0.1.0": crate::bindings::imports::jackfield::plugin::types,
                    "jackfield:plugin/config@0.1.0": crate::bindings::imports::jackfield::plugin::config,
                    "jackfield:plugin/log@0.1.0": crate::bindings::imports::jackfield::plugin::log,
                    "jackfield:plugin/http@0.1.0": crate::bindings::imports::jackfield::plugin::http,
                },
            });
        }
    };
}

world!(llm, "llm-plugin", "__export_llm", "jackfield_sdk::bindings::llm", ["chat-stream"]);
world!(embedding, "embedding-plugin", "__export_embedding", "jackfield_sdk::bindings::embedding", []);
world!(rerank, "rerank-plugin", "__export_rerank", "jackfield_sdk::bindings::rerank", []);
world!(
    transcription,
    "transcription-plugin",
    "__export_transcription",
    "jackfield_sdk::bindings::transcription",
    ["transcription-stream"]
);
world!(
    speech,
    "speech-plugin",
    "__export_speech",
    "jackfield_sdk::bindings::speech",
    ["audio-stream", "audio", "speech-response"]
);
world!(
    vector_store,
    "vector-store-plugin",
    "__export_vector_store",
    "jackfield_sdk::bindings::vector_store",
    []
);
world!(callback, "callback-plugin", "__export_callback", "jackfield_sdk::bindings::callback", []);
world!(tool, "tool-plugin", "__export_tool", "jackfield_sdk::bindings::tool", []);
world!(
    passthrough,
    "passthrough-plugin",
    "__export_passthrough",
    "jackfield_sdk::bindings::passthrough",
    ["forward-response"]
);
world!(models, "models-plugin", "__export_models", "jackfield_sdk::bindings::models", []);
