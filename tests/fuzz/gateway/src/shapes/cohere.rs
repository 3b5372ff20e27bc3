//! Cohere's chats.

use super::{ANY_TEXT, IMAGE_URL, MODEL, SCHEMA};
use crate::shape::Shape::{self, Any, Bool, List, Map, Object, OneOf, Real, Text, Whole};

const BLOCK: Shape = OneOf(&[
    Object(2, &[("type", Text(&["text"])), ("text", ANY_TEXT)]),
    Object(
        2,
        &[
            ("type", Text(&["image_url"])),
            ("image_url", Object(1, &[("url", IMAGE_URL), ("detail", ANY_TEXT)])),
        ],
    ),
    Object(2, &[("type", Text(&["thinking"])), ("thinking", ANY_TEXT), ("signature", ANY_TEXT)]),
    Object(2, &[("type", Text(&["document"])), ("document", DOCUMENT)]),
    Object(1, &[("type", ANY_TEXT), ("text", Any)]),
]);

const DOCUMENT: Shape = OneOf(&[
    ANY_TEXT,
    Object(1, &[("data", OneOf(&[Map(&ANY_TEXT), Any])), ("id", ANY_TEXT), ("title", ANY_TEXT)]),
]);

const CITATION: Shape = Object(
    0,
    &[
        ("start", Whole(99)),
        ("end", Whole(99)),
        ("text", ANY_TEXT),
        ("content_index", Whole(3)),
        (
            "sources",
            List(&Object(1, &[("type", Text(&["document", "tool"])), ("id", ANY_TEXT), ("document", Any)])),
        ),
        ("type", Text(&["TEXT_CONTENT", "THINKING_CONTENT", "PLAN"])),
    ],
);

const CALL: Shape = Object(
    3,
    &[
        ("id", Text(&["t_1", "t_2"])),
        ("type", Text(&["function"])),
        ("function", Object(2, &[("name", Text(&["f", "g"])), ("arguments", ANY_TEXT)])),
    ],
);

const MESSAGE: Shape = Object(
    2,
    &[
        ("role", Text(&["user", "assistant", "system", "tool", "odd"])),
        ("content", OneOf(&[ANY_TEXT, List(&BLOCK)])),
        ("tool_calls", List(&CALL)),
        ("tool_plan", ANY_TEXT),
        ("tool_call_id", Text(&["t_1", "t_2"])),
        ("citations", List(&CITATION)),
    ],
);

const TOOL: Shape = Object(
    2,
    &[
        ("type", Text(&["function"])),
        (
            "function",
            Object(1, &[("name", Text(&["f", "g"])), ("description", ANY_TEXT), ("parameters", SCHEMA)]),
        ),
    ],
);

/// `/v2/chat`.
pub const COHERE: Shape = Object(
    2,
    &[
        ("model", MODEL),
        ("messages", List(&MESSAGE)),
        ("stream", Bool),
        ("tools", List(&TOOL)),
        ("tool_choice", Text(&["REQUIRED", "NONE"])),
        ("strict_tools", Bool),
        ("documents", List(&DOCUMENT)),
        ("citation_options", Object(0, &[("mode", Text(&["FAST", "ACCURATE", "OFF", "ENABLED", "odd"]))])),
        (
            "response_format",
            Object(1, &[("type", Text(&["text", "json_object", "odd"])), ("json_schema", SCHEMA)]),
        ),
        ("safety_mode", ANY_TEXT),
        ("priority", Whole(9)),
        ("thinking", Object(1, &[("type", Text(&["enabled", "disabled"])), ("token_budget", Whole(4_000))])),
        ("max_tokens", Whole(4_000)),
        ("stop_sequences", List(&ANY_TEXT)),
        ("temperature", Real),
        ("p", Real),
        ("k", Whole(50)),
        ("frequency_penalty", Real),
        ("presence_penalty", Real),
        ("seed", Whole(9)),
        ("logprobs", Bool),
    ],
);
