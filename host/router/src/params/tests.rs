use super::*;

fn list(text: &str) -> Vec<(String, Json)> {
    let fields: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_str(text).unwrap();
    fields.into_iter().map(|(name, value)| (name, Json::from(&*value))).collect()
}

fn params(overrides: &str, defaults: &str, drops: &[&str]) -> Params {
    let drops: Vec<Drop> = drops.iter().map(|path| path.parse().unwrap()).collect();
    Params::new(list(overrides), list(defaults), &drops)
}

fn apply(params: &Params, body: &str) -> String {
    let body = params.apply(&Bytes::copy_from_slice(body.as_bytes())).unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    serde_json::from_str::<serde_json::Value>(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    text
}

fn dropped(drops: &[&str], body: &str) -> String {
    apply(&params("{}", "{}", drops), body)
}

#[test]
fn nothing_to_do_leaves_the_very_same_bytes_even_of_no_json() {
    let body = Bytes::from_static(b"not json");
    let same = Params::default().apply(&body).unwrap();
    assert_eq!(same.as_ptr(), body.as_ptr());
}

#[test]
fn an_override_replaces_the_value_and_no_other_byte() {
    let params = params(r#"{"temperature":0.5}"#, "{}", &[]);
    assert_eq!(
        apply(&params, "{ \"x\" : 1.00000000000000000001,\n \"temperature\" : 1 , \"z\":[ 1 ] }"),
        "{ \"x\" : 1.00000000000000000001,\n \"temperature\" : 0.5 , \"z\":[ 1 ] }"
    );
}

#[test]
fn an_override_is_added_where_it_is_missing() {
    let params = params(r#"{"a":{"b":1}}"#, "{}", &[]);
    assert_eq!(apply(&params, r#"{"x":1}"#), r#"{"x":1,"a":{"b":1}}"#);
    assert_eq!(apply(&params, " { } "), r#"{"a":{"b":1} }"#);
}

#[test]
fn an_override_is_shallow() {
    let params = params(r#"{"a":{"b":1}}"#, "{}", &[]);
    assert_eq!(apply(&params, r#"{"a":{"c":2}}"#), r#"{"a":{"b":1}}"#);
}

#[test]
fn a_field_that_is_there_twice_is_replaced_twice() {
    let params = params(r#"{"max_tokens":10}"#, "{}", &[]);
    assert_eq!(
        apply(&params, r#"{"max_tokens":9999,"max_tokens":8888}"#),
        r#"{"max_tokens":10,"max_tokens":10}"#
    );
    assert_eq!(
        apply(&params, r#"{"max\u005ftokens":9999}"#),
        r#"{"max\u005ftokens":10}"#,
        "another spelling of the name is the same name"
    );
}

#[test]
fn a_default_fills_in_and_never_replaces() {
    let params = params(r#"{"b":1}"#, r#"{"a":5,"b":6}"#, &[]);
    assert_eq!(apply(&params, "{}"), r#"{"b":1,"a":5}"#);
    assert_eq!(apply(&params, r#"{"a":null}"#), r#"{"a":null,"b":1}"#);
}

#[test]
fn dropped_fields_take_their_commas_along() {
    for (drops, left) in [
        (&["a"][..], r#"{"b":2,"c":3}"#),
        (&["b"], r#"{"a":1,"c":3}"#),
        (&["c"], r#"{"a":1,"b":2}"#),
        (&["a", "b"], r#"{"c":3}"#),
        (&["b", "c"], r#"{"a":1}"#),
        (&["a", "c"], r#"{"b":2}"#),
        (&["a", "b", "c"], "{}"),
        (&["d", "a.x", "a[0]"], r#"{"a":1,"b":2,"c":3}"#),
    ] {
        assert_eq!(dropped(drops, r#"{"a":1,"b":2,"c":3}"#), left, "{drops:?}");
    }
}

#[test]
fn drops_reach_into_objects_and_lists() {
    let body = r#"{"m":[{"n":1,"r":2},{"r":3,"n":4},5],"t":[1,2,3],"o":{"p":{"q":1}, "s":2}}"#;
    for (drops, left) in [
        (&["m[*].n"][..], r#"{"m":[{"r":2},{"r":3},5],"t":[1,2,3],"o":{"p":{"q":1}, "s":2}}"#),
        (&["m[1].n"], r#"{"m":[{"n":1,"r":2},{"r":3},5],"t":[1,2,3],"o":{"p":{"q":1}, "s":2}}"#),
        (&["m[*].n", "m[0].r"], r#"{"m":[{},{"r":3},5],"t":[1,2,3],"o":{"p":{"q":1}, "s":2}}"#),
        (&["t[1]", "m"], r#"{"t":[1,3],"o":{"p":{"q":1}, "s":2}}"#),
        (&["t[*]", "m", "o"], r#"{"t":[]}"#),
        (&["o.p.q", "o.s", "m", "t"], r#"{"o":{"p":{}}}"#),
        (&["o", "o.p"], r#"{"m":[{"n":1,"r":2},{"r":3,"n":4},5],"t":[1,2,3]}"#),
    ] {
        assert_eq!(dropped(drops, body), left, "{drops:?}");
    }
}

#[test]
fn a_name_with_dots_is_dropped_by_its_quoted_form() {
    assert_eq!(dropped(&[r#"a["b.c"]"#], r#"{"a":{"b.c":1,"b":{"c":2}}}"#), r#"{"a":{"b":{"c":2}}}"#);
}

#[test]
fn drops_also_cut_what_was_filled_in_or_replaced() {
    let params = params(r#"{"a":{"b":1,"c":2}}"#, r#"{"d":1,"e":{"f":1}}"#, &["a.b", "d", "e.f"]);
    assert_eq!(apply(&params, r#"{"a":0}"#), r#"{"a":{"c":2},"e":{}}"#);
}

#[test]
fn a_body_that_is_no_object_is_an_error_and_never_a_panic() {
    let params = params(r#"{"a":1}"#, "{}", &["b[*].c"]);
    for body in ["", "[]", "null", "{", r#"{"a":1"#, r#"{"a":1} x"#, r#"{"a" 1}"#, "{\"a\":\"\u{1}\"}"] {
        assert!(params.apply(&Bytes::copy_from_slice(body.as_bytes())).is_err(), "{body:?}");
    }
    assert!(params.apply(&Bytes::from_static(b"{\"\xff\":1}")).is_err());
}

#[test]
fn paths_that_mean_nothing_are_refused() {
    for path in [
        "",
        ".",
        ".a",
        "a.",
        "a..b",
        "[0]",
        "a[",
        "a[]",
        "a[x]",
        "a[-1]",
        "a[0",
        "a[0]b",
        "a[\"b]",
        "a[99999999999999999999999]",
    ] {
        assert!(path.parse::<Drop>().is_err(), "{path:?}");
    }
    for path in ["a", "a.b", "a[0].b", "a[*][1].c", r#"a["b.c"].d"#] {
        assert_eq!(path.parse::<Drop>().unwrap().to_string(), path);
    }
}

/// A body and the parameters of a config are both as large as a client likes.
#[test]
fn many_changes_to_a_body_of_many_fields_take_no_longer_than_reading_both() {
    let fields = |from: usize| {
        let fields: Vec<String> =
            (from..from + 20_000).map(|number| format!("\"f{number}\":{number}")).collect();
        format!("{{{}}}", fields.join(","))
    };
    let drops: Vec<String> = (30_000..50_000).map(|number| format!("f{number}")).collect();
    let drops: Vec<&str> = drops.iter().map(String::as_str).collect();
    let began = std::time::Instant::now();
    let params = params(&fields(10_000), &fields(20_000), &drops);
    let changed = apply(&params, &fields(0));
    assert!(began.elapsed() < std::time::Duration::from_secs(4), "{:?}", began.elapsed());
    let changed: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&changed).unwrap();
    assert_eq!(changed.len(), 30_000);
}
