//! OpenAI's responses.

use super::{ANY_TEXT, IMAGE_URL, MODEL, SCHEMA};
use crate::shape::Shape::{self, Any, Bool, List, Literal, Map, Object, OneOf, Real, Text, Whole};

const PART: Shape = OneOf(&[
    Object(2, &[("type", Text(&["input_text", "output_text"])), ("text", ANY_TEXT), ("annotations", Any)]),
    Object(
        1,
        &[
            ("type", Text(&["input_image"])),
            ("image_url", IMAGE_URL),
            ("file_id", ANY_TEXT),
            ("detail", Text(&["low"])),
        ],
    ),
    Object(
        1,
        &[
            ("type", Text(&["input_file"])),
            ("file_data", IMAGE_URL),
            ("file_url", IMAGE_URL),
            ("filename", ANY_TEXT),
        ],
    ),
    Object(2, &[("type", Text(&["refusal"])), ("refusal", ANY_TEXT)]),
    Object(1, &[("type", ANY_TEXT)]),
]);

const ITEM: Shape = OneOf(&[
    Object(
        2,
        &[
            ("role", Text(&["user", "system", "developer", "assistant"])),
            ("content", OneOf(&[ANY_TEXT, List(&PART)])),
            ("type", Text(&["message"])),
            ("id", ANY_TEXT),
            ("status", Text(&["completed"])),
        ],
    ),
    Object(
        4,
        &[
            ("type", Text(&["function_call"])),
            ("call_id", Text(&["c_1", "c_2"])),
            ("name", Text(&["f"])),
            ("arguments", Text(&["{}", "{"])),
            ("id", ANY_TEXT),
        ],
    ),
    Object(
        3,
        &[
            ("type", Text(&["function_call_output"])),
            ("call_id", Text(&["c_1", "c_2"])),
            ("output", OneOf(&[ANY_TEXT, List(&PART)])),
        ],
    ),
    Object(
        2,
        &[
            ("type", Text(&["reasoning"])),
            ("summary", List(&Object(2, &[("type", Text(&["summary_text"])), ("text", ANY_TEXT)]))),
            ("id", ANY_TEXT),
            ("encrypted_content", ANY_TEXT),
            ("content", Any),
        ],
    ),
    Object(1, &[("type", Text(&["item_reference", "computer_call", "mcp_call"])), ("id", ANY_TEXT)]),
]);

/// `/v1/responses`.
pub const RESPONSES: Shape = Object(
    2,
    &[
        ("model", MODEL),
        ("input", OneOf(&[ANY_TEXT, List(&ITEM), List(&ITEM)])),
        ("stream", Bool),
        ("instructions", ANY_TEXT),
        (
            "tools",
            List(&OneOf(&[
                Object(
                    2,
                    &[
                        ("type", Text(&["function"])),
                        ("name", Text(&["f"])),
                        ("parameters", SCHEMA),
                        ("strict", Bool),
                    ],
                ),
                Object(1, &[("type", Text(&["web_search", "file_search", "mcp"]))]),
            ])),
        ),
        (
            "tool_choice",
            OneOf(&[
                Text(&["auto", "none", "required"]),
                Object(2, &[("type", Text(&["function"])), ("name", Text(&["f"]))]),
            ]),
        ),
        (
            "text",
            Object(
                0,
                &[
                    (
                        "format",
                        OneOf(&[
                            Literal(r#"{"type":"text"}"#),
                            Object(
                                3,
                                &[
                                    ("type", Text(&["json_schema"])),
                                    ("name", Text(&["n"])),
                                    ("schema", SCHEMA),
                                    ("strict", Bool),
                                ],
                            ),
                        ]),
                    ),
                    ("verbosity", Text(&["low"])),
                ],
            ),
        ),
        ("reasoning", Object(0, &[("effort", Text(&["low", "high"])), ("summary", Text(&["auto"]))])),
        ("include", List(&Text(&["reasoning.encrypted_content", "message.output_text.logprobs"]))),
        ("max_output_tokens", Whole(4_000)),
        ("temperature", Real),
        ("top_p", Real),
        ("top_logprobs", Whole(20)),
        ("parallel_tool_calls", Bool),
        ("metadata", Map(&ANY_TEXT)),
        ("user", ANY_TEXT),
        ("store", Bool),
        ("background", Bool),
        ("previous_response_id", ANY_TEXT),
        ("conversation", Any),
        ("truncation", Text(&["auto", "disabled"])),
        ("service_tier", Text(&["auto"])),
        ("prompt", Any),
    ],
);
