//! Pushes real traffic through the readers, where a checkout has it beside the
//! repository, and compares what they say with a slow reading of their own.

mod tape;
mod told;

use jackfield_sdk::embedding::{EmbedRequest, Input, Vector};
use jackfield_sdk::http::{ErrorAnswer, EventStreamMessage};
use jackfield_sdk::llm::{ChatEvent, ChatRequest, ChatResponse, Message, Role};
use jackfield_sdk::members::Members;
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::ErrorKind;
use serde_json::Value;

use self::tape::{Exchange, exchanges, frames};
use self::told::{of_answer, of_events, slow_answer, slow_stream};
use super::converse::answer::{self, Asked};
use super::converse::request::{prepare, tests::hello};
use super::route::{self, Extra};
use super::{converse, embed, invoke};
use crate::settings::model::Family;
use crate::settings::tests::settings;
use crate::wire::answer::TokenCount;

fn asked(exchange: &Exchange) -> Asked {
    Asked { model: exchange.model.clone(), ..Asked::default() }
}

fn events<T>(name: &str, mut reader: T, frames: Vec<EventStreamMessage>) -> Vec<ChatEvent>
where
    T: Translate<Frame = EventStreamMessage, Event = ChatEvent>,
{
    let mut out = Vec::new();
    let mut complete = false;
    for frame in frames {
        complete = reader.frame(frame, &mut out).unwrap_or_else(|error| panic!("{name}: {error}")).is_break();
        if complete {
            break;
        }
    }
    reader.end(complete, &mut out).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(matches!(out.first(), Some(ChatEvent::Start(_))), "{name}");
    assert_eq!(out.iter().filter(|event| matches!(event, ChatEvent::Finish(_))).count(), 1, "{name}");
    out
}

/// What an assistant said goes back as it came, in the turn that follows.
fn check_return(exchange: &Exchange, answer: &ChatResponse) {
    let mut request = ChatRequest { model: exchange.model.clone(), ..hello() };
    let said = answer.choices[0].content.clone();
    request.messages.push(Message { role: Role::Assistant, name: None, content: said });
    let prepared = prepare(&request, Extra::default(), false, &settings()).unwrap();
    let body: Value = serde_json::from_str(&exchange.text).unwrap();
    let mut came = body["output"]["message"]["content"].as_array().unwrap().clone();
    came.retain(|block| block["text"].as_str().is_none_or(|text| !text.trim().is_empty()));
    // A type that says nothing: the API's model doesn't know it.
    for call in came.iter_mut().filter_map(|block| block.get_mut("toolUse")?.as_object_mut()) {
        call.retain(|name, value| name != "type" || value != "tool_use");
    }
    let sent = prepared.body["messages"][1]["content"].as_array().cloned().unwrap_or_default();
    assert_eq!(sent, came, "{}", exchange.name);
}

#[test]
fn converse_is_understood_whole_and_streamed() {
    let (mut whole, mut streams) = (0, 0);
    for exchange in exchanges().iter().filter(|exchange| exchange.status == 200) {
        let name = &exchange.name;
        match exchange.operation.as_str() {
            "converse" => {
                let members: Members = serde_json::from_str(&exchange.text).unwrap();
                let answer = answer::response(&members, None, None, asked(exchange))
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(of_answer(&answer), slow_answer(&exchange.text), "{name}");
                let traced = members.contains_key("trace");
                let extra = answer.extra.as_deref().unwrap_or_default();
                assert_eq!(traced, extra.contains("\"trace\""), "{name}");
                check_return(exchange, &answer);
                whole += 1;
            }
            "converse-stream" => {
                let frames = frames(&exchange.bytes);
                let slow = slow_stream(&frames);
                let reader = converse::stream::Reader::new(None, asked(exchange));
                assert_eq!(of_events(&events(name, reader, frames)), slow, "{name}");
                streams += 1;
            }
            _ => {}
        }
    }
    println!("{whole} answers, {streams} streams");
}

#[test]
fn models_own_bodies_are_understood_whole_and_streamed() {
    let settings = settings();
    let (mut whole, mut streams) = (0, 0);
    for exchange in exchanges().iter().filter(|exchange| exchange.operation.starts_with("invoke")) {
        let name = &exchange.name;
        let extra = if exchange.model.contains(":sagemaker:") {
            Extra { family: Some(Family::Completions), ..Extra::default() }
        } else {
            Extra::default()
        };
        let family = route::family(&exchange.model, &extra, &settings).unwrap();
        if family == Family::Claude || embeds(family) {
            continue;
        }
        if exchange.operation == "invoke" {
            let answer = invoke::response(family, &exchange.text, &exchange.headers, asked(exchange))
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let told = of_answer(&answer);
            assert!(!told.text.is_empty() || !told.calls.is_empty(), "{name}");
            assert!(!told.finish.contains("Other"), "{name}: {}", told.finish);
            let header = |wanted: &str| {
                let found = exchange.headers.iter().find(|(header, _)| header == wanted);
                found.map(|(_, value)| value.parse::<u64>().unwrap())
            };
            assert_eq!(told.input, header("x-amzn-bedrock-input-token-count"), "{name}");
            assert_eq!(told.output, header("x-amzn-bedrock-output-token-count"), "{name}");
            let intervened = exchange.text.contains("\"INTERVENED\"");
            assert_eq!(intervened, told.finish.contains("ContentFilter"), "{name}");
            whole += 1;
        } else {
            let reader = invoke::stream::Reader::new(family, None, asked(exchange));
            let told = of_events(&events(name, reader, frames(&exchange.bytes)));
            assert!(
                !told.text.is_empty() && told.input > Some(0) && told.output > Some(0),
                "{name}: {told:?}"
            );
            streams += 1;
        }
    }
    println!("{whole} answers, {streams} streams");
}

fn embeds(family: Family) -> bool {
    use Family::{CohereEmbed, CohereEmbed4, NovaEmbed, TitanEmbed1, TitanEmbed2, TitanEmbedImage};
    matches!(family, TitanEmbed1 | TitanEmbed2 | TitanEmbedImage | NovaEmbed | CohereEmbed | CohereEmbed4)
}

#[test]
fn vectors_are_read_as_they_came() {
    let settings = settings();
    let mut seen = 0;
    for exchange in exchanges().iter().filter(|exchange| exchange.operation == "invoke") {
        let Ok(family) = route::family(&exchange.model, &Extra::default(), &settings) else { continue };
        if !embeds(family) {
            continue;
        }
        let body: Value = serde_json::from_str(&exchange.text).unwrap();
        let first = [
            &body["embedding"],
            &body["embeddings"]["float"][0],
            &body["embeddings"][0]["embedding"],
            &body["embeddings"][0],
        ];
        let first = first.into_iter().find_map(Value::as_array).unwrap();
        let request = EmbedRequest::new(exchange.model.clone(), vec![Input::Text("x".to_owned())]);
        let plan = embed::plan(&request, family, Extra::default()).unwrap();
        let told =
            embed::Told { body: exchange.text.clone().into_bytes(), headers: exchange.headers.clone() };
        let answer = embed::response(plan, exchange.model.clone(), &[told]).unwrap();
        let Vector::Float32(vector) = &answer.vectors[0] else { panic!("{}", exchange.name) };
        assert_eq!(vector.len(), first.len(), "{}", exchange.name);
        assert!(vector.iter().zip(first).all(|(read, came)| *read == came.as_f64().unwrap() as f32));
        assert!(answer.usage.unwrap().input_tokens > Some(0));
        seen += 1;
    }
    println!("{seen} embeddings");
}

#[test]
fn counts_and_refusals_are_read() {
    for exchange in exchanges() {
        if exchange.status != 200 {
            let answer = ErrorAnswer {
                status: exchange.status,
                headers: &exchange.headers,
                body: exchange.text.as_bytes(),
            };
            assert_eq!(
                jackfield_sdk::aws::answer_error(&answer).kind,
                ErrorKind::NotFound,
                "{}",
                exchange.name
            );
        } else if exchange.operation == "count-tokens" {
            assert!(serde_json::from_str::<TokenCount>(&exchange.text).unwrap().input_tokens > 0);
        }
        assert!(exchange.request.is_empty() || exchange.request.starts_with('{'));
    }
}
