//! How callers of Converse show who they are: with the gateway's key, or signed
//! with it; and what a stranger can make of that.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::{digest, hmac};
use tokio::net::TcpStream;

use super::*;
use crate::raw::{send, until};

const TEAM: &str = "[server.keys.team]\nkey = SECRET\naws-signatures = true\n";

/// The head of a request that is signed: its lines, without the length.
struct Signed {
    lines: String,
}

impl Signed {
    fn new(bench: &Bench, name: &str, secret: &str, body: &[u8]) -> Self {
        Self::at(bench, name, secret, body, false, Duration::ZERO)
    }

    /// The same; its head tells the body's digest.
    fn telling(bench: &Bench, name: &str, secret: &str, body: &[u8]) -> Self {
        Self::at(bench, name, secret, body, true, Duration::ZERO)
    }

    /// By the algorithm's description, and so long ago.
    fn at(bench: &Bench, name: &str, secret: &str, body: &[u8], tells: bool, ago: Duration) -> Self {
        let host = bench.served.url("").trim_start_matches("http://").to_owned();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let sha = |bytes: &[u8]| hex(digest::digest(&digest::SHA256, bytes).as_ref());
        let now = time::OffsetDateTime::now_utc() - ago;
        let day = format!("{:04}{:02}{:02}", now.year(), u8::from(now.month()), now.day());
        let date = format!("{day}T{:02}{:02}{:02}Z", now.hour(), now.minute(), now.second());
        let mut headers = vec![("content-type", "application/json".to_owned()), ("host", host)];
        if tells {
            headers.push(("x-amz-content-sha256", sha(body)));
        }
        headers.push(("x-amz-date", date.clone()));
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let signed = names.join(";");
        let listed: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical =
            format!("POST\n{}\n\n{listed}\n{signed}\n{}", path(false).replace('%', "%25"), sha(body));
        let scope = format!("{day}/eu-west-1/bedrock/aws4_request");
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha(canonical.as_bytes()));
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in scope.split('/').chain([text.as_str()]) {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes());
            key = tag.as_ref().to_vec();
        }
        let mut lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        lines += &format!(
            "authorization: AWS4-HMAC-SHA256 Credential={name}/{scope}, SignedHeaders={signed}, Signature={}\r\n",
            hex(&key)
        );
        Self { lines }
    }

    /// Sends it with the beginning of a body, and announces so many bytes.
    async fn begin(&self, bench: &Bench, announced: usize, body: &[u8]) -> TcpStream {
        let mut stream = bench.served.connect().await;
        let head = format!(
            "POST {} HTTP/1.1\r\n{}content-length: {announced}\r\nconnection: close\r\n\r\n",
            path(false),
            self.lines
        );
        assert!(send(&mut stream, &[head.as_bytes(), body].concat()).await);
        stream
    }

    /// Sends it whole. Status line, headers and body of its answer.
    async fn whole(&self, bench: &Bench, body: &[u8]) -> String {
        crate::raw::to_end(&mut self.begin(bench, body.len(), body).await).await
    }
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

#[tokio::test]
async fn a_caller_shows_its_key_or_signs_with_it() {
    let bench = Bench::new("bedrock", vec![Reply::json(200, &answer()); 4], TEAM).await;
    assert_eq!(bench.ask(false, &request()).await.status(), 401, "neither");
    let ask = || bench.served.ask(path(false), &request());
    assert_eq!(ask().bearer_auth(SECRET).send().await.unwrap().status(), 200);
    let whole = request().to_string();
    for signed in [
        Signed::new(&bench, "team", SECRET, whole.as_bytes()),
        Signed::telling(&bench, "team", SECRET, whole.as_bytes()),
    ] {
        assert_eq!(status(&signed.whole(&bench, whole.as_bytes()).await), 200);
    }
    let sent = bench.upstream.requests();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|request| !request.contains(SECRET) && !request.contains("AWS4")), "{sent:?}");
    let bench = Bench::new("bedrock", vec![], "[server.keys.team]\nkey = SECRET\n").await;
    let signed = Signed::new(&bench, "team", SECRET, whole.as_bytes());
    assert_eq!(status(&signed.whole(&bench, whole.as_bytes()).await), 401, "this key can't sign");
}

/// What a thread logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Strangers aren't told which keys there are; operators are told what was wrong.
#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same_and_the_log_says_it() {
    let log = Log::default();
    let kept = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || kept.clone()).finish();
    let _logged = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    let bench = Bench::new("bedrock", vec![Reply::json(200, &answer())], TEAM).await;
    let whole = request().to_string();
    let whole = whole.as_bytes();
    let old = Duration::from_secs(20 * 60);
    let mut told = Vec::new();
    for (signed, sent, why) in [
        (Signed::new(&bench, "team", "another", whole), whole, "the signature doesn't match"),
        (Signed::telling(&bench, "team", "another", whole), whole, "the signature doesn't match"),
        (Signed::new(&bench, "nobody", SECRET, whole), whole, "it is no key's name"),
        (Signed::telling(&bench, "nobody", SECRET, whole), whole, "it is no key's name"),
        (Signed::telling(&bench, "nobody", "", whole), whole, "it is no key's name"),
        (Signed::at(&bench, "team", SECRET, whole, false, old), whole, " s ago by this gateway"),
        (Signed::at(&bench, "nobody", SECRET, whole, true, old), whole, "it is no key's name"),
        (Signed::new(&bench, "team", SECRET, whole), &b"{}"[..], "the signature doesn't match"),
        (Signed::telling(&bench, "team", SECRET, whole), &b"{}"[..], "is that of another body"),
    ] {
        log.0.lock().unwrap().clear();
        let answer = signed.whole(&bench, sent).await;
        assert_eq!(status(&answer), 401, "{why}");
        assert!(answer.to_lowercase().contains("x-amzn-errortype: unrecognizedclientexception"), "{answer}");
        told.push(body(&answer).to_owned());
        let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(logged.contains("a signed request was refused") && logged.contains(why), "{why}: {logged}");
        assert!(!logged.contains(SECRET), "{logged}");
    }
    assert!(told.iter().all(|one| *one == told[0] && !one.is_empty()), "{told:#?}");
    assert!(bench.upstream.requests().is_empty());
}

#[tokio::test]
async fn where_the_head_tells_enough_nothing_of_the_body_is_waited_for() {
    let bench = Bench::new("bedrock", vec![Reply::json(200, &answer())], TEAM).await;
    let whole = request().to_string();
    let whole = whole.as_bytes();
    let old = Duration::from_secs(20 * 60);
    for signed in [
        Signed::telling(&bench, "team", "another", whole),
        Signed::telling(&bench, "nobody", SECRET, whole),
        Signed::telling(&bench, "nobody", "", whole),
        Signed::at(&bench, "team", SECRET, whole, false, old),
    ] {
        until(&mut signed.begin(&bench, whole.len(), b"").await, "HTTP/1.1 401").await;
    }
    // Of these only the body tells, whether there is a key of that name or not.
    for (name, secret) in [("team", SECRET), ("team", "another"), ("nobody", SECRET), ("nobody", "")] {
        let mut stream = Signed::new(&bench, name, secret, whole).begin(&bench, whole.len(), b"").await;
        let answer = tokio::time::timeout(Duration::from_millis(200), until(&mut stream, "HTTP/1.1"));
        assert!(answer.await.is_err(), "{name} is answered before its body is there");
        assert!(send(&mut stream, whole).await);
        until(&mut stream, if secret == SECRET && name == "team" { "HTTP/1.1 200" } else { "HTTP/1.1 401" })
            .await;
    }
}

/// Who knows a key's name, or makes one up, can have bodies kept: but not more
/// than there is room for, and not before those who come at an honest pace.
#[tokio::test]
async fn slow_bodies_of_strangers_do_not_keep_an_honest_one_out() {
    let config = format!("[server]\nbody = \"64 KiB\"\n{TEAM}");
    let bench = Bench::new("bedrock", vec![Reply::json(200, &answer())], &config).await;
    let whole = request().to_string();
    let mut held = Vec::new();
    for name in ["team", "nobody", "team", "nobody", "team", "nobody"] {
        let stranger = Signed::new(&bench, name, "guessed", b"");
        held.push(stranger.begin(&bench, 60 << 10, &vec![b' '; 30 << 10]).await);
    }
    // Two of them are all that one peer may have kept.
    tokio::time::sleep(Duration::from_millis(800)).await;
    let honest = Signed::new(&bench, "team", SECRET, whole.as_bytes());
    assert_eq!(status(&honest.whole(&bench, whole.as_bytes()).await), 200);
    let mut crowded = 0;
    for mut stream in held {
        let answer =
            tokio::time::timeout(Duration::from_millis(100), until(&mut stream, "HTTP/1.1 503")).await;
        crowded += usize::from(answer.is_ok());
    }
    assert_eq!(crowded, 5, "four found no room, one made some");
}
