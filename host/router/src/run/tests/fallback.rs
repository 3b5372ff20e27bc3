use super::*;

fn two(strategy: &str) -> Node {
    plan(&format!(
        r#"{{"strategy":{{"mode":"fallback"{strategy}}},"targets":[{{"provider":"a"}},{{"provider":"b"}}]}}"#
    ))
}

#[test]
fn any_failure_goes_on_to_the_next_target() {
    for status in [400, 401, 404, 408, 429, 500, 503] {
        let bench = Bench::new(&[("a", &[fail(status)])]);
        let routed = bench.run(&two("")).unwrap();
        assert_eq!((routed.answer.as_str(), &*routed.path), ("answer of b", "config.targets[1]"));
        assert_eq!(routed.attempts.iter().map(|try_| try_.status).collect::<Vec<_>>(), [Some(status), None]);
    }
}

#[test]
fn every_decision_is_recorded_with_its_reason() {
    let bench = Bench::new(&[("a", &[fail(500)])]);
    assert_eq!(
        texts(&bench.run(&two("")).unwrap().decisions),
        [
            "config.targets[0] chosen: the first target that can be used",
            "config.targets[0] fell back: status 500",
            "config.targets[1] chosen: the next target",
        ]
    );
}

#[test]
fn with_a_list_only_its_statuses_go_on() {
    let plan = two(r#","on_status_codes":[429]"#);
    let bench = Bench::new(&[("a", &[fail(429)])]);
    assert!(bench.run(&plan).is_ok());
    let bench = Bench::new(&[("a", &[fail(500)])]);
    let failed = bench.run(&plan).unwrap_err();
    assert_eq!(failed.failure.status, 500);
    assert_eq!(bench.targets.calls(), ["a"]);
    assert!(texts(&failed.decisions)[1].ends_with("stopped: status 500 isn't in on_status_codes"));
}

#[test]
fn an_error_of_the_gateway_itself_is_never_failed_over() {
    for strategy in ["", r#","on_status_codes":[500]"#] {
        let bench = Bench::new(&[("a", &[Act::Fail(Failure::internal("broken"))])]);
        assert!(bench.run(&two(strategy)).unwrap_err().failure.internal);
        assert_eq!(bench.targets.calls(), ["a"]);
    }
}

#[test]
fn when_all_fail_the_last_failure_is_the_answer() {
    let bench = Bench::new(&[("a", &[fail(500)]), ("b", &[fail(404)])]);
    let failed = bench.run(&two("")).unwrap_err();
    assert_eq!(failed.failure.status, 404);
    assert_eq!(failed.leaf.unwrap().provider.as_deref(), Some("b"));
    assert_eq!(failed.attempts.len(), 2);
}

#[test]
fn a_group_that_fails_goes_on_to_its_neighbour() {
    let plan = plan(
        r#"{"strategy":{"mode":"fallback"},"targets":[
             {"strategy":{"mode":"fallback"},"targets":[{"provider":"a"},{"provider":"b"}]},
             {"strategy":{"mode":"loadbalance"},"targets":[{"provider":"c","weight":0},{"provider":"d"}]}]}"#,
    );
    let bench = Bench::new(&[("a", &[fail(500)]), ("b", &[fail(500)])]);
    let routed = bench.run(&plan).unwrap();
    assert_eq!(&*routed.path, "config.targets[1].targets[1]");
    assert_eq!(bench.targets.calls(), ["a", "b", "d"]);
}
