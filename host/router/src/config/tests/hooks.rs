use super::*;
use crate::guard::Rule;

#[test]
fn hooks_are_read_in_all_their_forms() {
    let config = read(&with(
        r#""before_request_hooks":[{"type":"mutator","id":"h","checks":[{"id":"default.regexReplace","parameters":{"rule":"a"}},
             {"id":"acme.fix","parameters":{"a":1},"is_enabled":false}],"sequential":true}],
           "input_guardrails":["pg-1",{"contains":{"words":["x"]},"deny":true,"on_fail":{"feedback":{"value":-5,"weight":0.5,"metadata":{"a":"b"}}}}],
           "input_mutators":[{"default.addPrefix":{"prefix":"x"}}],
           "output_guardrails":[{"default.regexMatch":{"rule":"x"},"async":true}],
           "default_input_guardrails":[{"first":{"id":"notNull"}}]"#,
    ));
    let before = config.before.unwrap();
    assert_eq!(before.len(), 4);
    assert_eq!((before[0].kind, before[0].id.as_deref()), (HookKind::Mutator, Some("h")));
    assert!(
        before[0].sequential && before[0].written().len() == 1,
        "a check that is switched off is left out"
    );
    assert_eq!(before[1].id.as_deref(), Some("pg-1"));
    assert!(matches!(&before[1].checks, Checks::Saved(id) if id == "pg-1"));
    assert_eq!(before[2].written()[0].id, "default.contains", "a check without a plugin is a built-in one");
    assert!(before[2].deny && matches!(before[2].written()[0].rule, Rule::Judge(_)));
    let feedback = before[2].on_fail.as_ref().unwrap();
    assert_eq!((feedback.value, feedback.weight), (-5.0, 0.5));
    assert_eq!(before[3].kind, HookKind::Mutator);
    assert_eq!(before[3].shown_id(), "input_mutators_0");
    let after = config.after.unwrap();
    assert!(after.len() == 1 && after[0].detached);
    assert_eq!(config.default_before[0].written()[0].id, "default.notNull");
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
            r#""input_guardrails":[{"notNull":{},"deny":true,"async":true}]"#,
            "/input_guardrails/0: a hook that runs `async`",
        ),
        (
            r#""output_mutators":[{"regexReplace":{"rule":"x"},"async":true}]"#,
            "/output_mutators/0: a hook that runs `async` can't rewrite",
        ),
        (r#""input_guardrails":[{"notNull":1}]"#, "/input_guardrails/0/notNull: this is a number"),
        (
            r#""input_guardrails":[{"default.contain":{}}]"#,
            "/input_guardrails/0/default.contain: there is no check \"default.contain\"; did you mean \"default.contains\"?",
        ),
        (
            r#""input_guardrails":[{"acme.guard":{}}]"#,
            "/input_guardrails/0/acme.guard: there is no check \"acme.guard\": this gateway has the built-in ones",
        ),
        (
            r#""input_guardrails":[{"contains":{"words":["a"],"operater":"all"}}]"#,
            "/input_guardrails/0/contains/operater: unknown field; did you mean `operator`?",
        ),
    ] {
        let error = Config::parse(&with(field)).map(|_| ()).expect_err(field).to_string();
        assert!(error.starts_with(expected), "{field}: {error}");
    }
    refused(
        r#"{"strategy":{"mode":"single"},"targets":[{"provider":"a","default_input_guardrails":["x"]}]}"#,
        &["/targets/0/default_input_guardrails: defaults hold for the whole config"],
    );
    let many = vec![r#"{"notNull":{}}"#; 65].join(",");
    refused(
        &with(&format!(r#""input_guardrails":[{many}]"#)),
        &["/input_guardrails: these are more than 64 checks"],
    );
}

#[test]
fn a_list_or_a_hook_of_its_own_is_read_with_the_place_it_is_from() {
    let hooks = Hook::parse_list(r#"["saved",{"notNull":{}}]"#, "x-header").unwrap();
    assert_eq!((hooks.len(), hooks[1].pointer.as_str()), (2, "x-header/1"));
    for (text, expected) in [
        ("nothing", "x-header: this isn't JSON"),
        (r#"[{"no":{}}]"#, "x-header/0/no: there is no check \"no\""),
    ] {
        let error = Hook::parse_list(text, "x-header").unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    assert_eq!(Hook::parse(r#"{"notNull":{},"deny":true}"#, "").unwrap().written().len(), 1);
    assert_eq!(Hook::parse(r#"{"checks":[{"id":"notNull"}],"id":"h"}"#, "").unwrap().written().len(), 1);
    assert!(Hook::parse(r#""other""#, "a").unwrap_err().to_string().starts_with("a: this"));
}
