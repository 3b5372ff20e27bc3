use bytes::Bytes;

use super::*;
use crate::testing::plan;

fn told(config: &str, facts: &Facts) -> Explanation {
    explain(&plan(config), facts, Instant::now())
}

fn asking() -> Facts {
    Facts {
        body: Bytes::from_static(br#"{"model":"asked"}"#),
        metadata: [("plan".to_owned(), "paid".to_owned())].into(),
        ..Facts::default()
    }
}

#[test]
fn targets_are_listed_in_the_order_in_which_they_would_be_tried() {
    let told = told(
        r#"{"strategy":{"mode":"fallback","on_status_codes":[429,503]},"targets":[
             {"provider":"a","retry":{"attempts":2},"request_timeout":500},
             {"strategy":{"mode":"loadbalance"},"targets":[{"provider":"b","weight":3},{"provider":"c"},{"provider":"d","weight":0}]}]}"#,
        &asking(),
    );
    let steps: Vec<(&str, &str)> =
        told.steps.iter().map(|step| (&*step.path, step.provider.as_deref().unwrap())).collect();
    assert_eq!(
        steps,
        [
            ("config.targets[0]", "a"),
            ("config.targets[1].targets[0]", "b"),
            ("config.targets[1].targets[1]", "c")
        ]
    );
    assert_eq!(told.steps[0].why, ["the first target that can be used"]);
    assert_eq!(
        told.steps[0].rules,
        ["up to 2 retries on status 429, 500, 502, 503, 504, 529", "500 ms for each try"]
    );
    assert_eq!(told.steps[0].model.as_deref(), Some("asked"));
    assert_eq!(
        told.steps[1].why,
        ["if the one before ends with status 429, 503", "chosen at random, in 75 % of requests"]
    );
    assert_eq!(told.unused.len(), 1);
    assert_eq!(
        (&*told.unused[0].path, &*told.unused[0].why),
        ("config.targets[1].targets[2]", "its weight is 0")
    );
}

#[test]
fn conditions_are_answered_for_this_request() {
    let config = r#"{"strategy":{"mode":"conditional","conditions":[{"query":{"metadata.plan":"paid"},"then":"good"}]},
        "targets":[{"name":"cheap","provider":"a"},{"name":"good","provider":"b","override_params":{"model":"big"}}]}"#;
    let paid = told(config, &asking());
    assert_eq!((paid.steps.len(), paid.steps[0].provider.as_deref()), (1, Some("b")));
    assert_eq!(
        (paid.steps[0].why[0].as_str(), paid.steps[0].model.as_deref()),
        ("condition 0 holds", Some("big"))
    );
    assert_eq!(paid.unused[0].why, "another condition decides");
    let other = told(config, &Facts::default());
    assert!(other.steps.is_empty() && other.unused.len() == 2);
    assert!(other.to_string().starts_with("No target would be tried.\n"));
}

#[test]
fn it_reads_as_text_and_as_json() {
    let told = told(r#"{"provider":"a","api_key":"hunter2","cache":"simple"}"#, &asking());
    assert_eq!(
        told.to_string(),
        "1. a/asked  config\n   the only target\n   simple cache, kept 604800 s\n   with the key of the config\n"
    );
    let json = serde_json::to_value(&told).unwrap();
    assert_eq!(json["steps"][0]["path"], "config");
    assert_eq!(json["steps"][0]["why"][0], "the only target");
    assert!(!json.to_string().contains("hunter2"));
}

#[test]
fn an_open_breaker_is_told() {
    let plan = plan(
        r#"{"strategy":{"mode":"fallback"},"cb_config":{"failure_threshold":1},"targets":[{"provider":"a"},{"provider":"b"}]}"#,
    );
    let now = Instant::now();
    let failure = crate::Failure::new(crate::FailureKind::Unavailable, "x");
    plan.leaves()[0].breaker.as_ref().unwrap().enter(now, false).unwrap().failed(&failure, now);
    let told = explain(&plan, &Facts::default(), now);
    assert_eq!(told.steps.len(), 1);
    assert_eq!(told.unused[0].why, "its circuit breaker is open");
    assert_eq!(told.steps[0].rules, ["circuit breaker closed"]);
}

#[test]
fn a_choice_that_was_made_for_like_requests_is_told_while_it_can_be_used() {
    let plan = plan(
        r#"{"strategy":{"mode":"loadbalance","sticky":{"hash_fields":["metadata.plan"]}},"cb_config":{"failure_threshold":1},
            "targets":[{"provider":"a"},{"provider":"b"}]}"#,
    );
    let (facts, now) = (asking(), Instant::now());
    let Node::Loadbalance(balance) = &plan else { panic!() };
    let table = balance.sticky.as_ref().unwrap();
    table.put(table.key(&facts).unwrap(), 1, now);
    let told = explain(&plan, &facts, now);
    assert_eq!((told.steps.len(), told.steps[0].provider.as_deref()), (1, Some("b")));
    assert_eq!(told.unused[0].why, "requests like this stay with another target");
    plan.leaves()[1].breaker.as_ref().unwrap().broke(now);
    let told = explain(&plan, &facts, now);
    assert_eq!((told.steps.len(), told.steps[0].provider.as_deref()), (1, Some("a")));
    assert_eq!(told.unused[0].why, "its circuit breaker is open");
}
