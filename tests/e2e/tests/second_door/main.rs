//! The second door: a guest that sends by `wasi:http` meets the same rules as
//! one that sends by the contract's `http`. Each request here is really sent by
//! the guest `fetch`, and each refusal is logged with its rule.

mod answers;
mod hoarding;
mod log;
mod requests;
mod time;

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jackfield_e2e::guests::builder;
use jackfield_e2e::report::Report;
use jackfield_e2e::{Reply, Script, bind, chat, guest, text_of};
use jackfield_runtime::egress::resolve::{ResolveError, Resolver};
use jackfield_runtime::{CallContext, CallError, Host, Provider};
use serde_json::{Value, json};

const KEY: &str = "sk-second-door-0123456789abcdef";

/// Every name is this machine.
#[derive(Debug)]
struct Loopback;

impl Resolver for Loopback {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) })
    }
}

/// The guest, bound to an upstream that answers by script, beside a server that
/// nobody granted.
struct Bench {
    name: &'static str,
    upstream: Script,
    other: Script,
    provider: Provider,
    _host: Host,
    _secret: tempfile::NamedTempFile,
}

impl Bench {
    /// The name is the provider's, by which a test finds its own lines of the log.
    async fn new(name: &'static str, replies: Vec<Reply>, lines: &str) -> Self {
        let upstream = Script::start(replies).await;
        let origin = upstream.origin();
        Self::towards(name, upstream, &origin, lines).await
    }

    /// Granted this origin instead of the upstream's own.
    async fn towards(name: &'static str, upstream: Script, origin: &str, lines: &str) -> Self {
        log::keep();
        let other = Script::start(vec![Reply::json(200, "{}")]).await;
        let host = builder(4).resolver(Arc::new(Loopback)).build().unwrap();
        host.load_file(guest("fetch")).unwrap();
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), KEY).unwrap();
        let settings = format!(
            "plugin = \"fetch\"\nconfig.base-url = \"{origin}/v1\"\ngrant.origins = [\"{origin}\"]\n\
             secrets.api-key = {{ file = \"{}\" }}\n{lines}",
            secret.path().display()
        );
        let provider = bind(&host, name, &settings).await;
        Self { name, upstream, other, provider, _host: host, _secret: secret }
    }

    /// The upstream's address with a path.
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.upstream.origin())
    }

    async fn ask(&self, deed: &str, argument: &str) -> Result<String, CallError> {
        let answer = self.provider.chat(&CallContext::default(), chat(deed, argument)).await?;
        Ok(text_of(&answer))
    }

    async fn send(&self, order: Value) -> Vec<Report> {
        Report::all(&self.ask("send", &order.to_string()).await.unwrap())
    }

    /// Sends what must be refused with a code, before anything goes out, by a
    /// rule that the log names.
    async fn refused(&self, order: Value, code: &str, rule: &str) {
        let before = (self.upstream.accepted(), self.other.accepted());
        let logged = log::of(self.name).len();
        let reports = self.send(order.clone()).await;
        let report = reports.last().unwrap();
        assert!(report.error().is_some_and(|error| error.contains(code)), "{order}: {report:?}");
        let lines = log::of(self.name).split_off(logged);
        assert!(lines.iter().any(|line| line.contains(rule)), "{order}: {rule} in {lines:?}");
        assert_eq!((self.upstream.accepted(), self.other.accepted()), before, "nothing went out for {order}");
        assert!(!lines.concat().contains(KEY), "{lines:?}");
    }

    /// The same for what the operator or the host doesn't allow.
    async fn denied(&self, order: Value, rule: &str) {
        self.refused(order, "HttpRequestDenied", rule).await;
    }
}

#[tokio::test]
async fn a_granted_request_passes_and_gets_the_key_behind_the_guest() {
    let echo = Reply::head(200, &format!("x-echo: {KEY}\r\ncontent-length: {}\r\n", KEY.len() + 9));
    let bench = Bench::new("granted", vec![echo.send(format!("key is {KEY}.\n"))], "").await;
    let order = json!({
        "url": bench.url("/v1/models?a=b"),
        "method": "post",
        "headers": [["content-type", "text/plain"], ["x-own", "1"]],
        "body": { "text": "héllo" },
    });
    let report = &bench.send(order).await[0];
    assert_eq!(report.status(), Some(200), "{report:?}");
    assert!(!report.0.to_string().contains(KEY), "{report:?}");
    assert!(report.body().starts_with("key is ") && report.body().ends_with(".\n"), "{report:?}");
    let seen = bench.upstream.requests().remove(0);
    assert!(seen.starts_with("POST /v1/models?a=b HTTP/1.1\r\n"), "{seen}");
    assert!(seen.ends_with("\r\n\r\nhéllo"), "{seen}");
    let host = bench.upstream.origin().replace("http://", "");
    let seen = seen.to_lowercase();
    for header in [format!("authorization: bearer {KEY}"), format!("host: {host}"), "x-own: 1".to_owned()] {
        assert_eq!(seen.matches(&format!("\r\n{header}\r\n")).count(), 1, "{header} in {seen}");
    }
    assert_eq!(bench.ask("count", "").await.unwrap(), "2", "the instance is sound and serves again");
}
