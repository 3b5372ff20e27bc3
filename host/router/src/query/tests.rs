use std::collections::BTreeMap;

use bytes::Bytes;

use super::*;
use crate::config::read::{Item, Report};
use crate::facts::Facts;

fn query(text: &str) -> Result<Query, String> {
    let report = Report::default();
    let query = read(&Item::new(&report, String::new(), text));
    let problems: Vec<String> = report.into_problems().iter().map(ToString::to_string).collect();
    query.filter(|_| problems.is_empty()).ok_or_else(|| problems.join("; "))
}

fn facts() -> Facts {
    let metadata =
        [("plan", "paid"), ("age", "41"), ("beta", "true"), ("a.b", "dotted"), ("junk", "12 apples")];
    Facts {
        metadata: metadata.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: Bytes::from_static(
            br#"{"model":"gpt-4o","max_tokens":1000,"stream":true,"seed":"7","user":null,"format":{"type":"json"}}"#,
        ),
        path: "/v1/chat/completions".into(),
        ..Facts::default()
    }
}

fn holds(text: &str) -> bool {
    query(text).unwrap().holds(&facts(), &BTreeMap::new())
}

#[track_caller]
fn all(expected: bool, queries: &[&str]) {
    for text in queries {
        assert_eq!(holds(text), expected, "{text}");
    }
}

#[test]
fn a_value_alone_means_equality() {
    all(
        true,
        &[
            r#"{"metadata.plan":"paid"}"#,
            r#"{"metadata.a.b":"dotted"}"#,
            r#"{"params.model":"gpt-4o"}"#,
            r#"{"params.max_tokens":1000.0}"#,
            r#"{"params.stream":true}"#,
            r#"{"params.format.type":"json"}"#,
            r#"{"url.pathname":"/v1/chat/completions"}"#,
            "{}",
        ],
    );
    all(
        false,
        &[
            r#"{"metadata.plan":"free"}"#,
            r#"{"metadata.nothing":"paid"}"#,
            r#"{"params.max_tokens":"1000"}"#,
            r#"{"params.stream":"true"}"#,
            r#"{"url.pathname":"/v1/embeddings"}"#,
        ],
    );
}

#[test]
fn each_operator_does_what_it_says() {
    for (field, yes, no) in [
        ("params.max_tokens", r#"{"$eq":1000}"#, r#"{"$eq":999}"#),
        ("params.max_tokens", r#"{"$ne":999}"#, r#"{"$ne":1000}"#),
        ("params.max_tokens", r#"{"$gt":999}"#, r#"{"$gt":1000}"#),
        ("params.max_tokens", r#"{"$gte":1000}"#, r#"{"$gte":1001}"#),
        ("params.max_tokens", r#"{"$lt":1001}"#, r#"{"$lt":1000}"#),
        ("params.max_tokens", r#"{"$lte":1000}"#, r#"{"$lte":999}"#),
        ("params.model", r#"{"$in":["x","gpt-4o"]}"#, r#"{"$in":["x"]}"#),
        ("params.model", r#"{"$nin":["x"]}"#, r#"{"$nin":["x","gpt-4o"]}"#),
        ("params.model", r#"{"$regex":"^gpt-4"}"#, r#"{"$regex":"^4"}"#),
    ] {
        all(true, &[&format!("{{\"{field}\":{yes}}}")]);
        all(false, &[&format!("{{\"{field}\":{no}}}")]);
    }
}

#[test]
fn what_stands_beside_an_operator_counts_as_well() {
    all(
        false,
        &[
            r#"{"params.model":{"$regex":"gpt","$ne":"gpt-4o"}}"#,
            r#"{"$or":[{"metadata.plan":"paid"}],"params.model":"other"}"#,
            r#"{"$and":[{"metadata.plan":"paid"}],"params.model":"other"}"#,
            r#"{"params.max_tokens":{"$gt":1,"$lt":10}}"#,
            r#"{"metadata.plan":"paid","params.model":"other"}"#,
        ],
    );
    all(true, &[r#"{"params.max_tokens":{"$gt":1,"$lt":10000}}"#]);
}

#[test]
fn and_and_or_nest() {
    all(
        true,
        &[
            r#"{"$or":[{"metadata.plan":"x"},{"$and":[{"metadata.plan":"paid"},{"params.stream":true}]}]}"#,
            r#"{"$and":[{"$or":[{"metadata.plan":"paid"},{"params.model":"x"}]}]}"#,
        ],
    );
    all(false, &[r#"{"$or":[{"metadata.plan":"x"},{"params.model":"x"}]}"#]);
}

#[test]
fn metadata_equals_the_number_or_boolean_that_it_spells() {
    all(true, &[r#"{"metadata.age":41}"#, r#"{"metadata.beta":true}"#, r#"{"metadata.age":{"$in":[41]}}"#]);
    all(false, &[r#"{"metadata.age":4}"#, r#"{"metadata.beta":false}"#, r#"{"metadata.plan":null}"#]);
}

#[test]
fn only_what_is_a_number_from_end_to_end_compares_as_one() {
    all(true, &[r#"{"metadata.age":{"$gt":40}}"#, r#"{"params.seed":{"$lt":"8"}}"#]);
    all(
        false,
        &[
            r#"{"metadata.junk":{"$gt":1}}"#,
            r#"{"metadata.nothing":{"$lt":1}}"#,
            r#"{"params.stream":{"$lte":1}}"#,
        ],
    );
}

#[test]
fn an_absent_field_equals_only_null() {
    all(
        true,
        &[
            r#"{"params.nothing":null}"#,
            r#"{"params.user":null}"#,
            r#"{"params.nothing":{"$ne":"x"}}"#,
            r#"{"params.nothing":{"$nin":["x"]}}"#,
        ],
    );
    all(
        false,
        &[
            r#"{"params.nothing":"undefined"}"#,
            r#"{"params.nothing":{"$regex":"."}}"#,
            r#"{"params.nothing":{"$in":["x"]}}"#,
            r#"{"params.nothing":{"$ne":null}}"#,
        ],
    );
}

#[test]
fn the_routes_own_metadata_stands_in_and_the_requests_wins() {
    let query = query(r#"{"metadata.team":"blue","metadata.plan":"paid"}"#).unwrap();
    let of_route = |plan: &str| {
        [("team", "blue"), ("plan", plan)].map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    };
    assert!(query.holds(&facts(), &of_route("free")));
    assert!(!query.holds(&facts(), &BTreeMap::new()));
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_place() {
    for (text, place) in [
        (r#"{"model":"x"}"#, "/model: this can't be asked about"),
        (r#"{"params":"x"}"#, "/params: this can't be asked about"),
        (r#"{"params.":"x"}"#, "/params.: this can't be asked about"),
        (r#"{"url.host":"x"}"#, "/url.host: this can't be asked about"),
        (r#"{"$not":[]}"#, "/$not: this can't be asked about"),
        (r#"{"params.a":{"$eqq":1}}"#, "/params.a/$eqq: unknown operator; did you mean `$eq`?"),
        (r#"{"params.a":{}}"#, "/params.a: this asks nothing"),
        (r#"{"params.a":[1]}"#, "/params.a: a list can't be compared"),
        (r#"{"params.a":{"$eq":{}}}"#, "/params.a/$eq: only a text"),
        (r#"{"params.a":{"$gt":"x"}}"#, "/params.a/$gt: this text isn't a number"),
        (r#"{"params.a":{"$gt":true}}"#, "/params.a/$gt: this is true or false"),
        (r#"{"params.a":{"$in":"x"}}"#, "/params.a/$in: this is a string"),
        (r#"{"params.a":{"$regex":"("}}"#, "/params.a/$regex: this expression"),
        (r#"{"params.a":{"$regex":"(?=x)"}}"#, "/params.a/$regex: this expression"),
        (r#"{"$or":[]}"#, "/$or: this list is empty"),
        (r#"{"$or":[{"x":1}]}"#, "/$or/0/x: this can't"),
        (r#"{"params.a":1,"params.a":2}"#, "/params.a: this field is there twice"),
    ] {
        let error = query(text).unwrap_err();
        assert!(error.starts_with(place), "{text}: {error}");
    }
}

#[test]
fn an_expression_that_would_compile_to_megabytes_is_refused() {
    assert!(query(r#"{"params.a":{"$regex":"\\w{1000}{1000}"}}"#).is_err());
}

#[test]
fn a_deep_query_is_refused_rather_than_followed() {
    let deep = format!("{}{{}}{}", r#"{"$and":["#.repeat(100), "]}".repeat(100));
    assert!(query(&deep).unwrap_err().contains("more than 16 levels"));
}
