//! Tool calls out of the pieces that a stream brings. By the protocol a piece
//! names its call by `index`, and only the first has an id and a name. Servers
//! differ: some repeat both in every piece, some leave the index out, some give
//! each call the index 0, some send a call whole. A piece belongs to
//!
//! 1. the call of its index, unless it brings a new id and a name: then it
//!    begins another call;
//! 2. without an index, the call of its id;
//! 3. with neither, the last call, unless it brings a name.

use std::borrow::Cow;

use jackfield_sdk::llm::{ChatEvent, ToolCallDelta, ToolCallStart};

use super::ids;
use super::parts;
use crate::wire::answer::{Function, ToolCall};
use crate::wire::value::filled;

/// The calls of one answer so far.
#[derive(Debug, Default)]
pub(crate) struct ToolCalls(Vec<Call>);

/// One call.
#[derive(Debug, Default)]
struct Call {
    /// The upstream's index.
    index: Option<u64>,
    /// The upstream's id; empty where it gave none.
    id: String,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Its name isn't known yet; holds the arguments that came already.
    Unnamed(String),
    /// It has been told of.
    Started,
}

impl Default for Stage {
    fn default() -> Self {
        Stage::Unnamed(String::new())
    }
}

impl ToolCalls {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes one piece.
    pub(crate) fn add(&mut self, choice: u32, piece: ToolCall<'_>, out: &mut Vec<ChatEvent>) {
        let function = piece.function.unwrap_or_else(|| {
            let custom = piece.custom.unwrap_or_default();
            Function { name: custom.name, arguments: custom.input }
        });
        let id = filled(piece.id);
        let name = filled(function.name);
        let place = self.find(piece.index.0, id.as_deref(), name.is_some());
        self.feed(choice, place, id, name, parts::arguments(function.arguments), out);
    }

    /// Takes a piece of the one call that the older protocol knows.
    pub(crate) fn add_function(&mut self, choice: u32, function: Function<'_>, out: &mut Vec<ChatEvent>) {
        let place = self.find(None, None, self.0.is_empty());
        self.feed(choice, place, None, filled(function.name), parts::arguments(function.arguments), out);
    }

    /// Tells of calls that never got a name, so that nothing is lost.
    pub(crate) fn finish(&mut self, choice: u32, out: &mut Vec<ChatEvent>) {
        for (place, call) in (0..).zip(&mut self.0) {
            call.start(choice, place, None, out);
        }
    }

    /// Where the piece belongs; a new call where it begins one.
    fn find(&mut self, index: Option<u64>, id: Option<&str>, named: bool) -> usize {
        let known = match (index, id) {
            (Some(index), id) => self.0.iter().rposition(|call| call.index == Some(index)).filter(|&place| {
                let known = &self.0[place].id;
                let another = named && !known.is_empty() && id.is_some_and(|id| id != known);
                !another
            }),
            (None, Some(id)) => self.0.iter().rposition(|call| call.id == id),
            (None, None) if named => None,
            (None, None) => self.0.len().checked_sub(1),
        };
        known.unwrap_or_else(|| {
            self.0.push(Call { index, ..Call::default() });
            self.0.len() - 1
        })
    }

    fn feed(
        &mut self,
        choice: u32,
        place: usize,
        id: Option<Cow<'_, str>>,
        name: Option<Cow<'_, str>>,
        arguments: Cow<'_, str>,
        out: &mut Vec<ChatEvent>,
    ) {
        let Ok(index) = u32::try_from(place) else { return };
        let call = &mut self.0[place];
        if call.id.is_empty() {
            call.id = id.map(Cow::into_owned).unwrap_or_default();
        }
        if let Some(name) = name {
            call.start(choice, index, Some(name), out);
        }
        match &mut call.stage {
            _ if arguments.is_empty() => {}
            Stage::Started => out.push(delta(choice, index, arguments.into_owned())),
            Stage::Unnamed(held) => held.push_str(&arguments),
        }
    }
}

impl Call {
    /// Tells of it, once.
    fn start(&mut self, choice: u32, index: u32, name: Option<Cow<'_, str>>, out: &mut Vec<ChatEvent>) {
        let Stage::Unnamed(held) = &mut self.stage else { return };
        let held = std::mem::take(held);
        self.stage = Stage::Started;
        if self.id.is_empty() {
            self.id = ids::make();
        }
        let name = name.map(Cow::into_owned).unwrap_or_default();
        out.push(ChatEvent::ToolCallStart(ToolCallStart {
            choice,
            index,
            id: self.id.clone(),
            name,
            signature: None,
        }));
        if !held.is_empty() {
            out.push(delta(choice, index, held));
        }
    }
}

fn delta(choice: u32, index: u32, arguments: String) -> ChatEvent {
    ChatEvent::ToolCallDelta(ToolCallDelta { choice, index, arguments })
}

#[cfg(test)]
mod tests;
