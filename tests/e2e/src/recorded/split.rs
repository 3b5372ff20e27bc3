//! Ways in which a body can come in pieces.

use bytes::Bytes;

/// How a body is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Not at all.
    Whole,
    /// At points that a seed decides.
    Seeded(u64),
    /// After each byte, with a pause in which the reader gets to work.
    Bytes,
}

/// The longest pieces of seeded splits: some shorter than any line, some
/// longer than several events.
const LONGEST: [u64; 3] = [9, 90, 900];

impl Split {
    /// The splits that every body goes through.
    pub const EVERY: [Self; 4] = [Self::Whole, Self::Seeded(0), Self::Seeded(1), Self::Seeded(2)];

    /// The pieces, in order.
    pub fn pieces(self, mut body: Bytes) -> Vec<Bytes> {
        let mut random = match self {
            Self::Whole => return vec![body],
            Self::Bytes => return (0..body.len()).map(|at| body.slice(at..=at)).collect(),
            Self::Seeded(seed) => SplitMix(seed),
        };
        let Self::Seeded(seed) = self else { return vec![body] };
        let longest = LONGEST[(seed % LONGEST.len() as u64) as usize];
        let mut pieces = Vec::new();
        while !body.is_empty() {
            let length = (random.next() % longest) as usize + 1;
            pieces.push(body.split_to(length.min(body.len())));
        }
        pieces
    }

    /// Whether the reader gets to work between two pieces, or finds several.
    pub fn pauses(self) -> bool {
        match self {
            Self::Whole => false,
            Self::Seeded(seed) => seed % 2 == 1,
            Self::Bytes => true,
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_every_split_make_the_body_again() {
        let body: Bytes = (0..=255).cycle().take(5000).collect::<Vec<u8>>().into();
        for split in Split::EVERY.into_iter().chain([Split::Bytes]) {
            let pieces = split.pieces(body.clone());
            assert_eq!(pieces.concat(), body, "{split:?}");
            assert_eq!(pieces.len() == 1, split == Split::Whole, "{split:?}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_pieces_each_time_and_another_seed_others() {
        let body = Bytes::from(vec![b'x'; 5000]);
        let lengths = |seed| -> Vec<usize> {
            Split::Seeded(seed).pieces(body.clone()).iter().map(Bytes::len).collect()
        };
        assert_eq!(lengths(0), lengths(0));
        assert_ne!(lengths(0), lengths(3));
    }
}
