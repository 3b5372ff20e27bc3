//! For a plugin's own tests, which run natively, without a host: bodies cut
//! into frames as the host cuts them, a translator run over them, and the
//! manifest's values in place of the operator's.
//!
//! ```
//! # use jackfield_sdk::testing;
//! let frames = testing::events("event: greeting\ndata: hello\n\n");
//! assert_eq!((frames[0].event.as_str(), frames[0].data.as_str()), ("greeting", "hello"));
//! ```

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::http::ServerSentEvent;
use crate::stream::Translate;
use crate::types::Error;

/// Headers as an answer has them.
pub fn headers(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A body as server-sent events.
pub fn events(body: &str) -> Vec<ServerSentEvent> {
    let body = body.replace("\r\n", "\n");
    let field = |block: &str, name: &str| {
        let lines = block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        lines.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect::<Vec<_>>().join("\n")
    };
    let blocks = body.split("\n\n").filter(|block| !block.trim().is_empty());
    blocks
        .map(|block| ServerSentEvent {
            event: field(block, "event"),
            data: field(block, "data"),
            id: field(block, "id"),
        })
        .collect()
}

/// A body as lines of newline-delimited JSON.
pub fn lines(body: &str) -> Vec<String> {
    body.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

/// Everything that a translator makes of these frames and of their end, or the
/// error that it ends with.
pub fn translate<T: Translate>(
    frames: impl IntoIterator<Item = T::Frame>,
    mut translator: T,
) -> Result<Vec<T::Event>, Error> {
    let mut out = Vec::new();
    let mut complete = false;
    for frame in frames {
        if translator.frame(frame, &mut out)?.is_break() {
            complete = true;
            break;
        }
    }
    translator.end(complete, &mut out)?;
    Ok(out)
}

/// The values of a file of JSON lines, as of recorded traffic. `None` where it
/// isn't there, said on stderr, as for a test that then has nothing to do.
///
/// # Panics
/// Where a line isn't JSON.
pub fn json_lines(path: &Path) -> Option<Vec<Value>> {
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    };
    let read =
        |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(text.lines().map(read).collect())
}

/// The values of `[config]` that a manifest defaults, or others in their place,
/// as a plugin would have them from the host. It notes which ones are read.
///
/// ```
/// # use jackfield_sdk::testing::Defaults;
/// let manifest = "[config.mode]\nvalues = [\"a\", \"b\"]\ndefault = \"a\"\n[config.name]\n";
/// let values = Defaults::of(manifest).with("name", "x");
/// assert_eq!((values.text("mode").as_deref(), values.text("name").as_deref()), (Some("a"), Some("x")));
/// assert!(values.unmatched().is_empty());
/// assert_eq!(values.words().len(), 2);
/// ```
#[derive(Debug)]
pub struct Defaults {
    declared: BTreeMap<String, BTreeMap<String, Value>>,
    values: BTreeMap<String, Value>,
    read: RefCell<BTreeSet<String>>,
}

impl Defaults {
    /// Those of a manifest. Values of `[config.NAME]` must be on one line each:
    /// they are then spelled alike in TOML and JSON.
    ///
    /// # Panics
    /// Where a value isn't.
    pub fn of(manifest: &str) -> Self {
        let mut declared: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
        let mut current = None;
        for line in manifest.lines() {
            if line.starts_with('[') {
                let name = line.strip_prefix("[config.").and_then(|rest| rest.strip_suffix(']'));
                current = name.map(str::to_owned);
                declared.extend(current.clone().map(|name| (name, BTreeMap::new())));
            } else if let (Some(table), Some((key, value))) =
                (current.as_ref().and_then(|name| declared.get_mut(name)), line.split_once(" = "))
            {
                let value = serde_json::from_str(value).unwrap_or_else(|error| panic!("{line}: {error}"));
                table.insert(key.to_owned(), value);
            }
        }
        let default = |(name, table): (&String, &BTreeMap<String, Value>)| {
            Some((name.clone(), table.get("default")?.clone()))
        };
        let values = declared.iter().filter_map(default).collect();
        Defaults { declared, values, read: RefCell::default() }
    }

    /// The same, but for this value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// As [`config::text`](crate::config::text).
    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name)?.as_str().map(str::to_owned)
    }

    /// As [`config::texts`](crate::config::texts).
    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        serde_json::from_value(self.value(name)?.clone()).ok()
    }

    /// As [`config::boolean`](crate::config::boolean).
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.value(name)?.as_bool()
    }

    /// As [`config::integer`](crate::config::integer).
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.value(name)?.as_i64()
    }

    /// What has been read so far but isn't declared, and the other way round.
    pub fn unmatched(&self) -> Vec<String> {
        let declared: BTreeSet<String> = self.declared.keys().cloned().collect();
        declared.symmetric_difference(&self.read.borrow()).cloned().collect()
    }

    /// Each word that an enum of the manifest allows, with the enum's name.
    pub fn words(&self) -> Vec<(String, String)> {
        let words = self.declared.iter().flat_map(|(name, table)| {
            let words = table.get("values").and_then(Value::as_array).into_iter().flatten();
            words.filter_map(|word| Some((name.clone(), word.as_str()?.to_owned())))
        });
        words.collect()
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.read.borrow_mut().insert(name.to_owned());
        self.values.get(name)
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    #[test]
    fn events_are_cut_as_they_are_written() {
        let body = "event: a\r\nid: 7\r\ndata: one\r\ndata:two\r\n\r\n: comment\ndata: three\n\n\n";
        let frames = events(body);
        assert_eq!(
            (frames[0].event.as_str(), frames[0].data.as_str(), frames[0].id.as_str()),
            ("a", "one\ntwo", "7")
        );
        assert_eq!((frames.len(), frames[1].data.as_str()), (2, "three"));
        assert_eq!(lines("{}\n\n[]"), ["{}", "[]"]);
    }

    #[test]
    fn a_translator_is_told_how_its_frames_ended() {
        struct Until;
        impl Translate for Until {
            type Frame = String;
            type Event = String;
            fn frame(&mut self, frame: String, out: &mut Vec<String>) -> Result<ControlFlow<()>, Error> {
                let last = frame == "last";
                out.push(frame);
                Ok(if last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            }
            fn end(&mut self, complete: bool, out: &mut Vec<String>) -> Result<(), Error> {
                out.push(complete.to_string());
                Ok(())
            }
        }
        assert_eq!(translate(lines("a\nlast\nb"), Until).unwrap(), ["a", "last", "true"]);
        assert_eq!(translate(lines("a"), Until).unwrap(), ["a", "false"]);
    }

    #[test]
    fn values_are_the_manifests_and_what_is_read_is_noted() {
        let manifest = "[plugin]\nname = \"x\"\n[config.list]\ndefault = [\"a\"]\n[config.flag]\ndefault = true\n[config.count]\n[secrets.key]\n";
        let values = Defaults::of(manifest).with("count", 7);
        assert_eq!((values.texts("list"), values.boolean("flag")), (Some(vec!["a".to_owned()]), Some(true)));
        assert_eq!((values.text("flag"), values.unmatched()), (None, vec!["count".to_owned()]));
        assert_eq!((values.integer("count"), values.text("name")), (Some(7), None));
        assert_eq!(values.unmatched(), ["name"]);
    }

    #[test]
    fn a_file_that_is_not_there_has_no_lines() {
        assert!(json_lines(Path::new("no/such/file")).is_none());
    }
}
