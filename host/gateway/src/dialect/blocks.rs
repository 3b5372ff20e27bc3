//! The blocks of a streamed answer, in dialects that have such. The typed events
//! have none; blocks are opened and closed as what is said changes. One is open
//! at a time, as clients expect, except where the pieces of several calls come
//! mixed: a call's block can't be closed before its input is whole, and can't be
//! opened again.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatEvent, Citation, Part, ReasoningDelta, ReasoningPart, ToolCallStart};

/// How a dialect writes what becomes of a block at a place.
pub(super) trait Frames: std::fmt::Debug + Default {
    /// Whether there is a block for a part that comes whole.
    fn is_block(part: &Part) -> bool;
    /// A text begins.
    fn begin_text(place: u32, out: &mut BytesMut);
    /// A thought begins.
    fn begin_thought(place: u32, out: &mut BytesMut);
    /// What has to be told in a block of its own before a call.
    fn before_call(_call: &ToolCallStart) -> Option<Part> {
        None
    }
    /// A call begins.
    fn begin_call(place: u32, call: &ToolCallStart, out: &mut BytesMut);
    /// A part that comes whole, all but the end of its block.
    fn whole(place: u32, part: &Part, out: &mut BytesMut);
    /// More of what is open.
    fn more(place: u32, piece: Piece<'_>, out: &mut BytesMut);
    /// A block ends.
    fn end(place: u32, out: &mut BytesMut);
}

/// More of a block.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'p> {
    Text(&'p str),
    Thought(&'p str),
    Signature(&'p str),
    Input(&'p str),
    Citation(&'p Citation),
}

/// Blocks that are open, in the order in which they were opened.
#[derive(Debug, Default)]
pub(super) struct Blocks<F> {
    open: Vec<Open>,
    next: u32,
    frames: std::marker::PhantomData<F>,
}

#[derive(Debug)]
struct Open {
    place: u32,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Text,
    /// The thought of this number.
    Thinking(u32),
    /// The call of this number.
    Call(u32, Input),
}

/// How far the JSON of an input has come.
#[derive(Debug, Default)]
pub(super) struct Input {
    depth: u32,
    in_string: bool,
    escaped: bool,
    whole: bool,
}

impl Input {
    pub(super) fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.whole = self.depth == 0;
                }
                _ => {}
            }
        }
    }

    /// Whether all of it has come.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }
}

impl<F: Frames> Blocks<F> {
    /// Writes what an event says.
    pub(super) fn say(&mut self, event: &ChatEvent, out: &mut BytesMut) {
        match event {
            ChatEvent::Text(delta) | ChatEvent::Refusal(delta) if delta.choice == 0 => {
                self.text(&delta.text, out);
            }
            ChatEvent::Reasoning(delta) if delta.choice == 0 => self.thought(delta, out),
            ChatEvent::ToolCallStart(start) if start.choice == 0 => self.call(start, out),
            ChatEvent::ToolCallDelta(delta) if delta.choice == 0 && !delta.arguments.is_empty() => {
                let call = self.open.iter_mut().find_map(|open| match &mut open.kind {
                    Kind::Call(index, input) if *index == delta.index => Some((open.place, input)),
                    _ => None,
                });
                if let Some((place, input)) = call {
                    input.add(&delta.arguments);
                    F::more(place, Piece::Input(&delta.arguments), out);
                }
            }
            // Streams of these dialects have no sound.
            ChatEvent::Audio(delta) if delta.choice == 0 && !delta.transcript.is_empty() => {
                self.text(&delta.transcript, out);
            }
            ChatEvent::Part(part) if part.choice == 0 && F::is_block(&part.part) => match &part.part {
                Part::Reasoning(thought) => self.whole_thought(thought, out),
                part => self.whole(part, out),
            },
            ChatEvent::Citation(delta) if delta.choice == 0 => {
                let place = self.open_text(out);
                F::more(place, Piece::Citation(&delta.citation), out);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, out: &mut BytesMut) {
        let place = self.open_text(out);
        F::more(place, Piece::Text(text), out);
    }

    /// The place of the text that is open; a new one where there is none.
    fn open_text(&mut self, out: &mut BytesMut) -> u32 {
        if let [Open { place, kind: Kind::Text }] = self.open[..] {
            return place;
        }
        self.close_all(out);
        let place = self.begin(Kind::Text);
        F::begin_text(place, out);
        place
    }

    fn thought(&mut self, delta: &ReasoningDelta, out: &mut BytesMut) {
        if delta.redacted.is_some() {
            // What is shown of it comes before it, as in a whole answer.
            if !delta.text.is_empty() || delta.signature.is_some() {
                self.thought(&ReasoningDelta { redacted: None, ..delta.clone() }, out);
            }
            let thought = ReasoningPart {
                text: String::new(),
                signature: None,
                redacted: delta.redacted.clone(),
                id: None,
            };
            self.whole(&Part::Reasoning(thought), out);
            return;
        }
        let signature = delta.signature.as_deref().filter(|text| !text.is_empty());
        if delta.text.is_empty() && signature.is_none() {
            return;
        }
        let place = match self.open[..] {
            [Open { place, kind: Kind::Thinking(index) }] if index == delta.index => place,
            _ => {
                self.close_all(out);
                let place = self.begin(Kind::Thinking(delta.index));
                F::begin_thought(place, out);
                place
            }
        };
        if !delta.text.is_empty() {
            F::more(place, Piece::Thought(&delta.text), out);
        }
        if let Some(signature) = signature {
            F::more(place, Piece::Signature(signature), out);
        }
    }

    fn call(&mut self, start: &ToolCallStart, out: &mut BytesMut) {
        self.close(|kind| !matches!(kind, Kind::Call(_, input) if !input.is_whole()), out);
        if let Some(part) = F::before_call(start) {
            // Not by closing calls that wait for more of their input.
            let place = self.next;
            self.next += 1;
            F::whole(place, &part, out);
            F::end(place, out);
        }
        let place = self.begin(Kind::Call(start.index, Input::default()));
        F::begin_call(place, start, out);
    }

    /// A block that comes whole.
    /// One that goes on from nothing, and that nothing goes on from.
    fn whole_thought(&mut self, thought: &ReasoningPart, out: &mut BytesMut) {
        let ReasoningPart { text, signature, redacted, id } = thought.clone();
        self.close_all(out);
        self.thought(&ReasoningDelta { choice: 0, index: 0, text, signature, redacted, id }, out);
        self.close_all(out);
    }

    fn whole(&mut self, part: &Part, out: &mut BytesMut) {
        self.close_all(out);
        let place = self.begin(Kind::Text);
        F::whole(place, part, out);
        self.close_all(out);
    }

    fn begin(&mut self, kind: Kind) -> u32 {
        let place = self.next;
        self.next += 1;
        self.open.push(Open { place, kind });
        place
    }

    pub(super) fn close_all(&mut self, out: &mut BytesMut) {
        self.close(|_| true, out);
    }

    fn close(&mut self, which: impl Fn(&Kind) -> bool, out: &mut BytesMut) {
        self.open.retain(|open| {
            let done = which(&open.kind);
            if done {
                F::end(open.place, out);
            }
            !done
        });
    }
}
