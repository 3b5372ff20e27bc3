//! What a guest may not send, by the same rules as through the first door.

use base64::Engine;
use jackfield_e2e::{Reply, Script};
use serde_json::json;

use crate::{Bench, KEY};

fn fine() -> Vec<Reply> {
    vec![Reply::json(200, "{}")]
}

#[tokio::test]
async fn another_origin_is_refused_in_every_spelling() {
    let bench = Bench::new("other-origin", fine(), "").await;
    let port = bench.upstream.port();
    for url in [
        format!("{}/", bench.other.origin()),
        "https://evil.example/".to_owned(),
        format!("http://localhost:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("127.0.0.1:{port}/"),
        format!("http://127.0.0.1.nip.io:{port}/"),
    ] {
        bench.denied(json!({ "url": url }), "refused by egress rule `asked`").await;
    }
}

#[tokio::test]
async fn plain_http_that_the_plugin_asks_for_and_nobody_granted_is_refused() {
    let bench = Bench::new("plain-http", fine(), "").await;
    bench.denied(json!({ "url": "http://127.0.0.2/" }), "refused by egress rule `plain-http`").await;
}

#[tokio::test]
async fn a_granted_name_that_resolves_to_a_private_address_is_not_connected_to() {
    let upstream = Script::start(fine()).await;
    let origin = format!("https://internal.example:{}", upstream.port());
    let bench = Bench::towards("private", upstream, &origin, "").await;
    bench.denied(json!({ "url": format!("{origin}/v1") }), "refused by egress rule `address`").await;
}

#[tokio::test]
async fn a_url_that_two_parsers_could_read_differently_is_refused() {
    let bench = Bench::new("ambiguous", fine(), "").await;
    let host = bench.upstream.origin().replace("http://", "");
    for url in [format!("http://user:pass@{host}/"), format!("http://evil.example@{host}/")] {
        bench.refused(json!({ "url": url }), "HttpRequestUriInvalid", "refused by egress rule `url`").await;
    }
}

#[tokio::test]
async fn methods_that_nobody_granted_are_refused() {
    let bench = Bench::new("methods", fine(), "").await;
    for method in ["delete", "connect"] {
        let order = json!({ "url": bench.url("/"), "method": method });
        bench.denied(order, "refused by egress rule `method`").await;
    }
}

#[tokio::test]
async fn headers_that_belong_to_the_host_are_refused() {
    let bench = Bench::new("headers", fine(), "").await;
    for name in ["authorization", "Authorization", "cookie", "x-api-key", "x-http-method-override", "te"] {
        let order = json!({ "url": bench.url("/"), "headers": [[name, "1"]] });
        bench.denied(order, "refused by egress rule `host-header`").await;
    }
    // These don't even get into a list of headers.
    for name in ["host", "connection", "transfer-encoding", "proxy-authorization", "upgrade"] {
        let reports = bench.send(json!({ "url": bench.url("/"), "headers": [[name, "1"]] })).await;
        assert_eq!(reports[0].error(), Some("HeaderError::Forbidden"), "{name}: {reports:?}");
    }
    assert_eq!(bench.upstream.accepted(), 0);
}

#[tokio::test]
async fn a_content_length_of_the_guests_own_can_not_hide_a_second_request() {
    let bench = Bench::new("content-length", fine(), "").await;
    let smuggled = "GET /v1/hidden HTTP/1.1\r\n\r\n";
    for length in ["0", "1", "999", "x"] {
        let order = json!({
            "url": bench.url("/"),
            "method": "post",
            "headers": [["content-length", length]],
            "body": { "text": smuggled },
        });
        let reports = bench.send(order).await;
        assert!(reports[0].error().is_some(), "{length}: {reports:?}");
    }
    assert_eq!(bench.upstream.accepted(), 0);
}

#[tokio::test]
async fn a_guest_that_has_got_hold_of_the_secret_is_stopped() {
    let bench = Bench::new("secret", fine(), "").await;
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("x{KEY}"));
    for leak in [KEY.to_owned(), encoded] {
        for order in [
            json!({ "url": bench.url(&format!("/?q={leak}")) }),
            json!({ "url": bench.url("/"), "headers": [["x", leak]] }),
            json!({ "url": bench.url("/"), "method": "post", "body": { "text": format!("{{\"a\":\"{leak}\"}}") } }),
        ] {
            bench.denied(order, "refused by egress rule `secret`").await;
        }
    }
}

#[tokio::test]
async fn requests_of_one_call_are_counted() {
    let bench = Bench::new("count", fine(), "limits.requests-per-call = 3").await;
    let order = json!({ "url": bench.url("/"), "times": 4 });
    let reports = bench.send(order.clone()).await;
    assert!(reports[..3].iter().all(|report| report.status() == Some(200)), "{reports:?}");
    assert!(reports[3].error().unwrap().contains("HttpRequestDenied"), "{reports:?}");
    assert_eq!(bench.upstream.requests().len(), 3);
    let lines = crate::log::of("count").concat();
    assert!(lines.contains("`call-budget`") && lines.contains("limits.requests-per-call"), "{lines}");
    let reports = bench.send(order).await;
    assert_eq!(reports[0].status(), Some(200), "the next call counts from zero");
}

#[tokio::test]
async fn a_body_without_end_is_cut_at_the_limit_and_not_sent() {
    let bench = Bench::new("endless-request", fine(), "limits.request = \"1 MiB\"").await;
    let order = json!({ "url": bench.url("/"), "method": "post", "body": "endless" });
    bench.refused(order, "HttpRequestBodySize", "limits.request").await;
}
