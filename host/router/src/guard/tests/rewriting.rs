use super::*;

#[track_caller]
fn replaced(parameters: &str, text: &str) -> Option<String> {
    match &hook("regexReplace", parameters).written()[0].rule {
        Rule::Replace(replace) => replace.apply(text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn matches_are_replaced_as_javascript_replaces_them() {
    for (parameters, text, expected) in [
        (r#"{"rule":"[0-9]+"}"#, "a 1 b 2", Some("a [REDACTED] b 2")),
        (r#"{"rule":"/[0-9]+/g"}"#, "a 1 b 2", Some("a [REDACTED] b [REDACTED]")),
        (r#"{"rule":"/SECRET/gi","redactText":"***"}"#, "Secret secret", Some("*** ***")),
        (r#"{"rule":"/^b/gm","redactText":"c"}"#, "a\nb", Some("a\nc")),
        (r#"{"rule":"/(a)(b)/g","redactText":"$2$1"}"#, "ab ab", Some("ba ba")),
        (r#"{"rule":"/x*/g","redactText":"-"}"#, "ab", Some("-a-b-")),
        (r#"{"rule":"a/b"}"#, "a/b", Some("[REDACTED]")),
        (r#"{"rule":"/a/q"}"#, "x/a/q", Some("x[REDACTED]")),
        (r#"{"rule":"é+"}"#, "aééb", Some("a[REDACTED]b")),
        (r#"{"rule":"z"}"#, "a", None),
    ] {
        assert_eq!(replaced(parameters, text).as_deref(), expected, "{parameters} {text}");
    }
}

#[test]
fn what_is_found_is_a_bad_verdict_only_if_it_is_asked_for() {
    for (parameters, matched, expected) in [
        (r#"{"rule":"a"}"#, true, true),
        (r#"{"rule":"a","failOnDetection":true}"#, true, false),
        (r#"{"rule":"a","failOnDetection":true}"#, false, true),
    ] {
        let hook = hook("regexReplace", parameters);
        let Rule::Replace(replace) = &hook.written()[0].rule else { panic!() };
        assert_eq!(replace.finding(matched).verdict, expected, "{parameters}");
    }
}

#[test]
fn a_prefix_is_read_with_its_place() {
    let hook = hook(
        "addPrefix",
        r#"{"prefix":"Be brief. ","applyToRole":"system","addToExisting":false,"onlyIfEmpty":true}"#,
    );
    let Rule::Prefix(prefix) = &hook.written()[0].rule else { panic!() };
    let expected =
        Prefix { text: "Be brief. ".to_owned(), role: Role::System, joins: false, only_if_empty: true };
    assert_eq!(**prefix, expected);
}
