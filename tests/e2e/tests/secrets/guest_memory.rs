//! The linear memories of a host's guests, read from outside: what the kernel
//! says that is in them, without the engine's help or the guests'.
//!
//! The engine's pool is one stretch of address space with a place for each
//! instance, 4 GiB or more. Nobody may touch any of it when the host is new;
//! what can be read of it later is the guests' memories, and nothing else.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// The least address space of one place.
const PLACE: u64 = 4 << 30;

/// Where the memories of a host's guests are.
#[derive(Debug)]
pub(crate) struct Pool(Range<u64>);

/// A line of `/proc/self/maps`.
struct Mapping {
    range: Range<u64>,
    readable: bool,
    /// Whether nothing at all may be done there.
    reserved: bool,
}

fn mappings() -> Vec<Mapping> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let address = |text: &str| u64::from_str_radix(text, 16).unwrap();
    let mapping = |line: &str| {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let rights = words.next()?;
        Some(Mapping {
            range: address(start)..address(end),
            readable: rights.starts_with('r'),
            reserved: rights.starts_with("---"),
        })
    };
    maps.lines().filter_map(mapping).collect()
}

/// What of a range was in none of these.
fn without(range: &Range<u64>, mappings: &[Mapping]) -> Vec<Range<u64>> {
    let mut left = vec![range.clone()];
    for Mapping { range: taken, .. } in mappings {
        let pieces = |piece: Range<u64>| {
            let before = piece.start..piece.end.min(taken.start);
            let behind = piece.start.max(taken.end)..piece.end;
            [before, behind].into_iter().filter(|piece| piece.start < piece.end)
        };
        let apart = |piece: &Range<u64>| piece.end <= taken.start || taken.end <= piece.start;
        left = left
            .into_iter()
            .flat_map(|piece| if apart(&piece) { vec![piece] } else { pieces(piece).collect() })
            .collect();
    }
    left
}

impl Pool {
    /// Builds something that has a pool of so many places, and finds the pool:
    /// nothing else may do so meanwhile in this process.
    pub(crate) fn of<T>(instances: u64, build: impl FnOnce() -> T) -> (Self, T) {
        let before = mappings();
        let built = build();
        let reserved = mappings().into_iter().filter(|mapping| mapping.reserved);
        let fresh = reserved.flat_map(|mapping| without(&mapping.range, &before));
        let pools: Vec<_> = fresh.filter(|range| range.end - range.start >= instances * PLACE).collect();
        let [pool] = &pools[..] else { panic!("which of them is the pool? {pools:x?}") };
        (Self(pool.clone()), built)
    }

    /// All that the guests have in memory.
    pub(crate) fn memories(&self) -> Vec<Vec<u8>> {
        let process = File::open("/proc/self/mem").unwrap();
        // The heap of a thread may lie right before the pool and grow into what
        // looked like the pool's beginning; places lie behind a guard.
        let inside = |range: &Range<u64>| self.0.start < range.start && range.end <= self.0.end;
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for mapping in mappings().into_iter().filter(|mapping| mapping.readable) {
            match ranges.last_mut() {
                Some(last) if last.end == mapping.range.start => last.end = mapping.range.end,
                _ => ranges.push(mapping.range),
            }
        }
        let read = |range: Range<u64>| {
            let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap()];
            process.read_exact_at(&mut bytes, range.start).unwrap();
            bytes
        };
        ranges.into_iter().filter(inside).map(read).collect()
    }
}

#[test]
fn what_was_there_before_is_taken_out_of_a_range() {
    let taken = |range| Mapping { range, readable: true, reserved: false };
    let before = [taken(0..2), taken(4..6), taken(9..20)];
    assert_eq!(without(&(1..10), &before), [2..4, 6..9]);
    assert_eq!(without(&(4..6), &before), Vec::<Range<u64>>::new());
    assert_eq!(without(&(20..30), &before), vec![20..30; 1]);
}
