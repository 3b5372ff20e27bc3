//! Cuts server-sent events out of bytes that pass by: which of them are data,
//! and where an event ends. Nothing is kept but the first bytes of a line.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>

/// A part of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'p> {
    /// A whole line of its data.
    Line(&'p [u8]),
    /// More of a line of its data, of which parts are still to come or have come.
    Data(&'p [u8]),
    /// Its end.
    End,
}

const FIELD: &[u8] = b"data:";

/// Where in a line one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// So many of its bytes have come, all of them those of [`FIELD`].
    Start(usize),
    /// Behind the field's name; whether some of its data has come.
    Data(bool),
    /// Another field, or a comment.
    Other,
}

/// The cutter.
#[derive(Debug)]
pub(super) struct Cutter {
    line: Line,
}

impl Cutter {
    pub(super) const fn new() -> Self {
        Self { line: Line::Start(0) }
    }

    /// Takes the next bytes, cut anywhere.
    pub(super) fn feed(&mut self, mut bytes: &[u8], mut on: impl FnMut(Piece<'_>)) {
        while let Some((first, rest)) = bytes.split_first() {
            match self.line {
                Line::Start(0) if *first == b'\n' => {
                    on(Piece::End);
                    bytes = rest;
                }
                // The first half of an empty line's end.
                Line::Start(0) if *first == b'\r' => bytes = rest,
                Line::Start(matched) if FIELD.get(matched) == Some(first) => {
                    bytes = rest;
                    self.line =
                        if matched + 1 == FIELD.len() { Line::Data(false) } else { Line::Start(matched + 1) };
                }
                Line::Start(_) => self.line = Line::Other,
                Line::Data(_) | Line::Other => {
                    let end = memchr::memchr(b'\n', bytes);
                    let part = &bytes[..end.unwrap_or(bytes.len())];
                    match self.line {
                        Line::Data(false) if end.is_some() => on(Piece::Line(part)),
                        Line::Data(_) => on(Piece::Data(part)),
                        _ => {}
                    }
                    if self.line == Line::Data(false) {
                        self.line = Line::Data(true);
                    }
                    bytes = end.map_or(&[], |end| &bytes[end + 1..]);
                    if end.is_some() {
                        self.line = Line::Start(0);
                    }
                }
            }
        }
    }
}
