//! Chats and completions of OpenAI's protocol.

use super::{ANY_TEXT, BASE64, IMAGE_URL, MODEL, SCHEMA};
use crate::shape::Shape::{self, Any, Bool, List, Literal, Map, Object, OneOf, Real, Text, Whole};

const PART: Shape = OneOf(&[
    Object(
        2,
        &[
            ("type", Text(&["text"])),
            ("text", ANY_TEXT),
            ("cache_control", Literal(r#"{"type":"ephemeral"}"#)),
        ],
    ),
    Object(
        2,
        &[
            ("type", Text(&["image_url"])),
            ("image_url", Object(1, &[("url", IMAGE_URL), ("detail", Text(&["low", "high", "auto"]))])),
        ],
    ),
    Object(
        2,
        &[
            ("type", Text(&["input_audio"])),
            ("input_audio", Object(2, &[("data", BASE64), ("format", Text(&["wav", "mp3"]))])),
        ],
    ),
    Object(
        2,
        &[
            ("type", Text(&["file"])),
            ("file", Object(0, &[("file_data", IMAGE_URL), ("file_id", ANY_TEXT), ("filename", ANY_TEXT)])),
        ],
    ),
    Object(2, &[("type", Text(&["refusal"])), ("refusal", ANY_TEXT)]),
    Object(1, &[("type", ANY_TEXT), ("text", Any)]),
]);

const CONTENT: Shape = OneOf(&[ANY_TEXT, List(&PART)]);

const CALL: Shape = Object(
    3,
    &[
        ("id", Text(&["call_1", "call_2"])),
        ("type", Text(&["function", "function", "custom"])),
        (
            "function",
            Object(2, &[("name", Text(&["f", "g"])), ("arguments", Text(&["{}", "{\\\"a\\\":1}", "{"]))]),
        ),
        ("index", Whole(3)),
        ("extra_content", Any),
    ],
);

const MESSAGE: Shape = OneOf(&[
    Object(2, &[("role", Text(&["user", "system", "developer"])), ("content", CONTENT), ("name", ANY_TEXT)]),
    Object(
        2,
        &[
            ("role", Text(&["assistant"])),
            ("content", OneOf(&[CONTENT, Literal("null")])),
            ("tool_calls", List(&CALL)),
            ("refusal", ANY_TEXT),
            ("audio", Object(1, &[("id", ANY_TEXT)])),
            ("function_call", Object(2, &[("name", ANY_TEXT), ("arguments", ANY_TEXT)])),
            ("reasoning_content", ANY_TEXT),
            (
                "thinking_blocks",
                List(&Object(
                    2,
                    &[
                        ("type", Text(&["thinking", "redacted_thinking"])),
                        ("thinking", ANY_TEXT),
                        ("signature", ANY_TEXT),
                        ("data", ANY_TEXT),
                    ],
                )),
            ),
        ],
    ),
    Object(
        3,
        &[("role", Text(&["tool"])), ("content", CONTENT), ("tool_call_id", Text(&["call_1", "call_2"]))],
    ),
    Object(1, &[("role", Text(&["function", "robot"])), ("content", CONTENT), ("name", ANY_TEXT)]),
]);

const TOOL: Shape = OneOf(&[
    Object(
        2,
        &[
            ("type", Text(&["function"])),
            (
                "function",
                Object(
                    1,
                    &[
                        ("name", Text(&["f", "g"])),
                        ("parameters", SCHEMA),
                        ("description", ANY_TEXT),
                        ("strict", Bool),
                    ],
                ),
            ),
        ],
    ),
    Object(1, &[("type", Text(&["custom", "web_search"])), ("custom", Any)]),
]);

const TOOL_CHOICE: Shape = OneOf(&[
    Text(&["auto", "none", "required"]),
    Object(2, &[("type", Text(&["function"])), ("function", Object(1, &[("name", Text(&["f"]))]))]),
    Object(2, &[("type", Text(&["allowed_tools", "custom"])), ("allowed_tools", Any)]),
]);

const FORMAT: Shape = OneOf(&[
    Object(1, &[("type", Text(&["text", "json_object"]))]),
    Object(
        2,
        &[
            ("type", Text(&["json_schema"])),
            (
                "json_schema",
                Object(
                    2,
                    &[
                        ("name", Text(&["n"])),
                        ("schema", SCHEMA),
                        ("strict", Bool),
                        ("description", ANY_TEXT),
                    ],
                ),
            ),
        ],
    ),
]);

/// `/v1/chat/completions`.
pub const CHAT: Shape = Object(
    2,
    &[
        ("model", MODEL),
        ("messages", List(&MESSAGE)),
        ("stream", Bool),
        ("stream_options", Object(0, &[("include_usage", Bool), ("include_obfuscation", Bool)])),
        ("tools", List(&TOOL)),
        ("tool_choice", TOOL_CHOICE),
        ("functions", List(&Object(1, &[("name", ANY_TEXT), ("parameters", SCHEMA)]))),
        ("function_call", OneOf(&[ANY_TEXT, Any])),
        ("parallel_tool_calls", Bool),
        ("response_format", FORMAT),
        ("max_tokens", Whole(4_000)),
        ("max_completion_tokens", Whole(4_000)),
        ("temperature", Real),
        ("top_p", Real),
        ("top_k", Whole(50)),
        ("frequency_penalty", Real),
        ("presence_penalty", Real),
        ("seed", Whole(100)),
        ("stop", OneOf(&[ANY_TEXT, List(&ANY_TEXT)])),
        ("n", Whole(4)),
        ("logprobs", Bool),
        ("top_logprobs", Whole(20)),
        ("logit_bias", Map(&Real)),
        ("reasoning_effort", Text(&["low", "medium", "high", "none"])),
        ("reasoning", Any),
        ("thinking", Any),
        ("modalities", List(&Text(&["text", "audio"]))),
        ("audio", Object(2, &[("voice", Text(&["alloy"])), ("format", Text(&["wav", "mp3"]))])),
        ("user", ANY_TEXT),
        ("metadata", Map(&ANY_TEXT)),
        ("service_tier", Text(&["auto", "flex"])),
        ("prediction", Any),
        ("web_search_options", Any),
        ("store", Bool),
    ],
);

/// `/v1/completions`.
pub const COMPLETIONS: Shape = Object(
    2,
    &[
        ("model", MODEL),
        (
            "prompt",
            OneOf(&[ANY_TEXT, ANY_TEXT, List(&ANY_TEXT), List(&Whole(60_000)), List(&List(&Whole(9)))]),
        ),
        ("stream", Bool),
        ("stream_options", Object(0, &[("include_usage", Bool)])),
        ("suffix", ANY_TEXT),
        ("echo", Bool),
        ("best_of", Whole(3)),
        ("n", Whole(3)),
        ("logprobs", Whole(5)),
        ("max_tokens", Whole(4_000)),
        ("temperature", Real),
        ("stop", OneOf(&[ANY_TEXT, List(&ANY_TEXT)])),
        ("user", ANY_TEXT),
        ("seed", Whole(9)),
    ],
);
