//! `openai` and tools, on llama.cpp's server.

use jackfield_runtime::api::llm::{
    ChatRequest, FinishReason, Message, Part, ResultPart, Role, ToolChoice, ToolResult,
};

use crate::server::Server;
use crate::{Bench, hello, weather, weather_call};

const SERVER: Server = Server::LlamaTool;

fn asking(choice: ToolChoice) -> ChatRequest {
    ChatRequest { tools: vec![weather()], tool_choice: Some(choice), ..hello(SERVER, 300) }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_tool_is_called_whole_and_streamed() {
    let bench = Bench::openai(SERVER).await;
    for choice in [ToolChoice::Required, ToolChoice::Auto, ToolChoice::Named("weather".to_owned())] {
        let whole = bench.chat(asking(choice.clone())).await;
        let (streamed, _) = bench.stream(asking(choice.clone())).await;
        for answer in [whole, streamed] {
            weather_call(&answer);
            assert_eq!(answer.choices[0].finish_reason, FinishReason::ToolCalls, "{choice:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn several_calls_may_be_allowed_and_one_comes() {
    let bench = Bench::openai(SERVER).await;
    for parallel in [true, false] {
        let request = ChatRequest { parallel_tool_calls: Some(parallel), ..asking(ToolChoice::Required) };
        weather_call(&bench.chat(request.clone()).await);
        weather_call(&bench.stream(request).await.0);
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_tool_that_is_forbidden_is_not_called() {
    let bench = Bench::openai(SERVER).await;
    let request = ChatRequest { max_output_tokens: Some(5), ..asking(ToolChoice::None) };
    let answer = bench.chat(request).await;
    assert!(!answer.choices[0].content.iter().any(|part| matches!(part, Part::ToolCall(_))), "{answer:?}");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn what_a_tool_gave_goes_back_to_the_server() {
    let bench = Bench::openai(SERVER).await;
    let first = bench.chat(asking(ToolChoice::Required)).await;
    let call = weather_call(&first);
    let asked = first.usage.unwrap().input_tokens.unwrap();
    let mut request = ChatRequest { max_output_tokens: Some(4), ..asking(ToolChoice::Auto) };
    request.messages.push(Message {
        role: Role::Assistant,
        name: None,
        content: first.choices[0].content.clone(),
    });
    let result = |text: &str| {
        Part::ToolResult(ToolResult {
            call_id: call.id.clone(),
            name: Some("weather".to_owned()),
            content: vec![ResultPart::Text(text.to_owned())],
            is_error: false,
        })
    };
    let mut counts = Vec::new();
    for text in ["rain", "rain and then a great deal of snow"] {
        let mut request = request.clone();
        request.messages.push(Message { role: Role::Tool, name: None, content: vec![result(text)] });
        counts.push(bench.chat(request).await.usage.unwrap().input_tokens.unwrap());
    }
    // The model has a token for each character of what isn't a word that it knows.
    assert!(asked < counts[0] && counts[0] < counts[1], "{asked}, then {counts:?} tokens");
}
