//! Hostile requests through a real guest: each is sent, and each is refused for
//! the reason that the design gives, while the granted request next to it passes.

use jackfield_e2e::report::Report;
use jackfield_e2e::{Reply, Script, bind, chat, guest, host, text_of};
use jackfield_runtime::{CallContext, Host, Provider};
use serde_json::json;

const KEY: &str = "sk-very-secret-0123456789abcdef";

struct Bench {
    upstream: Script,
    other: Script,
    provider: Provider,
    _host: Host,
    _secret: tempfile::NamedTempFile,
}

impl Bench {
    async fn new(replies: Vec<Reply>, extra: &str) -> Self {
        let upstream = Script::start(replies).await;
        let other = Script::start(vec![Reply::json(200, "{}")]).await;
        let host = host();
        host.load_file(guest("probe")).unwrap();
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), KEY).unwrap();
        let origin = upstream.origin();
        let provider = bind(
            &host,
            "p",
            &format!(
                "plugin = \"probe\"\nconfig.base-url = \"{origin}/v1\"\nsecrets.api-key = {{ file = \"{}\" }}\n\
                 grant.origins = [\"{origin}\"]\n{extra}",
                secret.path().display()
            ),
        )
        .await;
        Self { upstream, other, provider, _host: host, _secret: secret }
    }

    async fn send(&self, order: serde_json::Value) -> Vec<Report> {
        let answer =
            self.provider.chat(&CallContext::default(), chat("send", &order.to_string())).await.unwrap();
        Report::all(&text_of(&answer))
    }

    async fn refused(&self, order: serde_json::Value, says: &str) {
        self.refused_as("ErrorKind::Permission", order, says).await;
    }

    async fn refused_as(&self, kind: &str, order: serde_json::Value, says: &str) {
        let before = (self.upstream.accepted(), self.other.accepted());
        let reports = self.send(order.clone()).await;
        let report = reports.last().unwrap();
        assert_eq!(report.error(), Some(kind), "{order}: {report:?}");
        assert!(report.message().contains(says), "{order}: {}", report.message());
        assert!(!report.sent(), "{order}");
        assert_eq!((self.upstream.accepted(), self.other.accepted()), before, "nothing went out for {order}");
    }
}

#[tokio::test]
async fn the_key_is_added_behind_the_plugin_and_only_there() {
    let bench = Bench::new(vec![Reply::json(200, "{\"ok\":true}")], "").await;
    let url = format!("{}/v1/models", bench.upstream.origin());
    let reports = bench.send(json!({ "url": url })).await;
    assert_eq!(reports[0].status(), Some(200), "{reports:?}");
    let seen = bench.upstream.requests().remove(0);
    assert!(seen.to_lowercase().contains(&format!("authorization: bearer {KEY}")), "{seen}");
}

#[tokio::test]
async fn another_origin_is_refused() {
    let bench = Bench::new(vec![Reply::json(200, "{}")], "").await;
    let other = bench.other.origin();
    bench.refused(json!({ "url": other }), "grant.origins").await;
    bench.refused(json!({ "url": "https://evil.example/" }), "evil.example").await;
    let port = bench.upstream.port();
    for spelling in [
        format!("http://localhost:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://127.0.0.1.nip.io:{port}/"),
        format!("http://127.0.0.1:{}/", port ^ 1),
    ] {
        bench.refused(json!({ "url": spelling }), "refused").await;
    }
}

#[tokio::test]
async fn every_spelling_of_a_url_that_two_parsers_could_read_differently_is_refused() {
    let bench = Bench::new(vec![Reply::json(200, "{}")], "").await;
    let host = bench.upstream.origin().replace("http://", "");
    for url in [
        format!("http://user:pass@{host}/"),
        format!("http://evil.example@{host}/"),
        format!("http://{host}\\@evil.example/"),
        format!("http://{host}/#fragment"),
        format!("http:/{host}/"),
        format!(" http://{host}/"),
        format!("http://{host}/a b"),
        format!("http://{host}/\r\nx: y"),
        format!("file://{host}/etc/passwd"),
        "/relative".to_owned(),
        String::new(),
    ] {
        bench.refused_as("ErrorKind::InvalidRequest", json!({ "url": url }), "refused").await;
    }
}

#[tokio::test]
async fn methods_that_nobody_granted_are_refused() {
    let bench = Bench::new(vec![Reply::json(200, "{}")], "").await;
    let url = bench.upstream.origin();
    bench.refused(json!({ "url": url, "method": "delete" }), "DELETE").await;
}

#[tokio::test]
async fn headers_that_belong_to_the_host_are_refused() {
    let bench = Bench::new(vec![Reply::json(200, "{}")], "").await;
    let url = bench.upstream.origin();
    for name in [
        "authorization",
        "Authorization",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "cookie",
        "proxy-authorization",
    ] {
        bench.refused(json!({ "url": url, "headers": [[name, "1"]] }), "header").await;
    }
    bench.refused(json!({ "url": url, "headers": [["x", "a\r\nb: c"]] }), "header").await;
}

#[tokio::test]
async fn a_plugin_that_has_got_hold_of_the_secret_is_stopped() {
    let bench = Bench::new(vec![Reply::json(200, "{}")], "").await;
    let url = format!("{}/v1", bench.upstream.origin());
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("x{KEY}"));
    let hex: String = KEY.bytes().map(|byte| format!("{byte:02x}")).collect();
    for leak in [KEY.to_owned(), encoded, hex] {
        bench.refused(json!({ "url": format!("{url}/?q={leak}") }), "secret").await;
        bench.refused(json!({ "url": url, "headers": [["x", leak]] }), "secret").await;
        bench
            .refused(
                json!({ "url": url, "method": "post", "body": format!("{{\"a\":\"{leak}\"}}") }),
                "secret",
            )
            .await;
    }
}

#[tokio::test]
async fn a_secret_that_the_upstream_echoes_never_reaches_the_plugin() {
    let (start, end) = KEY.split_at(9);
    let body = format!("your key {KEY} is fine");
    let split = Reply::head(200, &format!("x-echo: {KEY}\r\ncontent-length: {}\r\n", body.len()))
        .send(format!("your key {start}"))
        .then(jackfield_e2e::Step::Pause(std::time::Duration::from_millis(50)))
        .send(format!("{end} is fine"));
    let bench = Bench::new(vec![Reply::json(200, &format!("{{\"echo\":\"{KEY}\"}}")), split], "").await;
    let url = bench.upstream.origin();
    for _ in 0..2 {
        let reports = bench.send(json!({ "url": url })).await;
        let report = reports[0].0.to_string();
        assert!(!report.contains(KEY), "{report}");
        assert!(report.contains("[redacted]"), "{report}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed_by_themselves() {
    let target = Script::start(vec![Reply::json(200, "{}")]).await;
    let redirect = Reply::head(302, &format!("location: {}/\r\ncontent-length: 0\r\n", target.origin()));
    let bench = Bench::new(vec![redirect], "").await;
    let reports = bench.send(json!({ "url": bench.upstream.origin() })).await;
    assert_eq!(reports[0].status(), Some(302));
    assert_eq!(target.accepted(), 0);
}

#[tokio::test]
async fn a_granted_redirect_to_an_origin_that_is_not_granted_is_refused() {
    let target = Script::start(vec![Reply::json(200, "{}")]).await;
    let redirect = Reply::head(302, &format!("location: {}/\r\ncontent-length: 0\r\n", target.origin()));
    let bench = Bench::new(vec![redirect], "grant.redirects = true").await;
    let reports = bench.send(json!({ "url": bench.upstream.origin() })).await;
    assert_eq!(reports[0].error(), Some("ErrorKind::Permission"), "{reports:?}");
    assert_eq!(target.accepted(), 0);
}

#[tokio::test]
async fn a_granted_redirect_within_the_origin_is_followed() {
    let redirect = Reply::head(307, "location: /v1/there\r\ncontent-length: 0\r\n");
    let bench = Bench::new(vec![redirect, Reply::json(200, "{\"there\":1}")], "grant.redirects = true").await;
    let reports = bench.send(json!({ "url": format!("{}/v1/here", bench.upstream.origin()) })).await;
    assert_eq!(reports[0].body(), "{\"there\":1}", "{reports:?}");
    assert_eq!(bench.upstream.requests().len(), 2);
}

#[tokio::test]
async fn requests_of_one_call_are_counted() {
    let bench = Bench::new(vec![Reply::json(200, "{}")], "limits.requests-per-call = 3").await;
    let order = json!({ "url": bench.upstream.origin(), "times": 4 });
    let reports = bench.send(order.clone()).await;
    assert!(reports[..3].iter().all(|report| report.status() == Some(200)), "{reports:?}");
    assert!(reports[3].message().contains("requests-per-call"), "{reports:?}");
    let reports = bench.send(order).await;
    assert_eq!(reports[0].status(), Some(200), "the next call counts from zero");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_sent() {
    let bench = Bench::new(vec![Reply::json(200, "{}")], "limits.request = \"1 KiB\"").await;
    let order = |size| json!({ "method": "POST", "url": bench.upstream.origin(), "body": "x".repeat(size) });
    bench.refused_as("ErrorKind::InvalidRequest", order(1025), "limits.request").await;
    assert_eq!(bench.send(order(1024)).await[0].status(), Some(200));
}

#[tokio::test]
async fn a_guest_has_no_answer_compressed() {
    let bench = Bench::new(vec![Reply::json(200, "{}")], "").await;
    let headers = json!([["Accept-Encoding", "gzip"], ["accept-encoding", "br"]]);
    bench.send(json!({ "url": bench.upstream.origin(), "headers": headers })).await;
    let seen = bench.upstream.requests().remove(0).to_lowercase();
    let asked: Vec<_> = seen.lines().filter(|line| line.starts_with("accept-encoding")).collect();
    assert_eq!(asked, ["accept-encoding: identity"], "{seen}");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_at_the_limit() {
    let endless =
        Reply::head(200, "connection: close\r\n").then(jackfield_e2e::Step::Endless(vec![b'x'; 65536]));
    let bench = Bench::new(vec![endless], "limits.response = \"1 MiB\"").await;
    let reports = bench.send(json!({ "url": bench.upstream.origin() })).await;
    assert!(reports[0].message().contains("limits.response"), "{reports:?}");
    bench.upstream.until("the connection is closed", |upstream| upstream.open() == 0).await;
}

#[tokio::test]
async fn a_guest_sees_nothing_of_its_host() {
    let bench = Bench::new(vec![], "").await;
    let answer = bench.provider.chat(&CallContext::default(), chat("surroundings", "")).await.unwrap();
    let seen: serde_json::Value = serde_json::from_str(&text_of(&answer)).unwrap();
    assert_eq!(seen["environment"], json!([]));
    assert_eq!(seen["arguments"], json!([]));
    assert_eq!(seen["passwd"], json!(null));
    assert!(seen["root"].is_null() || seen["root"] == json!([]), "{seen}");
    let answer = bench.provider.chat(&CallContext::default(), chat("config", "api-key")).await.unwrap();
    assert_eq!(text_of(&answer), "null", "a secret is no configuration value");
}

#[tokio::test]
async fn a_granted_folder_can_be_used_and_not_left() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("notes");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(outer.path().join("secret.txt"), "top secret").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.txt", folder.join("link.txt")).unwrap();
    let grant = |access: &str| {
        format!("grant.directories.notes = {{ path = \"{}\", access = \"{access}\" }}", folder.display())
    };
    let bench = Bench::new(vec![], &grant("read-write")).await;
    let answer = bench.provider.chat(&CallContext::default(), chat("files", "hello")).await.unwrap();
    let seen: serde_json::Value = serde_json::from_str(&text_of(&answer)).unwrap();
    assert_eq!(seen, json!({ "written": null, "read": "hello", "outside": null, "link": null }));
    let bench = Bench::new(vec![], &grant("read")).await;
    let answer = bench.provider.chat(&CallContext::default(), chat("files", "changed")).await.unwrap();
    let seen: serde_json::Value = serde_json::from_str(&text_of(&answer)).unwrap();
    assert!(seen["written"].is_string(), "{seen}");
    assert_eq!(seen["read"], "hello");
}
