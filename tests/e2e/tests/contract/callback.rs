//! `callback`: batches of observations and what became of them.

use jackfield_e2e::Reply;
use jackfield_runtime::api::callback::{
    Attribute, AttributeValue, Content, Feedback, Observation, Outcome, Span, SpanEvent, SpanKind,
};
use jackfield_runtime::api::types::{Error, ErrorKind};

use crate::{Bench, reported};

/// A span with every field set.
fn span(name: &str) -> Observation {
    let attribute = |value| Attribute { name: "a".to_owned(), value };
    let attributes = vec![
        attribute(AttributeValue::Text("t".to_owned())),
        attribute(AttributeValue::Integer(-1)),
        attribute(AttributeValue::Number(0.5)),
        attribute(AttributeValue::Boolean(true)),
        attribute(AttributeValue::Texts(vec!["x".to_owned(), "y".to_owned()])),
    ];
    Observation::Span(Span {
        trace_id: "0123456789abcdef0123456789abcdef".to_owned(),
        span_id: "0123456789abcdef".to_owned(),
        parent_id: Some("fedcba9876543210".to_owned()),
        kind: SpanKind::Chat,
        name: name.to_owned(),
        start: 1,
        end: 3,
        first_token: Some(2),
        provider: Some("p".to_owned()),
        request_model: Some("m".to_owned()),
        response_model: Some("m-1".to_owned()),
        usage: None,
        cost: Some(0.25),
        outcome: Outcome::Failed(Error::new(ErrorKind::Timeout, "too slow")),
        tenant: Some("t".to_owned()),
        user: Some("u".to_owned()),
        session: Some("s".to_owned()),
        metadata: vec![("k".to_owned(), "v".to_owned())],
        events: vec![SpanEvent { name: "retry".to_owned(), time: 2, attributes: attributes.clone() }],
        attributes,
        content: Some(Content { input: Some("[]".to_owned()), output: None }),
    })
}

fn feedback(name: &str) -> Observation {
    Observation::Feedback(Feedback {
        id: "f".to_owned(),
        trace_id: "0123456789abcdef0123456789abcdef".to_owned(),
        span_id: None,
        name: name.to_owned(),
        score: 1.0,
        weight: 0.5,
        comment: Some("fine".to_owned()),
        metadata: vec![],
        time: 4,
    })
}

#[tokio::test]
async fn observations_are_taken_and_sent_on_when_flushed() {
    let bench = Bench::new(vec![Reply::json(200, "{}")]).await;
    let (provider, context) = (&bench.provider, &bench.context);
    let receipt = provider.observe(context, vec![span("chat m"), feedback("helpful")]).await.unwrap();
    assert!(receipt.rejected.is_empty());
    provider.observe(context, vec![span("chat m")]).await.unwrap();
    provider.flush(context).await.unwrap();
    let seen = bench.upstream.requests().remove(0);
    assert!(seen.starts_with("POST /v1/observed "), "{seen}");
    assert!(seen.ends_with("{\"feedback\":1,\"spans\":2}"), "{seen}");
}

#[tokio::test]
async fn what_is_refused_for_good_is_named_by_its_place() {
    let bench = Bench::alone().await;
    let batch = vec![span("reject"), span("fine"), feedback("reject")];
    let receipt = bench.provider.observe(&bench.context, batch).await.unwrap();
    let reason = "rejected on demand".to_owned();
    assert_eq!(receipt.rejected, [(0, reason.clone()), (2, reason)]);
}

#[tokio::test]
async fn a_batch_that_fails_whole_says_when_to_send_it_again() {
    let bench = Bench::alone().await;
    let error = reported(bench.provider.observe(&bench.context, vec![span("fail")]).await);
    assert_eq!((error.kind, error.retry_after_ms), (ErrorKind::Unavailable, Some(10)));
}

#[tokio::test]
async fn a_flush_that_the_upstream_refuses_fails() {
    let bench = Bench::new(vec![Reply::json(503, "{}")]).await;
    let error = reported(bench.provider.flush(&bench.context).await);
    assert_eq!((error.kind, error.status, error.sent), (ErrorKind::Overloaded, Some(503), true));
}
