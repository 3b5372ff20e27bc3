//! The items of a streamed answer: what is open, and the events that open it,
//! go on with it and close it.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatEvent, Part, ReasoningDelta, ReasoningPart, ToolCall, ToolCallStart};
use serde::de::IgnoredAny;

use super::frames::{Frames, end_content, place};
use crate::dialect::openai_responses::item::{self, Content, Item};

/// All items so far.
#[derive(Debug, Default)]
pub(super) struct Output {
    items: Vec<Item>,
    /// Those that are open, by their places. Calls are known by their numbers.
    open: Vec<(usize, Open)>,
}

#[derive(Debug, PartialEq)]
enum Open {
    Message,
    Thought(u32),
    Call(u32),
}

impl Output {
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// Writes what an event says.
    pub(super) fn say(&mut self, event: &ChatEvent, answer: &str, frames: &mut Frames, out: &mut BytesMut) {
        match event {
            ChatEvent::Text(delta) if delta.choice == 0 => self.text(&delta.text, answer, frames, out),
            ChatEvent::Audio(delta) if delta.choice == 0 && !delta.transcript.is_empty() => {
                self.text(&delta.transcript, answer, frames, out);
            }
            ChatEvent::Refusal(delta) if delta.choice == 0 => {
                let (index, content) = self.content(
                    |last| matches!(last, Content::Refusal(_)),
                    Content::Refusal(String::new()),
                    answer,
                    frames,
                    out,
                );
                let id = self.items[index].id(answer, index);
                if let Item::Message(list) = &mut self.items[index]
                    && let Some(Content::Refusal(text)) = list.last_mut()
                {
                    text.push_str(&delta.text);
                }
                frames.write("response.refusal.delta", out, |json| {
                    place(&id, index, json);
                    json.number("content_index", content as u64).text("delta", &delta.text);
                });
            }
            ChatEvent::Reasoning(delta) if delta.choice == 0 => self.thought(delta, answer, frames, out),
            ChatEvent::ToolCallStart(start) if start.choice == 0 => self.call(start, answer, frames, out),
            ChatEvent::ToolCallDelta(delta) if delta.choice == 0 => {
                let Some(&(index, _)) = self.open.iter().find(|(_, open)| *open == Open::Call(delta.index))
                else {
                    return;
                };
                if let Item::Call(call) = &mut self.items[index] {
                    call.arguments.push_str(&delta.arguments);
                }
                let id = self.items[index].id(answer, index);
                frames.write("response.function_call_arguments.delta", out, |json| {
                    place(&id, index, json);
                    json.text("delta", &delta.arguments);
                });
            }
            ChatEvent::Citation(delta) if delta.choice == 0 => {
                let (index, content) = self.open_text(answer, frames, out);
                let id = self.items[index].id(answer, index);
                let mut number = 0;
                if let Item::Message(list) = &mut self.items[index]
                    && let Some(Content::Text { citations, .. }) = list.last_mut()
                {
                    number = citations.len();
                    citations.push(delta.citation.clone());
                }
                frames.write("response.output_text.annotation.added", out, |json| {
                    place(&id, index, json);
                    json.number("content_index", content as u64).number("annotation_index", number as u64);
                    item::annotation(&delta.citation, json.key("annotation"));
                });
            }
            ChatEvent::Logprobs(delta) if delta.choice == 0 => {
                // Told with the text's end.
                if let Some(Item::Message(list)) = self.items.last_mut()
                    && let Some(Content::Text { logprobs, .. }) = list.last_mut()
                {
                    logprobs.extend(delta.tokens.iter().cloned());
                }
            }
            ChatEvent::Part(part) if part.choice == 0 => self.whole(&part.part, answer, frames, out),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, answer: &str, frames: &mut Frames, out: &mut BytesMut) {
        let (index, content) = self.open_text(answer, frames, out);
        if let Item::Message(list) = &mut self.items[index]
            && let Some(Content::Text { text: whole, .. }) = list.last_mut()
        {
            whole.push_str(text);
        }
        let id = self.items[index].id(answer, index);
        frames.write("response.output_text.delta", out, |json| {
            place(&id, index, json);
            json.number("content_index", content as u64).text("delta", text).list("logprobs", |_| {});
        });
    }

    fn open_text(&mut self, answer: &str, frames: &mut Frames, out: &mut BytesMut) -> (usize, usize) {
        self.content(|last| matches!(last, Content::Text { .. }), Content::text(""), answer, frames, out)
    }

    /// The message that is open and the part of it that goes on; new ones
    /// where there are none that fit.
    fn content(
        &mut self,
        fits: impl Fn(&Content) -> bool,
        empty: Content,
        answer: &str,
        frames: &mut Frames,
        out: &mut BytesMut,
    ) -> (usize, usize) {
        let index = match self.open[..] {
            [(index, Open::Message)] => index,
            _ => {
                self.close_all(answer, frames, out);
                self.begin(Item::Message(Vec::new()), Open::Message, answer, frames, out)
            }
        };
        let id = self.items[index].id(answer, index);
        let Item::Message(list) = &mut self.items[index] else { return (index, 0) };
        if list.last().is_none_or(|last| !fits(last)) {
            if let Some(last) = list.last() {
                end_content(last, &id, index, list.len() - 1, frames, out);
            }
            frames.write("response.content_part.added", out, |json| {
                place(&id, index, json);
                empty.write(json.number("content_index", list.len() as u64).key("part"));
            });
            list.push(empty);
        }
        (index, list.len() - 1)
    }

    fn thought(&mut self, delta: &ReasoningDelta, answer: &str, frames: &mut Frames, out: &mut BytesMut) {
        let index = match self.open[..] {
            [(index, Open::Thought(number))] if number == delta.index => index,
            _ => {
                self.close_all(answer, frames, out);
                let empty = ReasoningPart {
                    text: String::new(),
                    signature: None,
                    redacted: None,
                    id: delta.id.clone(),
                };
                self.begin(Item::Thought(empty), Open::Thought(delta.index), answer, frames, out)
            }
        };
        let id = self.items[index].id(answer, index);
        let Item::Thought(thought) = &mut self.items[index] else { return };
        if delta.signature.is_some() {
            thought.signature.clone_from(&delta.signature);
        }
        if delta.redacted.is_some() {
            thought.redacted.clone_from(&delta.redacted);
        }
        if delta.text.is_empty() {
            return;
        }
        if thought.text.is_empty() {
            frames.write("response.reasoning_summary_part.added", out, |json| {
                place(&id, index, json);
                item::summary("", json.number("summary_index", 0_u32).key("part"));
            });
        }
        thought.text.push_str(&delta.text);
        frames.write("response.reasoning_summary_text.delta", out, |json| {
            place(&id, index, json);
            json.number("summary_index", 0_u32).text("delta", &delta.text);
        });
    }

    /// A call begins. Calls before it whose arguments are whole are closed;
    /// others may go on.
    fn call(&mut self, start: &ToolCallStart, answer: &str, frames: &mut Frames, out: &mut BytesMut) {
        let items = &self.items;
        let goes_on = |&(index, ref open): &(usize, Open)| {
            matches!(open, Open::Call(_))
                && matches!(&items[index], Item::Call(call) if serde_json::from_str::<IgnoredAny>(&call.arguments).is_err())
        };
        let (kept, done) = std::mem::take(&mut self.open).into_iter().partition(goes_on);
        self.open = done;
        self.close_all(answer, frames, out);
        self.open = kept;
        let call = ToolCall {
            id: start.id.clone(),
            name: start.name.clone(),
            arguments: String::new(),
            signature: start.signature.clone(),
        };
        self.begin(Item::Call(call), Open::Call(start.index), answer, frames, out);
    }

    fn whole(&mut self, part: &Part, answer: &str, frames: &mut Frames, out: &mut BytesMut) {
        if let Part::Text(text) = part {
            self.text(&text.text, answer, frames, out);
        } else if let Some(item) = Item::of(part) {
            self.close_all(answer, frames, out);
            self.begin(item, Open::Message, answer, frames, out);
            self.close_all(answer, frames, out);
        }
    }

    fn begin(
        &mut self,
        item: Item,
        open: Open,
        answer: &str,
        frames: &mut Frames,
        out: &mut BytesMut,
    ) -> usize {
        let index = self.items.len();
        let id = item.id(answer, index);
        frames.write("response.output_item.added", out, |json| {
            item.write(&id, "in_progress", json.number("output_index", index as u64).key("item"));
        });
        self.items.push(item);
        self.open.push((index, open));
        index
    }

    /// Closes whatever is open.
    pub(super) fn close_all(&mut self, answer: &str, frames: &mut Frames, out: &mut BytesMut) {
        for (index, _) in std::mem::take(&mut self.open) {
            let item = &self.items[index];
            let id = item.id(answer, index);
            match item {
                Item::Message(list) => {
                    if let Some(last) = list.last() {
                        end_content(last, &id, index, list.len() - 1, frames, out);
                    }
                }
                Item::Thought(thought) if !thought.text.is_empty() => {
                    frames.write("response.reasoning_summary_text.done", out, |json| {
                        place(&id, index, json);
                        json.number("summary_index", 0_u32).text("text", &thought.text);
                    });
                    frames.write("response.reasoning_summary_part.done", out, |json| {
                        place(&id, index, json);
                        item::summary(&thought.text, json.number("summary_index", 0_u32).key("part"));
                    });
                }
                Item::Call(call) => frames.write("response.function_call_arguments.done", out, |json| {
                    place(&id, index, json);
                    json.text("name", &call.name).text("arguments", &call.arguments);
                }),
                Item::Thought(_) | Item::Image(_) | Item::Native(_) => {}
            }
            frames.write("response.output_item.done", out, |json| {
                item.write(&id, "completed", json.number("output_index", index as u64).key("item"));
            });
        }
    }
}
