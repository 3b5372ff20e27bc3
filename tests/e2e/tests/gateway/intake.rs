//! Bodies that are too long, too slow or not to be read, byte by byte.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Bench;
use crate::raw::{request, send, to_end, until};
use crate::wire::OPENAI;

const SMALL: &str = "[server]\nbody = \"64 KiB\"\ntimeouts = { body = \"300ms\", header = \"300ms\" }\n";

async fn bench() -> Bench {
    Bench::with(OPENAI, vec![OPENAI.reply("a")], "", SMALL).await
}

/// Status and body of an answer.
fn split(answer: &str) -> (u16, Value) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer:?}")))
}

fn head(headers: &str) -> Vec<u8> {
    format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\ncontent-type: application/json\r\n{headers}\r\n"
    )
    .into()
}

#[tokio::test]
async fn a_body_that_announces_more_than_the_limit_is_refused_before_any_of_it_comes() {
    let bench = bench().await;
    for length in ["65537", "2147483648", "4611686018427387904"] {
        let mut stream = bench.served.connect().await;
        let began = Instant::now();
        assert!(send(&mut stream, &head(&format!("content-length: {length}\r\n"))).await);
        let (status, told) = split(&to_end(&mut stream).await);
        assert_eq!(status, 413, "{told}");
        assert!(told["error"]["message"].as_str().unwrap().contains("65536 bytes"), "{told}");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    assert_eq!(bench.upstream.accepted(), 0);
}

#[tokio::test]
async fn a_body_that_grows_beyond_the_limit_is_refused_when_it_does() {
    let bench = bench().await;
    let mut stream = bench.served.connect().await;
    assert!(send(&mut stream, &head("transfer-encoding: chunked\r\n")).await);
    let chunk = [b"4000\r\n".as_slice(), &[b' '; 0x4000], b"\r\n"].concat();
    let mut sent = 0;
    // Without end, if it were taken.
    while sent < 1_000 && send(&mut stream, &chunk).await {
        sent += 1;
    }
    assert!(sent < 1_000, "it was taken");
    let mut stream = bench.served.connect().await;
    assert!(send(&mut stream, &head("transfer-encoding: chunked\r\n")).await);
    for _ in 0..5 {
        assert!(send(&mut stream, &chunk).await);
    }
    let (status, _) = split(&to_end(&mut stream).await);
    assert_eq!(status, 413);
    assert_eq!(bench.upstream.accepted(), 0);
}

#[tokio::test]
async fn a_body_at_the_limit_is_taken() {
    let bench = bench().await;
    let mut body = OPENAI.request("up/m").to_string();
    body.push_str(&" ".repeat((64 << 10) - body.len()));
    let mut stream = bench.served.connect().await;
    assert!(send(&mut stream, &request(OPENAI.path, &body)).await);
    until(&mut stream, "HTTP/1.1 200").await;
}

#[tokio::test]
async fn a_body_that_stands_still_is_given_up_and_one_that_drips_is_not() {
    let bench = bench().await;
    let mut stream = bench.served.connect().await;
    assert!(send(&mut stream, &head("content-length: 100\r\n")).await);
    assert!(send(&mut stream, b"{\"model\":").await);
    let (status, told) = split(&to_end(&mut stream).await);
    assert_eq!(status, 408, "{told}");
    let mut stream = bench.served.connect().await;
    let bytes = request(OPENAI.path, &OPENAI.request("up/m").to_string());
    let body = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    assert!(send(&mut stream, &bytes[..body]).await);
    for piece in bytes[body..].chunks(20) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(send(&mut stream, piece).await);
    }
    until(&mut stream, "HTTP/1.1 200").await;
}

#[tokio::test]
async fn a_body_that_breaks_off_reaches_no_upstream() {
    let bench = bench().await;
    let mut stream = bench.served.connect().await;
    assert!(send(&mut stream, &head("content-length: 1000\r\n")).await);
    assert!(send(&mut stream, OPENAI.request("up/m").to_string().as_bytes()).await);
    drop(stream);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(bench.upstream.accepted(), 0);
}

#[tokio::test]
async fn a_compressed_body_is_refused_and_an_identical_one_is_taken() {
    let bench = bench().await;
    for (encoding, status) in [("gzip", 415), ("br", 415), ("gzip, identity", 415), ("identity", 200)] {
        let ask = bench.served.ask(OPENAI.path, &OPENAI.request("up/m"));
        let response = ask.header("content-encoding", encoding).send().await.unwrap();
        assert_eq!(response.status(), status, "{encoding}");
    }
}

/// Against those who open connections and send heads, or nothing, without end.
#[tokio::test]
async fn a_head_that_does_not_come_costs_its_connection() {
    let bench = bench().await;
    let preface = &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..];
    for bytes in [&b""[..], b"P", b"POST /v1/chat", b"GET / HTTP/1.1\r\nx: ", &preface[..3], &preface[..20]] {
        let mut stream = bench.served.connect().await;
        assert!(send(&mut stream, bytes).await);
        let began = Instant::now();
        to_end(&mut stream).await;
        let took = began.elapsed();
        assert!(took < Duration::from_secs(5), "{:?} held it for {took:?}", String::from_utf8_lossy(bytes));
    }
    let mut stream = bench.served.connect().await;
    send(&mut stream, &[b"GET / HTTP/1.1\r\nx: ", &[b'x'; 1 << 20][..]].concat()).await;
    let answer = to_end(&mut stream).await;
    // What wasn't read when the answer went out makes the system reset the connection.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn what_is_no_http_is_answered_or_closed_and_crashes_nothing() {
    let bench = bench().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET /health\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: -1\r\n\r\n{}",
        b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /v1/chat/completions HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n\r\n\0\0\0\0",
    ] {
        let mut stream = bench.served.connect().await;
        assert!(send(&mut stream, bytes).await);
        let answer = to_end(&mut stream).await;
        assert!(answer.is_empty() || answer.contains(" 400 ") || answer.contains(" 408 "), "{answer}");
    }
    assert_eq!(bench.served.get("/health").await.status(), 200);
}
