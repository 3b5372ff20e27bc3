//! The property of the cutters: frames, rest and error don't depend on where
//! the pieces of a body end.

use std::fmt::Debug;

use bytes::Bytes;

use crate::frame::{Cutter, FrameError};

/// An input: how to split it, the greatest length of a frame, and the body.
#[derive(Debug)]
pub struct Input<'a> {
    /// What the splits follow from.
    pub seed: u64,
    /// The longest piece.
    pub longest: usize,
    /// The greatest length of a frame.
    pub limit: usize,
    /// The body.
    pub body: &'a [u8],
}

impl<'a> Input<'a> {
    /// Reads what the fuzzer made up. Nothing where it is too short.
    pub fn of(data: &'a [u8]) -> Option<Self> {
        let (&[a, b, longest, limit], body) = data.split_first_chunk()?;
        let seed = u64::from_le_bytes([a, b, longest, limit, 0x9e, 0x37, 0x79, 0xb9]);
        let limit = if limit < 128 { usize::from(limit) + 1 } else { 1 << 20 };
        Some(Self { seed, longest: usize::from(longest % 64) + 1, limit, body })
    }

    fn split(&self) -> impl Iterator<Item = &'a [u8]> {
        let (mut state, mut rest, longest) = (self.seed, self.body, self.longest);
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let length = (state >> 33) as usize % (longest + 1);
            let (piece, tail) = rest.split_at(length.min(rest.len()));
            rest = tail;
            Some(piece)
        })
    }
}

/// What became of a body.
#[derive(Debug, PartialEq)]
pub struct Outcome<F> {
    /// The frames.
    pub frames: Vec<F>,
    /// What lies behind the last of them, where nothing was wrong before.
    pub rest: Option<Bytes>,
    /// How it ended.
    pub end: Result<(), FrameError>,
}

/// Cuts a body, and panics where another split gives something else. Returns
/// what came out.
pub fn check<C>(cutter: &C, input: &Input<'_>) -> Outcome<C::Frame>
where
    C: Cutter + Clone,
    C::Frame: Debug + PartialEq,
{
    let whole = cut(cutter, [input.body].into_iter());
    assert_eq!(cut(cutter, input.split()), whole, "in pieces");
    assert_eq!(cut(cutter, input.body.chunks(1)), whole, "byte by byte");
    whole
}

fn cut<'a, C>(cutter: &C, pieces: impl Iterator<Item = &'a [u8]>) -> Outcome<C::Frame>
where
    C: Cutter + Clone,
{
    let mut cutter = cutter.clone();
    let mut frames = Vec::new();
    let mut end = Ok(());
    for piece in pieces {
        end = cutter.push(Bytes::copy_from_slice(piece));
        frames.append(&mut cutter.drain());
        if end.is_err() {
            break;
        }
    }
    let rest = end.is_ok().then(|| cutter.clone().take_rest());
    match cutter.finish() {
        Ok(last) => frames.extend(last),
        Err(error) => end = Err(error),
    }
    Outcome { frames, rest, end }
}
