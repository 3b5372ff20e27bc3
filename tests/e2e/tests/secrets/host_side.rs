//! What the host shows of a secret: never more than `[redacted]`, in its errors,
//! in its log at the most talkative level, and in the debug output of whatever
//! an embedder can hold.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jackfield_e2e::guests::builder;
use jackfield_e2e::{bind, guest};
use jackfield_runtime::egress::observe::{EgressObserver, ObservedRequest};
use jackfield_runtime::egress::request::GuestRequest;
use jackfield_runtime::secret::{Environment, Secret, SecretReader};
use jackfield_runtime::settings::Settings;
use jackfield_runtime::{CallContext, CallError};
use serde_json::json;

use crate::{Bench, KEY, Reply, SCHEMES, Script, Step, chat, clean, echo, log};

/// Keeps what an observer is shown.
#[derive(Debug, Default)]
struct Shown(Mutex<String>);

impl EgressObserver for Shown {
    fn request(&self, provider: &str, written: &GuestRequest, sent: &ObservedRequest) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push_str(&format!("{provider} {written:?} {sent:?}\n"));
    }
}

/// An environment with the secret in it.
#[derive(Debug)]
struct Process;

impl Environment for Process {
    fn variable(&self, name: &str) -> Option<std::ffi::OsString> {
        (name == "PROBE_KEY").then(|| KEY.into())
    }
}

#[tokio::test]
async fn nothing_that_an_embedder_holds_shows_the_secret() {
    let shown = Arc::new(Shown::default());
    let upstream = Script::start(vec![echo(SCHEMES[1], 200)]).await;
    let reader = SecretReader::new(Arc::new(Process));
    let building = builder(4).secrets(reader.clone()).observer(shown.clone());
    let mut debugged = format!("{building:?} {reader:?}");
    let host = building.build().unwrap();
    let plugin = host.load_file(guest("probe")).unwrap();
    let origin = upstream.origin();
    let text = format!(
        "plugin = \"probe\"\nconfig.base-url = \"{origin}/v1\"\ngrant.origins = [\"{origin}\"]\n\
         secrets.api-key = {{ env = \"PROBE_KEY\" }}"
    );
    let provider = bind(&host, "p", &text).await;
    let context = CallContext::default();
    let order = json!({ "url": format!("{origin}/v1/x") }).to_string();
    let answer = provider.chat(&context, chat("send", &order)).await.unwrap();
    let stream = provider.stream_chat(&context, chat("relay", &order)).await.unwrap();
    let settings = Settings::parse(&format!("[providers.p]\n{text}\n"), "jackfield.toml", &[]).unwrap();
    let rebound = host.rebind("p").await.unwrap();
    let fresh = host.refresh_secrets("p").await.unwrap();
    debugged.push_str(&format!(
        "{host:?} {host:#?} {plugin:?} {provider:?} {provider:#?} {context:?} {answer:?} {stream:?} {settings:?} \
         {rebound:?} {fresh} {:?}",
        Secret::new(KEY.as_bytes().to_vec()).unwrap(),
    ));
    assert!(upstream.requests()[0].contains(KEY), "it was used");
    clean("debug output", &debugged);
    let observed = shown.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    clean("the observer", &observed);
    assert!(observed.contains("[redacted]"), "{observed}");
}

/// Of every scheme, since a credential in the URL is in more places than one in
/// a header.
#[tokio::test]
async fn no_way_of_failing_shows_the_secret() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let headers = format!("x-key: {}\r\n", KEY.repeat(4_000));
    let lines = "timeouts = { total = \"600ms\", first-token = \"300ms\" }\nlimits.response = \"1 KiB\"\ngrant.redirects = true";
    for scheme in SCHEMES {
        let leads = format!("location: https://elsewhere.example/{KEY}?key={KEY}\r\ncontent-length: 0\r\n");
        let ways = [
            Reply::default().then(Step::Close),
            Reply::default().then(Step::Hang),
            Reply::default().send(format!("{KEY}\r\n")).then(Step::Close),
            Reply::head(200, &headers),
            Reply::head(302, &leads),
            Reply::head(200, "content-length: 90000\r\n").send(KEY.repeat(3_000)),
            Reply::head(200, "transfer-encoding: chunked\r\n").send(format!("{KEY}\r\n")).then(Step::Close),
        ];
        let origins = [Some(closed.clone()), Some("https://nowhere.invalid".to_owned())];
        for (place, origin) in origins.into_iter().chain(ways.iter().map(|_| None)).enumerate() {
            let way = place.checked_sub(2).map(|place| ways[place].clone());
            let upstream = Script::start(way.into_iter().collect()).await;
            let origin = origin.unwrap_or_else(|| upstream.origin());
            let bench = Bench::towards(scheme, upstream, &origin, lines).await;
            let order = json!({ "url": format!("{origin}/v1/x") }).to_string();
            let place = format!("{}, way {place}", scheme.name);
            let shown = match bench.ask("send", &order).await {
                Ok(report) => {
                    assert!(report.contains("\"error\""), "{place}: {report}");
                    report
                }
                Err(error) => format!("{error} {error:?}"),
            };
            clean(&place, &shown);
            let stream = bench.provider.stream_chat(&CallContext::default(), chat("relay", &order)).await;
            if let Err(error) = stream {
                clean(&place, &format!("{error} {error:?} {:?}", error.to_record()));
            }
        }
    }
    clean("the log", &log::all());
}

#[tokio::test]
async fn a_secret_that_cannot_be_used_is_not_shown_in_the_error() {
    let host = builder(2).build().unwrap();
    host.load_file(guest("probe")).unwrap();
    for broken in [format!("{KEY}\n{KEY}"), format!(" {KEY}"), format!("{KEY}\u{7}")] {
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), broken).unwrap();
        let text = format!(
            "[providers.p]\nplugin = \"probe\"\nconfig.base-url = \"https://api.example\"\n\
             grant.origins = [\"https://api.example\"]\nsecrets.api-key = {{ file = \"{}\" }}\n",
            secret.path().display()
        );
        let settings = Settings::parse(&text, "jackfield.toml", &[]).unwrap();
        let written = settings.providers.into_values().next().unwrap();
        let settings =
            jackfield_runtime::catalog::Catalog::default().complete(&"p".parse().unwrap(), written).unwrap();
        let error = host.bind("p", &settings).await.unwrap_err();
        let shown = format!("{error} {error:?} {}", jackfield_e2e::guests::chain(&error));
        clean("the error", &shown);
        assert!(shown.contains("api-key"), "{shown}");
    }
}

#[tokio::test]
async fn the_log_says_much_and_no_secret() {
    for scheme in SCHEMES {
        let bench = Bench::new(scheme, vec![echo(scheme, 200)], "").await;
        bench.send(json!({})).await;
        let stopped = bench.send(json!({ "url": format!("{}?q={KEY}", bench.url()) })).await;
        assert_eq!(stopped.error(), Some("ErrorKind::Permission"), "{stopped:?}");
        clean(scheme.name, &stopped.0.to_string());
        let spin = bench.provider.chat(&CallContext::default(), chat("assert", KEY)).await.unwrap_err();
        assert!(matches!(spin, CallError::Trap { .. }));
        clean(scheme.name, &format!("{:?}", bench.host));
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let logged = log::all();
    assert!(logged.contains("TRACE") || logged.contains("DEBUG"), "the log keeps nothing: {logged}");
    clean("the log", &logged);
}
