//! The property that all cutters share: the frames, and the error that ends
//! them, don't depend on where the pieces of the body end.

mod recorded;

use std::fmt::Debug;

use bytes::Bytes;

use super::{Cutter, FrameError};

/// What became of a body.
pub(super) type Outcome<F> = (Vec<F>, Result<(), FrameError>);

/// Small enough to be wrong at every offset of a body this long.
const EVERY_PAIR: usize = 1 << 10;

/// Cuts a body that arrives in these pieces.
pub(super) fn cut<'a, C: Cutter>(
    mut cutter: C,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Outcome<C::Frame> {
    let mut frames = Vec::new();
    for piece in pieces {
        let pushed = cutter.push(Bytes::copy_from_slice(piece));
        frames.append(&mut cutter.drain());
        if let Err(error) = pushed {
            assert_eq!(cutter.finish().err(), Some(error), "an error is final");
            return (frames, Err(error));
        }
    }
    match cutter.finish() {
        Ok(last) => {
            frames.extend(last);
            (frames, Ok(()))
        }
        Err(error) => (frames, Err(error)),
    }
}

/// Cuts a body that arrives whole, and checks that it comes out the same
/// whatever it is split into: in two at every offset, into single bytes, and
/// at random places.
pub(super) fn cut_everywhere<C>(cutter: &C, body: &[u8]) -> Outcome<C::Frame>
where
    C: Cutter + Clone,
    C::Frame: Debug + PartialEq,
{
    let whole = cut(cutter.clone(), [body]);
    if body.len() <= EVERY_PAIR {
        for at in 0..=body.len() {
            let (head, tail) = body.split_at(at);
            assert_eq!(cut(cutter.clone(), [head, tail]), whole, "split at {at}");
        }
    } else {
        pairs_in_windows(cutter, body);
    }
    assert_eq!(cut(cutter.clone(), body.chunks(1)), whole, "byte by byte");
    let mut random = Random::new(body.len() as u64);
    for round in 0..20 {
        let pieces = random.pieces(body, 1 << (round % 10 + 1));
        assert_eq!(cut(cutter.clone(), pieces.iter().copied()), whole, "split into {pieces:?}");
    }
    whole
}

/// Splits a long body in two at every offset, looking only at what surrounds
/// the offset: from a state that the cutter had shortly before it.
fn pairs_in_windows<C>(cutter: &C, body: &[u8])
where
    C: Cutter + Clone,
    C::Frame: Debug + PartialEq,
{
    const STEP: usize = 128;
    let mut before = cutter.clone();
    for (index, step) in body.chunks(STEP).enumerate() {
        let start = index * STEP;
        let window = &body[start..body.len().min(start + 5 * STEP)];
        let whole = cut(before.clone(), [window]);
        for at in 0..step.len() {
            let (head, tail) = window.split_at(at);
            assert_eq!(cut(before.clone(), [head, tail]), whole, "split at {}", start + at);
        }
        if before.push(Bytes::copy_from_slice(step)).is_err() {
            return;
        }
        before.drain();
    }
}

/// A xorshift generator: the same splits in every run.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ seed)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pieces<'a>(&mut self, mut body: &'a [u8], longest: usize) -> Vec<&'a [u8]> {
        let mut pieces = Vec::new();
        while !body.is_empty() {
            let (head, tail) = body.split_at(self.below(longest + 1).min(body.len()));
            pieces.push(head);
            body = tail;
        }
        pieces
    }
}
