//! Google's contents.

use super::{ANY_TEXT, BASE64, SCHEMA};
use crate::shape::Shape::{self, Any, Bool, List, Literal, Map, Object, OneOf, Real, Text, Whole};

const BLOB: Shape =
    Object(2, &[("mimeType", Text(&["image/png", "audio/wav", "application/pdf", ""])), ("data", BASE64)]);

const PART: Shape = OneOf(&[
    Object(1, &[("text", ANY_TEXT), ("thought", Bool), ("thoughtSignature", BASE64)]),
    Object(1, &[("inlineData", BLOB)]),
    Object(1, &[("inline_data", BLOB)]),
    Object(
        1,
        &[(
            "fileData",
            Object(1, &[("fileUri", Text(&["https://x.example/a", "gs://b/a"])), ("mimeType", ANY_TEXT)]),
        )],
    ),
    Object(
        1,
        &[
            (
                "functionCall",
                Object(1, &[("name", Text(&["f", "g"])), ("args", Any), ("id", Text(&["a", "b"]))]),
            ),
            ("thoughtSignature", BASE64),
        ],
    ),
    Object(
        1,
        &[(
            "functionResponse",
            Object(
                1,
                &[("name", Text(&["f", "g"])), ("response", Any), ("id", Text(&["a", "b"])), ("parts", Any)],
            ),
        )],
    ),
    Object(0, &[("text", Any), ("executableCode", Any), ("videoMetadata", Any)]),
]);

const CONTENT: Shape = Object(
    1,
    &[("parts", OneOf(&[List(&PART), PART])), ("role", Text(&["user", "model", "function", "odd"]))],
);

const GENERATION: Shape = Object(
    0,
    &[
        ("candidateCount", Whole(4)),
        ("stopSequences", List(&ANY_TEXT)),
        ("maxOutputTokens", Whole(4_000)),
        ("temperature", Real),
        ("topP", Real),
        ("top_k", Real),
        ("seed", Whole(9)),
        ("responseLogprobs", Bool),
        ("logprobs", Whole(9)),
        ("responseMimeType", Text(&["application/json", "text/plain", "text/x.enum"])),
        ("responseSchema", SCHEMA),
        ("responseJsonSchema", SCHEMA),
        ("responseModalities", List(&Text(&["TEXT", "AUDIO", "IMAGE"]))),
        ("speechConfig", Any),
        (
            "thinkingConfig",
            Object(
                0,
                &[("thinkingBudget", Whole(9_000)), ("thinkingLevel", ANY_TEXT), ("includeThoughts", Bool)],
            ),
        ),
    ],
);

const TOOL: Shape = Object(
    0,
    &[
        (
            "functionDeclarations",
            List(&Object(
                1,
                &[
                    ("name", Text(&["f", "g"])),
                    ("description", ANY_TEXT),
                    ("parameters", SCHEMA),
                    ("parametersJsonSchema", SCHEMA),
                ],
            )),
        ),
        ("googleSearch", Literal("{}")),
        ("codeExecution", Any),
    ],
);

/// `:generateContent` and `:countTokens`.
pub const GENERATE: Shape = Object(
    1,
    &[
        ("contents", OneOf(&[List(&CONTENT), CONTENT])),
        ("systemInstruction", OneOf(&[CONTENT, ANY_TEXT])),
        ("tools", List(&TOOL)),
        (
            "toolConfig",
            Object(
                0,
                &[(
                    "functionCallingConfig",
                    Object(
                        0,
                        &[
                            ("mode", Text(&["AUTO", "ANY", "NONE", "VALIDATED"])),
                            ("allowedFunctionNames", List(&ANY_TEXT)),
                        ],
                    ),
                )],
            ),
        ),
        ("generationConfig", GENERATION),
        ("safetySettings", Any),
        ("cachedContent", ANY_TEXT),
        ("labels", Map(&ANY_TEXT)),
        ("serviceTier", Text(&["FLEX", "standard"])),
        ("generateContentRequest", Any),
    ],
);
