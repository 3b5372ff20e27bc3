use super::*;
use crate::api::llm::{Finish, FinishReason, StreamStart, TextDelta, ToolCallDelta, ToolCallStart};
use crate::api::transcription::Transcript;
use crate::api::types::Usage;

fn start() -> ChatEvent {
    ChatEvent::Start(StreamStart { id: None, model: None, created: None, warnings: Vec::new() })
}

fn text(choice: u32) -> ChatEvent {
    ChatEvent::Text(TextDelta { choice, text: "x".to_owned() })
}

fn call(choice: u32, index: u32) -> ChatEvent {
    let (id, name) = ("c".to_owned(), "n".to_owned());
    ChatEvent::ToolCallStart(ToolCallStart { choice, index, id, name, signature: None })
}

fn more(choice: u32, index: u32) -> ChatEvent {
    ChatEvent::ToolCallDelta(ToolCallDelta { choice, index, arguments: "{}".to_owned() })
}

fn finish(choice: u32) -> ChatEvent {
    ChatEvent::Finish(Finish { choice, reason: FinishReason::Stop, stop_sequence: None })
}

fn usage() -> ChatEvent {
    ChatEvent::Usage(Usage {
        input_tokens: Some(1),
        output_tokens: None,
        cache_read_tokens: None,
        cache_write_tokens: None,
        reasoning_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: Vec::new(),
        raw: None,
    })
}

/// The events in one batch and one by one, to the stream's end.
fn read<T: Ordered + Clone>(events: &[T]) -> Conforms {
    let mut order = Order::default();
    let singly = events
        .iter()
        .try_for_each(|event| check(&mut order, std::slice::from_ref(event)))
        .and_then(|()| check::<T>(&mut order, &[]));
    let mut order = Order::default();
    let batch = if events.is_empty() { Ok(()) } else { check(&mut order, events) };
    assert_eq!(batch.and_then(|()| check::<T>(&mut order, &[])), singly);
    singly
}

#[test]
fn a_stream_in_order_passes() {
    let extra = || ChatEvent::Extra("{}".to_owned());
    for events in [
        vec![start()],
        vec![start(), text(0), finish(0)],
        vec![start(), usage(), text(0), usage(), finish(0), usage(), extra()],
        vec![start(), text(1), text(0), finish(1), text(0), finish(0)],
        vec![
            start(),
            call(0, 0),
            call(0, 1),
            more(0, 1),
            more(0, 0),
            call(1, 0),
            more(1, 0),
            finish(0),
            finish(1),
        ],
        vec![start(), finish(0)],
    ] {
        assert_eq!(read(&events), Ok(()), "{events:?}");
    }
}

#[test]
fn every_slip_of_order_is_named() {
    for (events, part) in [
        (vec![], "without `start`"),
        (vec![text(0), finish(0)], "begin with `start`"),
        (vec![usage(), start()], "begin with `start`"),
        (vec![start(), start()], "`start` twice"),
        (vec![start(), text(0)], "without `finish` for answer 0"),
        (vec![start(), text(0), finish(0), text(1)], "without `finish` for answer 1"),
        (vec![start(), finish(0), text(0)], "`text` behind the `finish` of answer 0"),
        (vec![start(), finish(0), call(0, 0)], "`tool-call-start` behind the `finish` of answer 0"),
        (vec![start(), finish(0), finish(0)], "`finish` behind the `finish` of answer 0"),
        (vec![start(), more(0, 0)], "`tool-call-delta` for call 0"),
        (vec![start(), call(0, 0), more(0, 1)], "`tool-call-delta` for call 1"),
        (vec![start(), call(0, 0), more(1, 0)], "`tool-call-delta` for call 0"),
        (vec![start(), call(0, 0), call(0, 0)], "`tool-call-start` twice for call 0"),
    ] {
        let message = read(&events).unwrap_err();
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[test]
fn a_transcript_comes_last_and_once() {
    let done = || {
        TranscriptionEvent::Done(Transcript {
            text: String::new(),
            language: None,
            duration: None,
            segments: Vec::new(),
            words: Vec::new(),
            usage: None,
            warnings: Vec::new(),
            raw: None,
        })
    };
    let text = || TranscriptionEvent::Text("x".to_owned());
    assert_eq!(read(&[text(), done()]), Ok(()));
    assert!(read(&[text()]).unwrap_err().contains("without `done`"));
    assert!(read(&[done(), text()]).unwrap_err().contains("behind `done`"));
    assert!(read(&[done(), done()]).unwrap_err().contains("behind `done`"));
}

#[test]
fn a_stream_has_only_so_many_answers_and_tool_calls() {
    let answers = |count: u32| [vec![start()], (0..count).map(text).collect()].concat();
    let calls = |count: u32| [vec![start()], (0..count).map(|index| call(0, index)).collect()].concat();
    let most = (u32::try_from(MOST_CHOICES).unwrap(), u32::try_from(MOST_CALLS).unwrap());
    for (events, passes) in [
        (answers(most.0), true),
        (answers(most.0 + 1), false),
        (calls(most.1), true),
        (calls(most.1 + 1), false),
    ] {
        let result = check(&mut Order::default(), &events);
        assert_eq!(result.is_ok(), passes, "{result:?}");
    }
}
