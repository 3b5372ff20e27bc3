use std::time::{Duration, Instant};

use super::*;

#[test]
fn parameters_are_read_strictly() {
    for (id, parameters, expected) in [
        ("regexMatch", "{}", "/regexMatch: `rule` is missing"),
        ("regexMatch", r#"{"rule":""}"#, "/regexMatch/rule: this expression is empty"),
        ("regexMatch", r#"{"rule":"("}"#, "/regexMatch/rule: this expression can't be used"),
        ("regexMatch", r#"{"rule":"a","no":true}"#, "/regexMatch/no: unknown field; did you mean `not`?"),
        ("regexMatch", r#"{"rule":"a","not":"yes"}"#, "/regexMatch/not: this is a string"),
        ("regexMatch", r#"{"rule":"a","failOnError":1}"#, "/regexMatch/failOnError: this is a number"),
        ("wordCount", "{}", "/wordCount: this counts towards nothing"),
        ("wordCount", r#"{"minWords":-1}"#, "/wordCount/minWords: -1 is out of range"),
        ("wordCount", r#"{"minWords":3,"maxWords":2}"#, "/wordCount: `minWords` is above"),
        ("contains", "{}", "/contains: `words` is missing"),
        ("contains", r#"{"words":[]}"#, "/contains/words: this list is empty"),
        ("contains", r#"{"words":[""]}"#, "/contains/words/0: this is empty"),
        ("contains", r#"{"words":["a"],"operator":"some"}"#, "/contains/operator: \"some\" is unknown here"),
        ("endsWith", r#"{"suffix":""}"#, "/endsWith/suffix: this is empty"),
        ("containsCode", "{}", "/containsCode: `format` is missing"),
        (
            "containsCode",
            r#"{"format":"Pyton"}"#,
            "/containsCode/format: \"Pyton\" is unknown here; did you mean \"Python\"?",
        ),
        ("jsonSchema", r#"{"schema":[]}"#, "/jsonSchema/schema: a schema is an object"),
        ("jsonSchema", r#"{"schema":{"type":"nothing"}}"#, "/jsonSchema/schema: this schema can't be used"),
        (
            "jsonSchema",
            r#"{"schema":{"$ref":"https://a.example/s"}}"#,
            "/jsonSchema/schema: this schema can't be used",
        ),
        ("jsonSchema", r#"{"schema":{"pattern":"(?=a)"}}"#, "/jsonSchema/schema: this schema can't be used"),
        ("jsonKeys", r#"{"keys":"a"}"#, "/jsonKeys/keys: this is a string"),
        ("modelRules", r#"{"rules":{}}"#, "/modelRules/rules: these rules name no model"),
        (
            "modelRules",
            r#"{"rules":{"metadata":{"a":["m"]}}}"#,
            "/modelRules/rules/metadata/a: this is a list",
        ),
        (
            "requiredMetadataKeys",
            r#"{"metadataKeys":[]}"#,
            "/requiredMetadataKeys/metadataKeys: this list is empty",
        ),
        (
            "requiredMetadataKeyValuePairs",
            r#"{"metadataPairs":{}}"#,
            "/requiredMetadataKeyValuePairs/metadataPairs: this names no key",
        ),
        (
            "allowedRequestTypes",
            r#"{"allowedTypes":["chat"]}"#,
            "/allowedRequestTypes/allowedTypes/0: \"chat\" is no type",
        ),
        (
            "allowedRequestTypes",
            r#"{"allowedTypes":["embed"],"blockedTypes":["embed"]}"#,
            "/allowedRequestTypes: \"embed\" is allowed and blocked",
        ),
        ("regexReplace", "{}", "/regexReplace: `rule` is missing"),
        ("regexReplace", r#"{"rule":"/a/y"}"#, "/regexReplace/rule: the flag `y`"),
        ("addPrefix", "{}", "/addPrefix: `prefix` is missing"),
        (
            "addPrefix",
            r#"{"prefix":"x","applyToRole":"tool"}"#,
            "/addPrefix/applyToRole: \"tool\" is unknown here",
        ),
        ("webhook", "{}", "/webhook: `webhookURL` is missing"),
        ("webhook", r#"{"webhookURL":"nowhere"}"#, "/webhook/webhookURL: this isn't a URL"),
        ("webhook", r#"{"webhookURL":"ftp://a.example"}"#, "/webhook/webhookURL: only https and http"),
        (
            "webhook",
            r#"{"webhookURL":"https://u:p@a.example"}"#,
            "/webhook/webhookURL: credentials don't belong",
        ),
        (
            "webhook",
            r#"{"webhookURL":"https://a.example","headers":{"Host":"b"}}"#,
            "/webhook/headers/Host: this header is written by",
        ),
        (
            "webhook",
            r#"{"webhookURL":"https://a.example","timeout":60000}"#,
            "/webhook/timeout: 60000 is out of range",
        ),
        (
            "log",
            r#"{"logURL":"https://a.example","headers":"x"}"#,
            "/log/headers: this is a number: write an object",
        ),
        (
            "jwt",
            r#"{"jwksUri":"https://a.example","maxTokenAge":"soon"}"#,
            "/jwt/maxTokenAge: this is no age",
        ),
        ("nonsense", "{}", "/nonsense: there is no check \"nonsense\"; there are: regexMatch, "),
    ] {
        let found = flaw(id, parameters);
        assert!(found.starts_with(expected), "{id} {parameters}: {found}");
    }
}

#[test]
fn what_only_javascript_has_is_refused_by_name() {
    for (rule, expected) in
        [("a(?=b)", "look-around"), ("(?<!a)b", "look-around"), (r"(a)\\1", "back-reference")]
    {
        let found = flaw("regexMatch", &format!("{{\"rule\":\"{rule}\"}}"));
        assert!(found.contains(expected), "{found}");
    }
    hook("regexMatch", r#"{"rule":"(?<year>[0-9]{4})\\/\\d"}"#);
}

#[test]
fn names_of_checks_are_taken_in_any_case() {
    for id in ["allUppercase", "default.ALLUPPERCASE", "modelwhitelist", "modelWhitelist"] {
        let parameters = if id.starts_with("model") { r#"{"models":["a"]}"# } else { "{}" };
        assert!(hook(id, parameters).written()[0].id.starts_with("default."));
    }
}

#[test]
fn what_a_check_asks_of_the_network_is_read() {
    let hook = hook(
        "webhook",
        r#"{"webhookURL":"https://a.example/v","headers":"{\"x-key\":\"hunter2\"}","timeout":500,"failOnError":true}"#,
    );
    let check = &hook.written()[0];
    assert!(check.fail_on_error);
    let Rule::Remote(remote) = &check.rule else { panic!() };
    assert_eq!(remote.url().unwrap().as_str(), "https://a.example/v");
    let Remote::Webhook(webhook) = &**remote else { panic!() };
    assert_eq!((webhook.timeout, webhook.headers.0.len()), (Duration::from_millis(500), 1));
    assert!(!format!("{hook:?}").contains("hunter2"), "{hook:?}");
    for (age, expected) in [("\"1d\"", 86_400), ("\"90s\"", 90), ("\"2 hours\"", 7_200), ("60", 60)] {
        let hook =
            super::hook("jwt", &format!("{{\"jwksUri\":\"https://a.example\",\"maxTokenAge\":{age}}}"));
        let Rule::Remote(remote) = &hook.written()[0].rule else { panic!() };
        let Remote::Jwt(jwt) = &**remote else { panic!() };
        assert_eq!((jwt.oldest.as_secs(), jwt.header.as_str()), (expected, "authorization"));
    }
}

#[test]
fn expressions_without_end_cost_little() {
    let text = "a".repeat(200_000);
    let began = Instant::now();
    assert_eq!(verdict("regexMatch", r#"{"rule":"(a+)+$|(a|a)*b"}"#, &text), Some(true));
    assert_eq!(
        verdict(
            "jsonSchema",
            r#"{"schema":{"properties":{"k":{"pattern":"^(a+)+$"}}}}"#,
            &format!("{{\"k\":\"{text}!\"}}")
        ),
        Some(false)
    );
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(flaw("regexMatch", r#"{"rule":"\\w{1000}{1000}"}"#).contains("can't be used"));
    let many = vec![r#"{"regexMatch":{"rule":"a"}}"#; 33].join(",");
    let error = Hook::parse_list(&format!("[{many}]"), "").unwrap_err().to_string();
    assert!(error.contains("more than 32 expressions"), "{error}");
}

#[test]
fn a_schema_that_refers_to_itself_comes_to_an_end() {
    for schema in [
        r##"{"$ref":"#"}"##,
        r##"{"allOf":[{"$ref":"#"}]}"##,
        r##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##,
        r##"{"$dynamicRef":"#x","$dynamicAnchor":"x"}"##,
        r##"{"$recursiveRef":"#"}"##,
        r##"{"properties":{"k":{"$ref":"#"}}}"##,
    ] {
        let parameters = format!("{{\"schema\":{schema}}}");
        if let Ok(hook) = Hook::parse(&format!("{{\"jsonSchema\":{parameters}}}"), "") {
            drop(hook);
            let deep = format!("{}{}{}", "{\"k\":".repeat(100), "{}", "}".repeat(100));
            let _ = verdict("jsonSchema", &parameters, &deep);
        }
    }
}
