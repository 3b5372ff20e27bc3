use super::*;

#[test]
fn retries_are_read_in_both_spellings() {
    let retry = |text: &str| read(&with(&format!("\"retry\":{text}"))).retry.unwrap();
    let usual = retry(r#"{"attempts":3}"#);
    assert_eq!(usual.attempts, 3);
    assert_eq!(usual.on_status.iter().collect::<Vec<_>>(), [429, 500, 502, 503, 504, 529]);
    assert!(usual.use_retry_after);
    assert_eq!(
        retry(r#"{"attempts":1,"on_status_codes":[418]}"#).on_status.iter().collect::<Vec<_>>(),
        [418]
    );
    for name in ["use_retry_after_header", "use_retry_after_headers"] {
        assert!(!retry(&format!(r#"{{"attempts":1,"{name}":false}}"#)).use_retry_after);
    }
    for (text, expected) in [
        ("{}", "/retry: `attempts` is missing"),
        (r#"{"attempts":-1}"#, "/retry/attempts: -1 is out of range"),
        (r#"{"attempts":1.5}"#, "/retry/attempts: 1.5 is out of range"),
        (r#"{"attempts":1000}"#, "/retry/attempts: 1000 is out of range"),
        (r#"{"attempts":"3"}"#, "/retry/attempts: this is a string: write a number"),
        (r#"{"attempts":1,"on_status_codes":[]}"#, "/retry/on_status_codes: this list has no code"),
        (r#"{"attempts":1,"on_status_codes":[5000]}"#, "/retry/on_status_codes/0: 5000 is out of range"),
        (
            r#"{"attempts":1,"use_retry_after_header":true,"use_retry_after_headers":true}"#,
            "/retry/use_retry_after_headers: this is `use_retry_after_header` once more",
        ),
    ] {
        let error =
            Config::parse(&with(&format!("\"retry\":{text}"))).map(|_| ()).expect_err(text).to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

#[test]
fn a_cache_is_a_word_or_a_table_and_its_age_is_in_seconds() {
    let cache = |text: &str| read(&with(&format!("\"cache\":{text}"))).cache.unwrap();
    let week = Duration::from_secs(604_800);
    assert_eq!(cache("\"simple\""), CacheRule { mode: CacheMode::Simple, max_age: week });
    assert_eq!(cache(r#"{"mode":"semantic"}"#), CacheRule { mode: CacheMode::Semantic, max_age: week });
    assert_eq!(cache(r#"{"mode":"simple","max_age":60}"#).max_age, Duration::from_secs(60));
    refused(
        &with(r#""cache":"sematic""#),
        &["/cache: \"sematic\" is unknown here; did you mean \"semantic\"?"],
    );
    refused(&with(r#""cache":{"mode":"simple","max_age":59}"#), &["/cache/max_age: 59 is out of range"]);
    refused(&with(r#""cache":{"mode":"simple","max_age":7776001}"#), &["/cache/max_age: 7776001 is out"]);
    refused(&with(r#""cache":{}"#), &["/cache: `mode` is missing"]);
}

#[test]
fn a_breaker_is_read_beside_the_strategy_or_within_it() {
    let text = r#"{"failure_threshold":5,"failure_threshold_percentage":20.5,"minimum_requests":7,"cooldown_interval":60000,"failure_status_codes":[500]}"#;
    let expected = BreakerRule {
        failures: Some(5),
        percent: Some(20.5),
        minimum_requests: 7,
        cooldown: Duration::from_secs(60),
        on_status: Some([500].into_iter().collect()),
    };
    assert_eq!(read(&with(&format!("\"cb_config\":{text}"))).breaker, Some(expected.clone()));
    let group = |strategy: &str, beside: &str| {
        format!(r#"{{"strategy":{{"mode":"fallback"{strategy}}},"targets":[{{"provider":"a"}}]{beside}}}"#)
    };
    let within = format!(",\"cb_config\":{text}");
    assert_eq!(read(&group(&within, "")).breaker, Some(expected));
    refused(&group(&within, &within), &["/cb_config: this is `strategy.cb_config` once more"]);
    refused(&with(r#""cb_config":{}"#), &["/cb_config: it could never open"]);
    refused(
        &with(r#""cb_config":{"failure_threshold":1,"cooldown_interval":29999}"#),
        &["/cb_config/cooldown_interval: 29999 is out of range"],
    );
    refused(
        &with(r#""cb_config":{"failure_threshold_percentage":101}"#),
        &["/cb_config/failure_threshold_percentage: 101 is out of range"],
    );
    let few = read(&with(r#""cb_config":{"failure_threshold_percentage":50}"#)).breaker.unwrap();
    assert_eq!(few.minimum_requests, 10, "one failure of one call isn't half of them");
}

#[test]
fn params_keep_their_order_and_digits() {
    let config = read(&with(
        r#""override_params":{"b":{"z":1,"a":1.00000000000000000001},"a":null},"default_params":{"n":1},"drop_params":["x","m[*].y"]"#,
    ));
    let texts: Vec<_> =
        config.override_params.iter().map(|(name, value)| (name.as_str(), value.text())).collect();
    assert_eq!(texts, [("b", r#"{"z":1,"a":1.00000000000000000001}"#), ("a", "null")]);
    assert_eq!(config.default_params.len(), 1);
    assert_eq!(config.drop_params.iter().map(ToString::to_string).collect::<Vec<_>>(), ["x", "m[*].y"]);
    refused(
        &with(r#""drop_params":["a[",""]"#),
        &["/drop_params/0: \"a[\" isn't a path", "/drop_params/1: \"\" isn't"],
    );
    refused(&with(r#""drop_params":["model"]"#), &["/drop_params: a request without a model goes nowhere"]);
    refused(&with(r#""override_params":[]"#), &["/override_params: this is a list: write an object"]);
}

#[test]
fn a_host_is_a_plain_base_url() {
    let config = read(&with(r#""custom_host":"https://example.com/v1""#));
    assert_eq!(config.custom_host.unwrap().as_str(), "https://example.com/v1");
    for (host, expected) in [
        ("example.com", "/custom_host: this isn't a URL"),
        ("ftp://example.com", "/custom_host: only http and https"),
        ("file:///etc/passwd", "/custom_host: only http and https"),
        ("https://user:pw@example.com", "/custom_host: credentials don't belong"),
        ("https://example.com/?a=1", "/custom_host: a base URL has neither"),
        ("https://example.com/#a", "/custom_host: a base URL has neither"),
    ] {
        refused(&with(&format!("\"custom_host\":\"{host}\"")), &[expected]);
    }
}

#[test]
fn headers_that_are_the_gateways_own_are_not_forwarded() {
    let config = read(&with(r#""forward_headers":["X-Custom","Accept-Language"]"#));
    assert_eq!(
        config.forward_headers.unwrap().iter().map(|name| name.as_str()).collect::<Vec<_>>(),
        ["x-custom", "accept-language"]
    );
    for name in
        ["x-portkey-forward-headers", "X-Portkey-Api-Key", "Host", "content-length", "transfer-encoding"]
    {
        refused(
            &with(&format!("\"forward_headers\":[\"{name}\"]")),
            &["/forward_headers/0: this header is meant"],
        );
    }
    refused(&with(r#""forward_headers":["a b"]"#), &["/forward_headers/0: this can't be a header's name"]);
}

#[test]
fn metadata_is_short_text() {
    let config = read(&with(r#""metadata":{"_user":"u","team":"blue"}"#));
    assert_eq!(config.metadata["team"], "blue");
    refused(&with(r#""metadata":{"a":1}"#), &["/metadata/a: this is a number: write a string"]);
    let long = format!("\"metadata\":{{\"a\":\"{}\"}}", "é".repeat(129));
    refused(&with(&long), &["/metadata/a: a value of metadata has at most 128 characters"]);
}

#[test]
fn strict_compliance_can_be_switched_off() {
    assert_eq!(read(&with(r#""strict_open_ai_compliance":false"#)).strict, Some(false));
    refused(&with(r#""strict_open_ai_compliance":"no""#), &["/strict_open_ai_compliance: this is a string"]);
}
