//! The plugins read recorded provider traffic as the providers' own SDKs do,
//! and pass it on unread without losing a byte, wherever the network cuts it.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;
use jackfield_e2e::recorded::judge::{self, Differences, exceptions::corrected};
use jackfield_e2e::recorded::{
    Bench, Exchange, Kind, Line, Split, ask, collect::Collected, data, edits, upstream,
};
use jackfield_runtime::api::llm::{ChatRequest, ChatResponse};
use jackfield_runtime::api::passthrough::{ForwardRequest, Framing};
use jackfield_runtime::{CallContext, CallError, Provider};
use serde_json::{Map, Value};

const ABSENT: &str = "skipped: no recorded traffic, or no judgement of it, which `make test-peers` makes";

/// No recorded answer is longer.
const LONGEST: usize = 64 << 20;

/// Each difference once, with the splits in which it showed.
#[derive(Default)]
struct Report(BTreeMap<String, Vec<Split>>);

impl Report {
    fn add(&mut self, place: &str, split: Split, found: Differences) {
        for difference in found.into_list() {
            self.0.entry(format!("{place}: {difference}")).or_default().push(split);
        }
    }

    fn assert_empty(&self) {
        for (difference, splits) in &self.0 {
            eprintln!("{difference} {splits:?}");
        }
        assert!(self.0.is_empty(), "{} differences", self.0.len());
    }
}

#[tokio::test]
async fn the_plugins_read_recorded_answers_as_the_providers_own_sdks_do() {
    let (Some(recordings), Some(lines)) = (data::recordings(), data::oracle()) else {
        return println!("{ABSENT}");
    };
    let mut bench = Bench::new();
    let (mut report, mut notes) = (Report::default(), BTreeSet::new());
    let mut byte_by_byte = 0;
    for line in &lines {
        let exchange = recordings
            .get(&line.file)
            .and_then(|exchanges| exchanges.get(line.line - 1))
            .unwrap_or_else(|| panic!("{} isn't recorded; run the oracle again", line.place()));
        let provider = bench.provider(&line.file, exchange).await;
        let expect = corrected(line, exchange);
        byte_by_byte += usize::from(line.kind.is_stream());
        let also = line.kind.is_stream().then_some(Split::Bytes);
        for split in Split::EVERY.into_iter().chain(also) {
            let mut found = Differences::default();
            bench.tape.lay_in(exchange, split);
            compare(&mut found, &provider, line, exchange, &expect).await;
            check_request(&mut found, &mut notes, &bench, line, exchange);
            report.add(&line.place(), split, found);
        }
    }
    for note in notes {
        println!("other address: {note}");
    }
    report.assert_empty();
    println!("{} exchanges compared, {byte_by_byte} streams byte by byte", lines.len());
    assert!(!lines.is_empty() && byte_by_byte > 0);
}

async fn compare(
    found: &mut Differences,
    provider: &Provider,
    line: &Line,
    exchange: &Exchange,
    expect: &Value,
) {
    let context = CallContext::default();
    match line.kind {
        Kind::Chat | Kind::Answer | Kind::Messages | Kind::Neutral => {
            let answer = provider.chat(&context, ask::chat(line)).await;
            compare_answer(found, answer.map_err(|error| told(&error)), line.kind, expect);
        }
        Kind::ChatStream | Kind::AnswerStream | Kind::MessagesStream | Kind::NeutralStream => {
            let answer = stream(found, provider, ask::chat(line)).await;
            compare_answer(found, answer, line.kind, expect);
        }
        Kind::Embeddings => match provider.embed(&context, ask::embed(line)).await {
            Ok(answer) => judge::vectors::compare(found, &answer, expect),
            Err(error) => found.note(told(&error)),
        },
        Kind::CountTokens => match provider.count_tokens(&context, ask::chat(line)).await {
            Ok(count) => found.same("tokens", &Some(count), &expect["input_tokens"].as_u64()),
            Err(error) => found.note(told(&error)),
        },
        Kind::Error => match failure(provider, line, exchange).await {
            Some(error) => judge::failure::compare(found, &error, expect, &exchange.body),
            None => found.note("an answer instead of an error"),
        },
    }
}

fn told(error: &CallError) -> String {
    format!("{:?}: {error}", error.kind())
}

fn compare_answer(found: &mut Differences, answer: Result<ChatResponse, String>, kind: Kind, expect: &Value) {
    match (answer, kind) {
        (Ok(answer), Kind::Chat | Kind::ChatStream | Kind::Answer | Kind::AnswerStream) => {
            judge::chat::compare(found, &answer, expect)
        }
        (Ok(answer), Kind::Neutral | Kind::NeutralStream) => judge::neutral::compare(found, &answer, expect),
        (Ok(answer), _) => judge::messages::compare(found, &answer, expect, kind.is_stream()),
        (Err(error), _) => found.note(error),
    }
}

/// A streamed answer, put together.
async fn stream(
    found: &mut Differences,
    provider: &Provider,
    request: ChatRequest,
) -> Result<ChatResponse, String> {
    let stream = provider.stream_chat(&CallContext::default(), request).await;
    let mut stream = stream.map_err(|error| told(&error))?;
    let mut collected = Collected::default();
    while let Some(event) = stream.next().await {
        if let Err(broken) = collected.add(event.map_err(|error| told(&error))?) {
            found.note(broken);
        }
    }
    collected.finish()
}

async fn failure(provider: &Provider, line: &Line, exchange: &Exchange) -> Option<CallError> {
    let context = CallContext::default();
    match ask::Call::of(exchange, line) {
        ask::Call::Chat => provider.chat(&context, ask::chat(line)).await.err(),
        ask::Call::Stream => provider.stream_chat(&context, ask::chat(line)).await.err(),
        ask::Call::Embed => provider.embed(&context, ask::embed(line)).await.err(),
        ask::Call::Count => provider.count_tokens(&context, ask::chat(line)).await.err(),
    }
}

/// That the request went to the upstream, for the right model.
fn check_request(
    found: &mut Differences,
    notes: &mut BTreeSet<String>,
    bench: &Bench,
    line: &Line,
    exchange: &Exchange,
) {
    let asked = match bench.tape.asked() {
        Ok(asked) => asked,
        Err(wrong) => return found.note(wrong),
    };
    found.same("method", &asked.method, &http::Method::POST);
    match upstream::check_address(&line.file, exchange, &asked) {
        Ok(note) => notes.extend(note),
        Err(wrong) => found.note(wrong),
    }
    if let Err(wrong) = upstream::check_key(&line.file, exchange, &asked) {
        found.note(wrong);
    }
    // Where they are in the path, that was compared.
    if upstream::said_by(exchange.bare_path()).is_some() {
        return;
    }
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    found.same("requested model", &body["model"].as_str(), &Some(&line.model));
    if line.kind != Kind::Error {
        found.same("requested stream", &(body["stream"] == true), &line.kind.is_stream());
    }
}

#[tokio::test]
async fn what_a_client_sends_and_gets_passes_through_unchanged() {
    let Some(recordings) = data::recordings() else {
        return println!("{ABSENT}");
    };
    let mut bench = Bench::new();
    let mut report = Report::default();
    let (mut passed, mut byte_by_byte, mut edited) = (0, 0, 0);
    let mut dialects = BTreeSet::new();
    for (file, exchanges) in &recordings {
        for (number, exchange) in (1..).zip(exchanges) {
            let Some((request, body)) = forwardable(&mut bench, file, exchange).await else { continue };
            let provider = bench.provider(file, exchange).await;
            let expected = edits::expected(upstream::preset_of(file, exchange), request.dialect, &body);
            passed += 1;
            edited += usize::from(expected != body);
            dialects.insert(format!("{:?}", request.dialect));
            byte_by_byte += usize::from(request.stream);
            let also = request.stream.then_some(Split::Bytes);
            for split in Split::EVERY.into_iter().chain(also) {
                let mut found = Differences::default();
                bench.tape.lay_in(exchange, split);
                forward(&mut found, &provider, request.clone(), exchange).await;
                match bench.tape.asked() {
                    Ok(asked) => check_forwarded(&mut found, &asked.body, exchange, &body, &expected),
                    Err(wrong) => found.note(wrong),
                }
                report.add(&format!("{file}:{number}"), split, found);
            }
        }
    }
    report.assert_empty();
    println!(
        "{passed} exchanges passed through, {edited} of them edited, {byte_by_byte} streams byte by byte, in {dialects:?}"
    );
    assert!(passed > 0 && byte_by_byte > 0 && edited > 0);
}

/// A request that a provider passes through, with its body. Some recordings have
/// no request body.
async fn forwardable(
    bench: &mut Bench,
    file: &str,
    exchange: &Exchange,
) -> Option<(ForwardRequest, Map<String, Value>)> {
    let dialect = edits::dialect(file, exchange)?;
    let body: Map<String, Value> = serde_json::from_slice(&exchange.request).ok()?;
    let provider = bench.provider(file, exchange).await;
    let spoken = provider.dialects(&CallContext::default()).await.expect("dialects");
    let (model, stream) = upstream::said_by(exchange.bare_path()).unwrap_or_else(|| {
        let model = body.get("model").and_then(Value::as_str).unwrap_or_default();
        (model.to_owned(), body.get("stream") == Some(&Value::Bool(true)))
    });
    let request = ForwardRequest { dialect, model, stream, headers: Vec::new() };
    spoken.contains(&dialect).then_some((request, body))
}

async fn forward(found: &mut Differences, provider: &Provider, request: ForwardRequest, exchange: &Exchange) {
    match provider.forward(&CallContext::default(), request, exchange.request.clone()).await {
        Err(error) => {
            let record = error.to_record();
            found.same("status of the error", &record.status, &Some(exchange.status));
            found.same(
                "body of the error",
                &record.body.as_deref().map(str::as_bytes),
                &Some(&exchange.body[..]),
            );
            found.same("is an error", &true, &(exchange.status >= 400));
        }
        Ok(answer) => {
            found.same("status", &answer.status, &exchange.status);
            let kind = |headers: &[(String, String)]| {
                headers.iter().find(|(name, _)| name == "content-type").map(|(_, kind)| kind.clone())
            };
            found.same("content type", &kind(&answer.headers), &kind(&exchange.headers));
            let framing = match kind(&exchange.headers).as_deref() {
                Some(kind) if kind.starts_with("text/event-stream") => Framing::ServerSentEvents,
                Some("application/vnd.amazon.eventstream") => Framing::EventStream,
                _ => Framing::Whole,
            };
            found.same("framing", &answer.framing, &framing);
            match answer.body.read_all(LONGEST).await {
                Ok(body) => found.same("answer", &body, &exchange.body),
                Err(error) => found.note(told(&error)),
            }
        }
    }
}

/// That the upstream gets the client's bytes, but for the edits.
fn check_forwarded(
    found: &mut Differences,
    sent: &bytes::Bytes,
    exchange: &Exchange,
    body: &Map<String, Value>,
    expected: &Map<String, Value>,
) {
    found.same("request", &serde_json::from_slice(sent).ok().as_ref(), &Some(expected));
    if body == expected {
        found.same("bytes of the request", sent, &exchange.request);
    }
}
