//! Guests that aren't written in Rust: a component made of Python and one made
//! of JavaScript do what the Rust guest does. They bring a whole interpreter, so
//! this is also where a host that is too tight for them shows.
//!
//! `make test-peers` builds and runs them. By hand: `tests/guests/worlds/build-foreign.sh FOLDER`,
//! then `JACKFIELD_FOREIGN=FOLDER cargo test -p jackfield-e2e --test foreign -- --ignored`.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use futures_util::StreamExt;
use jackfield_e2e::{Reply, Script, Step, bind, chat, host, text_of};
use jackfield_runtime::api::llm::{ChatEvent, FinishReason};
use jackfield_runtime::api::types::{Error, ErrorKind};
use jackfield_runtime::{CallContext, CallError, Host, Provider, component_section};

const KEY: &str = "foreign-key-0123456789";

const MANIFEST: &str = r#"
[plugin]
name = "foreign"
version = "0.1.0"
description = "A guest in another language"
license = "Apache-2.0"

[config.base-url]
type = "url"
required = true
description = "The upstream"

[secrets.api-key]
description = "Its key"

[auth.key]
scheme = "bearer"
secret = "api-key"

[[egress]]
origin = "{base-url}"
methods = ["POST"]
auth = "key"
"#;

/// Held while a guest is loaded: the first test to do so compiles an interpreter
/// with all processors, and the others find the code in the cache.
static COMPILING: Mutex<()> = Mutex::new(());

struct Bench {
    upstream: Script,
    provider: Provider,
    context: CallContext,
    _host: Host,
    _secret: tempfile::NamedTempFile,
}

impl Bench {
    async fn new(language: &str, replies: Vec<Reply>) -> Self {
        let Some(folder) =
            std::env::var_os("JACKFIELD_FOREIGN").filter(|folder| !folder.is_empty()).map(PathBuf::from)
        else {
            panic!("set JACKFIELD_FOREIGN to a folder made by `tests/guests/worlds/build-foreign.sh FOLDER`");
        };
        let path = folder.join(format!("llm-{language}.wasm"));
        let component =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; build it anew", path.display()));
        let host = host();
        {
            let _turn = COMPILING.lock().unwrap_or_else(PoisonError::into_inner);
            host.load_bytes(language, &component_section::write(&component, MANIFEST).unwrap()).unwrap();
        }
        let upstream = Script::start(replies).await;
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), KEY).unwrap();
        let origin = upstream.origin();
        let settings = format!(
            "plugin = \"foreign\"\nconfig.base-url = \"{origin}/v1\"\ngrant.origins = [\"{origin}\"]\n\
             secrets.api-key = {{ file = \"{}\" }}",
            secret.path().display()
        );
        let provider = bind(&host, "foreign", &settings).await;
        Self { upstream, provider, context: CallContext::default(), _host: host, _secret: secret }
    }
}

/// What a stream says, and how it ended.
async fn read(
    bench: &Bench,
    model: &str,
    text: &str,
) -> (Vec<String>, Option<FinishReason>, Option<CallError>) {
    let mut stream = bench.provider.stream_chat(&bench.context, chat(model, text)).await.unwrap();
    let (mut texts, mut reason) = (Vec::new(), None);
    while let Some(event) = stream.next().await {
        match event {
            Ok(ChatEvent::Text(delta)) => texts.push(delta.text),
            Ok(ChatEvent::Finish(finish)) => reason = Some(finish.reason),
            Ok(_) => {}
            Err(error) => return (texts, reason, Some(error)),
        }
    }
    (texts, reason, None)
}

async fn chats_and_counts(language: &str) {
    let bench = Bench::new(language, vec![]).await;
    let answer = bench.provider.chat(&bench.context, chat("echo", "héllo wörld ☃")).await.unwrap();
    assert_eq!(text_of(&answer), "héllo wörld ☃");
    assert_eq!((answer.model.as_str(), answer.created), ("echo", Some(0)));
    assert_eq!(answer.usage.unwrap().output_tokens, Some(3));
    let counted = bench.provider.count_tokens(&bench.context, chat("echo", "one two")).await.unwrap();
    assert_eq!(counted, 2);
    assert_eq!(bench.provider.idle_instances(), 1, "the instance is kept warm");
}

async fn streams(language: &str) {
    let bench = Bench::new(language, vec![]).await;
    let (texts, reason, error) = read(&bench, "echo", "one two three").await;
    assert_eq!((texts.concat().as_str(), texts.len()), ("one two three", 3));
    assert_eq!((reason, error.map(|error| error.to_string())), (Some(FinishReason::Stop), None));
    assert_eq!(bench.provider.idle_instances(), 1, "a stream that ended gives its instance back");
}

async fn fails_in_the_contracts_terms(language: &str) {
    let bench = Bench::new(language, vec![]).await;
    let expected = Error {
        status: Some(418),
        retry_after_ms: Some(1500),
        code: Some("on-demand".to_owned()),
        ..Error::new(ErrorKind::RateLimited, "failed on demand: rate-limited")
    };
    let error = bench.provider.chat(&bench.context, chat("error-rate-limited", "x")).await.unwrap_err();
    assert!(matches!(&error, CallError::Failed { error, .. } if *error == expected), "{error:?}");
    let error =
        bench.provider.stream_chat(&bench.context, chat("error-content-filter", "x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContentFilter, "{error:?}");
    assert_eq!(bench.provider.idle_instances(), 1, "a reported failure leaves the instance in service");
}

async fn sends_with_the_providers_key(language: &str) {
    let refusal = Reply::json(500, "{\"error\":\"down\"}");
    let bench = Bench::new(language, vec![Reply::of(200, "text/plain", "from above"), refusal]).await;
    let answer = bench.provider.chat(&bench.context, chat("upstream", "below")).await.unwrap();
    assert_eq!(text_of(&answer), "from above");
    let seen = bench.upstream.requests().remove(0);
    assert!(seen.starts_with("POST /v1/echo HTTP/1.1\r\n"), "{seen}");
    assert!(seen.to_lowercase().contains(&format!("\r\nauthorization: bearer {KEY}\r\n")), "{seen}");
    let sent: serde_json::Value = serde_json::from_str(seen.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(sent, serde_json::json!({ "text": "below" }));
    let error = bench.provider.chat(&bench.context, chat("upstream", "below")).await.unwrap_err();
    let record = error.to_record();
    assert_eq!(
        (record.kind, record.status, record.sent),
        (ErrorKind::Unavailable, Some(500), true),
        "{error:?}"
    );
}

async fn relays_a_stream_and_ends_it(language: &str) {
    let whole = Reply::events().send("data: one\n\ndata: two\n\n").send("data: [DONE]\n\n");
    let broken = Reply::events().send("data: one\n\n");
    let hanging = Reply::events().send("data: one\n\n").then(Step::Hang);
    let bench = Bench::new(language, vec![whole, broken, hanging]).await;
    let (texts, reason, error) = read(&bench, "upstream", "x").await;
    assert_eq!(
        (texts, reason),
        (vec!["one".to_owned(), "two".to_owned()], Some(FinishReason::Stop)),
        "{error:?}"
    );
    let (texts, _, error) = read(&bench, "upstream", "x").await;
    assert_eq!((texts.len(), error.unwrap().kind()), (1, ErrorKind::BadUpstreamAnswer));
    let mut stream = bench.provider.stream_chat(&bench.context, chat("upstream", "x")).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
}

macro_rules! foreign {
    ($($language:ident: $($test:ident),+ $(,)?);+ $(;)?) => {$(
        mod $language {
            $(
                #[tokio::test]
                #[ignore = "needs a guest built by build-foreign.sh, see the head of this file"]
                async fn $test() {
                    super::$test(stringify!($language)).await;
                }
            )+
        }
    )+};
}

foreign! {
    python: chats_and_counts, streams, fails_in_the_contracts_terms, sends_with_the_providers_key, relays_a_stream_and_ends_it;
    javascript: chats_and_counts, streams, fails_in_the_contracts_terms, sends_with_the_providers_key, relays_a_stream_and_ends_it;
}
