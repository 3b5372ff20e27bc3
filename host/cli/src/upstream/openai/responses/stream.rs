//! The events of a response. Each carries its number in the stream.

use std::iter;

use serde_json::{Value, json};

use super::super::super::answer::{Answer, Call, Content, THOUGHTS};
use super::super::super::reply::Script;
use super::super::super::sse;
use super::super::super::text::Pieces;
use super::{
    Shell, call_item, call_item_id, items, message_item, reasoning_item, status, summary_part, text_part,
};

/// Events to be numbered.
type Events = Box<dyn Iterator<Item = Value> + Send>;

/// The events of an answer.
pub(super) fn script(shell: Shell, answer: Answer) -> Script {
    let created = shell.response("in_progress", Vec::new());
    let status = status(answer.finish);
    let completed = shell.response(status, items(&answer));
    let opening =
        ["response.created", "response.in_progress"].map(|kind| json!({ "type": kind, "response": created }));
    let closing = json!({ "type": format!("response.{status}"), "response": completed });
    let place = usize::from(answer.reasoning);
    let thinking = answer.reasoning.then(reasoning).into_iter().flatten();
    let content: Events = match answer.content {
        Content::Text(pieces) => text(pieces, place, status),
        Content::Calls(calls) => Box::new(
            calls.into_iter().enumerate().flat_map(move |(index, one)| call(&one, index, place + index)),
        ),
    };
    let events = opening.into_iter().chain(thinking).chain(content).chain([closing]);
    Box::new(events.enumerate().map(|(number, mut event)| {
        event["sequence_number"] = number.into();
        sse::event(event["type"].as_str().unwrap_or_default(), &event)
    }))
}

fn added(place: usize, item: &Value) -> Value {
    json!({ "type": "response.output_item.added", "output_index": place, "item": item })
}

fn done(place: usize, item: &Value) -> Value {
    json!({ "type": "response.output_item.done", "output_index": place, "item": item })
}

fn reasoning() -> Vec<Value> {
    let whole = THOUGHTS.concat();
    let event = |name: &str, key: &str, value: Value| {
        let kind = format!("response.reasoning_summary_{name}");
        json!({ "type": kind, "item_id": "rs_dev", "output_index": 0, "summary_index": 0, key: value })
    };
    let mut events = vec![added(0, &reasoning_item(None)), event("part.added", "part", summary_part(""))];
    events.extend(THOUGHTS.map(|thought| event("text.delta", "delta", thought.into())));
    events.push(event("text.done", "text", whole.as_str().into()));
    events.push(event("part.done", "part", summary_part(&whole)));
    events.push(done(0, &reasoning_item(Some(&whole))));
    events
}

fn text(pieces: Pieces, place: usize, status: &'static str) -> Events {
    let event = move |name: &str, key: &str, value: Value| {
        let kind = format!("response.{name}");
        json!({ "type": kind, "item_id": "msg_dev", "output_index": place, "content_index": 0, key: value })
    };
    let opening = [
        added(place, &message_item("in_progress", None)),
        event("content_part.added", "part", text_part("")),
    ];
    let whole = pieces.text();
    let with_logprobs = move |mut event: Value| {
        event["logprobs"] = json!([]);
        event
    };
    let deltas = pieces
        .into_pieces()
        .map(move |piece| with_logprobs(event("output_text.delta", "delta", piece.into())));
    let closing = [
        with_logprobs(event("output_text.done", "text", whole.as_str().into())),
        event("content_part.done", "part", text_part(&whole)),
        done(place, &message_item(status, Some(&whole))),
    ];
    Box::new(opening.into_iter().chain(deltas).chain(closing))
}

fn call(call: &Call, index: usize, place: usize) -> Vec<Value> {
    let event = |name: &str, key: &str, value: &str| {
        let kind = format!("response.function_call_arguments.{name}");
        json!({ "type": kind, "item_id": call_item_id(index), "output_index": place, key: value })
    };
    let mut events = vec![added(place, &call_item("in_progress", index, &call.name, ""))];
    events.extend(Pieces::sliced(&call.arguments).iter().map(|slice| event("delta", "delta", &slice)));
    let mut arguments_done = event("done", "arguments", &call.arguments);
    arguments_done["name"] = call.name.as_str().into();
    let item = call_item("completed", index, &call.name, &call.arguments);
    events.extend(iter::once(arguments_done).chain([done(place, &item)]));
    events
}
