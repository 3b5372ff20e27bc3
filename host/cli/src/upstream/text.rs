//! The text of an answer, in pieces: what a stream sends one by one and a
//! plain answer has as a whole.

use std::borrow::Cow;

/// What follows the echo, over and over.
pub(super) const WORDS: [&str; 8] = [" patch", " cord", " jack", " field", " plug", " row", " lamp", " wire"];

/// Greatest number of bytes of a piece of JSON.
const SLICE: usize = 8;

/// A text in pieces; a piece counts as a token.
#[derive(Debug, Clone)]
pub(super) enum Pieces {
    /// A first piece, then words up to so many pieces; without end where
    /// there is no number.
    Words { first: String, count: Option<u64> },
    /// A text cut into small slices.
    Slices(Vec<String>),
}

impl Pieces {
    /// A text that is cut into slices.
    pub(super) fn sliced(text: &str) -> Self {
        let mut slices = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (head, tail) = rest.split_at(rest.floor_char_boundary(SLICE));
            slices.push(head.to_owned());
            rest = tail;
        }
        Self::Slices(slices)
    }

    /// Ends the text where it has more pieces than allowed, but not before the
    /// first. Returns whether it had more.
    pub(super) fn truncate(&mut self, most: u64) -> bool {
        let most = most.max(1);
        let longer = self.count().is_none_or(|count| count > most);
        if longer {
            match self {
                Self::Words { count, .. } => *count = Some(most),
                Self::Slices(slices) => slices.truncate(usize::try_from(most).unwrap_or(usize::MAX)),
            }
        }
        longer
    }

    /// How many there are; nothing where there is no end.
    pub(super) fn count(&self) -> Option<u64> {
        match self {
            Self::Words { count, .. } => *count,
            Self::Slices(slices) => Some(slices.len() as u64),
        }
    }

    /// The pieces one by one.
    pub(super) fn iter(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let (first, words, slices) = match self {
            Self::Words { first, count } => (Some(first.as_str()), count.unwrap_or(u64::MAX), &[][..]),
            Self::Slices(slices) => (None, 0, slices.as_slice()),
        };
        let words = (1..words).map(|index| word(index).into());
        first
            .into_iter()
            .map(Cow::Borrowed)
            .chain(words)
            .chain(slices.iter().map(|slice| slice.as_str().into()))
    }

    /// The pieces one by one, owned.
    pub(super) fn into_pieces(self) -> Box<dyn Iterator<Item = String> + Send> {
        match self {
            Self::Words { first, count } => {
                let words = (1..count.unwrap_or(u64::MAX)).map(|index| word(index).to_owned());
                Box::new([first].into_iter().chain(words))
            }
            Self::Slices(slices) => Box::new(slices.into_iter()),
        }
    }

    /// All of it. Of a text without end, what other texts have at least.
    pub(super) fn text(&self) -> String {
        self.iter().take(usize::try_from(self.count().unwrap_or(50)).unwrap_or(usize::MAX)).collect()
    }
}

/// The word at a place behind the first piece.
pub(super) fn word(index: u64) -> &'static str {
    WORDS[index as usize % WORDS.len()]
}
