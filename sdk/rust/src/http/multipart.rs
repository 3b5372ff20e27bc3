//! Forms of fields and files (`multipart/form-data`, RFC 7578).
//!
//! Two things can break such a form: a boundary that occurs in a file, and a
//! name with a quote or a line break in it, with which a caller could add
//! headers or parts of their own. The boundary is checked against every part,
//! and names are escaped the way browsers do it (WHATWG HTML, "multipart form
//! data").

/// A form in the making.
#[derive(Debug, Default)]
pub struct Multipart {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    head: String,
    content: Vec<u8>,
}

impl Multipart {
    /// A form without parts.
    pub fn new() -> Self {
        Multipart::default()
    }

    /// Adds a field.
    #[must_use]
    pub fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parts.push(Part {
            head: format!("Content-Disposition: form-data; name=\"{}\"", escape(name)),
            content: value.into().into_bytes(),
        });
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, name: &str, file_name: &str, content_type: &str, content: Vec<u8>) -> Self {
        // A line break in a media type would begin a header of its own.
        let content_type: String = content_type.chars().filter(|c| !c.is_control()).collect();
        let head = format!(
            "Content-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {content_type}",
            escape(name),
            escape(file_name)
        );
        self.parts.push(Part { head, content });
        self
    }

    /// The `content-type` with its boundary, and the body.
    pub fn encode(self) -> (String, Vec<u8>) {
        let boundary = self.boundary();
        let size: usize =
            self.parts.iter().map(|part| part.head.len() + part.content.len() + boundary.len() + 10).sum();
        let mut body = Vec::with_capacity(size + boundary.len() + 6);
        for part in &self.parts {
            for piece in [
                b"--",
                boundary.as_bytes(),
                b"\r\n",
                part.head.as_bytes(),
                b"\r\n\r\n",
                &part.content,
                b"\r\n",
            ] {
                body.extend_from_slice(piece);
            }
        }
        for piece in [b"--", boundary.as_bytes(), b"--\r\n"] {
            body.extend_from_slice(piece);
        }
        (format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// The first of a series of texts that occurs nowhere in the form.
    fn boundary(&self) -> String {
        let taken = |boundary: &str| {
            self.parts
                .iter()
                .any(|part| part.head.contains(boundary) || contains(&part.content, boundary.as_bytes()))
        };
        let mut number: u64 = 0;
        loop {
            // Spread out, so that a file made to have one of them has no other.
            let spread = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let boundary = format!("----------------jackfield-form-{spread:016x}");
            if !taken(&boundary) {
                return boundary;
            }
            number += 1;
        }
    }
}

fn escape(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// Horspool's search: looks at about one byte in `needle.len()`, as a recording
/// of 25 MB mustn't cost more to check than to send.
pub(super) fn contains(hay: &[u8], needle: &[u8]) -> bool {
    let Some((&last, begin)) = needle.split_last() else { return true };
    let mut skip = [needle.len(); 256];
    for (place, &byte) in begin.iter().enumerate() {
        skip[usize::from(byte)] = begin.len() - place;
    }
    let mut end = begin.len();
    while let Some(&byte) = hay.get(end) {
        if byte == last && hay[end - begin.len()..end] == *begin {
            return true;
        }
        end += skip[usize::from(byte)];
    }
    false
}
