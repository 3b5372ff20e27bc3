//! Components that would cost a host more than their size says.

use std::time::{Duration, Instant};

use jackfield_e2e::guests::chain;
use jackfield_e2e::host;

const PREAMBLE: [u8; 8] = *b"\0asm\x0d\0\x01\0";

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![id];
    let mut length = content.len();
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    [bytes.as_slice(), content].concat()
}

/// A component that has the one below it twice, and so on.
fn doubled(depth: usize) -> Vec<u8> {
    (0..depth).fold(PREAMBLE.to_vec(), |inner, _| {
        [PREAMBLE.to_vec(), section(4, &inner), section(5, &[2, 0, 0, 0, 0, 0, 0])].concat()
    })
}

#[test]
fn a_component_that_multiplies_itself_is_refused_before_it_is_put_together() {
    let host = host();
    for depth in [24, 40, 64] {
        let bytes = doubled(depth);
        assert!(bytes.len() < 2_000, "a small one");
        let start = Instant::now();
        let text = chain(&host.load_bytes("bomb", &bytes).unwrap_err());
        assert!(text.contains("instantiate fewer parts"), "{text}");
        assert!(start.elapsed() < Duration::from_secs(5), "{depth}: {:?}", start.elapsed());
    }
}
