use super::*;

fn two(strategy: &str) -> Node {
    plan(&format!(r#"{{"strategy":{{{strategy}}},"targets":[{{"provider":"a"}},{{"provider":"b"}}]}}"#))
}

#[test]
fn the_failure_of_the_target_that_was_drawn_is_the_answer() {
    let bench = Bench::with(&[("b", &[fail(500)])], Script::units([0.9]));
    let failed = bench.run(&two(r#""mode":"loadbalance""#)).unwrap_err();
    assert_eq!((failed.failure.status, bench.targets.calls().len()), (500, 1));
}

#[test]
fn a_weight_of_zero_is_never_drawn() {
    let plan = plan(
        r#"{"strategy":{"mode":"loadbalance"},"targets":[{"provider":"a","weight":0},{"provider":"b","weight":0.1}]}"#,
    );
    let bench = Bench::with(&[], Script::units([0.0, 0.5, 0.999]));
    (0..3).for_each(|_| drop(bench.run(&plan).unwrap()));
    assert_eq!(bench.targets.calls(), ["b", "b", "b"]);
}

#[test]
fn a_weight_of_zero_is_not_even_drawn_when_the_others_are_open() {
    for mode in ["loadbalance", "round-robin", "least-busy", "latency"] {
        let plan = plan(&format!(
            r#"{{"strategy":{{"mode":"{mode}"}},"cb_config":{{"failure_threshold":1}},
                "targets":[{{"provider":"a","weight":0}},{{"provider":"b"}}]}}"#
        ));
        let bench = Bench::with(&[("b", &[fail(500)])], Script::units([0.0]));
        (0..3).for_each(|_| drop(bench.run(&plan)));
        assert_eq!(bench.targets.calls(), ["b", "b", "b"], "{mode}");
    }
}

#[test]
fn turns_go_round_between_requests() {
    let (bench, plan) = (Bench::new(&[]), two(r#""mode":"round-robin""#));
    (0..4).for_each(|_| drop(bench.run(&plan).unwrap()));
    assert_eq!(bench.targets.calls(), ["a", "b", "a", "b"]);
}

#[test]
fn a_call_counts_as_in_progress_until_its_answer_is_through() {
    let (bench, plan) = (Bench::with(&[], Script::units([0.0])), two(r#""mode":"least-busy""#));
    let first = bench.run(&plan).unwrap();
    assert_eq!(&*first.path, "config.targets[0]");
    let second = bench.run(&plan).unwrap();
    assert_eq!(&*second.path, "config.targets[1]");
    drop(first);
    assert_eq!(&*bench.run(&plan).unwrap().path, "config.targets[0]");
}

#[test]
fn a_call_that_failed_is_no_longer_in_progress() {
    let bench = Bench::with(&[("a", &[fail(400), Act::Answer])], Script::units([0.0]));
    let plan = two(r#""mode":"least-busy""#);
    assert!(bench.run(&plan).is_err());
    assert_eq!(&*bench.run(&plan).unwrap().path, "config.targets[0]");
}

#[test]
fn latency_learns_from_answers_and_from_failures() {
    let plan = two(r#""mode":"latency""#);
    let slow = Bench::with(&[("a", &[Act::Slow(Duration::from_secs(2))])], Script::units([0.0]));
    drop(slow.run(&plan).unwrap());
    assert_eq!(slow.run(&plan).unwrap().answer, "answer of b");
    let plan = two(r#""mode":"latency""#);
    let failing = Bench::with(
        &[("a", &[fail(503)]), ("b", &[Act::Slow(Duration::from_secs(1))])],
        Script::units([0.0]),
    );
    assert!(failing.run(&plan).is_err());
    assert_eq!(failing.run(&plan).unwrap().answer, "late answer of b");
    let plan = two(r#""mode":"latency""#);
    let wrong = Bench::with(&[("a", &[fail(400)])], Script::units([0.0]));
    assert!(wrong.run(&plan).is_err());
    assert!(wrong.run(&plan).is_err(), "a wrong request says nothing of the target");
}

const STICKY: &str =
    r#""mode":"loadbalance","sticky":{"enabled":true,"hash_fields":["metadata._user"],"ttl":300}"#;

#[test]
fn like_requests_stay_with_one_target_for_their_time() {
    let bench = Bench::with(&[], Script::units([0.9, 0.0, 0.0]));
    let plan = two(STICKY);
    let run = |user| bench.run_with(&plan, &of_user(user)).unwrap().answer;
    assert_eq!(run("ann"), "answer of b");
    assert_eq!(run("bob"), "answer of a");
    assert_eq!(run("ann"), "answer of b");
    bench.clock.advance(Duration::from_secs(299));
    assert_eq!(run("ann"), "answer of b");
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(run("ann"), "answer of a");
}

#[test]
fn a_request_that_is_like_no_other_is_drawn_each_time() {
    let bench = Bench::with(&[], Script::units([0.9, 0.0]));
    let plan = two(STICKY);
    assert_eq!(bench.run(&plan).unwrap().answer, "answer of b");
    assert_eq!(bench.run(&plan).unwrap().answer, "answer of a");
}

#[test]
fn a_choice_is_given_up_when_its_target_cannot_be_used() {
    let plan = plan(&format!(
        r#"{{"strategy":{{{STICKY}}},"cb_config":{{"failure_threshold":1}},"targets":[{{"provider":"a"}},{{"provider":"b"}}]}}"#
    ));
    let bench = Bench::with(&[("a", &[fail(500)])], Script::units([0.0]));
    assert!(bench.run_with(&plan, &of_user("ann")).is_err());
    assert_eq!(bench.run_with(&plan, &of_user("ann")).unwrap().answer, "answer of b");
    bench.clock.advance(Duration::from_secs(60));
    bench.targets.set("a", &[Act::Answer]);
    assert_eq!(bench.run_with(&plan, &of_user("ann")).unwrap().answer, "answer of b", "the new choice holds");
}
