//! What isn't a chat.

use super::{ANY_TEXT, MODEL};
use crate::shape::Shape::{self, Any, Bool, List, Object, OneOf, Real, Text, Whole};

/// `/v1/embeddings`.
pub const EMBEDDINGS: Shape = Object(
    2,
    &[
        ("model", MODEL),
        ("input", OneOf(&[ANY_TEXT, List(&ANY_TEXT), List(&Whole(60_000)), List(&List(&Whole(9)))])),
        ("encoding_format", Text(&["float", "base64"])),
        ("dimensions", Whole(3_000)),
        ("user", ANY_TEXT),
        ("input_type", Text(&["query"])),
    ],
);

/// `/v1/rerank`.
pub const RERANK: Shape = Object(
    3,
    &[
        ("model", MODEL),
        ("query", ANY_TEXT),
        ("documents", List(&OneOf(&[ANY_TEXT, Object(1, &[("text", ANY_TEXT), ("title", ANY_TEXT)])]))),
        ("top_n", Whole(9)),
        ("return_documents", Bool),
        ("max_tokens_per_doc", Whole(4_000)),
        ("rank_fields", List(&ANY_TEXT)),
    ],
);

/// `/v1/audio/speech`.
pub const SPEECH: Shape = Object(
    3,
    &[
        ("model", MODEL),
        ("input", ANY_TEXT),
        ("voice", OneOf(&[Text(&["alloy"]), Object(1, &[("id", ANY_TEXT)])])),
        ("response_format", Text(&["mp3", "wav", "pcm"])),
        ("speed", Real),
        ("instructions", ANY_TEXT),
        ("stream_format", Text(&["sse", "audio"])),
    ],
);

/// `/v1/moderations`.
pub const MODERATIONS: Shape =
    Object(2, &[("model", MODEL), ("input", OneOf(&[ANY_TEXT, List(&ANY_TEXT), Any]))]);

const VERDICT: Shape =
    Object(2, &[("trace_id", ANY_TEXT), ("value", Whole(10)), ("weight", Real), ("metadata", Any)]);

/// `/v1/feedback`.
pub const FEEDBACK: Shape = OneOf(&[VERDICT, List(&VERDICT)]);
