use std::time::{Duration, SystemTime};

use super::*;

const TIMING: Timing = Timing { began: SystemTime::UNIX_EPOCH, took: Duration::from_millis(7) };

fn report(hook: &str, found: &[Result<bool, &str>]) -> HookReport {
    let hook = Hook::parse(hook, "/input_guardrails/0").unwrap();
    let found = found.iter().map(|found| match found {
        Ok(verdict) => Ok(Finding { verdict: *verdict, data: Value::Null }),
        Err(message) => Err(CheckError::new("E", *message)),
    });
    let checks = hook.written().iter().zip(found);
    let checks = checks.map(|(check, found)| CheckReport::new(check, found, false, TIMING)).collect();
    HookReport::new(&hook, checks, TIMING)
}

#[test]
fn one_bad_verdict_is_enough_and_an_error_is_none_unless_it_is_to_be() {
    let two = r#"{"notNull":{},"contains":{"words":["a"]},"deny":true}"#;
    for (found, expected) in [
        ([Ok(true), Ok(true)], true),
        ([Ok(true), Ok(false)], false),
        ([Ok(true), Err("unreachable")], true),
        ([Ok(false), Err("unreachable")], false),
    ] {
        let report = report(two, &found);
        assert_eq!((report.verdict, report.deny), (expected, !expected), "{found:?}");
    }
    let strict = r#"{"notNull":{"failOnError":true},"deny":true}"#;
    assert!(!report(strict, &[Err("unreachable")]).verdict);
    assert!(report(r#"{"notNull":{}}"#, &[Ok(false)]).deny.eq(&false), "what isn't to deny doesn't");
}

#[test]
fn a_verdict_has_its_feedback_with_the_names_of_the_checks() {
    let hook = r#"{"notNull":{},"contains":{"words":["a"]},"regexMatch":{"rule":"a"},
        "on_fail":{"feedback":{"value":-5,"weight":0.5,"metadata":{"team":"blue"}}},"on_success":{"feedback":{"value":5}}}"#;
    let failed = report(hook, &[Ok(true), Ok(false), Err("x")]).feedback.unwrap();
    assert_eq!((failed.value, failed.weight), (-5.0, 0.5));
    let metadata = Value::Object(failed.metadata);
    assert_eq!(metadata["team"], "blue");
    assert_eq!(metadata["successfulChecks"], "default.notNull");
    assert_eq!(metadata["failedChecks"], "default.contains");
    assert_eq!(metadata["erroredChecks"], "default.regexMatch");
    assert_eq!(report(hook, &[Ok(true), Ok(true), Ok(true)]).feedback.unwrap().value, 5.0);
    assert!(report(r#"{"notNull":{}}"#, &[Ok(true)]).feedback.is_none());
}

#[test]
fn results_have_the_shape_that_portkeys_clients_read() {
    let hook = report(r#"{"notNull":{},"contains":{"words":["a"]},"deny":true}"#, &[Ok(false), Err("away")]);
    let results = Results { before_request_hooks: vec![hook], ..Results::default() };
    assert!(results.has_failed() && results.denies() && !results.is_empty());
    let shown = serde_json::to_value(&results).unwrap();
    let hook = &shown["before_request_hooks"][0];
    for (field, expected) in [
        ("verdict", Value::from(false)),
        ("id", "input_guardrails_0".into()),
        ("transformed", false.into()),
        ("feedback", Value::Null),
        ("execution_time", 7.into()),
        ("async", false.into()),
        ("type", "guardrail".into()),
        ("created_at", "1970-01-01T00:00:00.000Z".into()),
        ("deny", true.into()),
    ] {
        assert_eq!(hook[field], expected, "{field}");
    }
    assert_eq!(hook["checks"][1]["error"]["message"], "away");
    assert_eq!(hook["checks"][0]["id"], "default.notNull");
    assert!(hook["checks"][0].get("error").is_none());
    assert_eq!(shown["after_request_hooks"], serde_json::json!([]));
}
