//! What Portkey Configs look like, nested to any depth, with right and wrong
//! types.

mod shapes;

use shapes::{CONFIG, QUERY, TARGET};

use crate::choices::Choices;
use crate::shape::{spoil, write};

/// A config's text.
pub fn config(choices: &mut Choices<'_>) -> String {
    let mut text = match choices.below(32) {
        // A question that is asked in earnest.
        0..=5 => {
            let query = write(choices, &QUERY);
            let target = write(choices, &TARGET);
            format!(
                r#"{{"strategy":{{"mode":"conditional","conditions":[{{"query":{query},"then":"x"}}],"default":"y"}},"targets":[{{"name":"x","provider":"a"}},{{"name":"y","strategy":{{"mode":"single"}},"targets":[{target}]}}]}}"#
            )
        }
        // Deeper than anybody means it.
        6 => nested(choices, r#"{"strategy":{"mode":"fallback"},"targets":["#, r#"{"provider":"a"}"#, "]}"),
        7 => {
            let query = nested(choices, r#"{"$or":["#, r#"{"metadata.a":1}"#, "]}");
            format!(
                r#"{{"strategy":{{"mode":"conditional","conditions":[{{"query":{query},"then":"a"}}]}},"targets":[{{"name":"a","provider":"a"}}]}}"#
            )
        }
        8 => {
            let path = nested(choices, "a[0].", "a", "");
            format!(r#"{{"provider":"a","drop_params":["{path}","messages[*].content[*].text"]}}"#)
        }
        9 => {
            let value = nested(choices, "[", "", "]");
            format!(r#"{{"provider":"a","override_params":{{"x":{value}}}}}"#)
        }
        _ => write(choices, &CONFIG),
    };
    if choices.chance(12) {
        let mut bytes = text.into_bytes();
        spoil(choices, &mut bytes);
        text = String::from_utf8_lossy(&bytes).into_owned();
    }
    text
}

fn nested(choices: &mut Choices<'_>, open: &str, inner: &str, close: &str) -> String {
    let most = if choices.chance(250) { 6 } else { 13 };
    let bound = 1 << choices.below(most + 1);
    let deep = choices.below(bound) + 1;
    format!("{}{inner}{}", open.repeat(deep), close.repeat(deep))
}
