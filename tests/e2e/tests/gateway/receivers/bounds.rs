//! What deliveries, results and requests that wait may take of memory, and for how
//! long.

use jackfield_runtime::VariantLimits;
use tokio::net::TcpStream;

use super::*;
use crate::raw::{send, until};

#[tokio::test]
async fn what_is_kept_has_an_end_in_bytes_and_time() {
    let ids: Vec<String> = (0..6).map(|number| format!("r{number}")).collect();
    let replies: Vec<Reply> = ids.iter().map(|id| queued(id)).collect();
    let lines = "bytes = \"64 KiB\"\nbody = \"32 KiB\"\nkeep = \"5s\"\nage = \"5s\"";
    let bench = Bench::with(replies, lines).await;
    let large = || json!("x".repeat(10 << 10));
    for id in &ids {
        bench.submit().await;
        assert_eq!(bench.deliver(&delivery(id, SystemTime::now(), large())).await.status(), 200);
    }
    // Each takes twice its length: once as it was delivered, once as text.
    let (code, told) = bench.fetch("up/r0").await;
    assert_eq!(code, 410, "{told}");
    assert!(told.to_string().contains("made room"), "{told}");
    assert_eq!(bench.fetch("up/r5").await.0, 200);
    assert_eq!(bench.counted("crowded").await, 3);

    let long = delivery("r9", SystemTime::now(), json!("x".repeat(40 << 10)));
    assert_eq!(bench.deliver(&long).await.status(), 413);
    tokio::time::sleep(Duration::from_millis(5_100)).await;
    let (code, told) = bench.fetch("up/r5").await;
    assert_eq!(code, 410);
    assert!(told.to_string().contains("isn't kept any more"), "{told}");
    assert_eq!(bench.counted("unfetched").await, 2, "r5 was fetched, r3 and r4 weren't");
}

/// The beginning of a delivery: its head, which announces so many bytes, and some
/// of its body. Nobody knows yet that its signature is made up.
async fn begin(bench: &Bench, announced: usize, body: &[u8]) -> TcpStream {
    let mut stream = bench.served.connect().await;
    let head = format!(
        "POST /v1/receivers/hook HTTP/1.1\r\nhost: g\r\nx-baseten-signature: v1={}\r\ncontent-length: {announced}\r\n\r\n",
        "0".repeat(64),
    );
    assert!(send(&mut stream, &[head.as_bytes(), body].concat()).await);
    stream
}

/// Bodies that aren't trusted yet have a bounded share of memory, of which nothing
/// can be had by announcing.
#[tokio::test]
async fn strangers_have_no_memory_by_announcing_bodies() {
    let bench = Bench::with(vec![queued("r1")], "bytes = \"64 KiB\"\nbody = \"32 KiB\"").await;
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(begin(&bench, 32 << 10, b"x").await);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(bench.deliver(&result("r1")).await.status(), 200);
    // Without a signature no body is taken in at all.
    let mut stream = bench.served.connect().await;
    let bare = "POST /v1/receivers/hook HTTP/1.1\r\nhost: g\r\ncontent-length: 30000\r\n\r\n";
    assert!(send(&mut stream, bare.as_bytes()).await);
    until(&mut stream, "HTTP/1.1 401").await;
}

/// All that one peer may hold is held by connections that say nothing more.
#[tokio::test]
async fn a_delivery_gets_in_while_slow_connections_hold_all_there_is() {
    let bench = Bench::with(vec![queued("r1")], "bytes = \"64 KiB\"\nbody = \"32 KiB\"").await;
    bench.submit().await;
    let large = vec![b'x'; 20 << 10];
    let mut first = begin(&bench, 32 << 10, &large).await;
    let mut second = begin(&bench, 32 << 10, &large).await;
    // What has just begun isn't ended for another: whichever came second is.
    let one = tokio::select! {
        _ = until(&mut second, "HTTP/1.1 503") => &mut first,
        _ = until(&mut first, "HTTP/1.1 503") => &mut second,
    };
    tokio::time::sleep(Duration::from_millis(700)).await;
    let body = result("r1");
    assert_eq!(bench.deliver(&body).await.status(), 200);
    assert_eq!(bench.fetch("up/r1").await.1["result"], body);
    until(one, "HTTP/1.1 503").await;
    assert_eq!(bench.counted("busy").await, 2);
}

#[tokio::test]
async fn a_delivery_that_comes_too_slowly_is_ended() {
    let bench = Bench::new(vec![queued("r1")]).await;
    let began = std::time::Instant::now();
    let mut silent = begin(&bench, 32 << 10, b"").await;
    let mut dripping = begin(&bench, 32 << 10, b"x").await;
    let drip = async {
        while began.elapsed() < Duration::from_millis(1_800) {
            assert!(send(&mut dripping, b"x").await);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        until(&mut dripping, "HTTP/1.1 408").await;
    };
    tokio::join!(drip, until(&mut silent, "HTTP/1.1 408"));
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(bench.counted("slow").await, 2);
}

/// A request that waits for days would otherwise keep its client's key, and
/// connections and instances of its own, beyond all limits.
#[tokio::test]
async fn requests_that_wait_keep_no_more_clients_keys_than_the_host_does() {
    let host = builder(64).variants(VariantLimits { most: 1, idle: Duration::from_secs(600) });
    let status = Reply::json(200, r#"{"request_id":"r2","status":"QUEUED"}"#);
    let replies = vec![queued("r1"), queued("r2"), status];
    let bench = Bench::over(replies, "", "[server]\nclient-keys = true\n", host).await;
    for (number, id) in [(1, "r1"), (2, "r2")] {
        let chat = json!({ "model": "ab12", "messages": [{ "role": "user", "content": "hello" }] });
        let ask = bench
            .served
            .ask("/v1/chat/completions", &chat)
            .bearer_auth(format!("client-key-{number}-0123456789"));
        let response =
            ask.header("x-portkey-api-key", KEY).header("x-portkey-provider", "up").send().await.unwrap();
        let (status, told) = (response.status(), response.json().await.unwrap());
        assert_eq!((status.as_u16(), &told["id"]), (200, &json!(id)), "{told}");
    }
    bench.upstream.until("the first key's connection is closed", |up| up.open() <= 1).await;
    let (code, told) = bench.fetch("up/r1").await;
    assert_eq!(code, 202);
    assert!(told["upstream"]["error"].as_str().unwrap().contains("isn't kept any more"), "{told}");
    let (code, told) = bench.ask(Method::DELETE, KEY, "up/r1").await;
    assert_eq!(code, 409);
    assert!(told["error"]["message"].as_str().unwrap().contains("isn't kept any more"), "{told}");
    assert_eq!(bench.upstream.requests().len(), 2, "with no key at all nobody is asked");
    assert_eq!(bench.fetch("up/r2").await.1["upstream"]["status"], "QUEUED");
    let asked = bench.upstream.requests().remove(2);
    assert!(asked.contains("client-key-2-"), "{asked}");
    for id in ["r1", "r2"] {
        assert_eq!(bench.deliver(&result(id)).await.status(), 200);
        assert_eq!(bench.fetch(&format!("up/{id}")).await.0, 200, "the result comes all the same");
    }
}
