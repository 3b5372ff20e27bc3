//! Cuts what comes into whole events.
//!
//! Clients act on an event once it is whole, so a half one delays nobody when it
//! is held back; and when the upstream breaks off within it, it can be left out,
//! where an error that follows would otherwise be glued to it and be read by
//! nobody.

use bytes::{Bytes, BytesMut};

/// What has come of an event that isn't whole.
#[derive(Debug, Default)]
pub(super) struct Cut {
    half: BytesMut,
}

impl Cut {
    /// All events that are whole now. What comes in whole isn't copied.
    pub(super) fn push(&mut self, mut piece: Bytes) -> Bytes {
        if self.half.is_empty() {
            let end = last_end(&piece);
            if end < piece.len() {
                self.half.extend_from_slice(&piece[end..]);
                piece.truncate(end);
            }
            return piece;
        }
        // An end may be torn in two itself.
        let from = self.half.len().saturating_sub(3);
        self.half.extend_from_slice(&piece);
        match last_end(&self.half[from..]) {
            0 => Bytes::new(),
            end => self.half.split_to(from + end).freeze(),
        }
    }

    /// The half event that the stream ended with.
    pub(super) fn finish(&mut self) -> Bytes {
        self.half.split().freeze()
    }
}

/// The place behind the last empty line; 0 if there is none. Lines end with LF,
/// CR LF or CR.
fn last_end(bytes: &[u8]) -> usize {
    let mut before = bytes.len();
    while let Some(at) = memchr::memrchr2(b'\n', b'\r', &bytes[..before]) {
        if ends_at(bytes, at) {
            return at + 1;
        }
        before = at;
    }
    0
}

/// The place behind the first empty line.
pub(super) fn first_end(bytes: &[u8]) -> Option<usize> {
    memchr::memchr2_iter(b'\n', b'\r', bytes).find(|at| ends_at(bytes, *at)).map(|at| at + 1)
}

/// Whether an empty line ends at this line break.
fn ends_at(bytes: &[u8], at: usize) -> bool {
    matches!(
        (bytes[at], &bytes[..at]),
        (b'\n', [.., b'\n'] | [.., b'\n' | b'\r', b'\r']) | (b'\r', [.., b'\r'])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &[u8], step: usize) -> (Vec<u8>, Bytes) {
        let mut cut = Cut::default();
        let mut whole = Vec::new();
        for piece in text.chunks(step) {
            let events = cut.push(Bytes::copy_from_slice(piece));
            assert!(events.is_empty() || last_end(&events) == events.len(), "{events:?} of {step}");
            whole.extend_from_slice(&events);
        }
        (whole, cut.finish())
    }

    #[test]
    fn whole_events_come_out_unchanged_however_they_are_torn() {
        for (whole, half) in [
            ("data: a\n\ndata: b\n\n", ""),
            ("data: a\r\n\r\ndata: b\r\n\r\n", "data: c"),
            ("data: a\r\rdata: b\r\r", "data: c\r"),
            (": hi\n\n\n\ndata: a\ndata: b\n\n", "data: c\n"),
            ("", "data: {\"a\":\"\\n\\n\"}"),
            ("", ""),
        ] {
            let text = format!("{whole}{half}");
            for step in 1..=text.len().max(1) {
                let (got, left) = cut(text.as_bytes(), step);
                assert_eq!(
                    (got.as_slice(), &left[..]),
                    (whole.as_bytes(), half.as_bytes()),
                    "{text:?} by {step}"
                );
            }
        }
    }

    #[test]
    fn what_comes_in_whole_is_not_copied() {
        let piece = Bytes::from_static(b"data: a\n\n");
        assert_eq!(Cut::default().push(piece.clone()).as_ptr(), piece.as_ptr());
    }

    #[test]
    fn the_first_event_ends_behind_its_empty_line() {
        assert_eq!(first_end(b"data: a\n\ndata: b\n\n"), Some(9));
        assert_eq!(first_end(b"data: a\r\n\r\nx"), Some(11));
        assert_eq!(first_end(b"data: a\ndata: b\n"), None);
    }
}
