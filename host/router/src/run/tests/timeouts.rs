use super::*;

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn until(bench: &Bench, count: u64) -> Facts {
    Facts { deadline: Some(bench.clock.now() + seconds(count)), ..Facts::default() }
}

#[test]
fn a_try_that_takes_too_long_is_a_408_and_fails_over() {
    let plan = plan(
        r#"{"strategy":{"mode":"fallback"},"request_timeout":3000,"targets":[{"provider":"a"},{"provider":"b"}]}"#,
    );
    for act in [Act::Hang, Act::Slow(seconds(4))] {
        let bench = Bench::new(&[("a", &[act])]);
        let routed = bench.run(&plan).unwrap();
        assert_eq!(routed.answer, "answer of b");
        assert_eq!((routed.attempts[0].status, routed.attempts[0].took), (Some(408), seconds(3)));
        assert!(routed.attempts[0].sent, "what may have gone out counts as sent");
        assert_eq!(bench.clock.passed(), seconds(3));
    }
}

#[test]
fn an_answer_in_time_is_left_alone() {
    let bench = Bench::new(&[("a", &[Act::Slow(seconds(2))])]);
    let routed = bench.run(&plan(r#"{"provider":"a","request_timeout":3000}"#)).unwrap();
    assert_eq!((routed.answer.as_str(), routed.attempts[0].took), ("late answer of a", seconds(2)));
}

#[test]
fn each_try_has_the_whole_timeout() {
    let plan =
        plan(r#"{"provider":"a","request_timeout":3000,"retry":{"attempts":1,"on_status_codes":[408]}}"#);
    let bench = Bench::with(&[("a", &[Act::Hang, Act::Slow(seconds(2))])], Script::units([0.0]));
    assert_eq!(bench.run(&plan).unwrap().retries, 1);
    assert_eq!(bench.clock.passed(), seconds(5));
}

#[test]
fn a_timeout_is_not_retried_unless_it_is_listed() {
    let bench = Bench::new(&[("a", &[Act::Hang])]);
    let failed =
        bench.run(&plan(r#"{"provider":"a","request_timeout":3000,"retry":{"attempts":3}}"#)).unwrap_err();
    assert_eq!((failed.failure.status, failed.attempts.len()), (408, 1));
    assert_eq!(failed.failure.kind, FailureKind::Timeout);
}

#[test]
fn the_requests_deadline_ends_everything() {
    let plan = plan(r#"{"strategy":{"mode":"fallback"},"targets":[{"provider":"a"},{"provider":"b"}]}"#);
    let bench = Bench::new(&[("a", &[Act::Hang])]);
    let failed = bench.run_with(&plan, &until(&bench, 5)).unwrap_err();
    assert_eq!((failed.failure.status, bench.clock.passed()), (408, seconds(5)));
    assert_eq!(bench.targets.calls(), ["a"]);
    assert!(texts(&failed.decisions)[1].ends_with("stopped: the request's deadline has passed"));
}

#[test]
fn no_retry_waits_past_the_deadline() {
    let asking = Failure { retry_after: Some(seconds(10)), ..failure(429) };
    let bench = Bench::new(&[("a", &[Act::Fail(asking)])]);
    let plan = plan(r#"{"provider":"a","retry":{"attempts":3}}"#);
    assert_eq!(bench.run_with(&plan, &until(&bench, 9)).unwrap_err().failure.status, 429);
    assert_eq!(bench.clock.passed(), Duration::ZERO);
}

#[test]
fn the_shorter_of_both_limits_holds() {
    let plan = plan(r#"{"provider":"a","request_timeout":3000}"#);
    for (deadline, passed) in [(2, 2), (9, 3)] {
        let bench = Bench::new(&[("a", &[Act::Hang])]);
        assert!(bench.run_with(&plan, &until(&bench, deadline)).is_err());
        assert_eq!(bench.clock.passed(), seconds(passed));
    }
}

#[test]
fn nothing_is_sent_after_the_deadline() {
    let bench = Bench::new(&[]);
    let failed = bench.run_with(&plan(r#"{"provider":"a"}"#), &until(&bench, 0)).unwrap_err();
    assert_eq!(failed.failure.status, 408);
    assert!(!failed.failure.sent && !failed.attempts[0].sent);
}
