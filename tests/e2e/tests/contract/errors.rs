//! Failures: those that a plugin reports cross as they are, those of a plugin
//! itself are told apart from them.

use jackfield_e2e::{chat, guest};
use jackfield_runtime::api::embedding::EmbedRequest;
use jackfield_runtime::api::types::{Error, ErrorKind};
use jackfield_runtime::{CallContext, CallError, component_section};

use crate::{Bench, MANIFEST, broke_the_contract, reported, rerank, speech, transcription};

const KINDS: [(&str, ErrorKind); 14] = [
    ("authentication", ErrorKind::Authentication),
    ("permission", ErrorKind::Permission),
    ("rate-limited", ErrorKind::RateLimited),
    ("quota-exceeded", ErrorKind::QuotaExceeded),
    ("invalid-request", ErrorKind::InvalidRequest),
    ("not-found", ErrorKind::NotFound),
    ("context-length", ErrorKind::ContextLength),
    ("content-filter", ErrorKind::ContentFilter),
    ("overloaded", ErrorKind::Overloaded),
    ("unavailable", ErrorKind::Unavailable),
    ("timeout", ErrorKind::Timeout),
    ("unsupported", ErrorKind::Unsupported),
    ("bad-upstream-answer", ErrorKind::BadUpstreamAnswer),
    ("internal", ErrorKind::Internal),
];

fn expected(name: &str, kind: ErrorKind) -> Error {
    let patient = matches!(kind, ErrorKind::RateLimited | ErrorKind::Overloaded);
    Error {
        status: Some(418),
        retry_after_ms: patient.then_some(1500),
        code: Some("on-demand".to_owned()),
        ..Error::new(kind, format!("failed on demand: {name}"))
    }
}

#[tokio::test]
async fn an_error_of_every_kind_crosses_unchanged_from_every_function_that_has_a_model() {
    let bench = Bench::alone().await;
    let (provider, context) = (&bench.provider, &bench.context);
    for (name, kind) in KINDS {
        let model = format!("error-{name}");
        let expected = expected(name, kind);
        assert_eq!(reported(provider.chat(context, chat(&model, "x")).await), expected);
        assert_eq!(reported(provider.stream_chat(context, chat(&model, "x")).await), expected);
        assert_eq!(reported(provider.count_tokens(context, chat(&model, "x")).await), expected);
        assert_eq!(reported(provider.embed(context, EmbedRequest::new(&model, vec![])).await), expected);
        assert_eq!(reported(provider.rerank(context, rerank::request(&model, &[])).await), expected);
        let recording = transcription::request(&model, b"x");
        assert_eq!(reported(provider.transcribe(context, recording.clone()).await), expected);
        assert_eq!(reported(provider.stream_transcription(context, recording).await), expected);
        assert_eq!(reported(provider.speak(context, speech::request(&model, "any", "x")).await), expected);
    }
    assert_eq!(provider.idle_instances(), 1, "a reported failure leaves the instance in service");
}

#[tokio::test]
async fn a_trap_is_no_error_of_the_contract_in_any_interface() {
    let bench = Bench::alone().await;
    let (provider, context) = (&bench.provider, &bench.context);
    let traps = [
        provider.chat(context, chat("trap", "x")).await.map(drop),
        provider.embed(context, EmbedRequest::new("trap", vec![])).await.map(drop),
        provider.rerank(context, rerank::request("trap", &[])).await.map(drop),
        provider.speak(context, speech::request("trap", "any", "x")).await.map(drop),
    ];
    for trap in traps {
        let Err(CallError::Trap { message, sent: false, .. }) = &trap else { panic!("{trap:?}") };
        assert!(message.contains("a trap on demand"), "{message}");
        assert!(message.contains("wasm trap: "), "{message}");
        assert_eq!(message.lines().count(), 1, "the backtrace is for the log: {message}");
    }
    assert_eq!(provider.idle_instances(), 0);
}

#[tokio::test]
async fn json_that_does_not_parse_is_a_broken_contract_whole_and_in_a_stream() {
    use futures_util::StreamExt;
    let bench = Bench::alone().await;
    let (provider, context) = (&bench.provider, &bench.context);
    let error = provider.chat(context, chat("bad-json", "x")).await.unwrap_err();
    assert!(matches!(error, CallError::Contract { .. }), "{error:?}");
    assert!(error.to_string().contains("extra"), "{error}");
    let mut stream = provider.stream_chat(context, chat("bad-json", "x")).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok(), "the head");
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(matches!(error, CallError::Contract { .. }), "{error:?}");
    assert!(stream.next().await.is_none(), "it ends after its first error");
}

#[tokio::test]
async fn a_broken_contract_names_the_version_that_broke_it_not_the_one_that_took_over() {
    let bench = Bench::with(vec![], MANIFEST, "limits.concurrency = 1", 16).await;
    let (provider, context) = (&bench.provider, &bench.context);
    let first = provider.stream_chat(context, chat("echo", "x")).await.unwrap();
    let waiting = provider.rerank(context, rerank::request("twice", &["a"]));
    let swap = async {
        let newer = MANIFEST.replace("version = \"0.1.0\"", "version = \"0.1.1\"");
        let component = std::fs::read(guest("everything")).unwrap();
        bench.host.load_bytes("newer", &component_section::write(&component, &newer).unwrap()).unwrap();
        bench.host.rebind("everything").await.unwrap();
        drop(first);
    };
    let (answer, ()) = tokio::join!(waiting, swap);
    assert_eq!(provider.plugin().version().to_string(), "0.1.1");
    broke_the_contract(&answer.unwrap_err(), "document 0 twice");
}

#[tokio::test]
async fn a_deadline_of_the_callers_is_told_as_a_person_would_say_it() {
    let bench = Bench::with(vec![], MANIFEST, "limits.concurrency = 1", 16).await;
    let _first = bench.provider.stream_chat(&bench.context, chat("echo", "x")).await.unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_millis(200);
    let context = CallContext { deadline: Some(deadline), ..CallContext::default() };
    let error = bench.provider.count_tokens(&context, chat("echo", "x")).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { .. }), "{error:?}");
    let whole = error.to_string();
    let told = whole.split_once("no answer within ").unwrap().1;
    let (span, rest) = told.split_once(' ').unwrap();
    assert!(span.parse::<u32>().unwrap() <= 200, "{whole}");
    assert_eq!(rest, "ms (the caller's deadline)");
}
