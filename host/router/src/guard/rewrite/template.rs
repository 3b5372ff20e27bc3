//! What a match is replaced with, by the rules of JavaScript's `replace`: `$&`
//! is the match, `$1` to `$99` and `$<name>` what groups caught, `` $` `` and
//! `$'` what stands before and behind, `$$` a dollar. Anything else stands for
//! itself.

use regex::{Captures, Regex};

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
    Before,
    Behind,
}

/// A text with places for what was matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

impl Template {
    pub(super) fn new(text: &str, regex: &Regex) -> Self {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(place) = rest.find('$') {
            plain.push_str(&rest[..place]);
            rest = &rest[place..];
            let (piece, length) = special(rest, regex);
            match piece {
                Some(piece) => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    }
                    pieces.push(piece);
                }
                None => plain.push('$'),
            }
            rest = &rest[length..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Self(pieces)
    }

    pub(super) fn expand(&self, found: &Captures<'_>, text: &str, out: &mut String) {
        let whole = found.get_match();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Group(group) => out.push_str(found.get(*group).map_or("", |group| group.as_str())),
                Piece::Before => out.push_str(&text[..whole.start()]),
                Piece::Behind => out.push_str(&text[whole.end()..]),
            }
        }
    }
}

/// What a text that begins with `$` means, and how much of it was read.
/// Nothing means a dollar.
fn special(text: &str, regex: &Regex) -> (Option<Piece>, usize) {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'$') => (None, 2),
        Some(b'&') => (Some(Piece::Group(0)), 2),
        Some(b'`') => (Some(Piece::Before), 2),
        Some(b'\'') => (Some(Piece::Behind), 2),
        Some(b'0'..=b'9') => {
            let digits = bytes[1..].iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
            let group = |digits: usize| {
                let number = text[1..=digits].parse::<usize>().ok()?;
                (1..regex.captures_len()).contains(&number).then_some((Piece::Group(number), digits + 1))
            };
            match group(digits).or_else(|| group(1)) {
                Some((piece, length)) => (Some(piece), length),
                None => (None, 1),
            }
        }
        Some(b'<') => {
            let name = text[2..].split_once('>').map(|(name, _)| name);
            let place = name.and_then(|name| {
                regex.capture_names().position(|known| known == Some(name)).map(|place| (place, name.len()))
            });
            match place {
                Some((place, length)) => (Some(Piece::Group(place)), length + 3),
                None => (None, 1),
            }
        }
        _ => (None, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_mean_what_they_mean_in_javascript() {
        let regex = Regex::new("(?<user>[a-z]+)@([a-z]+)").unwrap();
        for (template, expected) in [
            ("[X]", "to [X]!"),
            ("<$&>", "to <ann@host>!"),
            ("$2:$1", "to host:ann!"),
            ("$<user>", "to ann!"),
            ("$<nobody>", "to $<nobody>!"),
            ("$$1 $3 $0 $", "to $1 $3 $0 $!"),
            ("$10", "to ann0!"),
            ("[$`|$']", "to [to |!]!"),
            ("", "to !"),
        ] {
            let (text, mut out) = ("to ann@host!", String::new());
            let found = regex.captures(text).unwrap();
            out.push_str("to ");
            Template::new(template, &regex).expand(&found, text, &mut out);
            out.push('!');
            assert_eq!(out, expected, "{template}");
        }
    }
}
