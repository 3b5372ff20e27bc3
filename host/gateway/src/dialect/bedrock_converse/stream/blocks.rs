//! The blocks of a streamed answer, in this dialect's messages. Texts and
//! thoughts begin with their first piece.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{Part, ToolCallStart};
use jackfield_runtime::api::types::Media;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::block::{self, Block};
use super::super::{blob, media};
use super::frame::event;
use crate::dialect::blocks::{Frames, Piece};
use crate::dialect::hidden;
use crate::dialect::write::Json;

/// This dialect's messages.
#[derive(Debug, Default)]
pub(super) struct Events;

impl Frames for Events {
    fn is_block(part: &Part) -> bool {
        block::of(part).iter().any(is_streamed)
    }

    fn begin_text(_place: u32, _out: &mut BytesMut) {}

    fn begin_thought(_place: u32, _out: &mut BytesMut) {}

    fn before_call(call: &ToolCallStart) -> Option<Part> {
        call.signature.as_deref().map(hidden::before_call)
    }

    fn begin_call(place: u32, call: &ToolCallStart, out: &mut BytesMut) {
        start(place, out, |json| {
            json.object("toolUse", |json| {
                json.text("toolUseId", &call.id).text("name", &call.name);
            });
        });
    }

    fn whole(place: u32, part: &Part, out: &mut BytesMut) {
        for block in block::of(part) {
            // A call that comes whole is one block.
            if matches!((part, &block), (Part::ToolCall(_), Block::Redacted(_))) {
                continue;
            }
            write(place, &block, out);
        }
    }

    fn more(place: u32, piece: Piece<'_>, out: &mut BytesMut) {
        delta(place, out, |json| {
            match piece {
                Piece::Text(text) => json.text("text", text),
                Piece::Thought(text) => json.object("reasoningContent", |json| {
                    json.text("text", text);
                }),
                Piece::Signature(signature) => json.object("reasoningContent", |json| {
                    json.text("signature", signature);
                }),
                Piece::Input(text) => json.object("toolUse", |json| {
                    json.text("input", text);
                }),
                Piece::Citation(citation) => {
                    block::citation(citation, json.key("citation"));
                    json
                }
            };
        });
    }

    fn end(place: u32, out: &mut BytesMut) {
        event("contentBlockStop", out, |json| {
            json.number("contentBlockIndex", place);
        });
    }
}

/// Whether streams have such a block: they have no sound, and of the API's own
/// blocks only what becomes of tools that Bedrock runs.
fn is_streamed(block: &Block<'_>) -> bool {
    match block {
        Block::Audio(_) => false,
        Block::Own(raw) => of_own(raw).is_some(),
        _ => true,
    }
}

fn start(place: u32, out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) {
    event("contentBlockStart", out, |json| {
        json.object("start", fill).number("contentBlockIndex", place);
    });
}

fn delta(place: u32, out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) {
    event("contentBlockDelta", out, |json| {
        json.object("delta", fill).number("contentBlockIndex", place);
    });
}

/// A block that comes whole.
fn write(place: u32, block: &Block<'_>, out: &mut BytesMut) {
    match block {
        Block::Text(part) => {
            Events::more(place, Piece::Text(&part.text), out);
            for citation in &part.citations {
                Events::more(place, Piece::Citation(citation), out);
            }
        }
        Block::Said(text) => Events::more(place, Piece::Text(text), out),
        Block::Image(image) => self::image(place, image, out),
        // Its text stands before it.
        Block::Audio(_) => {}
        Block::Thought { text, signature } => {
            Events::more(place, Piece::Thought(text), out);
            if let Some(signature) = signature {
                Events::more(place, Piece::Signature(signature), out);
            }
        }
        Block::Redacted(text) => delta(place, out, |json| {
            json.object("reasoningContent", |json| {
                json.text("redactedContent", &blob::wrap(text));
            });
        }),
        Block::Call { id, name, input } => {
            start(place, out, |json| {
                json.object("toolUse", |json| {
                    json.text("toolUseId", id).text("name", name);
                });
            });
            Events::more(place, Piece::Input(input), out);
        }
        Block::Own(raw) => own(place, raw, out),
    }
}

fn image(place: u32, image: &Media, out: &mut BytesMut) {
    start(place, out, |json| {
        json.object("image", |json| {
            json.text("format", &media::format(image.mime_type.as_deref(), "png"));
        });
    });
    delta(place, out, |json| {
        json.object("image", |json| block::source(image, json.key("source")));
    });
}

/// A block of the API's own, of which streams have calls and results of tools
/// that Bedrock runs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Own<'a> {
    #[serde(borrow)]
    tool_use: Option<OwnBlock<'a>>,
    #[serde(borrow)]
    tool_result: Option<OwnBlock<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnBlock<'a> {
    tool_use_id: String,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

fn of_own(raw: &str) -> Option<(&'static str, OwnBlock<'_>)> {
    match serde_json::from_str::<Own<'_>>(raw).ok()? {
        Own { tool_use: Some(call), .. } => Some(("toolUse", call)),
        Own { tool_result: Some(result), .. } => Some(("toolResult", result)),
        _ => None,
    }
}

fn own(place: u32, raw: &str, out: &mut BytesMut) {
    let Some((member, block)) = of_own(raw) else { return };
    start(place, out, |json| {
        json.object(member, |json| {
            json.text("toolUseId", &block.tool_use_id).optional("name", block.name.as_deref());
            json.optional("type", block.kind.as_deref()).optional("status", block.status.as_deref());
        });
    });
    if let Some(input) = block.input {
        Events::more(place, Piece::Input(input.get()), out);
    }
    if let Some(content) = block.content {
        delta(place, out, |json| {
            json.key("toolResult").raw(content.get());
        });
    }
}
