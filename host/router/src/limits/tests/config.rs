use serde_json::{Value, json};

use super::*;

fn read(document: Value) -> Result<Vec<Limit>, String> {
    serde_json::from_value::<LimitRules>(document)
        .map(|rules| rules.limits)
        .map_err(|error| error.to_string())
}

fn budget(fields: Value) -> Result<Limit, String> {
    let mut limit = json!({ "type": "cost", "credit_limit": 10 });
    limit.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    limit.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    read(json!({ "usage_limits": [limit] })).map(|mut limits| limits.remove(0))
}

fn problem(fields: Value) -> String {
    budget(fields.clone()).expect_err(&fields.to_string())
}

#[test]
fn portkeys_limits_are_read() {
    let limits = read(json!({
        "usage_limits": [{
            "type": "cost", "credit_limit": 10.5, "alert_threshold": 8, "periodic_reset": "monthly",
            "conditions": [
                { "key": "metadata.team", "value": ["a", "b"], "excludes": "c" },
                { "key": "model", "value": "@openai/*" },
            ],
            "group_by": [{ "key": "api_key" }, { "key": "metadata._user" }],
        }],
        "rate_limits": [{ "name": "slow", "type": "tokens", "unit": "rph", "value": 7 }],
    }));
    let patterns = |words: &[&str]| words.iter().map(|word| Pattern::new(*word)).collect::<Vec<_>>();
    let team = Field::Metadata("team".to_owned());
    assert_eq!(
        limits.unwrap(),
        [
            Limit {
                alert_at: Some(8_000_000_000),
                conditions: vec![
                    Condition { field: team, values: patterns(&["a", "b"]), excludes: patterns(&["c"]) },
                    Condition { field: Field::Model, values: patterns(&["openai/*"]), excludes: vec![] },
                ],
                group_by: vec![Field::ApiKey, Field::Metadata("_user".to_owned())],
                ..named(
                    "usage_limits[0]",
                    limit(Metric::Cost, 10_500_000_000, Window::Calendar(Period::Month))
                )
            },
            Limit {
                kind: Kind::Rate,
                ..named("slow", limit(Metric::Tokens, 7, Window::Rolling(3_600 * SECOND)))
            },
        ]
    );
}

#[test]
fn limits_are_read_from_toml_as_well() {
    let rules: LimitRules = toml::from_str(
        "[[usage_limits]]\ntype = \"tokens\"\ncredit_limit = 5\nunpriced = \"allow\"\n\
         [[rate_limits]]\ntype = \"requests\"\nunit = \"rpm\"\nvalue = 3\nwindow = \"calendar\"\n",
    )
    .unwrap();
    assert_eq!(rules.limits[0].unpriced, Unpriced::Allow);
    assert_eq!((rules.limits[0].metric, rules.limits[0].allowed), (Metric::Tokens, 5));
    assert_eq!(rules.limits[1].window, Window::Calendar(Period::Minute));
    assert_eq!(toml::from_str::<LimitRules>("").unwrap(), LimitRules::default());
}

#[test]
fn each_way_to_reset_is_a_window() {
    let day = Period::Day.length();
    for (fields, window) in [
        (json!({}), Window::Lifetime),
        (json!({ "periodic_reset": "minutely" }), Window::Calendar(Period::Minute)),
        (json!({ "periodic_reset": "hourly" }), Window::Calendar(Period::Hour)),
        (json!({ "periodic_reset": "daily" }), Window::Calendar(Period::Day)),
        (json!({ "periodic_reset": "weekly" }), Window::Calendar(Period::Week)),
        (json!({ "periodic_reset": "weekly", "window": "rolling" }), Window::Rolling(7 * day)),
        (json!({ "periodic_reset": "monthly", "window": "rolling" }), Window::Rolling(30 * day)),
        (json!({ "periodic_reset_days": 365, "window": "rolling" }), Window::Rolling(365 * day)),
        (json!({ "periodic_reset_days": 1 }), Window::Every { days: 1, anchor: 0 }),
        (
            json!({ "periodic_reset_days": 9, "next_usage_reset_at": "1970-01-02T00:00:00Z" }),
            Window::Every { days: 9, anchor: 86_400 },
        ),
    ] {
        assert_eq!(budget(fields.clone()).unwrap().window, window, "{fields}");
    }
}

#[test]
fn what_makes_no_sense_is_an_error_that_says_what_to_write() {
    for (fields, says) in [
        (json!({ "colour": 1 }), "colour"),
        (json!({ "type": "colour" }), "colour"),
        (json!({ "type": null }), "type"),
        (json!({ "credit_limit": null }), "credit_limit"),
        (json!({ "credit_limit": -1 }), "0 or more"),
        (json!({ "type": "tokens", "credit_limit": 1.5 }), "whole number"),
        (json!({ "alert_threshold": 10 }), "less than `credit_limit`"),
        (json!({ "periodic_reset": "yearly" }), "yearly"),
        (json!({ "periodic_reset": "weekly", "periodic_reset_days": 3 }), "keep one"),
        (json!({ "periodic_reset_days": 0 }), "1 to 365"),
        (json!({ "periodic_reset_days": 366 }), "1 to 365"),
        (json!({ "periodic_reset_days": 3, "next_usage_reset_at": "soon" }), "2026-01-31"),
        (
            json!({ "periodic_reset": "weekly", "next_usage_reset_at": "2026-01-31T00:00:00Z" }),
            "leave it out",
        ),
        (json!({ "window": "rolling" }), "length"),
        (json!({ "conditions": [{ "key": "colour", "value": "x" }] }), "colour"),
        (json!({ "conditions": [{ "key": "model" }] }), "neither"),
        (json!({ "conditions": [{ "key": "model", "value": "x", "y": 1 }] }), "`y`"),
        (json!({ "group_by": [{ "key": "colour" }] }), "colour"),
        (json!({ "group_by": [{ "key": "model", "y": 1 }] }), "`y`"),
    ] {
        let problem = problem(fields);
        assert!(problem.contains(says), "{problem}");
    }
    for rate in
        [json!({ "type": "cost" }), json!({ "unit": "rps" }), json!({ "value": -1 }), json!({ "x": 1 })]
    {
        let mut limit = json!({ "type": "requests", "unit": "rpm", "value": 1 });
        limit.as_object_mut().unwrap().extend(rate.as_object().unwrap().clone());
        assert!(read(json!({ "rate_limits": [limit] })).is_err(), "{rate}");
    }
    assert!(read(json!({ "x": [] })).is_err());
    let one = json!({ "name": "same", "type": "cost", "credit_limit": 1 });
    assert!(read(json!({ "usage_limits": [one, one] })).unwrap_err().contains("rename one"));
}
