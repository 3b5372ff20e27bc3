//! Bedrock's Converse.

use super::{ANY_TEXT, BASE64, SCHEMA};
use crate::shape::Shape::{self, Any, Bool, List, Map, Object, OneOf, Real, Text, Whole};

const SOURCE: Shape = Object(
    0,
    &[
        ("bytes", BASE64),
        ("text", ANY_TEXT),
        ("s3Location", Object(1, &[("uri", Text(&["s3://b/a"])), ("bucketOwner", ANY_TEXT)])),
        ("content", Any),
    ],
);

const DOCUMENT: Shape = Object(
    2,
    &[
        ("name", ANY_TEXT),
        ("source", SOURCE),
        ("format", Text(&["pdf", "txt", "odd"])),
        ("context", ANY_TEXT),
        ("citations", Object(0, &[("enabled", Bool)])),
    ],
);

const IMAGE: Shape = Object(2, &[("format", Text(&["png", "odd"])), ("source", SOURCE)]);

const RESULT: Shape = Object(
    2,
    &[
        ("toolUseId", Text(&["t_1", "t_2"])),
        (
            "content",
            List(&OneOf(&[
                Object(1, &[("text", ANY_TEXT)]),
                Object(1, &[("json", Any)]),
                Object(1, &[("image", IMAGE)]),
                Object(1, &[("document", DOCUMENT)]),
                Any,
            ])),
        ),
        ("status", Text(&["success", "error", "odd"])),
    ],
);

const REASONING: Shape = OneOf(&[
    Object(1, &[("reasoningText", Object(1, &[("text", ANY_TEXT), ("signature", ANY_TEXT)]))]),
    Object(1, &[("redactedContent", BASE64)]),
]);

const BLOCK: Shape = OneOf(&[
    Object(1, &[("text", ANY_TEXT)]),
    Object(1, &[("image", IMAGE)]),
    Object(1, &[("document", DOCUMENT)]),
    Object(1, &[("video", IMAGE)]),
    Object(
        1,
        &[(
            "toolUse",
            Object(3, &[("toolUseId", Text(&["t_1", "t_2"])), ("name", Text(&["f"])), ("input", Any)]),
        )],
    ),
    Object(1, &[("toolResult", RESULT)]),
    Object(1, &[("reasoningContent", REASONING)]),
    Object(1, &[("cachePoint", Object(1, &[("type", Text(&["default", "odd"])), ("ttl", ANY_TEXT)]))]),
    Object(1, &[("guardContent", Object(1, &[("text", Object(1, &[("text", ANY_TEXT)]))]))]),
    Object(1, &[("citationsContent", Any)]),
    Object(2, &[("text", ANY_TEXT), ("image", IMAGE)]),
    Any,
]);

const MESSAGE: Shape = Object(2, &[("role", Text(&["user", "assistant", "odd"])), ("content", List(&BLOCK))]);

const TOOL: Shape = OneOf(&[
    Object(
        1,
        &[(
            "toolSpec",
            Object(
                2,
                &[
                    ("name", Text(&["f", "g"])),
                    ("inputSchema", Object(1, &[("json", SCHEMA)])),
                    ("description", ANY_TEXT),
                    ("strict", Bool),
                ],
            ),
        )],
    ),
    Object(1, &[("cachePoint", Object(1, &[("type", Text(&["default"]))]))]),
    Any,
]);

const FIELDS: Shape = Object(
    0,
    &[
        ("top_k", Whole(50)),
        ("seed", Whole(9)),
        (
            "thinking",
            OneOf(&[
                ANY_TEXT,
                Object(1, &[("type", Text(&["enabled", "disabled"])), ("budget_tokens", Whole(4_000))]),
            ]),
        ),
        ("reasoning_config", Any),
        ("reasoningConfig", Any),
        ("inferenceConfig", Object(0, &[("topK", Whole(50))])),
        ("output_config", Any),
        ("frequency_penalty", Real),
    ],
);

/// `/model/MODEL/converse` and `converse-stream`.
pub const CONVERSE: Shape = Object(
    1,
    &[
        ("messages", List(&MESSAGE)),
        ("system", List(&BLOCK)),
        (
            "inferenceConfig",
            Object(
                0,
                &[
                    ("maxTokens", Whole(4_000)),
                    ("temperature", Real),
                    ("topP", Real),
                    ("stopSequences", List(&ANY_TEXT)),
                ],
            ),
        ),
        (
            "toolConfig",
            Object(
                1,
                &[
                    ("tools", List(&TOOL)),
                    (
                        "toolChoice",
                        OneOf(&[Object(1, &[("tool", Object(1, &[("name", Text(&["f"]))]))]), Any]),
                    ),
                ],
            ),
        ),
        ("additionalModelRequestFields", FIELDS),
        ("additionalModelResponseFieldPaths", List(&Text(&["/stop_sequence", "/x"]))),
        ("guardrailConfig", Any),
        ("promptVariables", Any),
        ("requestMetadata", Map(&ANY_TEXT)),
        ("performanceConfig", Object(0, &[("latency", Text(&["standard", "optimized"]))])),
        ("serviceTier", Object(0, &[("type", ANY_TEXT)])),
        (
            "outputConfig",
            Object(
                0,
                &[
                    ("effort", ANY_TEXT),
                    ("textFormat", Object(1, &[("type", Text(&["json_schema"])), ("structure", Any)])),
                ],
            ),
        ),
    ],
);
