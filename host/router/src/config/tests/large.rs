//! Clients choose how large a config is and of what: none may cost more than its
//! size is worth. A bound of some seconds is generous; what these guard against
//! took minutes, or all of the stack.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::*;

/// Some 250 KB of these pieces, numbered.
fn many(piece: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0.. {
        let piece = piece(number);
        if text.len() + piece.len() > LONGEST - 2_000 {
            break;
        }
        let comma = if text.is_empty() { "" } else { "," };
        let _ = write!(text, "{comma}{piece}");
    }
    text
}

#[track_caller]
fn quick(what: &str, text: &str) {
    let began = Instant::now();
    let _ = Config::parse(text);
    assert!(began.elapsed() < Duration::from_secs(4), "{what} took {:?}", began.elapsed());
}

#[test]
fn no_shape_of_a_config_takes_long_to_be_read() {
    let list = |mode: &str, targets: &str| format!(r#"{{"strategy":{{{mode}}},"targets":[{targets}]}}"#);
    let fallback = r#""mode":"fallback""#;
    let short = many(|number| format!("\"{number:x}\":0"));
    quick("many unknown fields", &format!("{{{short}}}"));
    quick("many parameters", &format!(r#"{{"override_params":{{{short}}}}}"#));
    quick("many metadata", &format!(r#"{{"provider":"a","metadata":{{{short}}}}}"#));
    quick("one long field", &format!(r#"{{"{}":1}}"#, "retry_".repeat(40_000)));
    quick("a long mode", &list(&format!(r#""mode":"{}""#, "fallback".repeat(30_000)), "{}"));
    quick("many targets", &list(fallback, &many(|_| "{}".to_owned())));
    quick("many targets with names", &list(fallback, &many(|number| format!(r#"{{"name":"{number:x}"}}"#))));
    quick("many drops", &format!(r#"{{"drop_params":[{}]}}"#, many(|number| format!("\"{number:x}\""))));
    quick(
        "many wrong statuses",
        &format!(r#"{{"retry":{{"on_status_codes":[{}]}}}}"#, many(|_| "1".to_owned())),
    );
    let conditional = |queries: &str| {
        list(&format!(r#""mode":"conditional","conditions":[{queries}]"#), r#"{"name":"a","provider":"a"}"#)
    };
    let lost = |number| format!(r#"{{"query":{{}},"then":"{number:x}"}}"#);
    quick("many conditions without target", &conditional(&many(lost)));
    let expression =
        |number| format!(r#"{{"query":{{"url.pathname":{{"$regex":"\\w{{40}}{number}"}}}},"then":"a"}}"#);
    quick("many expressions", &conditional(&many(expression)));
    let nested = |_| r#"{"$and":[{"$or":["#.to_owned();
    quick("nested alternatives", &conditional(&format!(r#"{{"then":"a","query":{}"#, many(nested))));
}

#[test]
fn nothing_is_nested_so_deep_that_the_stack_ends() {
    let deep = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    for times in [13, 200, 5_000] {
        let targets =
            deep(r#"{"strategy":{"mode":"single"},"targets":["#, r#"{"provider":"a"}"#, "]}", times);
        quick("targets within targets", &targets);
        assert!(Config::parse(&targets).is_err());
        let query = deep(r#"{"$and":["#, r#"{"metadata.a":1}"#, "]}", times * 2);
        let config = format!(
            r#"{{"strategy":{{"mode":"conditional","conditions":[{{"then":"a","query":{query}}}]}},"targets":[{{"name":"a","provider":"a"}}]}}"#
        );
        quick("questions within questions", &config);
        assert!(Config::parse(&config).is_err());
        let drop = format!(r#"{{"drop_params":["{}"]}}"#, vec!["a"; times * 3].join("."));
        assert!(Config::parse(&drop).unwrap_err().to_string().contains("32 steps"));
        let carried = deep("[", "", "]", times * 2);
        let config = format!(r#"{{"override_params":{{"a":{carried}}},"default_params":{{"b":{carried}}}}}"#);
        quick("what is carried along", &config);
    }
}

#[test]
fn expressions_and_questions_about_bodies_are_counted() {
    let config = |conditions: Vec<String>| {
        let conditions: Vec<String> =
            conditions.iter().map(|query| format!(r#"{{"query":{query},"then":"a"}}"#)).collect();
        let conditions = conditions.join(",");
        format!(
            r#"{{"strategy":{{"mode":"conditional","conditions":[{conditions}]}},"targets":[{{"name":"a","provider":"a"}}]}}"#
        )
    };
    let expression = |number| format!(r#"{{"metadata.a":{{"$regex":"x{number}"}}}}"#);
    read(&config((0..32).map(expression).collect()));
    refused(
        &config((0..33).map(expression).collect()),
        &["/strategy/conditions/32/query/metadata.a/$regex: more than 32 expressions"],
    );
    let look = |number| format!(r#"{{"params.a":{number}}}"#);
    read(&config((0..200).map(look).collect()));
    refused(
        &config((0..201).map(look).collect()),
        &["/strategy/conditions/200/query/params.a: more than 200 questions"],
    );
}
