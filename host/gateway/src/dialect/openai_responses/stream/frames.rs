//! Events of a stream, and what several kinds of them have in common.

use bytes::BytesMut;

use crate::dialect::openai_chat;
use crate::dialect::openai_responses::item::Content;
use crate::dialect::write::Json;

/// Events with their running numbers.
#[derive(Debug, Default)]
pub(super) struct Frames(u64);

impl Frames {
    pub(super) fn write(&mut self, name: &str, out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) {
        out.reserve(160);
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\ndata: ");
        let number = self.0;
        self.0 += 1;
        Json::new(out).braces(|json| {
            json.text("type", name).number("sequence_number", number);
            fill(json);
        });
        out.extend_from_slice(b"\n\n");
    }
}

/// Where an event belongs.
pub(super) fn place(id: &str, index: usize, json: &mut Json<'_>) {
    json.text("item_id", id).number("output_index", index as u64);
}

/// A part of a message is whole.
pub(super) fn end_content(
    content: &Content,
    id: &str,
    index: usize,
    number: usize,
    frames: &mut Frames,
    out: &mut BytesMut,
) {
    let name = match content {
        Content::Text { .. } => "response.output_text.done",
        Content::Refusal(_) => "response.refusal.done",
    };
    frames.write(name, out, |json| {
        place(id, index, json);
        json.number("content_index", number as u64);
        match content {
            Content::Text { text, logprobs, .. } => {
                json.text("text", text).list("logprobs", |json| openai_chat::write_tokens(logprobs, json))
            }
            Content::Refusal(text) => json.text("refusal", text),
        };
    });
    frames.write("response.content_part.done", out, |json| {
        place(id, index, json);
        content.write(json.number("content_index", number as u64).key("part"));
    });
}
