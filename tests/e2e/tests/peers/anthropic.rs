//! `anthropic` on llama.cpp's server and on LiteLLM: answers, whole and
//! streamed. Both speak Anthropic's protocol, each with omissions of its own.

use jackfield_e2e::{chat, text_of};
use jackfield_runtime::api::llm::{ChatRequest, FinishReason, Message, ResponseFormat, Role, SchemaFormat};

use crate::server::Server;
use crate::{Bench, hello};

const SERVERS: [Server; 2] = [Server::Llama, Server::Litellm];

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn an_answer_says_the_same_whole_and_streamed() {
    let expected = Bench::openai(Server::Llama).await.chat(hello(Server::Llama, 8)).await;
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        let whole = bench.chat(hello(server, 8)).await;
        let (streamed, _) = bench.stream(hello(server, 8)).await;
        for answer in [whole, streamed] {
            assert_eq!(text_of(&answer), text_of(&expected), "{server:?}");
            assert_eq!(answer.model, server.model());
            assert!(answer.id.is_some());
            assert_eq!(answer.choices[0].finish_reason, FinishReason::Length, "{server:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn tokens_are_counted_whether_they_were_cached_or_not() {
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        for _ in 0..2 {
            let whole = bench.chat(hello(server, 5)).await;
            let (streamed, _) = bench.stream(hello(server, 5)).await;
            for usage in [whole.usage.unwrap(), streamed.usage.unwrap()] {
                assert_eq!((usage.input_tokens, usage.output_tokens), (Some(25), Some(5)), "{server:?}");
                assert!(usage.cache_read_tokens <= Some(24), "{server:?}: {usage:?}");
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn an_answer_without_a_limit_ends_of_itself() {
    for server in SERVERS {
        let lines = "config.default-max-tokens = 2000";
        let bench = Bench::bound(server, "anthropic", "api-key", &server.key(), lines).await;
        // The model ends at a full stop.
        let answer = bench.chat(chat(server.model(), "hello")).await;
        assert_eq!(answer.choices[0].finish_reason, FinishReason::Stop, "{server:?}");
        assert!(text_of(&answer).ends_with('.'), "{answer:?}");
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn an_answer_ends_before_a_stop_text() {
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        let long = text_of(&bench.chat(hello(server, 12)).await);
        let stop = long.chars().nth(4).unwrap().to_string();
        let before = long.split(&stop).next().unwrap();
        let request = ChatRequest { stop: vec![stop.clone()], ..hello(server, 12) };
        let whole = bench.chat(request.clone()).await;
        let (streamed, _) = bench.stream(request).await;
        for answer in [whole, streamed] {
            assert_eq!(text_of(&answer), before, "{server:?}: stop {stop:?} in {long:?}");
            assert_eq!(answer.choices[0].finish_reason, FinishReason::Stop, "{server:?}");
            // LiteLLM doesn't say which.
            let told = (server == Server::Llama).then(|| stop.clone());
            assert_eq!(answer.choices[0].stop_sequence, told, "{server:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_system_prompt_and_earlier_turns_reach_the_server() {
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        let mut request = hello(server, 2);
        request.messages = vec![
            Message::text(Role::System, "Be brief."),
            Message::text(Role::User, "hello"),
            Message::text(Role::Assistant, "Good day."),
            Message::text(Role::User, "again"),
        ];
        let all = bench.chat(request.clone()).await.usage.unwrap().input_tokens.unwrap();
        request.messages.remove(0);
        let less = bench.chat(request).await.usage.unwrap().input_tokens.unwrap();
        assert!(all > less && less > 25, "{server:?}: {all} and {less} tokens");
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn tokens_of_a_prompt_are_counted_without_an_answer() {
    let bench = Bench::anthropic(Server::Llama).await;
    let counted = bench.provider.count_tokens(&bench.context, hello(Server::Llama, 5)).await.unwrap();
    assert_eq!(Some(counted), bench.chat(hello(Server::Llama, 5)).await.usage.unwrap().input_tokens);
    // LiteLLM estimates, with a tokeniser that isn't the model's.
    let bench = Bench::anthropic(Server::Litellm).await;
    let counted = bench.provider.count_tokens(&bench.context, hello(Server::Litellm, 5)).await.unwrap();
    assert!((1..100).contains(&counted), "{counted} tokens");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_key_can_be_sent_as_a_bearer_token() {
    for server in SERVERS {
        let lines = "config.auth = \"token\"";
        let bench = Bench::bound(server, "anthropic", "auth-token", &server.key(), lines).await;
        assert_eq!(bench.chat(hello(server, 2)).await.usage.unwrap().output_tokens, Some(2));
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_schema_decides_the_answer_by_way_of_a_tool() {
    for server in [Server::LlamaTool, Server::LitellmTool] {
        let bench = Bench::anthropic(server).await;
        let schema = r#"{"type":"object","properties":{"n":{"enum":[1]},"city":{"enum":["Oslo"]}},"required":["n","city"],"additionalProperties":false}"#;
        let format = ResponseFormat::JsonSchema(SchemaFormat {
            name: "place".to_owned(),
            description: None,
            schema: schema.to_owned(),
            strict: None,
        });
        let request = ChatRequest { response_format: Some(format), ..hello(server, 300) };
        for answer in [bench.chat(request.clone()).await, bench.stream(request).await.0] {
            let said: serde_json::Value = serde_json::from_str(&text_of(&answer)).unwrap();
            assert_eq!(said, serde_json::json!({ "n": 1, "city": "Oslo" }), "{server:?}");
            assert_eq!(answer.choices[0].finish_reason, FinishReason::Stop, "{server:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn the_models_are_those_that_the_server_has() {
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        let models = bench.provider.list_models(&bench.context).await.unwrap();
        let model = models.iter().find(|model| model.id == server.model());
        let model = model.unwrap_or_else(|| panic!("{server:?}: {models:?}"));
        assert!(model.created.is_some(), "{model:?}");
    }
}
