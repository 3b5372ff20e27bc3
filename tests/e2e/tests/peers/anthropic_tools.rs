//! `anthropic` and tools, on llama.cpp's server and on LiteLLM.

use jackfield_runtime::api::llm::{
    ChatRequest, FinishReason, Message, Part, ResultPart, Role, ToolChoice, ToolResult,
};

use crate::server::Server;
use crate::{Bench, hello, weather, weather_call};

const SERVERS: [Server; 2] = [Server::LlamaTool, Server::LitellmTool];

fn asking(server: Server, choice: ToolChoice) -> ChatRequest {
    ChatRequest { tools: vec![weather()], tool_choice: Some(choice), ..hello(server, 300) }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_tool_is_called_whole_and_streamed() {
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        for choice in [ToolChoice::Required, ToolChoice::Auto, ToolChoice::Named("weather".to_owned())] {
            let whole = bench.chat(asking(server, choice.clone())).await;
            let (streamed, _) = bench.stream(asking(server, choice.clone())).await;
            for answer in [whole, streamed] {
                weather_call(&answer);
                let reason = &answer.choices[0].finish_reason;
                assert_eq!(*reason, FinishReason::ToolCalls, "{server:?} {choice:?}");
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn an_answer_holds_the_call_and_no_empty_text() {
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        let answer = bench.chat(asking(server, ToolChoice::Required)).await;
        let [Part::ToolCall(_)] = &answer.choices[0].content[..] else { panic!("{server:?}: {answer:?}") };
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn what_a_tool_gave_goes_back_to_the_server() {
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        let first = bench.chat(asking(server, ToolChoice::Required)).await;
        let call = weather_call(&first);
        let mut request = ChatRequest { max_output_tokens: Some(4), ..asking(server, ToolChoice::Auto) };
        request.messages.push(Message {
            role: Role::Assistant,
            name: None,
            content: first.choices[0].content.clone(),
        });
        let mut counts = Vec::new();
        for (text, is_error) in [("rain", false), ("rain and then a great deal of snow", true)] {
            let mut request = request.clone();
            let result = Part::ToolResult(ToolResult {
                call_id: call.id.clone(),
                name: None,
                content: vec![ResultPart::Text(text.to_owned())],
                is_error,
            });
            request.messages.push(Message { role: Role::Tool, name: None, content: vec![result] });
            counts.push(bench.chat(request).await.usage.unwrap().input_tokens.unwrap());
        }
        assert!(counts[0] > 0 && counts[0] < counts[1], "{server:?}: {counts:?} tokens");
    }
}
