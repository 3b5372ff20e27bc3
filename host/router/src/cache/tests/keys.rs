use super::super::canonical::canonical;
use super::*;

fn text(json: &str) -> Option<String> {
    canonical(json.as_bytes()).map(|text| String::from_utf8(text).unwrap())
}

#[test]
fn json_that_says_the_same_is_one_text() {
    let one = r#"{"a":[1,{"c":true,"d":null}],"b":"A\"é\n","e":{}, "f":[]}"#;
    for other in [
        "{\"f\":[],\"e\":{ },\"b\":\"\\u0041\\\"\\u00e9\\u000a\",\n\t\"a\" : [ 1 , { \"d\":null, \"c\" :true } ] }",
        r#"{"\u0066":[],"\u0065":{},"a":[1,{"c":true,"d":null}],"b":"A\"é\n"}"#,
    ] {
        assert_eq!(text(one).unwrap(), text(other).unwrap());
    }
    assert_eq!(text(" [ ] ").unwrap(), "[]");
    assert_eq!(text("7 ").unwrap(), "7");
}

#[test]
fn json_that_may_say_something_else_is_another_text() {
    for (one, other) in [
        ("1", "1.0"),
        ("1", "1e0"),
        ("0.1", "0.10"),
        ("12345678901234567890123", "12345678901234567890124"),
        ("[1,2]", "[2,1]"),
        ("\"1\"", "1"),
        ("null", "\"null\""),
        ("{\"a\":1,\"a\":2}", "{\"a\":2,\"a\":1}"),
        ("{\"a\":1,\"a\":2}", "{\"a\":2}"),
        ("{\"a\":\"x\",\"b\":\"y\"}", "{\"a\":\"x\\\",\\\"b\\\":\\\"y\"}"),
        ("[[],[]]", "[[[]]]"),
    ] {
        assert_ne!(text(one).unwrap(), text(other).unwrap());
    }
}

#[test]
fn what_is_no_json_or_too_deep_has_no_text_and_a_key_all_the_same() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for json in ["", "{", "{\"a\"}", "[1,]", "{\"a\":1}x", "\u{1}", deep.as_str()] {
        assert_eq!(text(json), None);
    }
    assert!(text(&format!("{}{}", "[".repeat(128), "]".repeat(128))).is_some());
    assert_eq!(text(&format!("{}{}", "[".repeat(129), "]".repeat(129))), None);
    assert_ne!(CacheKey::new(&TARGET, b"{ "), CacheKey::new(&TARGET, b"{"));
    assert_ne!(CacheKey::new(&TARGET, &[0xff]), CacheKey::new(&TARGET, &[0xfe]));
}

#[test]
fn canonical_text_is_json_that_says_the_same() {
    let mut chance = fastrand::Rng::with_seed(3);
    for _ in 0..2_000 {
        let value = value(&mut chance, 4);
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        let canonical = text(&pretty).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&canonical).unwrap(), value);
        assert_eq!(text(&canonical).unwrap(), canonical);
        assert_eq!(text(&value.to_string()).unwrap(), canonical);
    }
}

fn value(chance: &mut fastrand::Rng, depth: u32) -> serde_json::Value {
    let string = |chance: &mut fastrand::Rng| -> String {
        (0..chance.usize(..5))
            .map(|_| *chance.choice(&['a', '"', '\\', '\n', 'é', '{', ',', '𝄞']).unwrap())
            .collect()
    };
    match chance.u32(..if depth == 0 { 4 } else { 6 }) {
        0 => serde_json::Value::Null,
        1 => chance.bool().into(),
        2 => chance.i64(-1_000..1_000).into(),
        3 => string(chance).into(),
        4 => (0..chance.usize(..4)).map(|_| value(chance, depth - 1)).collect::<Vec<_>>().into(),
        _ => {
            let fields = (0..chance.usize(..4)).map(|_| (string(chance), value(chance, depth - 1)));
            fields.collect::<serde_json::Map<_, _>>().into()
        }
    }
}

#[test]
fn whatever_tells_requests_apart_is_in_the_key() {
    let here = key("{}");
    for (what, other) in [
        ("dialect", Target { dialect: "x", ..TARGET }),
        ("endpoint", Target { endpoint: "x", ..TARGET }),
        ("provider", Target { provider: "x", ..TARGET }),
        ("model", Target { model: "x", ..TARGET }),
        ("tenant", Target { tenant: Some("x"), ..TARGET }),
        ("no tenant", Target { tenant: None, ..TARGET }),
        ("credential", Target { credential: Some("x"), ..TARGET }),
        ("no credential", Target { credential: None, ..TARGET }),
        ("namespace", Target { namespace: Some("x"), ..TARGET }),
        ("headers", Target { headers: "openai-beta: x", ..TARGET }),
        ("empty namespace", Target { namespace: Some(""), ..TARGET }),
        ("border", Target { provider: "openaig", model: "pt-4o", ..TARGET }),
        ("swap", Target { tenant: TARGET.credential, credential: TARGET.tenant, ..TARGET }),
    ] {
        assert_ne!(CacheKey::new(&other, b"{}"), here, "{what}");
    }
    assert_eq!(CacheKey::new(&TARGET, b" { } "), here);
    assert_ne!(key("{\"a\":1}"), here);
    assert_eq!(here.to_string().len(), 64);
}
