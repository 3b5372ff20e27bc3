//! JSON texts of a given shape, with as many mistakes as one likes: members that
//! are missing, twice or unheard of, values of another kind, numbers and texts
//! that nobody expects, nesting without end, bytes that are no JSON.

mod odd;

use crate::choices::Choices;

/// What a value looks like when nothing is wrong with it.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// This text of JSON.
    Literal(&'static str),
    /// A text: one of these, or any.
    Text(&'static [&'static str]),
    /// A whole number up to this.
    Whole(u32),
    /// A number between 0 and 2.
    Real,
    /// True or false.
    Bool,
    /// Any value.
    Any,
    /// A list of up to six of these.
    List(&'static Shape),
    /// An object; the first of its members are there, however many that are, and
    /// the others may be.
    Object(usize, &'static [(&'static str, Shape)]),
    /// An object of any names.
    Map(&'static Shape),
    /// One of these.
    OneOf(&'static [Shape]),
}

/// The longest text that is made.
const LONGEST: usize = 64 << 10;

/// A text of this shape.
pub fn write(choices: &mut Choices<'_>, shape: &Shape) -> String {
    let mistakes = choices.one(&[0, 0, 3, 8, 20, 60]);
    let mut writer = Writer { choices, out: String::new(), mistakes, depth: 0 };
    writer.value(shape);
    writer.out
}

/// The same as bytes, of which some may have changed.
pub fn write_bytes(choices: &mut Choices<'_>, shape: &Shape) -> Vec<u8> {
    let mut bytes = write(choices, shape).into_bytes();
    if choices.chance(24) {
        for _ in 0..=choices.below(4) {
            spoil(choices, &mut bytes);
        }
    }
    bytes
}

/// Changes, inserts, takes away or repeats some bytes.
pub fn spoil(choices: &mut Choices<'_>, bytes: &mut Vec<u8>) {
    let at = choices.below((bytes.len() + 1).min(60_000));
    let byte = match choices.chance(128) {
        true => choices.one(b"\"{}[],:\\0-\n\0\xff\xc3 .e"),
        false => choices.byte(),
    };
    match choices.below(5) {
        0 if at < bytes.len() => bytes[at] = byte,
        1 if at < bytes.len() => drop(bytes.remove(at)),
        2 => bytes.truncate(at),
        3 => {
            let end = (at + choices.below(64)).min(bytes.len());
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        _ => bytes.insert(at, byte),
    }
}

struct Writer<'c, 'i> {
    choices: &'c mut Choices<'i>,
    out: String,
    mistakes: u8,
    depth: usize,
}

impl Writer<'_, '_> {
    fn value(&mut self, shape: &Shape) {
        if self.depth > 40 || self.out.len() > LONGEST {
            return self.out.push('0');
        }
        if self.choices.chance(self.mistakes) {
            return self.mistake();
        }
        self.depth += 1;
        match shape {
            Shape::Literal(text) => self.out.push_str(text),
            Shape::Text(words) => self.text(words),
            Shape::Whole(most) => {
                let number = self.choices.below((*most as usize).min(60_000) + 1);
                self.out.push_str(&number.to_string());
            }
            Shape::Real => {
                let number = self.choices.below(201);
                self.out.push_str(&format!("{}.{:02}", number / 100, number % 100));
            }
            Shape::Bool => self.out.push_str(if self.choices.chance(128) { "true" } else { "false" }),
            Shape::Any => self.any(),
            Shape::List(element) => {
                let most = if self.choices.chance(180) { 3 } else { 7 };
                let count = self.choices.below(most);
                self.list(count, element);
            }
            Shape::Object(required, members) => self.object(*required, members),
            Shape::Map(value) => {
                self.out.push('{');
                for place in 0..self.choices.below(4) {
                    self.comma(place);
                    self.name();
                    self.value(value);
                }
                self.out.push('}');
            }
            Shape::OneOf(shapes) => {
                let shape = self.choices.one(shapes);
                self.value(&shape);
            }
        }
        self.depth -= 1;
    }

    fn text(&mut self, words: &[&str]) {
        if words.is_empty() || self.choices.chance(self.mistakes) {
            return self.any_text();
        }
        let word = self.choices.one(words);
        self.out.push('"');
        self.out.push_str(word);
        self.out.push('"');
    }

    fn any_text(&mut self) {
        if self.choices.chance(2) {
            let long = 1 << self.choices.below(15);
            self.out.push('"');
            self.out.extend(std::iter::repeat_n('x', long));
            return self.out.push('"');
        }
        let text = if self.choices.chance(128) { "\"hello\"" } else { self.choices.one(&odd::TEXTS) };
        self.out.push_str(text);
    }

    fn list(&mut self, count: usize, element: &Shape) {
        self.out.push('[');
        for place in 0..count {
            self.comma(place);
            self.value(element);
        }
        self.out.push(']');
    }

    fn object(&mut self, required: usize, members: &[(&str, Shape)]) {
        // One rate for each object, so that there are sparse and full ones.
        let rate = self.choices.one(&[10, 60, 128, 230]);
        let (mut written, turned) = (0, self.choices.chance(20));
        self.out.push('{');
        for place in 0..members.len() {
            let place = if turned { members.len() - 1 - place } else { place };
            let (name, shape) = &members[place];
            let wanted = place < required || self.choices.chance(rate);
            if !wanted || self.choices.chance(self.mistakes) {
                continue;
            }
            for _ in 0..1 + usize::from(self.choices.chance(self.mistakes / 4)) {
                self.comma(written);
                written += 1;
                if self.choices.chance(self.mistakes / 4) {
                    self.name();
                } else {
                    self.out.push_str(&format!("\"{name}\":"));
                }
                self.value(shape);
            }
        }
        if self.choices.chance(self.mistakes / 2) {
            self.comma(written);
            self.name();
            self.any();
        }
        self.out.push('}');
    }

    fn comma(&mut self, place: usize) {
        if place > 0 {
            self.out.push(',');
        }
    }

    fn name(&mut self) {
        let name = self.choices.one(&odd::NAMES);
        self.out.push_str(&format!("\"{name}\":"));
    }

    fn mistake(&mut self) {
        match self.choices.below(64) {
            0 => {
                let deep = 1 << self.choices.below(14);
                let (open, close) =
                    self.choices.one(&[("[", "]"), ("{\"a\":", "}"), ("[{\"content\":", "}]")]);
                self.out.push_str(&open.repeat(deep));
                self.out.push('0');
                self.out.push_str(&close.repeat(deep));
            }
            1 => self.out.push_str("NaN"),
            2..=12 => self.out.push_str("null"),
            13..=24 => self.out.push_str(self.choices.one(&odd::NUMBERS)),
            _ => self.any(),
        }
    }

    fn any(&mut self) {
        if self.depth > 12 {
            return self.out.push('0');
        }
        self.depth += 1;
        match self.choices.below(9) {
            0 => self.out.push_str("null"),
            1 => self.out.push_str("true"),
            2 | 3 => self.out.push_str(self.choices.one(&odd::NUMBERS)),
            4 | 5 => self.any_text(),
            6 => {
                let count = self.choices.below(3);
                self.list(count, &Shape::Any);
            }
            _ => {
                self.out.push('{');
                for place in 0..self.choices.below(3) {
                    self.comma(place);
                    self.name();
                    self.any();
                }
                self.out.push('}');
            }
        }
        self.depth -= 1;
    }
}
