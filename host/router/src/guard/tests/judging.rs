use super::*;

/// The check, its parameters, texts that it is content with, and others.
type Case = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const CASES: &[Case] = &[
    ("regexMatch", r#"{"rule":"[0-9]{3}"}"#, &["a 123 b"], &["12"]),
    ("regexMatch", r#"{"rule":"^a","not":true}"#, &["ba"], &["ab"]),
    (
        "sentenceCount",
        r#"{"minSentences":1,"maxSentences":2}"#,
        &["One.", "One! Two?"],
        &["", "none", "A. B. C."],
    ),
    ("sentenceCount", r#"{"maxSentences":0,"not":true}"#, &["One."], &["none"]),
    ("wordCount", r#"{"minWords":2,"maxWords":3}"#, &["a b", " a  b\nc "], &["a", "a b c d"]),
    ("wordCount", r#"{"minWords":2,"not":true}"#, &["a"], &["a b"]),
    ("characterCount", r#"{"maxCharacters":3}"#, &["abc", "é€x"], &["abcd", "😀😀"]),
    ("contains", r#"{"words":["ab","cd"]}"#, &["xabx", "cd"], &["AB", ""]),
    ("contains", r#"{"words":["ab","cd"],"operator":"all"}"#, &["cd ab"], &["ab", ""]),
    ("contains", r#"{"words":["ab","cd"],"operator":"none"}"#, &["x", ""], &["ab"]),
    ("endsWith", r#"{"suffix":"bye"}"#, &["good bye", "good bye."], &["bye now", "bye.."]),
    ("endsWith", r#"{"suffix":"bye","not":true}"#, &["x"], &["bye."]),
    ("notNull", "{}", &["x"], &["", " \n"]),
    ("notNull", r#"{"not":true}"#, &[""], &["x"]),
    ("alluppercase", "{}", &["ABC 1é"], &["ABc"]),
    ("alllowercase", r#"{"not":true}"#, &["aB"], &["ab"]),
    (
        "containsCode",
        r#"{"format":"Python"}"#,
        &["so:\n```python\nprint(1)\n```", "```py\nx\n```\nand more", "```python\nnot ended"],
        &["print(1)", "```sql\nselect\n```", "``` \nx\n```"],
    ),
    (
        "containsCode",
        r#"{"format":"SQL","not":true}"#,
        &["none", "```py\nx\n```"],
        &["```sql\nselect 1\n```"],
    ),
    (
        "jsonKeys",
        r#"{"keys":["a","b"],"operator":"all"}"#,
        &[r#"{"a":1,"b":{"c":2}}"#, "so ```json\n{\"b\":1,\"a\":2}\n```", r#"{"a":1} or {"a":1,"b":2}"#],
        &[r#"{"a":1}"#, "a b", r#"{"x":{"a":1,"b":2}}"#],
    ),
    ("jsonKeys", r#"{"keys":["a"],"operator":"none"}"#, &[r#"{"b":1}"#], &[r#"{"a":1}"#, "nothing"]),
    (
        "jsonSchema",
        r#"{"schema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}}"#,
        &[r#"{"n":1}"#, r#"here: {"n":2,"m":{}}"#],
        &[r#"{"n":"1"}"#, "n", ""],
    ),
    (
        "jsonSchema",
        r#"{"schema":{"required":["n"]},"not":true}"#,
        &[r#"{"m":1}"#],
        &[r#"{"n":1}"#, "no JSON"],
    ),
    ("jsonSchema", r#"{"schema":"{\"required\":[\"n\"]}"}"#, &[r#"{"n":1}"#], &[r#"{"m":1}"#]),
    ("modelWhitelist", r#"{"models":["gpt-4o","other"]}"#, &[""], &[]),
    ("modelWhitelist", r#"{"models":["@openai/gpt-4o"]}"#, &[""], &[]),
    ("modelWhitelist", r#"{"models":["azure/gpt-4o","gpt-4"]}"#, &[], &[""]),
    ("modelWhitelist", r#"{"models":["gpt-4o"],"not":true}"#, &[], &[""]),
    ("allowedRequestTypes", "{}", &[""], &[]),
    ("allowedRequestTypes", r#"{"allowedTypes":["embed","chatComplete"]}"#, &[""], &[]),
    ("allowedRequestTypes", r#"{"allowedTypes":"embed, messages"}"#, &[], &[""]),
    ("allowedRequestTypes", r#"{"blockedTypes":["chatComplete"]}"#, &[], &[""]),
    ("allowedRequestTypes", r#"{"allowedTypes":["stream-chatComplete"]}"#, &[], &[""]),
    ("allowedRequestTypes", r#"{"allowedTypes":["chatComplete"],"blockedTypes":["embed"]}"#, &[""], &[]),
];

#[test]
fn each_check_judges_texts_as_it_says() {
    for (id, parameters, good, bad) in CASES {
        for text in *good {
            assert_eq!(verdict(id, parameters, text), Some(true), "{id} {parameters} {text:?}");
        }
        for text in *bad {
            assert_eq!(verdict(id, parameters, text), Some(false), "{id} {parameters} {text:?}");
        }
    }
}

#[test]
fn without_a_text_those_that_need_one_say_nothing() {
    for (id, parameters) in [
        ("regexMatch", r#"{"rule":"a","not":true}"#),
        ("wordCount", r#"{"maxWords":3}"#),
        ("characterCount", r#"{"maxCharacters":3}"#),
        ("endsWith", r#"{"suffix":"x","not":true}"#),
        ("alluppercase", "{}"),
        ("containsCode", r#"{"format":"C","not":true}"#),
        ("jsonKeys", r#"{"keys":["a"],"operator":"none"}"#),
    ] {
        assert_eq!(verdict(id, parameters, ""), None, "{id}");
    }
}

#[test]
fn metadata_is_asked_for_by_key_and_by_value() {
    let said: BTreeMap<String, String> =
        [("team", "blue"), ("tier", "1")].map(|(key, value)| (key.into(), value.into())).into();
    for (id, parameters, expected) in [
        ("requiredMetadataKeys", r#"{"metadataKeys":["team","tier"]}"#, true),
        ("requiredMetadataKeys", r#"{"metadataKeys":["team","none"]}"#, false),
        ("requiredMetadataKeys", r#"{"metadataKeys":["team","none"],"operator":"any"}"#, true),
        ("requiredMetadataKeys", r#"{"metadataKeys":["none"],"operator":"none"}"#, true),
        ("requiredMetadataKeys", r#"{"metadataKeys":["team"],"operator":"none"}"#, false),
        ("requiredMetadataKeyValuePairs", r#"{"metadataPairs":{"team":"blue"}}"#, true),
        ("requiredMetadataKeyValuePairs", r#"{"metadataPairs":{"team":"red"}}"#, false),
        (
            "requiredMetadataKeyValuePairs",
            r#"{"metadataPairs":{"team":"red","tier":"1"},"operator":"any"}"#,
            true,
        ),
    ] {
        let found = judge_of(id, parameters).judge(&subject("", &said)).unwrap();
        assert_eq!(found.verdict, expected, "{id} {parameters}");
    }
}

#[test]
fn models_follow_from_the_metadata_or_from_the_defaults() {
    let rules =
        r#"{"rules":{"defaults":["gpt-4o"],"metadata":{"tier":{"1":["small"],"2":["gpt-4o","small"]}}}}"#;
    let judge = judge_of("modelRules", rules);
    for (tier, expected) in [("1", false), ("2", true), ("3", true)] {
        let said = [("tier".to_owned(), tier.to_owned())].into();
        assert_eq!(judge.judge(&subject("", &said)).unwrap().verdict, expected, "{tier}");
    }
    assert!(judge.judge(&subject("", &BTreeMap::new())).unwrap().verdict);
    let not = rules.replacen('{', r#"{"not":true,"#, 1);
    assert!(!judge_of("modelRules", &not).judge(&subject("", &BTreeMap::new())).unwrap().verdict);
    let none = judge_of("modelRules", r#"{"rules":{"metadata":{"tier":{"1":["small"]}}}}"#);
    assert_eq!(none.judge(&subject("", &BTreeMap::new())).unwrap_err().name, "NoRule");
}

#[test]
fn types_of_requests_follow_from_the_metadata_where_the_check_names_none() {
    let judge = judge_of("allowedRequestTypes", "{}");
    for (key, list, expected) in [
        ("supported_endpoints", "embed,chatComplete", Some(true)),
        ("supported_endpoints", "embed", Some(false)),
        ("blocked_endpoints", "chatComplete", Some(false)),
    ] {
        let said = [(key.to_owned(), list.to_owned())].into();
        assert_eq!(
            judge.judge(&subject("", &said)).ok().map(|found| found.verdict),
            expected,
            "{key} {list}"
        );
    }
    let both =
        ["supported_endpoints", "blocked_endpoints"].map(|key| (key.to_owned(), "embed".to_owned())).into();
    assert_eq!(judge.judge(&subject("", &both)).unwrap_err().name, "Conflict");
    let none = BTreeMap::new();
    let stream = Subject { stream: true, ..subject("", &none) };
    let only = judge_of("allowedRequestTypes", r#"{"allowedTypes":["stream-chatComplete"]}"#);
    assert!(only.judge(&stream).unwrap().verdict);
}

#[test]
fn what_was_judged_is_not_in_what_is_told() {
    for (id, parameters) in [
        ("regexMatch", r#"{"rule":"[a-z]+"}"#),
        ("contains", r#"{"words":["x"]}"#),
        ("endsWith", r#"{"suffix":"x"}"#),
        ("jsonKeys", r#"{"keys":["k"]}"#),
        ("jsonSchema", r#"{"schema":{"properties":{"k":{"type":"integer","enum":[1]}}}}"#),
        ("wordCount", r#"{"maxWords":1}"#),
        ("containsCode", r#"{"format":"C"}"#),
    ] {
        let found = judge_of(id, parameters).judge(&subject(r#"{"k":"hunter"}"#, &BTreeMap::new())).unwrap();
        assert!(!found.data.to_string().contains("hunter"), "{id}: {}", found.data);
    }
}
