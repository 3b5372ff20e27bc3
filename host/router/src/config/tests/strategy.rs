use super::*;

#[test]
fn each_strategy_is_read_with_its_own_fields() {
    let targets = r#""targets":[{"name":"a","provider":"p"},{"name":"b","provider":"q"}]"#;
    let strategy = |text: &str| read(&format!("{{\"strategy\":{text},{targets}}}")).strategy.unwrap();
    assert!(matches!(strategy(r#"{"mode":"single"}"#), Strategy::Single));
    assert!(matches!(strategy(r#"{"mode":"fallback"}"#), Strategy::Fallback { on_status: None }));
    let Strategy::Fallback { on_status: Some(codes) } =
        strategy(r#"{"mode":"fallback","on_status_codes":[503,246]}"#)
    else {
        panic!()
    };
    assert_eq!(codes.iter().collect::<Vec<_>>(), [246, 503]);
    for (mode, kind) in [
        ("loadbalance", Balance::Weighted),
        ("round-robin", Balance::RoundRobin),
        ("least-busy", Balance::LeastBusy),
        ("latency", Balance::Latency),
    ] {
        let Strategy::Loadbalance { balance, sticky: None } = strategy(&format!(r#"{{"mode":"{mode}"}}"#))
        else {
            panic!("{mode}")
        };
        assert_eq!(balance, kind);
    }
    let Strategy::Loadbalance { sticky: Some(sticky), .. } = strategy(
        r#"{"mode":"loadbalance","sticky":{"enabled":true,"hash_fields":["metadata.u","params.user","headers.X-S"],"ttl":60}}"#,
    ) else {
        panic!()
    };
    assert_eq!(sticky.ttl, Duration::from_secs(60));
    assert_eq!(
        sticky.fields,
        [
            StickyField::Metadata("u".into()),
            StickyField::Param("user".into()),
            StickyField::Header(http::HeaderName::from_static("x-s"))
        ]
    );
    let off = strategy(r#"{"mode":"loadbalance","sticky":{"enabled":false}}"#);
    assert!(matches!(off, Strategy::Loadbalance { sticky: None, .. }));
    let Strategy::Conditional { conditions, default } = strategy(
        r#"{"mode":"conditional","conditions":[{"query":{"metadata.x":"y"},"then":"b"}],"default":"a"}"#,
    ) else {
        panic!()
    };
    assert_eq!((conditions.len(), conditions[0].then.as_str(), default.as_deref()), (1, "b", Some("a")));
}

#[test]
fn a_field_of_another_strategy_is_refused() {
    let targets = r#""targets":[{"provider":"p"}]"#;
    for (strategy, expected) in [
        (r#"{"mode":"loadbalance","on_status_codes":[500]}"#, "/strategy/on_status_codes: only `fallback`"),
        (
            r#"{"mode":"fallback","sticky":{"hash_fields":["metadata.a"]}}"#,
            "/strategy/sticky: only strategies",
        ),
        (r#"{"mode":"single","default":"a"}"#, "/strategy/default: only `conditional`"),
        (r#"{"mode":"fallbak"}"#, "/strategy/mode: \"fallbak\" is unknown here; did you mean \"fallback\"?"),
        ("{}", "/strategy: `mode` is missing"),
        (r#"{"mode":"single","moed":1}"#, "/strategy/moed: unknown field; did you mean `mode`?"),
    ] {
        let text = format!("{{\"strategy\":{strategy},{targets}}}");
        let error = Config::parse(&text).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expected), "{strategy}: {error}");
    }
}

#[test]
fn targets_and_strategy_need_each_other() {
    refused(r#"{"strategy":{"mode":"fallback"}}"#, &["`targets` is missing"]);
    refused(r#"{"strategy":{"mode":"fallback"},"targets":[]}"#, &["/targets: there is no target"]);
    refused(r#"{"targets":[{"provider":"a"}]}"#, &["/targets: targets are used by a strategy"]);
    refused(r#"{"strategy":{"mode":"single"},"targets":[{}]}"#, &["/targets/0: this says neither"]);
}

#[test]
fn what_is_not_handed_down_is_refused_on_a_group() {
    refused(
        r#"{"strategy":{"mode":"single"},"targets":[{"provider":"a"}],"api_key":"k","provider":"a","aws_region":"r"}"#,
        &["/aws_region: this isn't handed down", "/provider: this isn't", "/api_key: this isn't"],
    );
}

#[test]
fn conditions_name_targets_that_exist() {
    let config = |then: &str, default: &str| {
        format!(
            r#"{{"strategy":{{"mode":"conditional","conditions":[{{"query":{{}},"then":"{then}"}}],"default":"{default}"}},
                "targets":[{{"name":"good","provider":"a"}},{{"name":"cheap","provider":"b"}}]}}"#
        )
    };
    read(&config("good", "cheap"));
    refused(
        &config("god", "cheap"),
        &["/strategy/conditions/0/then: no target is named \"god\"; did you mean `good`?"],
    );
    refused(&config("good", "x"), &["/strategy/default: no target is named \"x\""]);
    refused(
        r#"{"strategy":{"mode":"single"},"targets":[{"name":"a","provider":"a"},{"name":"a","provider":"b"}]}"#,
        &["/targets/1/name: another target of this group is named \"a\""],
    );
    refused(
        r#"{"strategy":{"mode":"conditional","conditions":[{"query":{"model":1},"then":"a"},{"then":"a"},{"query":{}}]},"targets":[{"name":"a","provider":"a"}]}"#,
        &[
            "/strategy/conditions/0/query/model: this can't be asked about",
            "/strategy/conditions/1: `query` is missing",
            "/strategy/conditions/2: `then` is missing",
        ],
    );
}

#[test]
fn a_loadbalance_without_any_weight_is_refused() {
    refused(
        r#"{"strategy":{"mode":"loadbalance"},"targets":[{"provider":"a","weight":0}]}"#,
        &["/targets: all weights are 0"],
    );
}

#[test]
fn depth_and_number_of_targets_are_bounded() {
    let mut deep = r#"{"provider":"a"}"#.to_owned();
    for _ in 0..200 {
        deep = format!(r#"{{"strategy":{{"mode":"single"}},"targets":[{deep}]}}"#);
    }
    let error = Config::parse(&deep).unwrap_err().to_string();
    assert!(error.contains("levels of targets") || error.contains("recursion limit"), "{error}");
    let many = vec![r#"{"provider":"a"}"#; 600].join(",");
    let many = format!(r#"{{"strategy":{{"mode":"fallback"}},"targets":[{many}]}}"#);
    assert!(Config::parse(&many).unwrap_err().to_string().contains("more than 500 targets"));
}

#[test]
fn a_condition_is_told_by_its_own_place_when_one_before_it_is_wrong() {
    refused(
        r#"{"strategy":{"mode":"conditional","conditions":[{"then":"a"},{"query":{},"then":"lost"}]},"targets":[{"name":"a","provider":"p"}]}"#,
        &["/strategy/conditions/0: `query` is missing", "/strategy/conditions/1/then: no target is named"],
    );
}
