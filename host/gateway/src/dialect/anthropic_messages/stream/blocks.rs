//! The blocks of a streamed answer, in this dialect's events.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{Part, ToolCall, ToolCallStart};

use super::super::block;
use super::frame;
use crate::dialect::blocks::{Frames, Piece};
use crate::dialect::write::Json;

/// This dialect's events.
#[derive(Debug, Default)]
pub(super) struct Events;

impl Frames for Events {
    fn is_block(part: &Part) -> bool {
        block::is_block(part)
    }

    fn begin_text(place: u32, out: &mut BytesMut) {
        begin(place, out, |json| {
            json.literal("{\"type\":\"text\",\"text\":\"\"}");
        });
    }

    fn begin_thought(place: u32, out: &mut BytesMut) {
        begin(place, out, |json| {
            json.literal("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
        });
    }

    fn before_call(call: &ToolCallStart) -> Option<Part> {
        block::before_call(call.signature.as_deref())
    }

    fn begin_call(place: u32, call: &ToolCallStart, out: &mut BytesMut) {
        let call = ToolCall {
            id: call.id.clone(),
            name: call.name.clone(),
            arguments: String::new(),
            signature: call.signature.clone(),
        };
        begin(place, out, |json| block::tool_use(&call, "{}", json));
    }

    fn whole(place: u32, part: &Part, out: &mut BytesMut) {
        begin(place, out, |json| block::write(part, json));
    }

    fn more(place: u32, piece: Piece<'_>, out: &mut BytesMut) {
        let (kind, member, text) = match piece {
            Piece::Text(text) => ("text_delta", "text", text),
            Piece::Thought(text) => ("thinking_delta", "thinking", text),
            Piece::Signature(text) => ("signature_delta", "signature", text),
            Piece::Input(text) => ("input_json_delta", "partial_json", text),
            Piece::Citation(citation) => {
                return frame("content_block_delta", out, |json| {
                    json.number("index", place).object("delta", |json| {
                        block::citation(citation, json.text("type", "citations_delta").key("citation"));
                    });
                });
            }
        };
        out.reserve(text.len() + 128);
        frame("content_block_delta", out, |json| {
            json.number("index", place).object("delta", |json| {
                json.text("type", kind).text(member, text);
            });
        });
    }

    fn end(place: u32, out: &mut BytesMut) {
        frame("content_block_stop", out, |json| {
            json.number("index", place);
        });
    }
}

fn begin(place: u32, out: &mut BytesMut, block: impl FnOnce(&mut Json<'_>)) {
    frame("content_block_start", out, |json| {
        block(json.number("index", place).key("content_block"));
    });
}
