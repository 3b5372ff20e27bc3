//! A short cut: most events of a stream are the one before with another text.
//!
//! Where an event is byte for byte the one that was walked through last, except
//! inside the one string that was counted there, and that string has neither a
//! quote nor a backslash in it, a walk would find the same again. So it is left
//! out: two comparisons instead of some fifty steps.

use std::ops::Range;

/// The longest event that is remembered.
const LONGEST: usize = 1_024;

/// The event that was walked through last.
#[derive(Debug, Default)]
pub(super) struct Template {
    event: Vec<u8>,
    text: Range<usize>,
}

impl Template {
    /// Remembers an event that was found to have nothing to it but this text.
    pub(super) fn learn(&mut self, event: &[u8], text: Range<usize>) {
        self.event.clear();
        if event.len() <= LONGEST {
            self.event.extend_from_slice(event);
            self.text = text;
        }
    }

    /// The text of an event that is otherwise the same.
    pub(super) fn text<'e>(&self, event: &'e [u8]) -> Option<&'e [u8]> {
        if self.event.is_empty() {
            return None;
        }
        let Range { start, end } = self.text;
        let text = event.strip_prefix(&self.event[..start])?.strip_suffix(&self.event[end..])?;
        memchr::memchr2(b'"', b'\\', text).is_none().then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use jackfield_runtime::api::passthrough::{Dialect, Framing};

    use super::super::reader::UsageReader;

    fn event(text: &str, more: &str) -> String {
        format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}{more}}}]}}\n\n")
    }

    /// Reads the events as they are and in single bytes, where no short cut is taken.
    fn agrees(events: &[String]) {
        let read = |length: usize| {
            let mut reader = UsageReader::new(Dialect::OpenaiChat, Framing::ServerSentEvents, 1);
            events.concat().as_bytes().chunks(length).for_each(|piece| reader.push(piece));
            (reader.counted(), reader.ended(), reader.finish_reason().map(str::to_owned))
        };
        assert_eq!(read(usize::MAX), read(1), "{events:?}");
    }

    #[test]
    fn the_short_cut_finds_what_a_walk_finds() {
        let usage = ",\"x\":1}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6},\"y\":[{";
        agrees(&["one", "", "three", "four \u{e9}"].map(|text| event(text, "")));
        agrees(&[event("one", ""), event("tw\\\"o", ""), event("three", "")]);
        agrees(&[event("one", ""), event("two", ",\"finish_reason\":\"stop\""), event("three", "")]);
        agrees(&[event("one", ""), event("two", usage), event("three", usage), event("four", "")]);
        agrees(&[event("one", ""), event("x\"}}],\"error\":{\"a\":\"b", ""), event("three", "")]);
        agrees(&[event("one", ""), "data: [DONE]\n\n".to_owned()]);
        agrees(&[event("one", ""), event("two", "").replace("\n\n", "\ndata: x\n\n"), event("three", "")]);
        agrees(&[event("one", ""), "data: [\n".to_owned() + &event("two", ""), event("three", "")]);
    }

    #[test]
    fn an_event_that_is_too_long_is_not_remembered() {
        let mut template = super::Template::default();
        template.learn(b"{\"a\":\"b\"}", 6..7);
        assert_eq!(template.text(b"{\"a\":\"cd\"}"), Some(b"cd".as_slice()));
        assert_eq!(template.text(b"{\"a\":\"c\"d\"}"), None);
        assert_eq!(template.text(b"{\"a\":\""), None);
        template.learn(&vec![b' '; 1_025], 0..0);
        assert_eq!(template.text(&vec![b' '; 1_025]), None);
    }
}
