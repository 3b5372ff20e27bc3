use super::*;

const BREAKER: &str = r#""cb_config":{"failure_threshold":2,"cooldown_interval":30000}"#;

fn group(mode: &str) -> Node {
    plan(&format!(
        r#"{{"strategy":{{"mode":"{mode}"}},{BREAKER},"targets":[{{"provider":"a"}},{{"provider":"b"}}]}}"#
    ))
}

fn open(bench: &Bench, plan: &Node) {
    (0..2).for_each(|_| drop(bench.run(plan)));
    bench.targets.calls.lock().unwrap().clear();
}

#[test]
fn a_target_that_keeps_failing_is_left_out() {
    let (bench, plan) = (Bench::new(&[("a", &[fail(500)])]), group("fallback"));
    open(&bench, &plan);
    let routed = bench.run(&plan).unwrap();
    assert_eq!(bench.targets.calls(), ["b"]);
    assert_eq!(texts(&routed.decisions)[0], "config.targets[0] skipped: its circuit breaker is open");
}

#[test]
fn after_the_cooldown_it_is_tried_and_comes_back() {
    let (bench, plan) = (Bench::new(&[("a", &[fail(500)])]), group("fallback"));
    open(&bench, &plan);
    bench.clock.advance(Duration::from_secs(30));
    bench.targets.set("a", &[Act::Answer]);
    bench.run(&plan).unwrap();
    assert_eq!(bench.targets.calls(), ["a"]);
    bench.targets.set("a", &[Act::Slow(Duration::from_secs(1))]);
    let (first, second) = both(&bench, &plan);
    assert_eq!(
        (first.as_str(), second.as_str()),
        ("late answer of a", "late answer of a"),
        "it is closed again"
    );
}

/// The answers to two requests at once.
fn both(bench: &Bench, plan: &Node) -> (String, String) {
    let facts = Facts::default();
    let run = || bench.router.run(plan, &facts, &bench.targets);
    let (first, second) = bench.clock.drive(futures_util::future::join(run(), run()));
    (first.unwrap().answer, second.unwrap().answer)
}

#[test]
fn while_one_request_tries_it_out_the_others_go_elsewhere() {
    let (bench, plan) = (Bench::new(&[("a", &[fail(500)])]), group("fallback"));
    open(&bench, &plan);
    bench.clock.advance(Duration::from_secs(30));
    bench.targets.set("a", &[Act::Slow(Duration::from_secs(1))]);
    let (first, second) = both(&bench, &plan);
    assert_eq!((first.as_str(), second.as_str()), ("late answer of a", "answer of b"));
}

#[test]
fn when_all_are_open_none_of_them_counts() {
    let (bench, plan) = (Bench::new(&[("a", &[fail(500)]), ("b", &[fail(500)])]), group("fallback"));
    open(&bench, &plan);
    let failed = bench.run(&plan).unwrap_err();
    assert_eq!(bench.targets.calls(), ["a", "b"]);
    assert!(texts(&failed.decisions)[0].contains("every circuit breaker of its group is open"));
}

#[test]
fn a_balanced_target_that_is_open_is_not_drawn() {
    let bench = Bench::with(&[("a", &[fail(500)])], Script::units([0.0]));
    let plan = group("loadbalance");
    open(&bench, &plan);
    assert_eq!(bench.run(&plan).unwrap().answer, "answer of b");
}

#[test]
fn a_group_is_left_out_when_all_its_targets_are_open() {
    let plan = plan(&format!(
        r#"{{"strategy":{{"mode":"fallback"}},"targets":[
             {{"strategy":{{"mode":"single"}},{BREAKER},"targets":[{{"provider":"a"}}]}},{{"provider":"b"}}]}}"#
    ));
    let bench = Bench::new(&[("a", &[fail(500)])]);
    open(&bench, &plan);
    assert_eq!(bench.run(&plan).unwrap().answer, "answer of b");
    assert_eq!(bench.targets.calls(), ["b"]);
}

#[test]
fn a_target_that_its_group_never_uses_does_not_keep_the_group_in() {
    for (mode, weight) in [("single", 1), ("loadbalance", 0)] {
        let plan = plan(&format!(
            r#"{{"strategy":{{"mode":"fallback"}},"targets":[
                 {{"strategy":{{"mode":"{mode}"}},{BREAKER},"targets":[{{"provider":"a"}},{{"provider":"c","weight":{weight}}}]}},
                 {{"provider":"b"}}]}}"#
        ));
        let bench = Bench::with(&[("a", &[fail(500)])], Script::units([0.0]));
        open(&bench, &plan);
        bench.run(&plan).unwrap();
        assert_eq!(bench.targets.calls(), ["b"], "{mode}");
    }
}

#[test]
fn conditions_do_not_ask_breakers() {
    let plan = plan(&format!(
        r#"{{"strategy":{{"mode":"conditional","conditions":[],"default":"a"}},{BREAKER},"targets":[{{"name":"a","provider":"a"}},{{"name":"b","provider":"b"}}]}}"#
    ));
    let bench = Bench::new(&[("a", &[fail(500)])]);
    open(&bench, &plan);
    assert!(bench.run(&plan).is_err());
    assert_eq!(bench.targets.calls(), ["a"]);
}

#[test]
fn a_call_with_its_retries_is_one_failure() {
    let plan = plan(&format!(
        r#"{{"strategy":{{"mode":"fallback"}},"retry":{{"attempts":3}},{BREAKER},"targets":[{{"provider":"a"}},{{"provider":"b"}}]}}"#
    ));
    let bench = Bench::with(&[("a", &[fail(500)])], Script::units([0.0]));
    bench.run(&plan).unwrap();
    bench.targets.calls.lock().unwrap().clear();
    bench.run(&plan).unwrap();
    assert_eq!(bench.targets.calls().first().map(String::as_str), Some("a"));
}

#[test]
fn streams_that_break_open_it_as_well() {
    let (bench, plan) = (Bench::new(&[]), group("fallback"));
    for _ in 0..2 {
        bench.run(&plan).unwrap().hold.broke(bench.clock.now());
    }
    assert_eq!(bench.run(&plan).unwrap().answer, "answer of b");
}
