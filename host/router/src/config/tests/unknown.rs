//! A field that nobody knows, in every object that a config can have.

use serde_json::{Value, json};

use super::*;

/// Members whose names their author chooses.
const FREE: [&str; 3] = ["override_params", "default_params", "metadata"];

/// Every object that there is, with a name for what no field may be called.
fn full() -> Value {
    let feedback = || json!({ "feedback": { "value": 1, "weight": 0.5, "metadata": {} } });
    let short = || json!([{ "default.contains": { "words": ["x"] }, "on_fail": feedback() }]);
    let long = || {
        json!([{
            "type": "guardrail",
            "checks": [{ "id": "default.contains", "parameters": { "words": ["x"] } }],
            "on_fail": feedback(), "on_success": feedback(),
        }])
    };
    let mutator = || json!([{ "default.regexReplace": { "rule": "x" } }]);
    let query = json!({ "$and": [{ "$or": [{ "metadata.a": { "$eq": "x" } }] }, { "params.b": 1 }] });
    json!({
        "strategy": {
            "mode": "conditional", "default": "t", "cb_config": { "failure_threshold": 1 },
            "conditions": [{ "query": query, "then": "t" }],
        },
        "retry": { "attempts": 1 },
        "cache": { "mode": "simple" },
        "override_params": { "any": { "thing": 1 } },
        "default_params": { "any": { "thing": 1 } },
        "metadata": { "any": "thing" },
        "before_request_hooks": long(),
        "after_request_hooks": long(),
        "input_guardrails": short(),
        "output_guardrails": short(),
        "input_mutators": mutator(),
        "output_mutators": mutator(),
        "default_input_guardrails": short(),
        "default_output_guardrails": short(),
        "targets": [
            {
                "name": "t", "provider": "openai", "cb_config": { "failure_threshold": 1 },
                "retry": { "attempts": 1 }, "cache": { "mode": "simple" }, "input_guardrails": short(),
            },
            {
                "strategy": { "mode": "loadbalance", "sticky": { "hash_fields": ["metadata._user"] } },
                "targets": [
                    { "provider": "a" },
                    { "strategy": { "mode": "fallback" }, "targets": [{ "provider": "b" }] },
                ],
            },
        ],
    })
}

/// The places of all objects whose fields are to be known.
fn objects(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !FREE.contains(&name.as_str())) {
                objects(member, format!("{at}/{name}"), found);
            }
            found.push(at);
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                objects(item, format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_field_that_nobody_knows_is_named_in_every_object_that_there_is() {
    let full = full();
    read(&full.to_string());
    let mut places = Vec::new();
    objects(&full, String::new(), &mut places);
    assert!(places.len() > 40, "{places:#?}");
    for place in places {
        let mut config = full.clone();
        config.pointer_mut(&place).unwrap()["zzzzzz"] = json!({});
        let error = Config::parse(&config.to_string()).map(|_| ()).expect_err(&place);
        let pointer = format!("{place}/zzzzzz");
        assert!(error.problems().iter().any(|problem| problem.pointer == pointer), "{place}: {error}");
        assert!(error.to_string().contains("zzzzzz"), "{place}: {error}");
    }
}

#[test]
fn what_its_author_names_may_be_called_anything() {
    for field in FREE {
        let mut config = full();
        config[field]["zzzzzz"] = json!("x");
        read(&config.to_string());
    }
}
