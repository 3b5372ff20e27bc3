//! Walks over JSON as it passes by and picks out a few fields by where they
//! stand, without keeping the text or building values.
//!
//! Where a field stands matters: the arguments of a tool call and the schema of
//! a tool are JSON that a model or a client wrote, and a `usage` in there must
//! not be booked. So the depth is followed through every string and brace.
//! Memory is a few bytes, plus the object or string being picked out, capped.

use memchr::{memchr2, memchr3};

/// What was picked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found<'f> {
    /// A whole object at a wanted place.
    Object(Place, &'f [u8]),
    /// A whole string at a wanted place, without its quotes, not unescaped.
    Text(Place, &'f [u8]),
    /// More of an answer's text.
    Delivered(&'f [u8]),
}

/// A place that somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// What the call used.
    Usage,
    /// An error.
    Error,
    /// Why an answer ended.
    Finish,
    /// How a response stands.
    Status,
    /// What kind of event this is.
    Type,
}

/// What is wanted of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// Nothing.
    Nothing,
    /// The value, if it is an object.
    Object(Place),
    /// The value, if it is a string.
    Text(Place),
    /// The length of the value, if it is a string.
    Length,
}

/// Tells what is wanted of the field at a path; the last key is the field's.
/// Arrays don't show in a path.
pub(super) type Wanted = fn(path: &[&[u8]]) -> Want;

/// So deep a path is followed; below it nothing is wanted.
const DEPTH: usize = 5;

/// The longest key or wanted string.
const LONGEST_TEXT: usize = 64;

/// The longest wanted object.
const LONGEST_OBJECT: usize = 16 * 1024;

/// The walk.
#[derive(Debug)]
pub(super) struct Scanner {
    wanted: Wanted,
    state: State,
    /// How many braces are open, and how many were opened at all.
    depth: usize,
    begun: bool,
    /// The key that each open object is at, cut off behind [`LONGEST_TEXT`].
    keys: [Vec<u8>; DEPTH],
    /// The last string, which is a key if a colon follows.
    last: Vec<u8>,
    /// What of the present string came in earlier pieces.
    text: Vec<u8>,
    /// What is wanted of the value behind the present key.
    want: Want,
    object: Option<Object>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between strings.
    Outside,
    /// In a string.
    Inside { escaped: bool },
    /// Behind a string, which is a key if a colon follows.
    Behind,
    /// Behind a key's colon.
    Value,
}

#[derive(Debug)]
struct Object {
    place: Place,
    depth: usize,
    bytes: Vec<u8>,
}

impl Scanner {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            state: State::Outside,
            depth: 0,
            begun: false,
            keys: Default::default(),
            last: Vec::new(),
            text: Vec::new(),
            want: Want::Nothing,
            object: None,
        }
    }

    /// Begins with another text.
    pub(super) fn restart(&mut self) {
        self.state = State::Outside;
        self.depth = 0;
        self.begun = false;
        self.want = Want::Nothing;
        self.object = None;
        self.text.clear();
    }

    /// Whether nothing has come yet.
    pub(super) fn untouched(&self) -> bool {
        !self.begun && self.state == State::Outside
    }

    /// Whether an object began and all that began have ended.
    pub(super) fn whole(&self) -> bool {
        self.begun && self.depth == 0
    }

    /// Takes the next piece of the text, cut anywhere.
    pub(super) fn feed(&mut self, piece: &[u8], mut found: impl FnMut(Found<'_>)) {
        let mut at = 0;
        while let Some(rest) = piece.get(at..).filter(|rest| !rest.is_empty()) {
            let step = match self.state {
                State::Outside => self.outside(rest),
                State::Inside { escaped } => self.inside(rest, escaped, &mut found),
                State::Behind | State::Value => self.between(rest),
            };
            let taken = &rest[..step];
            at += step;
            self.gather(taken, &mut found);
        }
    }

    /// Up to and with the next quote or brace.
    fn outside(&mut self, rest: &[u8]) -> usize {
        let Some(place) = memchr3(b'"', b'{', b'}', rest) else { return rest.len() };
        match rest[place] {
            b'"' => self.state = State::Inside { escaped: false },
            b'{' => {
                self.depth += 1;
                self.begun = true;
            }
            _ => self.depth = self.depth.saturating_sub(1),
        }
        self.want = if rest[place] == b'"' { self.want } else { Want::Nothing };
        place + 1
    }

    /// Up to and with the end of the string.
    fn inside(&mut self, rest: &[u8], escaped: bool, found: &mut impl FnMut(Found<'_>)) -> usize {
        let mut at = usize::from(escaped);
        let end = loop {
            match memchr2(b'"', b'\\', &rest[at.min(rest.len())..]) {
                Some(place) if rest[at + place] == b'"' => break Some(at + place),
                Some(place) => at += place + 2,
                None => break None,
            }
        };
        let part = &rest[..end.unwrap_or(rest.len())];
        if self.want == Want::Length {
            found(Found::Delivered(part));
        }
        if end.is_some() && self.text.is_empty() {
            self.string(part, found);
        } else {
            let room = (LONGEST_TEXT + 1).saturating_sub(self.text.len());
            self.text.extend_from_slice(&part[..part.len().min(room)]);
            if end.is_some() {
                let text = std::mem::take(&mut self.text);
                self.string(&text, found);
                self.text = text;
                self.text.clear();
            }
        }
        self.state = match end {
            Some(_) => State::Behind,
            // The character that an escape at the very end is about is still to come.
            None => State::Inside { escaped: at > rest.len() },
        };
        end.map_or(rest.len(), |end| end + 1)
    }

    /// A string has ended: it is a wanted value, or may turn out to be a key.
    fn string(&mut self, text: &[u8], found: &mut impl FnMut(Found<'_>)) {
        match std::mem::replace(&mut self.want, Want::Nothing) {
            Want::Text(place) if text.len() <= LONGEST_TEXT => found(Found::Text(place, text)),
            _ => {}
        }
        self.last.clear();
        self.last.extend_from_slice(&text[..text.len().min(LONGEST_TEXT + 1)]);
    }

    /// White space, and what comes behind it.
    fn between(&mut self, rest: &[u8]) -> usize {
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let Some(next) = rest.get(blanks) else { return blanks };
        if self.state == State::Behind && *next == b':' {
            self.want = self.key();
            self.state = State::Value;
            return blanks + 1;
        }
        if self.state == State::Value {
            match (*next, self.want) {
                (b'{', Want::Object(place)) if self.object.is_none() => {
                    self.object = Some(Object { place, depth: self.depth, bytes: Vec::new() });
                }
                (b'"', _) => {}
                _ => self.want = Want::Nothing,
            }
        }
        self.state = State::Outside;
        blanks
    }

    /// The last string was a key.
    fn key(&mut self) -> Want {
        let depth = self.depth;
        let Some(key) = depth.checked_sub(1).and_then(|level| self.keys.get_mut(level)) else {
            return Want::Nothing;
        };
        std::mem::swap(key, &mut self.last);
        let path: [&[u8]; DEPTH] = std::array::from_fn(|level| self.keys[level].as_slice());
        (self.wanted)(&path[..depth])
    }

    /// Adds to the object that is being picked out.
    fn gather(&mut self, taken: &[u8], found: &mut impl FnMut(Found<'_>)) {
        let Some(object) = &mut self.object else { return };
        if object.bytes.len() + taken.len() > LONGEST_OBJECT {
            self.object = None;
            return;
        }
        object.bytes.extend_from_slice(taken);
        let over = self.state == State::Outside && self.depth == object.depth && taken.ends_with(b"}");
        if let Some(object) = self.object.take_if(|_| over) {
            found(Found::Object(object.place, &object.bytes));
        }
    }
}
