use super::*;

#[test]
fn hooks_are_read_in_all_their_forms() {
    let config = read(&with(
        r#""before_request_hooks":[{"type":"mutator","id":"h","checks":[{"id":"acme.fix","parameters":{"a":1},"is_enabled":false}],"sequential":true}],
           "input_guardrails":["pg-1",{"contains":{"words":["x"]},"deny":true,"on_fail":{"feedback":{"value":-5,"weight":0.5,"metadata":{"a":"b"}}}}],
           "input_mutators":[{"acme.mask":{}}],
           "output_guardrails":[{"default.regexMatch":{"rule":"x"},"async":true}],
           "default_input_guardrails":[{"default.jwt":{}}]"#,
    ));
    let before = config.before.unwrap();
    assert_eq!(before.len(), 4);
    assert_eq!((before[0].kind, before[0].id.as_deref()), (HookKind::Mutator, Some("h")));
    assert!(before[0].sequential && !before[0].checks[0].enabled);
    assert_eq!((before[1].id.as_deref(), before[1].checks.len()), (Some("pg-1"), 0));
    assert_eq!(before[2].checks[0].id, "default.contains", "a check without a plugin is a built-in one");
    assert_eq!(before[2].checks[0].parameters.as_ref().unwrap().text(), r#"{"words":["x"]}"#);
    assert!(before[2].deny);
    let feedback = before[2].on_fail.as_ref().unwrap();
    assert_eq!((feedback.value, feedback.weight), (-5.0, 0.5));
    assert_eq!(before[3].kind, HookKind::Mutator);
    let after = config.after.unwrap();
    assert!(after.len() == 1 && after[0].detached);
    assert_eq!(config.default_before[0].checks[0].id, "default.jwt");
}

#[test]
fn hooks_that_can_do_nothing_are_refused() {
    for (field, expected) in [
        (r#""input_guardrails":[{"deny":true}]"#, "/input_guardrails/0: this names no check"),
        (
            r#""before_request_hooks":[{"type":"guardrail"}]"#,
            "/before_request_hooks/0: this hook checks nothing",
        ),
        (
            r#""before_request_hooks":[{"id":"a","denny":true}]"#,
            "/before_request_hooks/0/denny: unknown field; did you mean `deny`?",
        ),
        (
            r#""input_guardrails":[{"a.b":{},"deny":true,"async":true}]"#,
            "/input_guardrails/0: a hook that runs `async`",
        ),
        (r#""input_guardrails":[{"a.b":1}]"#, "/input_guardrails/0/a.b: this is a number"),
    ] {
        let error = Config::parse(&with(field)).map(|_| ()).expect_err(field).to_string();
        assert!(error.starts_with(expected), "{field}: {error}");
    }
    refused(
        r#"{"strategy":{"mode":"single"},"targets":[{"provider":"a","default_input_guardrails":["x"]}]}"#,
        &["/targets/0/default_input_guardrails: defaults hold for the whole config"],
    );
}
