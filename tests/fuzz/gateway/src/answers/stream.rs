//! The events of streams, in the contract's order or in none at all.

use jackfield_runtime::api::llm::{
    AudioDelta, ChatEvent, CitationDelta, Finish, LogprobsDelta, ReasoningDelta, StreamStart, TextDelta,
    ToolCallDelta, ToolCallStart, WholePart,
};

use super::{bytes, citation, count, logprob, object, part, reason, text, usage};
use crate::choices::Choices;

/// The events of a stream, in batches. True where they keep to the contract's
/// order.
pub fn events(choices: &mut Choices<'_>) -> (Vec<Vec<ChatEvent>>, bool) {
    let orderly = choices.chance(150);
    let mut events = Vec::new();
    let mut order = Order::default();
    for _ in 0..choices.below(24) {
        let event = event(choices);
        if orderly {
            order.push(event, &mut events);
        } else {
            events.push(event);
        }
    }
    if orderly {
        order.finish(choices, &mut events);
    }
    let mut batches = Vec::new();
    while !events.is_empty() {
        let count = (1 + choices.below(6)).min(events.len());
        batches.push(events.drain(..count).collect());
    }
    (batches, orderly)
}

/// How far a stream has come: as much of the contract as is needed to keep to it.
#[derive(Debug, Default)]
struct Order {
    started: bool,
    open: Vec<u32>,
    over: Vec<u32>,
    calls: Vec<(u32, u32)>,
}

impl Order {
    fn push(&mut self, event: ChatEvent, events: &mut Vec<ChatEvent>) {
        if !self.started {
            self.started = true;
            let start = match event {
                ChatEvent::Start(start) => return events.push(ChatEvent::Start(start)),
                _ => StreamStart { id: None, model: None, created: None, warnings: Vec::new() },
            };
            events.push(ChatEvent::Start(start));
        }
        let choice = match &event {
            ChatEvent::Start(_) => return,
            ChatEvent::Usage(_) | ChatEvent::Extra(_) => return events.push(event),
            ChatEvent::Text(delta) | ChatEvent::Refusal(delta) => delta.choice,
            ChatEvent::Reasoning(delta) => delta.choice,
            ChatEvent::Audio(delta) => delta.choice,
            ChatEvent::Part(whole) => whole.choice,
            ChatEvent::Citation(delta) => delta.choice,
            ChatEvent::Logprobs(delta) => delta.choice,
            ChatEvent::ToolCallStart(start) => start.choice,
            ChatEvent::ToolCallDelta(delta) => delta.choice,
            ChatEvent::Finish(finish) => finish.choice,
        };
        if self.over.contains(&choice) {
            return;
        }
        match &event {
            ChatEvent::ToolCallStart(start) if self.calls.contains(&(choice, start.index)) => return,
            ChatEvent::ToolCallStart(start) => self.calls.push((choice, start.index)),
            ChatEvent::ToolCallDelta(delta) if !self.calls.contains(&(choice, delta.index)) => return,
            ChatEvent::Finish(_) => self.over.push(choice),
            _ => {}
        }
        if !self.open.contains(&choice) {
            self.open.push(choice);
        }
        events.push(event);
    }

    fn finish(self, choices: &mut Choices<'_>, events: &mut Vec<ChatEvent>) {
        if !self.started {
            let start =
                StreamStart { id: choices.option(text), model: None, created: None, warnings: Vec::new() };
            events.push(ChatEvent::Start(start));
        }
        for choice in self.open.into_iter().filter(|choice| !self.over.contains(choice)) {
            events.push(ChatEvent::Finish(Finish { choice, reason: reason(choices), stop_sequence: None }));
        }
    }
}

fn event(choices: &mut Choices<'_>) -> ChatEvent {
    let choice = choices.one(&[0, 0, 0, 0, 0, 1, 2, u32::MAX]);
    let index = choices.one(&[0, 0, 1, 2, u32::MAX]);
    match choices.below(16) {
        0 => ChatEvent::Start(StreamStart {
            id: choices.option(text),
            model: choices.option(text),
            created: choices.option(count),
            warnings: choices.list(2, text),
        }),
        1..=3 => ChatEvent::Text(TextDelta { choice, text: text(choices) }),
        4 => ChatEvent::Reasoning(ReasoningDelta {
            choice,
            index,
            text: text(choices),
            signature: choices.option(text),
            redacted: choices.option(text),
            id: choices.option(text),
        }),
        5 => ChatEvent::Refusal(TextDelta { choice, text: text(choices) }),
        6 | 7 => ChatEvent::ToolCallStart(ToolCallStart {
            choice,
            index,
            id: text(choices),
            name: text(choices),
            signature: choices.option(text),
        }),
        8 | 9 => ChatEvent::ToolCallDelta(ToolCallDelta { choice, index, arguments: text(choices) }),
        10 => ChatEvent::Audio(AudioDelta {
            choice,
            id: choices.option(text),
            data: bytes(choices),
            transcript: text(choices),
            expires: choices.option(count),
        }),
        11 => ChatEvent::Part(WholePart { choice, part: part(choices) }),
        12 => ChatEvent::Citation(CitationDelta { choice, citation: citation(choices) }),
        13 => ChatEvent::Logprobs(LogprobsDelta { choice, tokens: choices.list(2, logprob) }),
        14 => {
            ChatEvent::Finish(Finish { choice, reason: reason(choices), stop_sequence: choices.option(text) })
        }
        _ if choices.chance(128) => ChatEvent::Usage(usage(choices)),
        _ => ChatEvent::Extra(object(choices)),
    }
}
