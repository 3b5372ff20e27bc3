//! `addPrefix` in Bedrock's dialect, whose messages are lists of blocks, and whose
//! system prompt is such a list beside them.

use bytes::Bytes;
use jackfield_router::guard::{Prefix, Role};
use serde_json::value::RawValue;

use super::gemini::{contents, part, says};
use super::{member, put};

/// What the lists are called.
const NAMES: (&str, &str) = ("messages", "content");

pub(super) fn apply(prefix: &Prefix, body: &Bytes) -> Option<Bytes> {
    match prefix.role {
        Role::System => system(prefix, body),
        Role::User => contents(prefix, body, NAMES, "user"),
        Role::Assistant => contents(prefix, body, NAMES, "assistant"),
    }
}

fn system(prefix: &Prefix, body: &Bytes) -> Option<Bytes> {
    let old = member(body, "system")?;
    let list: Vec<&RawValue> = old.map_or(Some(Vec::new()), |raw| serde_json::from_str(raw.get()).ok())?;
    if prefix.only_if_empty && list.iter().any(|block| says(block)) {
        return None;
    }
    let mut blocks = vec![part(prefix)];
    blocks.extend(list.iter().map(|block| block.get().to_owned()));
    put(body, "system", old, &format!("[{}]", blocks.join(",")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn done(role: Role, joins: bool, only_if_empty: bool, body: Value) -> Option<Value> {
        let prefix = Prefix { text: "P".to_owned(), role, joins, only_if_empty };
        let out = apply(&prefix, &Bytes::from(body.to_string()))?;
        Some(serde_json::from_slice(&out).unwrap())
    }

    #[test]
    fn the_prefix_stands_where_the_role_speaks_first() {
        let text = |text: &str| json!({ "text": text });
        let turn = |role: &str, blocks: Value| json!({ "role": role, "content": blocks });
        let said = json!({ "messages": [turn("user", json!([text("u")]))] });
        assert_eq!(
            done(Role::User, true, false, said.clone()).unwrap(),
            json!({ "messages": [turn("user", json!([text("P"), text("u")]))] })
        );
        assert_eq!(
            done(Role::User, false, false, said.clone()).unwrap(),
            json!({ "messages": [turn("user", json!([text("P")])), turn("user", json!([text("u")]))] })
        );
        assert_eq!(
            done(Role::Assistant, true, false, said.clone()).unwrap()["messages"][1],
            turn("assistant", json!([text("P")]))
        );
        assert_eq!(done(Role::System, true, false, said.clone()).unwrap()["system"], json!([text("P")]));
        let told = json!({ "system": [text("s")], "messages": [] });
        assert_eq!(
            done(Role::System, true, false, told.clone()).unwrap()["system"],
            json!([text("P"), text("s")])
        );
        assert_eq!(done(Role::System, true, true, told), None);
        assert_eq!(done(Role::User, true, true, said), None);
    }
}
