use super::*;

fn retrying(attempts: u32) -> Node {
    plan(&format!(r#"{{"provider":"a","retry":{{"attempts":{attempts}}}}}"#))
}

#[test]
fn a_target_is_tried_again_and_the_count_says_how_often() {
    for failures in 0..3 {
        let mut acts = vec![fail(503); failures];
        acts.push(Act::Answer);
        let bench = Bench::new(&[("a", &acts)]);
        let routed = bench.run(&retrying(3)).unwrap();
        assert_eq!(routed.retries, failures as i32);
        assert_eq!(routed.attempts.len(), failures + 1);
    }
}

#[test]
fn tries_are_numbered_and_wait_longer_each_time() {
    let bench = Bench::new(&[("a", &[fail(500), fail(500), Act::Answer])]);
    let routed = bench.run(&retrying(3)).unwrap();
    let waits: Vec<u128> = routed.attempts.iter().map(|try_| try_.waited.as_millis()).collect();
    assert_eq!(waits, [0, 250, 500]);
    assert_eq!(bench.clock.passed(), Duration::from_millis(750));
    assert_eq!(
        bench.targets.calls.lock().unwrap().iter().map(|(_, number)| *number).collect::<Vec<_>>(),
        [0, 1, 2]
    );
    assert_eq!(texts(&routed.decisions)[1], "config retried: status 500, after 250 ms");
}

#[test]
fn when_all_are_used_up_the_count_is_minus_one() {
    let bench = Bench::new(&[("a", &[fail(503)])]);
    let failed = bench.run(&retrying(2)).unwrap_err();
    assert_eq!((failed.retries, failed.failure.status), (-1, 503));
    assert_eq!(bench.targets.calls().len(), 3);
    assert!(texts(&failed.decisions)[3].ends_with("gave up: all retries are used up"));
}

#[test]
fn a_status_that_is_not_retried_keeps_the_count() {
    let bench = Bench::new(&[("a", &[fail(503), fail(400)])]);
    let failed = bench.run(&retrying(5)).unwrap_err();
    assert_eq!((failed.retries, failed.failure.status), (1, 400));
}

#[test]
fn what_the_upstream_asks_for_is_waited() {
    let asking = Failure { retry_after: Some(Duration::from_secs(20)), ..failure(429) };
    let bench = Bench::with(&[("a", &[Act::Fail(asking), Act::Answer])], Script::units([0.0]));
    bench.run(&retrying(1)).unwrap();
    assert_eq!(bench.clock.passed(), Duration::from_secs(20));
}

#[test]
fn waits_of_a_minute_in_all_end_the_retries_and_the_next_target_takes_over() {
    let asking = Failure { retry_after: Some(Duration::from_secs(25)), ..failure(429) };
    let bench = Bench::with(&[("a", &[Act::Fail(asking)])], Script::units([0.0]));
    let plan = plan(
        r#"{"strategy":{"mode":"fallback"},"targets":[{"provider":"a","retry":{"attempts":9}},{"provider":"b"}]}"#,
    );
    let routed = bench.run(&plan).unwrap();
    assert_eq!(bench.targets.calls(), ["a", "a", "a", "b"]);
    assert_eq!(routed.retries, 0, "of the target that answered");
    assert_eq!(bench.clock.passed(), Duration::from_secs(50));
}

#[test]
fn an_outage_does_not_multiply_the_load() {
    let bench = Bench::with(&[("a", &[fail(503)])], Script::units([0.0]));
    let plan = retrying(5);
    for _ in 0..500 {
        assert!(bench.run(&plan).is_err());
    }
    let calls = bench.targets.calls().len();
    assert!((600..=625).contains(&calls), "500 calls, a fifth more, and what is there at first: {calls}");
    let failed = bench.run(&plan).unwrap_err();
    assert!(texts(&failed.decisions).iter().any(|text| text.contains("retry budget")));
}
