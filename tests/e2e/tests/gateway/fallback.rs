//! Before the first real event nothing was sent to the client, and another
//! target answers, however the first one fails.

use std::time::Duration;

use jackfield_e2e::{Reply, Script, Step};

use crate::Json;
use crate::wire::{ANTHROPIC, OPENAI, WIRES, data, event};
use crate::{Pair, header};
use serde_json::json;

#[tokio::test]
async fn every_error_status_falls_back_and_nothing_of_it_is_seen() {
    for wire in WIRES {
        for stream in [false, true] {
            let statuses = [400, 401, 403, 404, 408, 429, 500, 502, 503, 529];
            let replies =
                statuses.iter().map(|status| Reply::json(*status, "{\"error\":{\"message\":\"no\"}}"));
            let pair = Pair::new(wire, stream, replies.collect()).await;
            for status in statuses {
                pair.falls_back(&status.to_string()).await;
            }
            assert_eq!(pair.bad.requests().len(), statuses.len());
        }
    }
}

#[tokio::test]
async fn a_refused_connection_falls_back() {
    for stream in [false, true] {
        // A port that nobody listens on any more.
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let bad = Script::start(vec![]).await;
        let pair = Pair::at(OPENAI, stream, bad, &format!("http://{gone}"), "").await;
        pair.falls_back("refused").await;
        let response = pair.ask_for("bad/m").await;
        assert_eq!(response.status(), 503);
        let body: serde_json::Value = response.json().await.unwrap();
        assert!(OPENAI.error_message(&body).contains("bad"), "{body}");
    }
}

#[tokio::test]
async fn a_connection_that_is_accepted_and_silent_falls_back_by_the_first_token_timeout() {
    for wire in WIRES {
        for stream in [false, true] {
            let lines = "timeouts.first-token = \"200ms\"";
            let pair = Pair::with(wire, stream, vec![Reply(vec![Step::Hang])], lines).await;
            pair.falls_back("silent").await;
            let response = pair.ask_for("bad/m").await;
            assert_eq!(response.status(), 504);
            let body = response.json().await.unwrap();
            assert!(wire.error_message(&body).contains("timeouts.first-token"), "{body}");
            pair.bad.until("no connection is left", |bad| bad.open() == 0).await;
            assert_eq!(pair.bad.hung_up(), 2);
        }
    }
}

/// Neither a head nor an event that says nothing is an answer.
#[tokio::test]
async fn a_stream_that_says_nothing_falls_back_in_time() {
    for wire in WIRES {
        let silent = wire.events(&[])[0].clone();
        let replies = vec![
            Reply::events().then(Step::Hang),
            Reply::events().send(silent.clone()).then(Step::Hang),
            Reply::events().send(": hello\n\n").then(Step::Hang),
        ];
        let count = replies.len();
        let pair =
            Pair::with(wire, true, replies, "timeouts = { first-token = \"300ms\", idle = \"300ms\" }").await;
        for number in 0..count {
            let falls_back = pair.falls_back("silent");
            let done = tokio::time::timeout(Duration::from_secs(5), falls_back).await;
            assert!(done.is_ok(), "{wire:?}: reply {number} holds the client up");
        }
        pair.bad.until("no connection is left", |bad| bad.open() == 0).await;
    }
}

#[tokio::test]
async fn a_connection_that_dies_before_or_behind_its_head_falls_back() {
    for wire in WIRES {
        for stream in [false, true] {
            let kind = if stream { "text/event-stream" } else { "application/json" };
            let half = wire.answer("lost").to_string();
            let chunked = format!("content-type: {kind}\r\ntransfer-encoding: chunked\r\n");
            let announced = format!("content-type: {kind}\r\ncontent-length: 1000\r\n");
            let replies = vec![
                Reply(vec![Step::Close]),
                Reply(vec![Step::Send(b"HTTP/1.1 200 OK\r\ncontent-ty".to_vec()), Step::Close]),
                Reply::head(200, &chunked).then(Step::Close),
                Reply::head(200, &announced).then(Step::Close),
                Reply::head(200, &announced).send(&half.as_bytes()[..half.len() / 2]).then(Step::Close),
                Reply(vec![Step::Send(b"garbage without end of line".to_vec()), Step::Close]),
            ];
            let count = replies.len();
            let pair = Pair::new(wire, stream, replies).await;
            for number in 0..count {
                pair.falls_back(&format!("{wire:?}, stream {stream}, reply {number}")).await;
            }
        }
    }
}

#[tokio::test]
async fn an_error_as_the_first_event_of_a_good_stream_falls_back() {
    let openai = |error| data(&json!({ "error": error }));
    let anthropic =
        |kind: &str| event(&json!({ "type": "error", "error": { "type": kind, "message": "busy" } }));
    let openai_errors = vec![
        openai(json!({ "message": "busy", "type": "server_error", "code": "slow_down" })),
        openai(json!({ "message": "busy", "code": 429 })),
        openai(json!("busy")),
        openai(json!({ "message": { "odd": true } })),
    ];
    for (wire, errors) in
        [(OPENAI, openai_errors), (ANTHROPIC, vec![anthropic("overloaded_error"), anthropic("unheard_of")])]
    {
        let silent = wire.events(&[])[0].clone();
        let mut replies = Vec::new();
        for error in &errors {
            replies.push(Reply::events().send(error.clone()));
            replies.push(Reply::events().send(format!(": hello\n\n{silent}{}", error.replace('\n', "\r\n"))));
        }
        let count = replies.len();
        let pair = Pair::new(wire, true, replies).await;
        for number in 0..count {
            pair.falls_back(&format!("{wire:?}, reply {number}")).await;
        }
    }
}

#[tokio::test]
async fn an_error_as_the_first_event_keeps_its_status_when_there_is_no_other_target() {
    let error = data(&json!({ "error": { "message": "busy today", "code": 429 } }));
    let pair = Pair::new(OPENAI, true, vec![Reply::events().send(error)]).await;
    let response = pair.ask_for("bad/m").await;
    assert_eq!((response.status().as_u16(), header(&response, "content-type")), (429, "application/json"));
    let body = response.json().await.unwrap();
    assert!(OPENAI.error_message(&body).contains("busy today"), "{body}");
}

/// What is no answer in the dialect that was asked for isn't handed on as one.
#[tokio::test]
async fn an_answer_of_status_200_that_is_none_falls_back() {
    for wire in WIRES {
        let page = "<html><title>Welcome</title></html>";
        let json = wire.answer("x").to_string();
        for (stream, replies) in [
            (
                false,
                vec![
                    Reply::of(200, "text/html", page),
                    Reply::json(200, page),
                    Reply::json(200, ""),
                    Reply::json(200, "\"text\""),
                    Reply::json(200, "{\"error\":{\"message\":\"busy\"}}"),
                    Reply::of(200, "text/event-stream", &wire.events(&["x"]).concat()),
                ],
            ),
            (
                true,
                vec![
                    Reply::of(200, "text/html", page),
                    Reply::json(200, &json),
                    Reply::events().send(page),
                    Reply::events(),
                    Reply::events().send("\u{0}\u{1}\u{2}\n\n\u{3}"),
                ],
            ),
        ] {
            let count = replies.len();
            let pair = Pair::new(wire, stream, replies).await;
            for number in 0..count {
                pair.falls_back(&format!("{wire:?}, stream {stream}, reply {number}")).await;
            }
        }
    }
}
