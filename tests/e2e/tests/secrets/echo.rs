//! Upstreams that send the credential back: in events, in pieces, and where the
//! plugin fails over it.

use std::time::Duration;

use futures_util::StreamExt;
use jackfield_runtime::api::llm::ChatEvent;
use jackfield_runtime::{CallContext, CallError};
use serde_json::json;

use crate::{Bench, KEY, Reply, SCHEMES, Scheme, Step, chat, clean, echo, log};

/// The same bytes in pieces, each of which arrives alone.
fn torn(reply: Reply, text: &str, every: usize) -> Reply {
    text.as_bytes()
        .chunks(every)
        .fold(reply, |reply, piece| reply.send(piece).then(Step::Pause(Duration::from_millis(3))))
}

/// What a scheme sends, as an upstream would quote it.
fn quoted(scheme: Scheme) -> String {
    format!("{} {KEY}", (scheme.sent)().replace("\r\n", ""))
}

#[tokio::test]
async fn an_event_with_the_credential_is_clean_wherever_the_network_cuts_it() {
    for scheme in SCHEMES {
        let text = format!("data: before {} after\n\ndata: end\n\n", quoted(scheme));
        let cuts = [1, 2, 7, 11, 1000].map(|every| torn(Reply::events(), &text, every));
        let count = cuts.len();
        let bench = Bench::new(scheme, cuts.to_vec(), "").await;
        for cut in 0..count {
            let report = bench.send(json!({ "read": "events" })).await;
            let events = report.0["body"].to_string();
            clean(&format!("{}, cut {cut}", scheme.name), &events);
            assert!(
                events.contains("before ") && events.contains(" after") && events.contains("end"),
                "{events}"
            );
            assert!(events.contains("[redacted]"), "{events}");
        }
    }
}

#[tokio::test]
async fn chunks_and_lines_with_the_credential_are_clean_too() {
    for scheme in SCHEMES {
        let text = format!("before {} after\nend\n", quoted(scheme));
        let whole = |every| torn(Reply::head(200, "connection: close\r\n"), &text, every);
        let bench = Bench::new(scheme, vec![whole(5), whole(9)], "").await;
        for read in ["chunks", "lines"] {
            let report = bench.send(json!({ "read": read })).await;
            let pieces: Vec<&str> =
                report.0["body"].as_array().unwrap().iter().filter_map(|piece| piece.as_str()).collect();
            clean(&format!("{}, {read}", scheme.name), &pieces.concat());
            assert!(pieces.concat().contains("[redacted] after"), "{pieces:?}");
        }
    }
}

#[tokio::test]
async fn a_streamed_answer_is_clean_for_the_caller() {
    for scheme in SCHEMES {
        let reply = torn(Reply::events(), &format!("data: you sent {}\n\n", quoted(scheme)), 4);
        let bench = Bench::new(scheme, vec![reply], "").await;
        let order = json!({ "url": bench.url() }).to_string();
        let stream =
            bench.provider.stream_chat(&CallContext::default(), chat("relay", &order)).await.unwrap();
        let events: Vec<ChatEvent> = stream.map(Result::unwrap).collect().await;
        let shown = format!("{events:?}");
        clean(scheme.name, &shown);
        assert!(shown.contains("you sent") && shown.contains("[redacted]"), "{shown}");
    }
}

/// A plugin that has got hold of the secret, from a prompt for instance, can't
/// publish it by its errors, its log or its last words either.
#[tokio::test]
async fn errors_logs_and_last_words_of_a_guest_are_clean() {
    for scheme in SCHEMES {
        let bench = Bench::new(scheme, vec![echo(scheme, 200)], "").await;
        let said = format!("I know {}", quoted(scheme));
        bench.ask("log", &said).await.unwrap();
        bench.ask("print", &said).await.unwrap();
        let failed = bench.ask("fail", &said).await.unwrap_err();
        let trapped = bench.ask("assert", &said).await.unwrap_err();
        assert!(matches!(trapped, CallError::Trap { .. }), "{trapped:?}");
        for error in [failed, trapped] {
            let shown = format!("{error} {error:?} {:?}", error.to_record());
            clean(scheme.name, &shown);
            assert!(shown.contains("I know") && shown.contains("[redacted]"), "{shown}");
        }
        let logged = log::all();
        clean("the log", &logged);
        assert!(logged.contains("I know"), "{logged}");
    }
}
