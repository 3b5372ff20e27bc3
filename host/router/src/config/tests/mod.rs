use std::time::Duration;

use super::*;
use crate::sealed::Sealed;

mod from_toml;
mod hooks;
mod large;
mod options;
mod rules;
mod strategy;
mod unknown;

#[track_caller]
fn read(text: &str) -> Config {
    Config::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    let error = Config::parse(text).map(|_| ()).expect_err(text);
    let found: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{text}: {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{text}: {found:?} isn't {expected:?}");
    }
}

/// A target with one more field.
fn with(field: &str) -> String {
    format!(r#"{{"provider":"openai","api_key":"k",{field}}}"#)
}

#[test]
fn a_target_with_its_key_is_read() {
    let config = read(r#" {"provider":"@openai-prod","api_key":"sk-1","name":"a","weight":0.5} "#);
    assert_eq!(config.provider.as_deref(), Some("openai-prod"));
    assert_eq!(config.api_key.as_ref().map(|key| key.expose()), Some("sk-1"));
    assert_eq!((config.name.as_deref(), config.weight), (Some("a"), Some(0.5)));
    assert!(!config.is_group());
}

#[test]
fn a_virtual_key_names_the_provider_more_exactly() {
    let config = read(r#"{"provider":"openai","virtual_key":"openai-prod"}"#);
    assert_eq!(config.provider.as_deref(), Some("openai-prod"));
}

#[test]
fn an_unknown_field_is_an_error_with_its_pointer_and_a_guess() {
    refused(&with(r#""retrry":{"attempts":1}"#), &["/retrry: unknown field; did you mean `retry`?"]);
    refused(
        &with(r#""overrideParams":{}"#),
        &["/overrideParams: unknown field; did you mean `override_params`?"],
    );
    refused(&with(r#""zzzzzz":1"#), &["/zzzzzz: unknown field; remove it"]);
    refused(
        r#"{"strategy":{"mode":"fallback"},"targets":[{"provider":"a"},{"provider":"b","cache":{"mode":"simple","maxage":60}}]}"#,
        &["/targets/1/cache/maxage: unknown field; did you mean `max_age`?"],
    );
    refused(&with(r#""a/b~c":1"#), &["/a~1b~0c: unknown field"]);
}

#[test]
fn fields_that_are_known_and_not_wanted_say_why() {
    refused(
        r#"{"mode":"fallback","options":[]}"#,
        &[
            "/mode: the old `mode` isn't read",
            "/options: the old `options` list isn't read: write `targets`",
            "this says neither where",
        ],
    );
    refused(
        &with(r#""on_status_codes":[500]"#),
        &["/on_status_codes: write it into `strategy` or into `retry`"],
    );
    refused(&with(r#""prompt_id":"pp-1""#), &["/prompt_id: prompt templates are stored with Portkey"]);
    refused(&with(r#""fetch_integrated_models":true"#), &["/fetch_integrated_models: models that"]);
    read(&with(r#""fetch_integrated_models":false"#));
    refused(&with(r#""model":"gpt-4o""#), &["/model: write `\"override_params\""]);
}

#[test]
fn every_problem_is_reported_at_once() {
    refused(
        &with(r#""weight":-1,"request_timeout":0,"x":1"#),
        &["/weight: -1 is below zero", "/request_timeout: 0 is out of range", "/x: unknown field"],
    );
}

#[test]
fn what_is_no_config_at_all_is_refused() {
    for (text, expected) in [
        ("", "the config isn't JSON"),
        ("{", "the config isn't JSON"),
        ("{} {}", "the config isn't JSON"),
        ("[]", "this is a list: write an object"),
        ("null", "this is null: write an object"),
        ("\"pc-saved\"", "this is a string: write an object"),
        ("{}", "this says neither where a request goes nor how"),
        (r#"{"name":"a","weight":1}"#, "this says neither where a request goes nor how"),
        (r#"{"provider":"a","provider":"b"}"#, "/provider: this field is there twice"),
        (r#"{"api_key":"k"}"#, "this says neither"),
        (r#"{"api_key":"k","retry":{"attempts":1}}"#, "/api_key: a key belongs to a provider"),
    ] {
        let error = Config::parse(text).map(|_| ()).expect_err(text).to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(LONGEST));
    assert!(Config::parse(&large).unwrap_err().to_string().contains("has more than"));
}

#[test]
fn each_way_to_be_valid_is_valid_alone() {
    for text in [
        r#"{"provider":"openai","api_key":"k"}"#,
        r#"{"provider":"openai"}"#,
        r#"{"virtual_key":"openai-prod"}"#,
        r#"{"strategy":{"mode":"single"},"targets":[{"provider":"a"}]}"#,
        r#"{"cache":"simple"}"#,
        r#"{"retry":{"attempts":2}}"#,
        r#"{"request_timeout":1000}"#,
        r#"{"aws_access_key_id":"a","aws_secret_access_key":"b"}"#,
        r#"{"provider":"vertex-ai","vertex_region":"r","vertex_project_id":"p","api_key":"k"}"#,
        r#"{"provider":"vertex-ai","vertex_region":"r","vertex_service_account_json":{"private_key":"k"}}"#,
        r#"{"provider":"azure-openai","azure_auth_mode":"managed"}"#,
        r#"{"before_request_hooks":[{"type":"guardrail","checks":[{"id":"default.notNull"}]}]}"#,
        r#"{"input_guardrails":["pg-1"]}"#,
        r#"{"provider":"ollama","custom_host":"http://localhost:11434"}"#,
        r#"{"passthrough":true}"#,
        r#"{"override_params":{"model":"gpt-4o"}}"#,
    ] {
        read(text);
    }
}
