//! A look through all of the guest's own memory, for what must not be in it.
//!
//! What is looked for comes masked and stays masked, byte by byte, so that the
//! search doesn't find itself.

use serde::Deserialize;
use serde_json::{Value, json};

/// What to look for: each byte of each pattern is combined with the mask by
/// exclusive or.
#[derive(Debug, Deserialize)]
pub(crate) struct Search {
    mask: u8,
    patterns: Vec<Vec<u8>>,
}

impl Search {
    /// How often each pattern is in memory, and how much memory there is.
    pub(crate) fn run(&self) -> Value {
        let end = end();
        let mut found = vec![0_u64; self.patterns.len()];
        // Nothing of Rust's is at address 0.
        for start in 1..end {
            let first = byte(start) ^ self.mask;
            for (pattern, count) in self.patterns.iter().zip(&mut found) {
                if pattern.first() == Some(&first)
                    && start + pattern.len() <= end
                    && pattern.iter().zip(start..).all(|(wanted, at)| byte(at) ^ self.mask == *wanted)
                {
                    *count += 1;
                }
            }
        }
        json!({ "bytes": end, "found": found })
    }
}

/// The first address behind memory.
#[cfg(target_arch = "wasm32")]
fn end() -> usize {
    core::arch::wasm32::memory_size(0) * 65_536
}

/// Natively there is no memory that could be looked through.
#[cfg(not(target_arch = "wasm32"))]
fn end() -> usize {
    0
}

fn byte(address: usize) -> u8 {
    // SAFETY: addresses are below `end`, and all of a linear memory up to its
    // size can be read. The read is volatile because others own the place: no
    // conclusion may be drawn from the value.
    unsafe { std::ptr::with_exposed_provenance::<u8>(address).read_volatile() }
}
