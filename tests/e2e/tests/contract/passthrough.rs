//! `passthrough`: a client's request goes up with the changes that the plugin
//! wants and with no others. What comes down is in `passthrough_stream`.

use bytes::Bytes;
use jackfield_e2e::Reply;
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest, Framing};
use jackfield_runtime::api::types::ErrorKind;

use crate::{Bench, KEY, broke_the_contract, reported};

pub(crate) fn request(dialect: Dialect) -> ForwardRequest {
    let headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("anthropic-beta".to_owned(), "one,two".to_owned()),
    ];
    ForwardRequest { dialect, model: "the/real \"model\"".to_owned(), stream: false, headers }
}

/// The body that an upstream sees of this client's body.
async fn sent(body: &'static str) -> String {
    let bench = Bench::new(vec![Reply::json(200, "{}")]).await;
    let body = Bytes::from_static(body.as_bytes());
    bench.provider.forward(&bench.context, request(Dialect::OpenaiChat), body).await.unwrap();
    let seen = bench.upstream.requests().remove(0);
    seen.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test]
async fn the_dialects_are_those_that_the_plugin_lists() {
    let bench = Bench::alone().await;
    let dialects = bench.provider.dialects(&bench.context).await.unwrap();
    assert_eq!(dialects, [Dialect::OpenaiChat, Dialect::AnthropicMessages]);
}

#[tokio::test]
async fn only_the_model_changes_and_every_other_byte_goes_up_as_the_client_wrote_it() {
    let before = "\n{ \"zeta\": 1.0000e+02, \"model\" :\t\"client's name\" ,\"unheard-of\":{\"b\":[ ],\"a\":-0,\
                  \"model\":\"not this one\"},\r\n \"big\": 123456789012345678901234567890, \"esc\":\"\\u00e9\\/☃\" }\n";
    let after = before.replace("\"client's name\"", "\"the/real \\\"model\\\"\"");
    assert_eq!(sent(Box::leak(before.to_owned().into_boxed_str())).await, after);
}

#[tokio::test]
async fn a_model_that_the_client_left_out_is_added_behind_the_rest() {
    let model = "\"model\":\"the/real \\\"model\\\"\"";
    assert_eq!(sent("{}").await, format!("{{{model}}}"));
    assert_eq!(sent("{ \"a\" : 1 }").await, format!("{{ \"a\" : 1 ,{model}}}"));
}

#[tokio::test]
async fn a_body_that_can_not_be_changed_without_guessing_is_refused_and_not_sent() {
    let bench = Bench::new(vec![Reply::json(200, "{}")]).await;
    for body in ["", "[]", "not json", "{\"model\":1", "{\"model\":\"a\",\"model\":\"b\"}", "{} {}"] {
        let forwarded = request(Dialect::OpenaiChat);
        let answer = bench.provider.forward(&bench.context, forwarded, Bytes::from_static(body.as_bytes()));
        let error = reported(answer.await);
        assert_eq!((error.kind, error.sent), (ErrorKind::InvalidRequest, false), "{body}: {error:?}");
    }
    assert_eq!(bench.upstream.accepted(), 0);
}

#[tokio::test]
async fn headers_go_up_with_the_key_and_come_down_without_cookies() {
    let reply = Reply::head(
        200,
        "content-type: application/json\r\nx-request-id: 7\r\nset-cookie: a=b\r\ncontent-length: 2\r\n",
    );
    let bench = Bench::new(vec![reply.send("{}")]).await;
    let body = Bytes::from_static(b"{}");
    let answer =
        bench.provider.forward(&bench.context, request(Dialect::AnthropicMessages), body).await.unwrap();
    assert_eq!((answer.status, answer.framing), (200, Framing::Whole));
    let names: Vec<_> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"x-request-id"), "{names:?}");
    assert!(!names.contains(&"set-cookie"), "{names:?}");
    let seen = bench.upstream.requests().remove(0).to_lowercase();
    assert!(seen.starts_with("post /v1/messages "), "{seen}");
    for header in ["anthropic-beta: one,two", &format!("authorization: bearer {KEY}")] {
        assert_eq!(seen.matches(&format!("\r\n{header}\r\n")).count(), 1, "{header} in {seen}");
    }
}

#[tokio::test]
async fn a_dialect_that_the_plugin_does_not_speak_is_refused_before_anything_is_sent() {
    let bench = Bench::new(vec![Reply::json(200, "{}")]).await;
    let answer =
        bench.provider.forward(&bench.context, request(Dialect::CohereChat), Bytes::from_static(b"{}"));
    let error = reported(answer.await);
    assert_eq!((error.kind, error.sent), (ErrorKind::Unsupported, false));
    assert_eq!(bench.upstream.accepted(), 0);
}

#[tokio::test]
async fn an_error_status_of_the_upstream_is_a_typed_error() {
    for (status, headers, kind) in [
        (400, "", ErrorKind::InvalidRequest),
        (401, "", ErrorKind::Authentication),
        (429, "retry-after: 3\r\n", ErrorKind::RateLimited),
        (500, "", ErrorKind::Unavailable),
        (529, "", ErrorKind::Overloaded),
    ] {
        let said = "{\"error\":{\"message\":\"no, because\",\"code\":\"c-1\"},\"unheard-of\":1.0e0}";
        let head = format!("content-type: application/json\r\n{headers}content-length: {}\r\n", said.len());
        let bench = Bench::new(vec![Reply::head(status, &head).send(said)]).await;
        let body = Bytes::from_static(b"{}");
        let answer = bench.provider.forward(&bench.context, request(Dialect::OpenaiChat), body).await;
        let error = reported(answer);
        assert_eq!((error.kind, error.status, error.sent), (kind, Some(status), true), "{error:?}");
        assert_eq!(error.code.as_deref(), Some("c-1"));
        assert_eq!(error.retry_after_ms, (status == 429).then_some(3000));
        assert!(error.message.contains("no, because"), "{error:?}");
        assert_eq!(error.body.as_deref(), Some(said), "the client is shown what its dialect says");
    }
}

#[tokio::test]
async fn a_plugin_that_hands_an_error_status_on_breaks_the_contract_and_leaves_no_connection_open() {
    for status in [400, 401, 503] {
        let bench = Bench::new(vec![Reply::json(status, "{}")]).await;
        let careless = ForwardRequest { model: "careless".to_owned(), ..request(Dialect::OpenaiChat) };
        let answer = bench.provider.forward(&bench.context, careless, Bytes::from_static(b"{}")).await;
        broke_the_contract(&answer.unwrap_err(), &format!("status {status}"));
        assert_eq!(bench.provider.idle_instances(), 1, "the answer's body is closed");
    }
}

#[tokio::test]
async fn the_host_adds_the_headers_that_the_contract_names_and_no_others() {
    let bench = Bench::new(vec![Reply::json(200, "{}")]).await;
    let sent = request(Dialect::OpenaiChat);
    bench.provider.forward(&bench.context, sent.clone(), Bytes::from_static(b"{}")).await.unwrap();
    let seen = bench.upstream.requests().remove(0).to_lowercase();
    let head = seen.split_once("\r\n\r\n").unwrap().0;
    let mut names: Vec<_> =
        head.lines().skip(1).map(|line| line.split_once(':').unwrap().0.to_owned()).collect();
    names.sort_unstable();
    let added = ["accept", "authorization", "content-length", "host"].map(str::to_owned);
    let mut expected: Vec<_> =
        added.into_iter().chain(sent.headers.into_iter().map(|(name, _)| name)).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert!(head.contains("\r\naccept: */*"), "{head}");
}
