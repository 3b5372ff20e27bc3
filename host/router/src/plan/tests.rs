use std::time::Duration;

use super::*;
use crate::config::{CacheMode, CacheRule, Config};
use crate::testing::{Around, plan};

#[track_caller]
fn leaf(plan: &Node, path: &str) -> Arc<Leaf> {
    let leaves = plan.leaves();
    let paths: Vec<&str> = leaves.iter().map(|leaf| &*leaf.path).collect();
    Arc::clone(
        leaves.iter().find(|leaf| &*leaf.path == path).unwrap_or_else(|| panic!("{path} isn't in {paths:?}")),
    )
}

fn refused(config: &str, around: &Around) -> String {
    let config = Config::parse(config).unwrap_or_else(|error| panic!("{error}"));
    build(&config, "config", &Overrides::default(), around).map(|_| ()).unwrap_err().to_string()
}

fn param(leaf: &Leaf, body: &'static str) -> String {
    String::from_utf8(leaf.params.apply(&bytes::Bytes::from_static(body.as_bytes())).unwrap().to_vec())
        .unwrap()
}

#[test]
fn paths_say_where_a_target_stands() {
    let plan = plan(
        r#"{"strategy":{"mode":"fallback"},"targets":[{"provider":"a"},
            {"strategy":{"mode":"loadbalance"},"targets":[{"provider":"b"},{"provider":"c"}]}]}"#,
    );
    let paths: Vec<String> = plan.leaves().iter().map(|leaf| leaf.path.to_string()).collect();
    assert_eq!(paths, ["config.targets[0]", "config.targets[1].targets[0]", "config.targets[1].targets[1]"]);
    assert_eq!(&**super::tests::plan(r#"{"provider":"a"}"#).path(), "config");
}

#[test]
fn params_of_groups_and_targets_add_up_and_the_nearer_wins() {
    let plan = plan(
        r#"{"strategy":{"mode":"single"},"override_params":{"a":1,"b":1},"default_params":{"c":1,"d":1},"drop_params":["x"],
            "targets":[{"provider":"p","override_params":{"b":2},"default_params":{"d":2},"drop_params":["y"]}]}"#,
    );
    let leaf = leaf(&plan, "config.targets[0]");
    assert_eq!(param(&leaf, r#"{"x":1,"y":1,"a":0}"#), r#"{"a":1,"b":2,"c":1,"d":2}"#);
}

#[test]
fn other_rules_are_replaced_whole_by_the_nearer_one() {
    let plan = plan(
        r#"{"strategy":{"mode":"fallback"},"retry":{"attempts":5,"on_status_codes":[418]},"cache":{"mode":"semantic","max_age":60},
            "forward_headers":["x-a"],"custom_host":"https://a.example","request_timeout":1000,"strict_open_ai_compliance":false,
            "input_guardrails":["above"],"cb_config":{"failure_threshold":9},"metadata":{"team":"blue","tier":"1"},
            "targets":[{"provider":"p"},
              {"provider":"q","retry":{"attempts":1},"cache":"simple","forward_headers":["x-b"],"custom_host":"https://b.example",
               "request_timeout":2000,"strict_open_ai_compliance":true,"input_guardrails":["own"],
               "cb_config":{"failure_threshold":1},"metadata":{"tier":"2"}}]}"#,
    );
    let (above, own) = (leaf(&plan, "config.targets[0]"), leaf(&plan, "config.targets[1]"));
    assert_eq!((above.retry.attempts, own.retry.attempts), (5, 1));
    assert!(above.retry.on_status.contains(418) && !own.retry.on_status.contains(418), "as a whole");
    assert_eq!(above.cache.unwrap().max_age, Duration::from_secs(60));
    assert_eq!(own.cache.unwrap().max_age, Duration::from_secs(604_800));
    assert_eq!((above.forward_headers[0].as_str(), own.forward_headers[0].as_str()), ("x-a", "x-b"));
    assert_eq!(own.forward_headers.len(), 1);
    assert_eq!(above.custom_host.as_ref().unwrap().host_str(), Some("a.example"));
    assert_eq!(own.custom_host.as_ref().unwrap().host_str(), Some("b.example"));
    assert_eq!(above.request_timeout, Some(Duration::from_secs(1)));
    assert_eq!(own.request_timeout, Some(Duration::from_secs(2)));
    assert_eq!((above.strict, own.strict), (false, true));
    assert_eq!((above.before.len(), above.before[0].id.as_deref()), (1, Some("above")));
    assert_eq!((own.before.len(), own.before[0].id.as_deref()), (1, Some("own")));
    assert!(above.breaker.is_some());
    assert_eq!(
        (&*above.metadata["tier"], &*own.metadata["tier"], &*own.metadata["team"]),
        ("1", "2", "blue")
    );
}

#[test]
fn rules_reach_through_several_groups() {
    let plan = plan(
        r#"{"strategy":{"mode":"single"},"retry":{"attempts":2},"targets":[
            {"strategy":{"mode":"single"},"request_timeout":7,"targets":[{"provider":"p"}]}]}"#,
    );
    let leaf = leaf(&plan, "config.targets[0].targets[0]");
    assert_eq!((leaf.retry.attempts, leaf.request_timeout), (2, Some(Duration::from_millis(7))));
}

#[test]
fn who_a_target_is_does_not_travel() {
    let plan = plan(
        r#"{"strategy":{"mode":"fallback"},"targets":[{"provider":"p","api_key":"k","aws_region":"r"},{"retry":{"attempts":1}}]}"#,
    );
    let other = leaf(&plan, "config.targets[1]");
    assert!(other.provider.is_none() && other.api_key.is_none() && other.options.is_empty());
    assert!(!other.is_custom() && leaf(&plan, "config.targets[0]").is_custom());
}

#[test]
fn default_guardrails_stand_before_every_targets_own() {
    let plan = plan(
        r#"{"strategy":{"mode":"fallback"},"default_input_guardrails":["always"],"default_output_guardrails":["after"],
            "targets":[{"provider":"p","input_guardrails":["own"]},{"provider":"q"}]}"#,
    );
    let ids = |path| leaf(&plan, path).before.iter().map(|hook| hook.id.clone().unwrap()).collect::<Vec<_>>();
    assert_eq!(ids("config.targets[0]"), ["always", "own"]);
    assert_eq!(ids("config.targets[1]"), ["always"]);
    assert_eq!(leaf(&plan, "config.targets[1]").after.len(), 1);
}

#[test]
fn a_model_in_the_params_is_the_targets_model_and_no_change_to_the_body() {
    let plan =
        plan(r#"{"provider":"openai","override_params":{"model":"gpt-4o"},"default_params":{"model":"x"}}"#);
    let leaf = leaf(&plan, "config");
    assert_eq!((leaf.model.as_deref(), leaf.default_model.as_deref()), (Some("gpt-4o"), Some("x")));
    assert!(leaf.params.is_empty());
    assert_eq!(leaf.model_for(Some("asked")), Some("gpt-4o"));
    let plain = Leaf { model: None, ..Leaf::plain("config", None, None) };
    assert_eq!((plain.model_for(Some("asked")), plain.model_for(None)), (Some("asked"), None));
}

#[test]
fn a_model_with_a_slug_names_its_provider() {
    let plan = plan(r#"{"override_params":{"model":"@azure-openai/gpt-4o"}}"#);
    let leaf = leaf(&plan, "config");
    assert_eq!((leaf.provider.as_deref(), leaf.model.as_deref()), (Some("azure"), Some("gpt-4o")));
    let error =
        refused(r#"{"provider":"groq","override_params":{"model":"@openai/gpt-4o"}}"#, &Around::default());
    assert!(error.starts_with("/override_params: \"@openai/gpt-4o\" names another provider"), "{error}");
    let error = refused(r#"{"override_params":{"model":7}}"#, &Around::default());
    assert!(error.starts_with("/override_params: `model` must be a string"), "{error}");
}

#[test]
fn providers_have_the_name_under_which_they_are_bound() {
    assert_eq!(leaf(&plan(r#"{"provider":"azure-openai"}"#), "config").provider.as_deref(), Some("azure"));
    let error = refused(
        r#"{"strategy":{"mode":"fallback"},"targets":[{"provider":"a"},{"provider":"nobody"}]}"#,
        &Around::default(),
    );
    assert_eq!(error, "/targets/1/provider: no provider is named \"nobody\"");
}

#[test]
fn whatever_the_program_around_does_not_do_stops_the_config() {
    for (field, wish, pointer) in [
        (r#""api_key":"k""#, "ApiKey", "/api_key"),
        (r#""aws_region":"r""#, "AwsRegion", "/aws_region"),
        (r#""custom_host":"https://a.example""#, "CustomHost", "/custom_host"),
        (r#""forward_headers":["x-a"]"#, "ForwardHeader", "/forward_headers"),
        (r#""cache":"semantic""#, "Cache(Semantic)", "/cache"),
        (r#""input_guardrails":["saved"]"#, "default.notNull", "/input_guardrails/0"),
        (
            r#""output_guardrails":[{"default.contains":{"words":["x"]}}]"#,
            "default.contains",
            "/output_guardrails/0",
        ),
        (r#""strict_open_ai_compliance":false"#, "LooseCompliance", "/strict_open_ai_compliance"),
        (r#""passthrough":true"#, "Passthrough", "/passthrough"),
    ] {
        let config = format!("{{\"provider\":\"p\",{field}}}");
        let error = refused(&config, &Around { refused: Some(wish) });
        assert!(error.starts_with(&format!("{pointer}: not here")), "{field}: {error}");
        plan(&config);
    }
}

#[test]
fn a_check_that_is_switched_off_is_not_asked_for() {
    let config =
        r#"{"before_request_hooks":[{"checks":[{"id":"log","is_enabled":false},{"id":"notNull"}]}]}"#;
    let config = Config::parse(config).unwrap();
    let asked = Around { refused: Some("Check(Check { id: \"default.log\"") };
    assert!(build(&config, "config", &Overrides::default(), &asked).is_ok());
    let asked = Around { refused: Some("Check(Check { id: \"default.notNull\"") };
    assert!(build(&config, "config", &Overrides::default(), &asked).is_err());
}

#[test]
fn a_guardrail_that_is_saved_nowhere_or_stands_at_the_wrong_place_stops_the_config() {
    let error = refused(r#"{"provider":"p","output_guardrails":["nothing"]}"#, &Around::default());
    assert_eq!(error, "/output_guardrails/0: no guardrail is saved as \"nothing\"");
    let keys = r#"{"provider":"p","output_guardrails":[{"requiredMetadataKeys":{"metadataKeys":["a"]}}]}"#;
    let error = refused(keys, &Around::default());
    assert!(
        error.starts_with("/output_guardrails/0: \"default.requiredMetadataKeys\" looks at requests"),
        "{error}"
    );
}

#[test]
fn a_saved_guardrail_is_filled_in_and_keeps_what_its_reference_says() {
    let plan = plan(
        r#"{"provider":"p","before_request_hooks":[{"id":"saved","deny":true,"on_fail":{"feedback":{"value":-1}}}]}"#,
    );
    let hook = &leaf(&plan, "config").before[0];
    assert!(hook.deny && hook.on_fail.is_some() && hook.written().len() == 1);
    assert_eq!((hook.shown_id(), hook.pointer.as_str()), ("saved".to_owned(), "/before_request_hooks/0"));
}

#[test]
fn the_requests_own_headers_win_over_the_config() {
    let config = Config::parse(
        r#"{"strategy":{"mode":"fallback"},"targets":[{"provider":"p","custom_host":"https://a.example","request_timeout":1,
            "forward_headers":["x-a"],"strict_open_ai_compliance":true},{"retry":{"attempts":1}}]}"#,
    );
    let overrides = Overrides {
        provider: Some("q".to_owned()),
        custom_host: Some("https://b.example".parse().unwrap()),
        request_timeout: Some(Duration::from_secs(9)),
        forward_headers: Some(vec![http::header::ACCEPT_LANGUAGE]),
        strict: Some(false),
        ..Overrides::default()
    };
    let plan = build(&config.unwrap(), "config", &overrides, &Around::default()).unwrap();
    let leaf = leaf(&plan, "config.targets[0]");
    assert_eq!(leaf.provider.as_deref(), Some("p"), "but a target's own provider stays");
    assert_eq!(leaf.custom_host.as_ref().unwrap().host_str(), Some("b.example"));
    assert_eq!(leaf.request_timeout, Some(Duration::from_secs(9)));
    assert_eq!(leaf.forward_headers, [http::header::ACCEPT_LANGUAGE]);
    assert!(!leaf.strict);
    assert_eq!(super::tests::leaf(&plan, "config.targets[1]").provider.as_deref(), Some("q"));
}

#[test]
fn routes_and_plain_models_become_the_same_tree() {
    let config = Config {
        strategy: Some(crate::config::Strategy::Fallback { on_status: None }),
        targets: vec![Config { model: Some("openai/gpt-4o".to_owned()), ..Config::default() }],
        ..Config::default()
    };
    let plan = build(&config, "routes.fast", &Overrides::default(), &Around::default()).unwrap();
    let leaf = leaf(&plan, "routes.fast.targets[0]");
    assert_eq!((leaf.provider.as_deref(), leaf.model.as_deref()), (Some("openai"), Some("gpt-4o")));
    let plain = of_model("config", "openai".into(), "gpt-4o".into(), &Around::default());
    let Node::Leaf(plain) = plain.unwrap() else { panic!() };
    assert_eq!((plain.provider.as_deref(), plain.model.as_deref()), (Some("openai"), Some("gpt-4o")));
    assert_eq!((plain.retry.attempts, plain.strict, plain.params.is_empty()), (0, true, true));
}

#[test]
fn a_plan_shows_no_secret() {
    let plan = plan(r#"{"provider":"p","api_key":"hunter2","azure_ad_token":"hunter2"}"#);
    let shown = format!("{plan:?}");
    assert!(!shown.contains("hunter2") && shown.contains("[redacted]"), "{shown}");
}

#[test]
fn a_requests_own_word_on_the_cache_goes_before_the_configs() {
    let cached = |config: &str, mode: Option<&str>, seconds: Option<u64>| {
        let overrides = Overrides {
            cache_mode: mode.map(|mode| CacheMode::of(mode).unwrap()),
            cache_age: seconds.map(|seconds| CacheRule::age(seconds).unwrap()),
            ..Overrides::default()
        };
        assert_eq!(overrides.is_empty(), mode.is_none() && seconds.is_none());
        let config = Config::parse(config).unwrap();
        let plan = build(&config, "config", &overrides, &Around::default()).unwrap();
        plan.leaves()[0].cache.map(|rule| (rule.mode, rule.max_age.as_secs()))
    };
    let (none, written) =
        (r#"{"provider":"p"}"#, r#"{"provider":"p","cache":{"mode":"semantic","max_age":90}}"#);
    for (config, mode, seconds, rule) in [
        (none, None, None, None),
        (none, None, Some(60), None),
        (none, Some("simple"), None, Some((CacheMode::Simple, 604_800))),
        (none, Some("semantic"), Some(60), Some((CacheMode::Semantic, 60))),
        (written, None, None, Some((CacheMode::Semantic, 90))),
        (written, Some("simple"), None, Some((CacheMode::Simple, 90))),
        (written, None, Some(7_776_000), Some((CacheMode::Semantic, 7_776_000))),
    ] {
        assert_eq!(cached(config, mode, seconds), rule, "{config} {mode:?} {seconds:?}");
    }
    assert_eq!((CacheRule::age(59), CacheRule::age(7_776_001), CacheMode::of("Simple")), (None, None, None));
}
