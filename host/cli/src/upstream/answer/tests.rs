use serde_json::json;

use super::super::UpstreamOptions;
use super::super::knobs::Knobs;
use super::{Answer, Choice, Content, Finish, Format, Prompt, Tool};

fn answer(prompt: &Prompt) -> Answer {
    prompt.answer(&Knobs::default(), &UpstreamOptions::default(), "key")
}

fn text(prompt: &Prompt) -> String {
    match answer(prompt).content {
        Content::Text(pieces) => pieces.text(),
        Content::Calls(calls) => panic!("{calls:?}"),
    }
}

fn called(prompt: &Prompt) -> Vec<String> {
    match answer(prompt).content {
        Content::Text(_) => Vec::new(),
        Content::Calls(calls) => calls.into_iter().map(|call| call.name).collect(),
    }
}

fn with_tools(said: &str, choice: Choice) -> Prompt {
    let tool = |name: &str| Tool { name: name.into(), schema: json!({ "type": "object" }) };
    Prompt { last_user: said.into(), tools: vec![tool("a"), tool("b")], choice, ..Prompt::default() }
}

#[test]
fn the_text_echoes_the_last_user_message_and_has_as_many_pieces_as_asked() {
    let prompt = Prompt { last_user: "hi".into(), ..Prompt::default() };
    assert!(text(&prompt).starts_with("You said: hi cord jack"));
    assert_eq!(answer(&prompt).usage.output, 50);
}

#[test]
fn the_limit_of_tokens_ends_the_text() {
    let prompt = Prompt { last_user: "hi".into(), most: Some(3), ..Prompt::default() };
    assert_eq!(text(&prompt), "You said: hi cord jack");
    assert_eq!((answer(&prompt).finish, answer(&prompt).usage.output), (Finish::Length, 3));
}

#[test]
fn tools_are_called_when_the_prompt_or_the_choice_says_so() {
    assert_eq!(called(&with_tools("hello", Choice::Auto)), [""; 0]);
    assert_eq!(called(&with_tools("please Call the tool", Choice::Auto)), ["a"]);
    assert_eq!(called(&with_tools("call every tool", Choice::Auto)), ["a", "b"]);
    assert_eq!(called(&with_tools("call the tool", Choice::None)), [""; 0]);
    assert_eq!(called(&with_tools("hello", Choice::Any)), ["a"]);
    assert_eq!(called(&with_tools("hello", Choice::Named("b".into()))), ["b"]);
    let after = Prompt { tool_result: Some("7".into()), ..with_tools("call the tool", Choice::Auto) };
    assert!(text(&after).starts_with("The tool returned: 7"));
}

#[test]
fn json_is_json() {
    let object = Prompt { last_user: "\"hi\"".into(), format: Format::Json, ..Prompt::default() };
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text(&object)).unwrap(),
        json!({ "echo": "\"hi\"" })
    );
    let schema = Format::Schema(json!({ "properties": { "n": { "type": "integer" } } }));
    assert_eq!(text(&Prompt { format: schema, ..Prompt::default() }), "{\"n\":1}");
}

#[test]
fn knobs_reach_the_text() {
    let prompt = Prompt::default();
    let knobs = Knobs::of_model("m+chunks-2+echo-key").unwrap();
    let Content::Text(pieces) = prompt.answer(&knobs, &UpstreamOptions::default(), "sk").content else {
        panic!()
    };
    assert_eq!(pieces.text(), "You said:  with the key sk cord");
    let endless = Knobs::of_model("endless").unwrap();
    let Content::Text(pieces) = prompt.answer(&endless, &UpstreamOptions::default(), "").content else {
        panic!()
    };
    assert_eq!(pieces.iter().take(1000).count(), 1000);
}
