//! One text for each JSON value, so that requests that say the same have one key.
//!
//! Fields are sorted, white space goes, strings are spelled in one way. Numbers
//! keep their digits: to read `1` and `1.0` as the same would be to know what
//! every upstream makes of them. So do fields that come twice, in their order:
//! readers differ over which of them counts, and two requests that may be
//! answered differently must not share a key.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// Deeper values aren't taken, as they aren't by those who read them later.
const DEPTH: usize = 128;

/// The canonical text of a JSON value. `None` for what is no JSON, or too deep.
pub(super) fn canonical(text: &[u8]) -> Option<Vec<u8>> {
    // Checked as a whole first: below, only valid JSON has to be walked.
    let text = serde_json::from_slice::<&RawValue>(text).ok()?.get().as_bytes();
    let mut walk = Walk { text, at: 0 };
    let mut out = Vec::with_capacity(text.len());
    walk.value(&mut out, DEPTH)?;
    Some(out)
}

struct Walk<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Walk<'t> {
    fn value(&mut self, out: &mut Vec<u8>, depth: usize) -> Option<()> {
        self.blanks();
        let inner = depth.checked_sub(1)?;
        match self.text.get(self.at)? {
            b'{' => self.object(out, inner),
            b'[' => self.array(out, inner),
            b'"' => {
                let text = self.string()?;
                serde_json::to_writer(out, &text).ok()
            }
            _ => {
                let rest = &self.text[self.at..];
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                out.extend_from_slice(&rest[..length]);
                self.at += length;
                Some(())
            }
        }
    }

    fn object(&mut self, out: &mut Vec<u8>, depth: usize) -> Option<()> {
        let mut fields: Vec<(Cow<'t, str>, Vec<u8>)> = Vec::new();
        self.at += 1;
        while !self.closes(b'}')? {
            let name = self.string()?;
            self.blanks();
            // The colon.
            self.at += 1;
            let mut value = Vec::new();
            self.value(&mut value, depth)?;
            fields.push((name, value));
        }
        // Stable: what comes twice stays in its order.
        fields.sort_by(|one, other| one.0.cmp(&other.0));
        out.push(b'{');
        for (place, (name, value)) in fields.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            serde_json::to_writer(&mut *out, name).ok()?;
            out.push(b':');
            out.extend_from_slice(value);
        }
        out.push(b'}');
        Some(())
    }

    fn array(&mut self, out: &mut Vec<u8>, depth: usize) -> Option<()> {
        out.push(b'[');
        self.at += 1;
        let mut first = true;
        while !self.closes(b']')? {
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            self.value(out, depth)?;
        }
        out.push(b']');
        Some(())
    }

    /// Whether the array or object ends here; a comma on the way is passed.
    fn closes(&mut self, end: u8) -> Option<bool> {
        self.blanks();
        if self.text.get(self.at) == Some(&b',') {
            self.at += 1;
            self.blanks();
        }
        let closes = *self.text.get(self.at)? == end;
        self.at += usize::from(closes);
        Some(closes)
    }

    fn string(&mut self) -> Option<Cow<'t, str>> {
        let rest = &self.text[self.at..];
        let mut length = 1;
        loop {
            length += memchr::memchr2(b'"', b'\\', rest.get(length..)?)?;
            match rest[length] {
                b'"' => break,
                _ => length += 2,
            }
        }
        self.at += length + 1;
        let text = &rest[..=length];
        match memchr::memchr(b'\\', text) {
            None => std::str::from_utf8(&text[1..length]).ok().map(Cow::Borrowed),
            Some(_) => serde_json::from_slice(text).ok().map(Cow::Owned),
        }
    }

    fn blanks(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }
}
