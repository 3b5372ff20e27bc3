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

const MARKED: &str = r#","on_status_codes":[246,446]"#;

#[test]
fn an_answer_of_a_listed_status_goes_on_and_the_last_one_is_given_whatever_it_is() {
    for (strategy, acts, answer, path) in [
        (MARKED, Act::Marked(246), "answer of b", "config.targets[1]"),
        ("", Act::Marked(246), "246 of a", "config.targets[0]"),
        (r#","on_status_codes":[500]"#, Act::Marked(246), "246 of a", "config.targets[0]"),
        (r#","on_status_codes":[200,500]"#, Act::Answer, "answer of b", "config.targets[1]"),
    ] {
        let bench = Bench::new(&[("a", &[acts])]);
        let routed = bench.run(&two(strategy)).unwrap();
        assert_eq!((routed.answer.as_str(), &*routed.path), (answer, path), "{strategy}");
    }
    let bench = Bench::new(&[("a", &[Act::Marked(246)]), ("b", &[Act::Marked(246)])]);
    let routed = bench.run(&two(MARKED)).unwrap();
    assert_eq!(routed.answer, "246 of b");
    assert_eq!(texts(&routed.decisions)[1], "config.targets[0] fell back: status 246");
}

#[test]
fn an_answer_of_a_listed_status_stands_where_no_later_target_has_one() {
    for (status, why) in
        [(500, "stopped: status 500 isn't in on_status_codes"), (446, "chosen: its answer stands")]
    {
        let bench = Bench::new(&[("a", &[Act::Marked(246)]), ("b", &[fail(status)])]);
        let routed = bench.run(&two(MARKED)).unwrap();
        assert_eq!((routed.answer.as_str(), &*routed.path), ("246 of a", "config.targets[0]"));
        assert!(texts(&routed.decisions).iter().any(|said| said.contains(why)), "{:?}", routed.decisions);
    }
    let breaker = plan(
        r#"{"strategy":{"mode":"fallback","on_status_codes":[246,500],"cb_config":{"failure_threshold":1,"cooldown_interval":30000}},
            "targets":[{"provider":"a"},{"provider":"b"}]}"#,
    );
    let bench = Bench::new(&[("a", &[Act::Marked(246)]), ("b", &[fail(500)])]);
    for _ in 0..2 {
        assert_eq!(bench.run(&breaker).unwrap().answer, "246 of a");
    }
    assert_eq!(bench.targets.calls(), ["a", "b", "a"], "b is left alone the second time");
}

#[test]
fn a_group_whose_answer_has_a_listed_status_goes_on_to_its_neighbour() {
    let plan = plan(
        r#"{"strategy":{"mode":"fallback","on_status_codes":[246]},"targets":[
             {"strategy":{"mode":"single"},"targets":[{"provider":"a"}]},{"provider":"b"}]}"#,
    );
    assert_eq!(Bench::new(&[("a", &[Act::Marked(246)])]).run(&plan).unwrap().answer, "answer of b");
}
