//! `llm`: chat, whole and as a stream, and the counting of tokens.

use std::time::Duration;

use futures_util::StreamExt;
use jackfield_e2e::{Reply, Step, chat, text_of};
use jackfield_runtime::api::llm::{
    ChatEvent, ChatRequest, Finish, FinishReason, FunctionTool, Part, StreamStart, TextDelta, Tool,
    ToolCallDelta, ToolCallStart, ToolChoice,
};
use jackfield_runtime::api::types::{ErrorKind, Usage};

use crate::{Bench, KEY, MANIFEST, broke_the_contract, reported};

fn usage(input: u64, output: u64) -> Usage {
    Usage {
        input_tokens: Some(input),
        output_tokens: Some(output),
        cache_read_tokens: None,
        cache_write_tokens: None,
        reasoning_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: vec![],
        raw: None,
    }
}

fn text(text: &str) -> ChatEvent {
    ChatEvent::Text(TextDelta { choice: 0, text: text.to_owned() })
}

fn finish(reason: FinishReason) -> ChatEvent {
    ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence: None })
}

fn start(model: &str) -> ChatEvent {
    ChatEvent::Start(StreamStart {
        id: Some("echo-1".to_owned()),
        model: Some(model.to_owned()),
        created: Some(0),
        warnings: vec![],
    })
}

fn with_tool(message: &str) -> ChatRequest {
    let tool = FunctionTool {
        name: "look-up".to_owned(),
        description: None,
        parameters: "{\"type\":\"object\"}".to_owned(),
        strict: Some(true),
        cache: None,
    };
    ChatRequest { tools: vec![Tool::Function(tool)], ..chat("echo", message) }
}

#[tokio::test]
async fn a_chat_is_answered_whole() {
    let bench = Bench::alone().await;
    let request = ChatRequest { extra: Some("{\"a\":1}".to_owned()), ..chat("echo", "héllo wörld ☃") };
    let answer = bench.provider.chat(&bench.context, request).await.unwrap();
    assert_eq!(text_of(&answer), "héllo wörld ☃");
    assert_eq!(
        (answer.model.as_str(), answer.id.as_deref(), answer.created),
        ("echo", Some("echo-1"), Some(0))
    );
    assert_eq!(answer.choices[0].finish_reason, FinishReason::Stop);
    assert_eq!(answer.usage, Some(usage(3, 3)));
    assert_eq!(answer.warnings.len(), 1, "what was left out is said");
}

#[tokio::test]
async fn a_tool_that_is_offered_is_called_unless_the_caller_forbids_it() {
    let bench = Bench::alone().await;
    let answer = bench.provider.chat(&bench.context, with_tool("snow")).await.unwrap();
    assert_eq!(answer.choices[0].finish_reason, FinishReason::ToolCalls);
    let Part::ToolCall(call) = &answer.choices[0].content[0] else { panic!("{answer:?}") };
    assert_eq!((call.name.as_str(), call.arguments.as_str()), ("look-up", "{\"text\":\"snow\"}"));
    let request = ChatRequest { tool_choice: Some(ToolChoice::None), ..with_tool("snow") };
    assert_eq!(text_of(&bench.provider.chat(&bench.context, request).await.unwrap()), "snow");
}

#[tokio::test]
async fn tokens_are_counted() {
    let bench = Bench::alone().await;
    assert_eq!(bench.provider.count_tokens(&bench.context, chat("echo", "one two three")).await.unwrap(), 3);
}

#[tokio::test]
async fn a_stream_keeps_the_batches_that_the_plugin_made() {
    let bench = Bench::alone().await;
    let mut stream = bench.provider.stream_chat(&bench.context, chat("echo", "one two")).await.unwrap();
    let mut batches = Vec::new();
    while let Some(batch) = stream.next_batch().await {
        batches.push(batch.unwrap());
    }
    let end = vec![finish(FinishReason::Stop), ChatEvent::Usage(usage(2, 2))];
    assert_eq!(batches, [vec![start("echo")], vec![text("one ")], vec![text("two")], end]);
    assert!(stream.next_batch().await.is_none(), "it stays over");
    assert_eq!(bench.provider.idle_instances(), 1);
}

#[tokio::test]
async fn a_streamed_tool_call_comes_in_pieces() {
    let bench = Bench::alone().await;
    let stream = bench.provider.stream_chat(&bench.context, with_tool("snow")).await.unwrap();
    let events: Vec<_> = stream.map(Result::unwrap).collect().await;
    let begun = ToolCallStart {
        choice: 0,
        index: 0,
        id: "call-1".to_owned(),
        name: "look-up".to_owned(),
        signature: None,
    };
    let more = ToolCallDelta { choice: 0, index: 0, arguments: "{\"text\":\"snow\"}".to_owned() };
    let end = [finish(FinishReason::ToolCalls), ChatEvent::Usage(usage(1, 1))];
    let call = [ChatEvent::ToolCallStart(begun), ChatEvent::ToolCallDelta(more)];
    assert_eq!(events, [vec![start("echo")], call.to_vec(), end.to_vec()].concat());
}

#[tokio::test]
async fn a_chat_asks_the_upstream_with_the_providers_key() {
    let bench = Bench::new(vec![Reply::of(200, "text/plain", "from above")]).await;
    let answer = bench.provider.chat(&bench.context, chat("upstream", "below")).await.unwrap();
    assert_eq!(text_of(&answer), "from above");
    let seen = bench.upstream.requests().remove(0);
    assert!(seen.starts_with("POST /v1/echo HTTP/1.1\r\n"), "{seen}");
    assert!(seen.to_lowercase().contains(&format!("\r\nauthorization: bearer {KEY}\r\n")), "{seen}");
    assert!(seen.ends_with("\r\n\r\n{\"text\":\"below\"}"), "{seen}");
}

#[tokio::test]
async fn an_upstreams_refusal_is_an_error_before_the_stream_begins() {
    let refusal = Reply::head(429, "retry-after: 2\r\ncontent-length: 0\r\n");
    let bench = Bench::new(vec![refusal]).await;
    let error = reported(bench.provider.stream_chat(&bench.context, chat("upstream", "x")).await);
    assert_eq!(
        (error.kind, error.status, error.retry_after_ms),
        (ErrorKind::RateLimited, Some(429), Some(2000))
    );
    assert!(error.sent, "{error:?}");
}

#[tokio::test]
async fn events_of_an_upstream_come_through_while_it_is_still_writing() {
    let reply = Reply::events().send("data: one\n\ndata: two\r\n\r\n").then(Step::Hang);
    let bench = Bench::new(vec![reply]).await;
    let mut stream = bench.provider.stream_chat(&bench.context, chat("upstream", "x")).await.unwrap();
    let mut events = Vec::new();
    while events.len() < 3 {
        events.push(stream.next().await.unwrap().unwrap());
    }
    assert_eq!(events, [start("upstream"), text("one"), text("two")]);
    assert_eq!(bench.upstream.open(), 1, "the upstream hasn't finished");
    drop(stream);
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
}

#[tokio::test]
async fn a_reader_that_is_slow_is_not_mistaken_for_a_silent_upstream() {
    let reply = Reply::events().send("data: one\n\n").then(Step::Pause(Duration::from_millis(20)));
    let reply = reply.send("data: two\n\ndata: [DONE]\n\n");
    let bench = Bench::with(vec![reply], MANIFEST, "timeouts.idle = \"200ms\"", 4).await;
    let mut stream = bench.provider.stream_chat(&bench.context, chat("upstream", "x")).await.unwrap();
    let first = stream.next_batch().await.unwrap().unwrap();
    assert_eq!(first, [start("upstream"), text("one")]);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(stream.next_batch().await.unwrap().unwrap(), [text("two"), finish(FinishReason::Stop)]);
}

#[tokio::test]
async fn a_stream_ends_where_the_protocol_says_and_fails_where_it_breaks_off() {
    let whole = Reply::events().send("data: one\n\n").send("data: [DONE]\n\n");
    let broken = Reply::events().send("data: one\n\n");
    let bench = Bench::new(vec![whole, broken]).await;
    let stream = bench.provider.stream_chat(&bench.context, chat("upstream", "x")).await.unwrap();
    let events: Vec<_> = stream.map(Result::unwrap).collect().await;
    assert_eq!(events, [start("upstream"), text("one"), finish(FinishReason::Stop)]);
    let stream = bench.provider.stream_chat(&bench.context, chat("upstream", "x")).await.unwrap();
    let mut events: Vec<_> = stream.collect().await;
    let error = events.pop().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadUpstreamAnswer, "{error}");
    assert_eq!(events.len(), 2, "what came before it is the caller's");
}

#[tokio::test]
async fn a_stream_whose_events_are_out_of_order_breaks_the_contract() {
    let bench = Bench::alone().await;
    for (model, part) in [
        ("no-start", "begin with `start`"),
        ("no-finish", "without `finish` for answer 0"),
        ("late-text", "`text` behind the `finish` of answer 0"),
        ("stray-delta", "`tool-call-delta` for call 0"),
    ] {
        let mut stream = bench.provider.stream_chat(&bench.context, chat(model, "x")).await.unwrap();
        let error = loop {
            match stream.next().await {
                Some(Ok(_)) => {}
                Some(Err(error)) => break error,
                None => panic!("{model} was let through"),
            }
        };
        broke_the_contract(&error, part);
        assert!(stream.next().await.is_none(), "{model}");
    }
}
