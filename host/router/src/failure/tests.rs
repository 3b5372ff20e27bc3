use super::*;

fn record(kind: ErrorKind, status: Option<u16>) -> Record {
    Record {
        kind,
        message: "no".to_owned(),
        status,
        retry_after_ms: Some(1_500),
        code: Some("c".to_owned()),
        body: Some("{}".to_owned()),
        sent: true,
    }
}

fn failed(error: Record) -> Failure {
    CallError::Failed { provider: "groq".to_owned(), error }.into()
}

#[test]
fn what_the_upstream_said_is_kept() {
    let failure = failed(record(ErrorKind::RateLimited, Some(429)));
    assert_eq!(failure.status, 429);
    assert_eq!(failure.retry_after, Some(Duration::from_millis(1_500)));
    assert_eq!((failure.code.as_deref(), failure.body.as_deref()), (Some("c"), Some("{}")));
    assert_eq!(failure.provider.as_deref(), Some("groq"));
    assert!(failure.sent && !failure.internal);
}

#[test]
fn a_failure_without_a_sensible_status_has_that_of_its_kind() {
    for (kind, status) in [
        (ErrorKind::Unavailable, 503),
        (ErrorKind::Timeout, 504),
        (ErrorKind::BadUpstreamAnswer, 502),
        (ErrorKind::ContextLength, 400),
    ] {
        for given in [None, Some(0), Some(200), Some(999)] {
            assert_eq!(failed(record(kind, given)).status, status, "{kind:?} {given:?}");
        }
    }
}

#[test]
fn only_what_every_target_would_meet_is_internal() {
    let provider = || "groq".to_owned();
    let crash = CallError::Trap { provider: provider(), plugin: "p".into(), message: "m".into(), sent: true };
    assert!(!Failure::from(crash).internal);
    assert!(!Failure::from(CallError::Busy { provider: provider(), concurrency: 1, queue: 0 }).internal);
    assert!(Failure::from(CallError::Exhausted { limit: 1 }).internal);
    assert!(Failure::from(CallError::Sandbox { provider: provider(), message: "m".into() }).internal);
}

#[test]
fn the_callers_own_deadline_is_no_fault_of_the_provider() {
    let late = |phase| {
        Failure::from(CallError::Timeout {
            provider: "groq".to_owned(),
            phase,
            after: Duration::from_secs(1),
            sent: true,
        })
    };
    assert_eq!(late(Phase::Caller).status, 408);
    assert_eq!(late(Phase::FirstToken).status, 504);
}

#[test]
fn a_request_that_is_wrong_does_not_blame_the_target() {
    for (status, blames) in [(400, false), (401, false), (404, false), (408, true), (429, true), (503, true)]
    {
        let failure = Failure::new(FailureKind::Unavailable, "x").with_status(status);
        assert_eq!(failure.blames_target(), blames, "{status}");
    }
    assert!(!Failure::internal("x").blames_target());
}
