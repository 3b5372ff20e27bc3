//! Anthropic's messages.

use super::{ANY_TEXT, BASE64, IMAGE_URL, MODEL, SCHEMA};
use crate::shape::Shape::{self, Any, Bool, List, Literal, Object, OneOf, Real, Text, Whole};

const CACHE: Shape = Literal(r#"{"type":"ephemeral","ttl":"1h"}"#);

const SOURCE: Shape = OneOf(&[
    Object(
        3,
        &[
            ("type", Text(&["base64"])),
            ("media_type", Text(&["image/png", "application/pdf"])),
            ("data", BASE64),
        ],
    ),
    Object(2, &[("type", Text(&["url"])), ("url", IMAGE_URL)]),
    Object(2, &[("type", Text(&["file"])), ("file_id", ANY_TEXT)]),
    Object(3, &[("type", Text(&["text"])), ("media_type", Text(&["text/plain"])), ("data", ANY_TEXT)]),
    Object(2, &[("type", Text(&["content"])), ("content", Any)]),
]);

const TEXT: Shape =
    Object(2, &[("type", Text(&["text"])), ("text", ANY_TEXT), ("cache_control", CACHE), ("citations", Any)]);

const IMAGE: Shape = Object(2, &[("type", Text(&["image"])), ("source", SOURCE), ("cache_control", CACHE)]);

const DOCUMENT: Shape = Object(
    2,
    &[
        ("type", Text(&["document"])),
        ("source", SOURCE),
        ("title", ANY_TEXT),
        ("context", ANY_TEXT),
        ("citations", Object(1, &[("enabled", Bool)])),
        ("cache_control", CACHE),
    ],
);

const BLOCK: Shape = OneOf(&[
    TEXT,
    TEXT,
    IMAGE,
    DOCUMENT,
    Object(
        2,
        &[
            ("type", Text(&["tool_result"])),
            ("tool_use_id", Text(&["t_1", "t_2"])),
            ("content", OneOf(&[ANY_TEXT, List(&TEXT), List(&IMAGE), List(&DOCUMENT), Any])),
            ("is_error", Bool),
            ("cache_control", CACHE),
        ],
    ),
    Object(
        4,
        &[
            ("type", Text(&["tool_use", "server_tool_use"])),
            ("id", Text(&["t_1", "t_2"])),
            ("name", Text(&["f"])),
            ("input", OneOf(&[Literal("{}"), Any])),
        ],
    ),
    Object(3, &[("type", Text(&["thinking"])), ("thinking", ANY_TEXT), ("signature", ANY_TEXT)]),
    Object(2, &[("type", Text(&["redacted_thinking"])), ("data", ANY_TEXT)]),
    Object(1, &[("type", ANY_TEXT), ("text", Any), ("content", Any)]),
]);

const MESSAGE: Shape = Object(
    2,
    &[
        ("role", Text(&["user", "assistant", "system"])),
        ("content", OneOf(&[ANY_TEXT, List(&BLOCK)])),
        ("name", ANY_TEXT),
    ],
);

const TOOL: Shape = OneOf(&[
    Object(
        2,
        &[
            ("name", Text(&["f", "g"])),
            ("input_schema", SCHEMA),
            ("description", ANY_TEXT),
            ("cache_control", CACHE),
            ("type", Text(&["custom"])),
            ("strict", Bool),
        ],
    ),
    Object(
        2,
        &[
            ("type", Text(&["web_search_20250305", "bash_20250124"])),
            ("name", ANY_TEXT),
            ("max_uses", Whole(3)),
        ],
    ),
]);

/// `/v1/messages` and `/v1/messages/count_tokens`.
pub const MESSAGES: Shape = Object(
    3,
    &[
        ("model", MODEL),
        ("max_tokens", Whole(4_000)),
        ("messages", List(&MESSAGE)),
        ("stream", Bool),
        ("system", OneOf(&[ANY_TEXT, List(&TEXT)])),
        ("tools", List(&TOOL)),
        (
            "tool_choice",
            Object(
                1,
                &[
                    ("type", Text(&["auto", "any", "none", "tool"])),
                    ("name", Text(&["f"])),
                    ("disable_parallel_tool_use", Bool),
                ],
            ),
        ),
        (
            "thinking",
            Object(
                1,
                &[("type", Text(&["enabled", "disabled", "adaptive"])), ("budget_tokens", Whole(4_000))],
            ),
        ),
        ("output_config", Object(0, &[("effort", Text(&["low", "high"])), ("format", Any)])),
        ("temperature", Real),
        ("top_p", Real),
        ("top_k", Whole(50)),
        ("stop_sequences", List(&ANY_TEXT)),
        ("metadata", Object(0, &[("user_id", ANY_TEXT)])),
        ("service_tier", Text(&["auto", "standard_only"])),
        ("container", Any),
        ("mcp_servers", Any),
        ("context_management", Any),
    ],
);
