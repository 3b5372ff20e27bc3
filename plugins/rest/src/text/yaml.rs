//! YAML as JSON, by the core schema of YAML 1.2: `yes` is a text, `200` as a key
//! is the text `200`.
//!
//! A document is the operator's, but often somebody else wrote it. Aliases copy
//! what they name, so a document of a few lines can grow without bound: nodes
//! are counted as they are copied, and there is an end to them.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

/// The most nodes, those that aliases copy included.
const NODES: usize = 1_000_000;
/// The deepest nesting.
const DEPTH: usize = 100;

pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| format!("this isn't YAML: {error}"))?;
        reader.take(event).map_err(|message| format!("line {}: {message}", span.start.line()))?;
    }
    reader.root.ok_or_else(|| "the document is empty".to_owned())
}

#[derive(Default)]
struct Reader {
    root: Option<Value>,
    open: Vec<Frame>,
    anchors: BTreeMap<usize, Value>,
    nodes: usize,
    documents: usize,
}

/// A collection that isn't closed yet.
struct Frame {
    anchor: usize,
    kind: Kind,
}

enum Kind {
    Sequence(Vec<Value>),
    Mapping { members: Map<String, Value>, key: Option<String>, merged: Vec<Value> },
}

impl Reader {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err("there is a second document here: keep one in a file".to_owned());
                }
                Ok(())
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                let value = value.ok_or("an alias within what it names can't be read: write it out")?;
                self.count(nodes(&value))?;
                self.put(value, false)
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1)?;
                let plain = style == ScalarStyle::Plain;
                let is_text = match tag.as_deref() {
                    None => !plain,
                    Some(tag) if tag.is_yaml_core_schema() => tag.suffix() == "str",
                    Some(tag) => return Err(format!("the tag {tag} means nothing here: remove it")),
                };
                // A key is a text however it is written.
                let expects_key =
                    matches!(self.open.last(), Some(Frame { kind: Kind::Mapping { key: None, .. }, .. }));
                let value =
                    if is_text || expects_key { Value::String(text.into_owned()) } else { scalar(&text)? };
                self.keep(anchor, &value);
                self.put(value, plain)
            }
            Event::SequenceStart(_, anchor, _) => self.open(anchor, Kind::Sequence(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                self.open(anchor, Kind::Mapping { members: Map::new(), key: None, merged: Vec::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            _ => Ok(()),
        }
    }

    fn count(&mut self, nodes: usize) -> Result<(), String> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > NODES {
            return Err(format!(
                "the document has more than {NODES} values, with what its aliases copy: shorten it"
            ));
        }
        Ok(())
    }

    fn open(&mut self, anchor: usize, kind: Kind) -> Result<(), String> {
        self.count(1)?;
        if self.open.len() >= DEPTH {
            return Err(format!("the document is nested more than {DEPTH} deep: flatten it"));
        }
        self.open.push(Frame { anchor, kind });
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let value = match frame.kind {
            Kind::Sequence(elements) => Value::Array(elements),
            Kind::Mapping { mut members, merged, .. } => {
                for member in merged.into_iter().flat_map(merge_sources) {
                    let Value::Object(more) = member else {
                        return Err("`<<` merges mappings only: write the members out".to_owned());
                    };
                    for (name, value) in more {
                        members.entry(name).or_insert(value);
                    }
                }
                Value::Object(members)
            }
        };
        self.keep(frame.anchor, &value);
        self.put(value, false)
    }

    fn keep(&mut self, anchor: usize, value: &Value) {
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, value: Value, plain: bool) -> Result<(), String> {
        match self.open.last_mut().map(|frame| &mut frame.kind) {
            None => self.root = Some(value),
            Some(Kind::Sequence(elements)) => elements.push(value),
            Some(Kind::Mapping { members, key, merged }) => match key.take() {
                None => {
                    let Value::String(name) = value else {
                        return Err("a key must be a text".to_owned());
                    };
                    if members.contains_key(&name) {
                        return Err(format!("the key `{name}` is here twice: remove one"));
                    }
                    // Only the plain `<<` merges.
                    *key = Some(if name == "<<" && !plain { format!("{name}\0") } else { name });
                }
                Some(name) if name == "<<" => merged.push(value),
                Some(name) => drop(members.insert(name.trim_end_matches('\0').to_owned(), value)),
            },
        }
        Ok(())
    }
}

fn merge_sources(value: Value) -> Vec<Value> {
    match value {
        Value::Array(elements) => elements,
        other => vec![other],
    }
}

fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(elements) => elements.iter().map(nodes).sum::<usize>() + 1,
        Value::Object(members) => members.values().map(nodes).sum::<usize>() + 1,
        _ => 1,
    }
}

/// A plain scalar by the core schema.
fn scalar(text: &str) -> Result<Value, String> {
    let radix = |prefix, radix| {
        let digits: &str = text.strip_prefix(prefix)?;
        i64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with(['+', '-']))
    };
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        _ => {}
    }
    if let Some(number) = radix("0o", 8).or_else(|| radix("0x", 16)).or_else(|| text.parse().ok()) {
        return Ok(number.into());
    }
    let unsigned = text.trim_start_matches(['+', '-']);
    if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(&unsigned) {
        return Err(format!("{text} can't be written as JSON: write a finite number"));
    }
    // What Rust reads beyond YAML, as `inf`, begins with a letter.
    let numeric = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let number = text.parse::<f64>().ok().filter(|_| numeric).and_then(Number::from_f64);
    Ok(number.map_or_else(|| Value::String(text.to_owned()), Value::Number))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_becomes_its_json() {
        let text = "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses:\n        200: {description: ok}\n        '404': {description: \"no\"}\nlist:\n- 1\n- 0x1F\n- -2.5e3\n- yes\n- 'true'\n- true\n- ~\n- 2020-01-01\n- !!str 7\n- |\n  two\n  lines\n";
        let value = json!({
            "openapi": "3.0.3",
            "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}, "404": {"description": "no"}}}}},
            "list": [1, 31, -2500.0, "yes", "true", true, null, "2020-01-01", "7", "two\nlines\n"],
        });
        assert_eq!(read(text).unwrap(), value);
    }

    #[test]
    fn anchors_and_merges_are_copied() {
        let text = "base: &b {x: 1, y: 2}\nmore: {<<: *b, y: 3}\nsame: *b\nnot: {\"<<\": 1}\nmany: {<<: [*b, {z: 4}]}";
        let value = json!({
            "base": {"x": 1, "y": 2}, "more": {"x": 1, "y": 3}, "same": {"x": 1, "y": 2}, "not": {"<<": 1},
            "many": {"x": 1, "y": 2, "z": 4},
        });
        assert_eq!(read(text).unwrap(), value);
    }

    #[test]
    fn aliases_that_explode_have_an_end() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let alias = format!("*a{}", level - 1);
            text.push_str(&format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 10].join(", ")));
        }
        assert!(read(&text).unwrap_err().contains("more than 1000000 values"));
    }

    #[test]
    fn what_has_no_json_is_refused_with_its_line() {
        for (text, part) in [
            ("a: 1\na: 2", "line 2: the key `a` is here twice"),
            ("a: .inf", "finite"),
            ("? [1]\n: 2", "a key must be a text"),
            ("a: 1\n---\nb: 2", "second document"),
            ("a: !secret x", "the tag"),
            ("a: [1", "this isn't YAML"),
            ("a: &x [*x]", "alias"),
            ("", "empty"),
            ("# nothing", "empty"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(part), "{text:?}: {message}");
        }
        let deep = format!("a: {}1{}", "[".repeat(200), "]".repeat(200));
        assert!(read(&deep).is_err());
    }
}
