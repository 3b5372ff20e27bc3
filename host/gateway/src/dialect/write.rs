//! Writing JSON straight into the bytes that a client is sent: no tree, no
//! intermediate text, one buffer for a whole batch of events.

use std::fmt::Write as _;

use bytes::{BufMut, BytesMut};

/// A JSON text in the making. Commas are written by what stands before: a
/// member or an item that doesn't follow an opening brace gets one.
#[derive(Debug)]
pub(crate) struct Json<'b> {
    out: &'b mut BytesMut,
}

impl<'b> Json<'b> {
    pub(crate) fn new(out: &'b mut BytesMut) -> Self {
        Json { out }
    }

    /// Text that is JSON, or a part of it, by itself.
    pub(crate) fn literal(&mut self, text: &str) -> &mut Self {
        self.out.extend_from_slice(text.as_bytes());
        self
    }

    /// The place of the next item of a list, or the next member.
    pub(crate) fn item(&mut self) -> &mut Self {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.put_u8(b',');
        }
        self
    }

    /// The name of the next member.
    pub(crate) fn key(&mut self, name: &str) -> &mut Self {
        self.item().string(name).literal(":")
    }

    pub(crate) fn string(&mut self, text: &str) -> &mut Self {
        self.out.reserve(text.len() + 2);
        self.out.put_u8(b'"');
        escape(self.out, text);
        self.out.put_u8(b'"');
        self
    }

    pub(crate) fn integer(&mut self, number: impl Into<i128>) -> &mut Self {
        // Writing to a growing buffer can't fail.
        let _ = write!(self.out, "{}", number.into());
        self
    }

    /// A number; JSON has none for infinity and what is no number: null.
    pub(crate) fn float(&mut self, number: f64) -> &mut Self {
        let _ = serde_json::to_writer((&mut *self.out).writer(), &number);
        self
    }

    /// A number of 32 bits, in as few digits as tell it from its neighbours.
    pub(crate) fn float32(&mut self, number: f32) -> &mut Self {
        let _ = serde_json::to_writer((&mut *self.out).writer(), &number);
        self
    }

    /// JSON that somebody else wrote. Its line breaks, which can stand only
    /// between its tokens, would end a line of an event stream.
    pub(crate) fn raw(&mut self, json: &str) -> &mut Self {
        let mut rest = json;
        while let Some(place) = memchr::memchr2(b'\n', b'\r', rest.as_bytes()) {
            self.literal(&rest[..place]).literal(" ");
            rest = &rest[place + 1..];
        }
        self.literal(rest)
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.key(name).string(value)
    }

    pub(crate) fn text_or_null(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(name, value),
            None => self.null(name),
        }
    }

    /// A text where there is one.
    pub(crate) fn optional(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    pub(crate) fn number(&mut self, name: &str, value: impl Into<i128>) -> &mut Self {
        self.key(name).integer(value)
    }

    pub(crate) fn flag(&mut self, name: &str, value: bool) -> &mut Self {
        self.key(name).literal(if value { "true" } else { "false" })
    }

    pub(crate) fn null(&mut self, name: &str) -> &mut Self {
        self.key(name).literal("null")
    }

    /// A member that is an object.
    pub(crate) fn object(&mut self, name: &str, fill: impl FnOnce(&mut Json<'_>)) -> &mut Self {
        self.key(name).braces(fill)
    }

    /// A member that is a list.
    pub(crate) fn list(&mut self, name: &str, fill: impl FnOnce(&mut Json<'_>)) -> &mut Self {
        self.key(name).literal("[");
        fill(self);
        self.literal("]")
    }

    /// An object that is no member: an item, or the whole.
    pub(crate) fn braces(&mut self, fill: impl FnOnce(&mut Json<'_>)) -> &mut Self {
        self.literal("{");
        fill(self);
        self.literal("}")
    }

    /// An item that is an object.
    pub(crate) fn entry(&mut self, fill: impl FnOnce(&mut Json<'_>)) -> &mut Self {
        self.item().braces(fill)
    }
}

/// A text with what JSON forbids in it escaped.
fn escape(out: &mut BytesMut, text: &str) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for (place, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[from..place]);
        from = place + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => {
                let _ = write!(out, "\\u{other:04x}");
            }
        }
    }
    out.extend_from_slice(&bytes[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fill: impl FnOnce(&mut Json<'_>)) -> String {
        let mut out = BytesMut::new();
        fill(&mut Json::new(&mut out));
        String::from_utf8(out.to_vec()).unwrap()
    }

    #[test]
    fn commas_stand_between_members_and_items_only() {
        let json = written(|json| {
            json.braces(|json| {
                json.text("a", "1").number("b", 2_u32).list("c", |json| {
                    json.entry(|json| {
                        json.null("d");
                    });
                    json.entry(|_| {});
                    json.item().float(0.5);
                });
                json.flag("e", true).object("f", |_| {});
            });
        });
        assert_eq!(json, r#"{"a":"1","b":2,"c":[{"d":null},{},0.5],"e":true,"f":{}}"#);
    }

    #[test]
    fn every_text_survives_escaping() {
        let all: String = (0..0x3000_u32).filter_map(char::from_u32).collect();
        let json = written(|json| {
            json.string(&all);
        });
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), all);
        assert!(!json.contains('\n'));
    }

    #[test]
    fn foreign_json_loses_its_line_breaks() {
        let json = written(|json| {
            json.raw("{\r\n \"a\": \"x\\ny\"\n}");
        });
        assert_eq!(json, r#"{   "a": "x\ny" }"#);
    }

    #[test]
    fn what_is_no_number_is_null() {
        let json = written(|json| {
            json.float(f64::NAN).literal(" ").float32(f32::INFINITY).literal(" ").float32(0.1);
        });
        assert_eq!(json, "null null 0.1");
    }
}
