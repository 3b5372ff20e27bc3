//! JSON pointers (RFC 6901): how a description names a place in an answer or in
//! a body. Parsed when the description is read; finding a place can't fail in
//! any other way than that there is nothing.

use std::fmt;

use serde_json::{Map, Value};

/// A place in a JSON value. The empty pointer is the whole value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pointer(Vec<String>);

impl Pointer {
    /// Parses `/a/0/b`, or says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Pointer, String> {
        if text.is_empty() {
            return Ok(Pointer::default());
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err(format!("`{text}` isn't a JSON pointer: begin it with `/`, as in `/data/items`"));
        };
        let unescaped = |token: &str| {
            let mut rest = token;
            while let Some(at) = rest.find('~') {
                rest = &rest[at + 1..];
                if !rest.starts_with(['0', '1']) {
                    return Err(format!(
                        "`{text}` isn't a JSON pointer: write `~0` for `~` and `~1` for `/`"
                    ));
                }
            }
            Ok(token.replace("~1", "/").replace("~0", "~"))
        };
        rest.split('/').map(unescaped).collect::<Result<_, _>>().map(Pointer)
    }

    /// The value there.
    pub(crate) fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, token| match value {
            Value::Object(members) => members.get(token),
            Value::Array(elements) => elements.get(index(token)?),
            _ => None,
        })
    }

    /// Puts a value there. Objects that are missing on the way are made;
    /// whatever else is in the way is an error.
    pub(crate) fn set(&self, root: &mut Value, value: Value) -> Result<(), String> {
        let mut at = root;
        for token in &self.0 {
            if at.is_null() {
                *at = Value::Object(Map::new());
            }
            at = match at {
                Value::Object(members) => members.entry(token.clone()).or_insert(Value::Null),
                Value::Array(elements) => match index(token).and_then(|index| elements.get_mut(index)) {
                    Some(element) => element,
                    None => return Err(format!("the body has no element at {self}")),
                },
                _ => return Err(format!("the body has no object that {self} could stand in")),
            };
        }
        *at = value;
        Ok(())
    }
}

/// An array's index: digits without leading zeros.
fn index(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    token.parse().ok().filter(|_| plain)
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|token| write!(f, "/{}", escape(token)))
    }
}

/// A member's name as a pointer has it.
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_examples_of_the_standard_are_found() {
        let value = json!({"foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, " ": 7, "k\"l": 6});
        for (text, found) in [
            ("", Some(value.clone())),
            ("/foo", Some(json!(["bar", "baz"]))),
            ("/foo/0", Some(json!("bar"))),
            ("/", Some(json!(0))),
            ("/a~1b", Some(json!(1))),
            ("/m~0n", Some(json!(8))),
            ("/ ", Some(json!(7))),
            ("/foo/2", None),
            ("/foo/01", None),
            ("/foo/+1", None),
            ("/foo/-", None),
            ("/foo/0/x", None),
        ] {
            let pointer = Pointer::parse(text).unwrap();
            assert_eq!(pointer.get(&value), found.as_ref(), "{text}");
            assert_eq!(pointer.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_pointer_is_refused_with_what_to_write() {
        for text in ["data", "data/items", "$.data", "/a~2", "/a~"] {
            let message = Pointer::parse(text).unwrap_err();
            assert!(
                message.contains(text) && message.contains("write `~0`") || message.contains("begin it with")
            );
        }
    }

    #[test]
    fn setting_makes_objects_on_the_way_and_nothing_else() {
        let mut body = json!({"page": {"size": 2}, "list": [1]});
        Pointer::parse("/page/cursor").unwrap().set(&mut body, json!("x")).unwrap();
        Pointer::parse("/a/b").unwrap().set(&mut body, json!(1)).unwrap();
        Pointer::parse("/list/0").unwrap().set(&mut body, json!(2)).unwrap();
        assert_eq!(body, json!({"page": {"size": 2, "cursor": "x"}, "a": {"b": 1}, "list": [2]}));
        for text in ["/page/size/x", "/list/3", "/list/x"] {
            assert!(Pointer::parse(text).unwrap().set(&mut body, json!(1)).is_err(), "{text}");
        }
    }
}
