//! What is passed on: fields that nobody here has heard of survive both ways.

use jackfield_e2e::Reply;
use serde_json::{Value, json};

use crate::wire::{ANTHROPIC, OPENAI, WIRES, data, event, payloads, sse};
use crate::{Bench, header};

#[tokio::test]
async fn fields_that_a_client_invents_arrive_upstream_and_only_the_model_changes() {
    for wire in WIRES {
        for stream in [false, true] {
            let reply = if stream { sse(&wire.events(&["a"])) } else { wire.reply("a") };
            let bench = Bench::new(wire, vec![reply]).await;
            let mut request = wire.request("up/some/model");
            request["invented"] = json!({ "by": ["a", "client"], "deep": { "n": null } });
            request["messages"][0]["weather"] = json!("fair");
            request["stream"] = json!(stream);
            request["stream_options"] = json!({ "include_usage": true, "colour": 7 });
            let response = bench.served.post(wire.path, &request).await;
            assert_eq!(response.status(), 200, "{wire:?}");
            assert_eq!(header(&response, "x-jackfield-mode"), "passthrough");
            request["model"] = json!("some/model");
            assert_eq!(bench.arrived(), request, "{wire:?}");
        }
    }
}

#[tokio::test]
async fn the_upstream_is_asked_at_its_own_path_with_the_headers_of_the_dialect() {
    let bench = Bench::new(ANTHROPIC, vec![ANTHROPIC.reply("a")]).await;
    let ask = bench.served.ask("/v1/messages", &ANTHROPIC.request("up/m"));
    let ask = ask.header("anthropic-beta", "one,two").header("anthropic-version", "2023-06-01");
    assert_eq!(ask.header("cookie", "private").send().await.unwrap().status(), 200);
    let request = bench.upstream.requests().remove(0).to_lowercase();
    assert!(request.starts_with("post /v1/messages http/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nanthropic-beta: one,two\r\n"), "{request}");
    assert_eq!(request.matches("anthropic-version: ").count(), 1, "{request}");
    assert!(!request.contains("private") && !request.contains("authorization: "), "{request}");
}

#[tokio::test]
async fn a_whole_answer_comes_down_byte_for_byte() {
    for wire in WIRES {
        let mut answer = wire.answer("a");
        answer["invented"] = json!({ "by": "the upstream" });
        let odd = answer.to_string().replacen('{', "{ \"odd\" :\t1.00e+02 ,\n \"esc\":\"\\u00e9\\/\",", 1);
        let headers = format!(
            "content-type: application/json\r\ncontent-length: {}\r\nx-request-id: r-1\r\nset-cookie: a=b\r\n\
             x-ratelimit-remaining-requests: 7\r\n",
            odd.len()
        );
        let bench = Bench::new(wire, vec![Reply::head(200, &headers).send(odd.clone())]).await;
        let response = bench.whole().await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-type"), "application/json");
        assert_eq!(header(&response, "x-jackfield-provider"), "up");
        assert_eq!(header(&response, "x-jackfield-model"), "m");
        assert!(response.headers().get("set-cookie").is_none(), "{response:?}");
        assert_eq!(response.content_length(), Some(odd.len() as u64));
        if wire == OPENAI {
            assert_eq!(header(&response, "x-ratelimit-remaining-requests"), "7");
        }
        assert_eq!(response.text().await.unwrap(), odd, "{wire:?}");
    }
}

/// Comments, line ends, an event of a kind that nobody knows, and fields that
/// nobody knows: a stream comes down as the upstream wrote it.
#[tokio::test]
async fn a_stream_comes_down_byte_for_byte() {
    for wire in WIRES {
        let mut events = wire.events(&["one ", "two"]);
        let unheard = json!({ "type": "invented", "choices": [{ "index": 0, "delta": { "mood": "fair" } }], "x": 1.50 });
        events.insert(0, ": hello\n\n".to_owned());
        events.insert(3, if wire == OPENAI { data(&unheard) } else { event(&unheard) });
        events.insert(4, format!("id: 7\nretry: 10\r\ndata:  {unheard}\r\n\r\n"));
        let whole = events.concat();
        for size in [1, 7, 50, whole.len()] {
            let mut reply = Reply::events();
            for piece in whole.as_bytes().chunks(size) {
                reply = reply.send(piece);
            }
            let bench = Bench::new(wire, vec![reply]).await;
            let response = bench.stream().await;
            assert_eq!(response.status(), 200);
            assert!(header(&response, "content-type").starts_with("text/event-stream"));
            assert_eq!(response.text().await.unwrap(), whole, "{wire:?} by {size}");
        }
    }
}

fn usage_chunk() -> String {
    data(&json!({
        "id": "c-1", "object": "chat.completion.chunk", "model": "m", "choices": [],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
    }))
}

#[tokio::test]
async fn the_usage_is_asked_for_and_the_chunk_that_tells_it_goes_only_to_clients_that_asked() {
    let mut events = OPENAI.events(&["one ", "two"]);
    let without = events.concat();
    events.insert(events.len() - 1, usage_chunk());
    let with = events.concat();
    let spaced = with.replace("\"choices\":[],", "\"choices\": [], ").replace("\"usage\":{", "\"usage\" : {");
    let crlf = with.replace('\n', "\r\n");
    for (sent, size) in
        [(&with, with.len()), (&with, 1), (&with, 40), (&spaced, 4096), (&spaced, 100), (&crlf, 64)]
    {
        let mut reply = Reply::events();
        for piece in sent.as_bytes().chunks(size) {
            reply = reply.send(piece);
        }
        let bench = Bench::new(OPENAI, vec![reply]).await;
        let got = bench.stream().await.text().await.unwrap();
        assert_eq!(bench.arrived()["stream_options"], json!({ "include_usage": true }));
        assert_eq!(got.replace("\r\n", "\n"), without, "by {size}");
        let mut request = OPENAI.streamed("up/m");
        request["stream_options"] = json!({ "include_usage": true });
        let got = bench.served.post(OPENAI.path, &request).await.text().await.unwrap();
        assert_eq!(&got, sent, "by {size}");
    }
}

/// A chunk with choices, or of something else without any, is an answer's.
#[tokio::test]
async fn only_the_chunk_of_the_usage_is_left_out() {
    let mut events = OPENAI.events(&["one"]);
    let filter = json!({ "id": "c-1", "choices": [], "prompt_filter_results": [{ "index": 0 }] });
    let both = json!({
        "x": { "choices": [] }, "choices": [{ "index": 0, "delta": { "content": "!" }, "finish_reason": null }],
        "usage": { "total_tokens": 3 },
    });
    events.insert(0, data(&filter));
    events.insert(3, data(&both));
    let bench = Bench::new(OPENAI, vec![sse(&events)]).await;
    let got = bench.stream().await.text().await.unwrap();
    assert_eq!(got, events.concat());
    assert_eq!(OPENAI.streamed_text(&got), "one!");
}

#[tokio::test]
async fn a_stream_without_its_last_word_gets_it() {
    let mut events = OPENAI.events(&["one"]);
    assert_eq!(events.pop().as_deref(), Some("data: [DONE]\n\n"));
    let bench = Bench::new(OPENAI, vec![sse(&events)]).await;
    let got = bench.stream().await.text().await.unwrap();
    assert_eq!(got, format!("{}data: [DONE]\n\n", events.concat()));
}

#[tokio::test]
async fn events_arrive_while_the_upstream_is_still_writing() {
    for wire in WIRES {
        let events = wire.events(&["one ", "two"]);
        let first = events[..3].concat();
        let reply = Reply::events().send(first.clone()).then(jackfield_e2e::Step::Hang);
        let bench = Bench::new(wire, vec![reply]).await;
        let mut response = bench.stream().await;
        let mut got = String::new();
        while got.len() < first.len() {
            let piece = tokio::time::timeout(crate::HANGS, response.chunk()).await.expect("it hangs");
            got.push_str(std::str::from_utf8(&piece.unwrap().expect("it goes on")).unwrap());
        }
        assert_eq!(got, first);
        let _: Vec<Value> = payloads(&got);
    }
}
