use std::collections::BTreeMap;

use jackfield_runtime::settings::document;

use super::*;

fn read(text: &str) -> Result<BTreeMap<String, Config>, document::Problems> {
    document::read(text, "jackfield.toml", |mut fields| {
        let routes = fields.take("routes").and_then(|node| crate::config::routes::read(&node));
        fields.finish();
        routes
    })
}

#[test]
fn the_example_of_the_design_is_a_fallback() {
    let routes = read(
        "[routes.fast]\nstrategy = \"fallback\"\ntargets = [ { model = \"openai/gpt-4o-mini\" }, { model = \"laptop/tiny\" } ]",
    );
    let route = &routes.unwrap()["fast"];
    assert!(matches!(route.strategy, Some(Strategy::Fallback { on_status: None })));
    assert_eq!(route.targets[1].model.as_deref(), Some("laptop/tiny"));
}

#[test]
fn every_field_is_read() {
    let routes = read(
        r#"
        [routes.all]
        strategy = "conditional"
        default = "b"
        conditions = [{ when = { "metadata.plan" = "paid", "params.n" = { "$gt" = 1 } }, then = "a" }]
        retry = { attempts = 2, on-status = [500], use-retry-after = false }
        timeout = "1m30s"
        cache = { mode = "simple", max-age = "1h" }
        breaker = { failures = 3, cooldown = "45s" }
        override-params = { temperature = 0.5 }
        default-params = { max_tokens = 10 }
        drop-params = ["logprobs"]
        [[routes.all.targets]]
        name = "a"
        model = "x/y"
        retry = 4
        [[routes.all.targets]]
        name = "b"
        strategy = "latency"
        sticky = { by = ["metadata._user"], ttl = "5m" }
        targets = [{ model = "x/z", weight = 2 }]
        [routes.plain]
        model = "x/y"
        "#,
    );
    let routes = routes.unwrap_or_else(|problems| panic!("{problems}"));
    let route = &routes["all"];
    assert!(
        matches!(&route.strategy, Some(Strategy::Conditional { conditions, .. }) if conditions.len() == 1)
    );
    let retry = route.retry.clone().unwrap();
    assert_eq!((retry.attempts, retry.use_retry_after), (2, false));
    assert_eq!(route.request_timeout, Some(Duration::from_secs(90)));
    assert_eq!(route.cache.unwrap().max_age, Duration::from_secs(3_600));
    assert_eq!(route.breaker.as_ref().unwrap().cooldown, Duration::from_secs(45));
    assert_eq!(route.override_params[0].1.text(), "0.5");
    assert_eq!((route.default_params.len(), route.drop_params.len()), (1, 1));
    assert_eq!(route.targets[0].retry.as_ref().unwrap().attempts, 4);
    assert!(matches!(
        &route.targets[1].strategy,
        Some(Strategy::Loadbalance { balance: Balance::Latency, sticky: Some(sticky) }) if sticky.ttl == Duration::from_secs(300)
    ));
    assert_eq!(routes["plain"].model.as_deref(), Some("x/y"));
}

#[test]
fn what_is_wrong_is_reported_with_its_line() {
    for (text, expected) in [
        (
            "[routes.a]\nstrategy = \"fallbak\"\ntargets = [{model=\"x/y\"}]",
            "2:12: routes.a.strategy: \"fallbak\" is unknown",
        ),
        (
            "[routes.a]\nmodel = \"x/y\"\nmodell = 1",
            "3:1: routes.a.modell: unknown field; did you mean `model`?",
        ),
        ("[routes.a]\nweight = 1", "routes.a: this target goes nowhere"),
        ("[routes.a]\nstrategy = \"single\"", "routes.a: `targets` is missing"),
        ("[routes.a]\nstrategy = \"single\"\ntargets = []", "routes.a.targets: there is no target"),
        (
            "[routes.a]\nstrategy = \"single\"\non-status = [500]\ntargets = [{model=\"x/y\"}]",
            "routes.a.on-status: only \"fallback\" has it",
        ),
        ("[routes.\"a/b\"]\nmodel = \"x/y\"", "a route's name has no slash"),
        (
            "[routes.a]\nstrategy = \"conditional\"\nconditions = [{when={\"x\"=1},then=\"b\"}]\ntargets = [{name=\"b\",model=\"x/y\"}]",
            "/x: this can't be asked about",
        ),
        (
            "[routes.a]\nstrategy = \"conditional\"\nconditions = [{when={},then=\"c\"}]\ntargets = [{name=\"b\",model=\"x/y\"}]",
            "no target is named \"c\"",
        ),
    ] {
        let problems = read(text).expect_err(text).to_string();
        assert!(problems.contains(expected), "{text}: {problems}");
    }
}

#[test]
fn a_slip_is_told_once_and_not_what_follows_from_it() {
    for (text, expected) in [
        (
            "[routes.a]\nstrategy = \"fallback\"\ntargets = [{modle=\"x/y\"}]",
            "3:13: routes.a.targets[0].modle: unknown field; did you mean `model`?",
        ),
        ("[routes.a]\nmodel = 5", "2:9: routes.a.model: this is a whole number: write a string"),
        (
            "[routes.a]\nmodel = \"x/y\"\ntimeout = 5",
            "3:11: routes.a.timeout: \"5\" isn't a length of time: write",
        ),
    ] {
        let problems = read(text).expect_err(text).to_string();
        assert!(problems.contains(expected) && problems.lines().count() == 1, "{text}: {problems}");
    }
}

#[test]
fn guardrails_of_a_route_are_read_as_a_config_writes_them() {
    let routes = read(
        r#"
        [routes.careful]
        model = "x/y"
        input-guardrails = ["saved", { deny = true, wordCount = { maxWords = 5 } }]
        output-mutators = [{ "default.regexReplace" = { rule = "a" } }]
        "#,
    );
    let route = &routes.unwrap_or_else(|problems| panic!("{problems}"))["careful"];
    let before = route.before.as_deref().unwrap();
    assert!(matches!(&before[0].checks, Checks::Saved(id) if id == "saved"));
    assert_eq!((before[1].deny, before[1].written()[0].id.as_str()), (true, "default.wordCount"));
    let after = route.after.as_deref().unwrap();
    assert_eq!((after.len(), after[0].kind), (1, HookKind::Mutator));
}

#[test]
fn a_guardrail_of_a_route_that_cannot_work_is_refused_where_it_stands() {
    for (list, expected) in [
        ("[{ wordCout = {} }]", "wordCount"),
        ("[{ deny = true, async = true, wordCount = { maxWords = 1 } }]", "nobody waits"),
        ("\"saved\"", "a list"),
    ] {
        let problems = read(&format!("[routes.r]\nmodel = \"x/y\"\noutput-guardrails = {list}")).unwrap_err();
        let told = problems.to_string();
        assert!(told.contains("jackfield.toml:3") && told.contains(expected), "{told}");
    }
}
