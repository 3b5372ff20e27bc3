//! What is found out before a target is tried.

use super::*;

const TWO: &str = r#"{"strategy":{"mode":"fallback"},"cb_config":{"failure_threshold":1,"cooldown_interval":30000},
    "retry":{"attempts":3},"targets":[{"provider":"a"},{"provider":"b"}]}"#;

#[test]
fn a_target_that_is_not_to_be_asked_is_neither_tried_nor_blamed_and_the_next_one_is() {
    let bench = Bench::new(&[("a", &[Act::Refuse(failure(503))])]);
    let plan = plan(TWO);
    for _ in 0..3 {
        let routed = bench.run(&plan).unwrap();
        assert_eq!((routed.answer.as_str(), routed.attempts.len()), ("answer of b", 1));
        // Its breaker would have opened, and it would be skipped.
        assert_eq!(texts(&routed.decisions)[1], "config.targets[0] gave up: not asked: no");
    }
    assert_eq!(bench.targets.calls(), ["b", "b", "b"]);
}

#[test]
fn an_answer_that_is_there_already_needs_no_try() {
    let bench = Bench::new(&[("a", &[Act::Known])]);
    let routed = bench.run(&plan(TWO)).unwrap();
    assert_eq!((routed.answer.as_str(), routed.retries), ("known answer of a", 0));
    assert!(routed.attempts.is_empty() && bench.targets.calls().is_empty());
}

#[test]
fn an_answer_that_is_there_already_says_nothing_of_how_fast_a_target_is() {
    let bench = Bench::new(&[("a", &[Act::Known])]);
    let plan = plan(r#"{"strategy":{"mode":"latency"},"targets":[{"provider":"a"}]}"#);
    let Node::Loadbalance(balance) = &plan else { panic!() };
    bench.run(&plan).unwrap();
    assert_eq!(balance.loads[0].expected(bench.clock.now()), None);
    bench.targets.set("a", &[Act::Answer]);
    bench.run(&plan).unwrap();
    assert!(balance.loads[0].expected(bench.clock.now()).is_some());
}
