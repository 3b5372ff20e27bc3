//! Choices out of an input, and on from a generator when it is used up.

/// Where choices come from.
#[derive(Debug)]
pub struct Choices<'i> {
    input: &'i [u8],
    state: u64,
}

impl<'i> Choices<'i> {
    /// The choices of an input.
    pub fn new(input: &'i [u8]) -> Self {
        let seed = input.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { input, state: seed | 1 }
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        if let Some((first, rest)) = self.input.split_first() {
            self.input = rest;
            return *first;
        }
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 32) as u8
    }

    /// A number below `end`, which is no more than 65,536.
    pub fn below(&mut self, end: usize) -> usize {
        match end {
            0 | 1 => 0,
            2..=256 => usize::from(self.byte()) * end / 256,
            _ => (usize::from(self.byte()) << 8 | usize::from(self.byte())) * end / 65_536,
        }
    }

    /// True in `times` of 256 cases.
    pub fn chance(&mut self, times: u8) -> bool {
        self.byte() < times
    }

    /// One of these.
    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// Something or nothing.
    pub fn option<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(128).then(|| make(self))
    }

    /// Up to `most` of something; few more often than many.
    pub fn list<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let most = if self.chance(200) { most.min(2) } else { most };
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }
}
