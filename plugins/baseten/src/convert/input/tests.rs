use jackfield_sdk::llm::{FunctionTool, Tool};
use jackfield_sdk::types::{ErrorKind, Media, Source};

use super::*;
use crate::settings::tests::settings;

fn request(messages: &[(Role, &str)]) -> ChatRequest {
    ChatRequest::new("m", messages.iter().map(|(role, text)| Message::text(*role, *text)).collect())
}

fn with(extra: Value) -> ChatRequest {
    ChatRequest { extra: Some(extra.to_string()), ..request(&[(Role::User, "hi")]) }
}

fn input(request: &ChatRequest, settings: &Settings) -> Value {
    prepare(request, Delivery::Whole, settings).unwrap().input
}

#[test]
fn a_conversation_is_a_list_of_messages_or_one_text() {
    let talk = request(&[(Role::Developer, "be kind"), (Role::User, "hi"), (Role::Assistant, "ho")]);
    assert_eq!(
        input(&talk, &settings()),
        json!({ "messages": [
            { "role": "system", "content": "be kind" },
            { "role": "user", "content": "hi" },
            { "role": "assistant", "content": "ho" },
        ] })
    );
    let prompt = Settings { input: InputForm::Prompt, ..settings() };
    assert_eq!(input(&request(&[(Role::User, "hi")]), &prompt), json!({ "prompt": "hi" }));
    let joined = prepare(&talk, Delivery::Whole, &prompt).unwrap();
    assert_eq!(joined.input, json!({ "prompt": "system: be kind\nuser: hi\nassistant: ho\nassistant: " }));
    assert_eq!(joined.notes.into_warnings().len(), 1);
}

#[test]
fn parameters_go_by_the_names_that_the_model_has() {
    let request = ChatRequest {
        max_output_tokens: Some(9),
        temperature: Some(0.5),
        top_p: Some(1.0),
        top_k: Some(4),
        frequency_penalty: Some(0.1),
        presence_penalty: Some(0.2),
        seed: Some(-1),
        stop: vec!["x".to_owned()],
        ..request(&[(Role::User, "hi")])
    };
    let mut plain = input(&request, &settings());
    plain.as_object_mut().unwrap().remove("messages");
    assert_eq!(
        plain,
        json!({
            "max_tokens": 9, "temperature": 0.5, "top_p": 1.0, "top_k": 4, "frequency_penalty": 0.1,
            "presence_penalty": 0.2, "seed": -1, "stop": ["x"],
        })
    );
    let names = [("max_tokens", "max_new_tokens"), ("top_k", ""), ("stream", "")];
    let parameters = names.map(|(from, to)| (from.to_owned(), to.to_owned())).to_vec();
    let renamed = prepare(&request, Delivery::Streamed, &Settings { parameters, ..settings() }).unwrap();
    assert_eq!(renamed.input["max_new_tokens"], 9);
    for name in ["max_tokens", "top_k", "stream"] {
        assert_eq!(renamed.input.get(name), None, "{name}");
    }
    assert_eq!(renamed.notes.into_warnings(), ["`top_k` was left out: this model has no such parameter"]);
}

#[test]
fn a_model_is_told_that_a_stream_is_wanted() {
    let hi = request(&[(Role::User, "hi")]);
    assert_eq!(prepare(&hi, Delivery::Streamed, &settings()).unwrap().input["stream"], true);
    assert_eq!(prepare(&hi, Delivery::Whole, &settings()).unwrap().input.get("stream"), None);
}

#[test]
fn extra_goes_to_the_model_or_is_its_whole_input() {
    let body = input(&with(json!({ "temperature": 1, "messages": null, "prompt": "p" })), &settings());
    assert_eq!(body, json!({ "temperature": 1, "prompt": "p" }));
    assert_eq!(input(&with(json!({ "model_input": [1] })), &settings()), json!([1]));
    // Without a queue these are the model's own.
    assert_eq!(input(&with(json!({ "priority": 7 })), &settings())["priority"], 7);
}

#[test]
fn one_request_can_be_queued_or_wait() {
    let queued =
        with(json!({ "mode": "async", "webhook_endpoint": "https://a.example", "priority": 1, "x": 2 }));
    let prepared = prepare(&queued, Delivery::Whole, &settings()).unwrap();
    assert_eq!((prepared.mode, &prepared.queue.priority), (Mode::Async, &Some(json!(1))));
    assert_eq!((prepared.input.get("mode"), prepared.input.get("priority")), (None, None));
    assert_eq!(prepared.input["x"], 2);
    assert!(prepared.notes.into_warnings().is_empty());

    let usual = Settings { mode: Mode::Async, ..settings() };
    let waits = prepare(&with(json!({ "mode": "predict" })), Delivery::Whole, &usual).unwrap();
    assert_eq!(waits.mode, Mode::Predict);
    for mode in [json!("later"), json!(1)] {
        let error = prepare(&with(json!({ "mode": mode })), Delivery::Whole, &usual).unwrap_err();
        assert!(error.message.contains("`extra.mode`"), "{}", error.message);
    }
}

#[test]
fn an_output_that_nobody_gets_is_told_and_a_queued_stream_is_refused() {
    let usual = Settings { mode: Mode::Async, ..settings() };
    let lost = prepare(&request(&[(Role::User, "hi")]), Delivery::Whole, &usual).unwrap();
    assert!(lost.notes.into_warnings()[0].contains("no webhook"));
    let error = prepare(&request(&[(Role::User, "hi")]), Delivery::Streamed, &usual).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
}

#[test]
fn what_a_model_of_its_own_kind_has_not_is_refused_or_said() {
    let hi = || request(&[(Role::User, "hi")]);
    let tool = FunctionTool {
        name: "f".to_owned(),
        description: None,
        parameters: "{}".to_owned(),
        strict: None,
        cache: None,
    };
    let image = Media {
        source: Source::Url("https://a.example/b.png".to_owned()),
        mime_type: None,
        detail: None,
        transcript: None,
        id: None,
    };
    for refused in [
        ChatRequest { tools: vec![Tool::Function(tool)], ..hi() },
        ChatRequest { response_format: Some(ResponseFormat::JsonObject), ..hi() },
        ChatRequest { choices: Some(2), ..hi() },
        ChatRequest { modalities: vec!["audio".to_owned()], ..hi() },
        ChatRequest::new("m", vec![Message::new(Role::User, vec![Part::Image(image)])]),
        ChatRequest::new("m", vec![Message::new(Role::Tool, Vec::new())]),
    ] {
        let error = prepare(&refused, Delivery::Whole, &settings()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported, "{}", error.message);
    }
    let said = ChatRequest {
        logprobs: Some(1),
        user: Some("u".to_owned()),
        metadata: vec![("a".to_owned(), "b".to_owned())],
        service_tier: Some("s".to_owned()),
        ..hi()
    };
    let warnings = prepare(&said, Delivery::Whole, &settings()).unwrap().notes.into_warnings();
    assert_eq!(warnings.len(), 4, "{warnings:?}");
}
