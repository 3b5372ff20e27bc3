//! The forms in which a secret may travel.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// Appends every form of a secret. Some may be equal to each other.
pub(super) fn of(secret: &[u8], patterns: &mut Vec<Vec<u8>>) {
    patterns.push(secret.to_vec());
    for offset in 0..3 {
        patterns.push(base64(&STANDARD_NO_PAD, secret, offset));
        patterns.push(base64(&URL_SAFE_NO_PAD, secret, offset));
    }
    patterns.push(each(secret, |b, out| out.extend(hex(b, LOWER))));
    patterns.push(each(secret, |b, out| out.extend(hex(b, UPPER))));
    for digits in [LOWER, UPPER] {
        patterns.push(each(secret, |b, out| percent(b, digits, out)));
        patterns.push(each(secret, |b, out| match b {
            b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => out.push(b),
            b => percent(b, digits, out),
        }));
        // application/x-www-form-urlencoded
        patterns.push(each(secret, |b, out| match b {
            b' ' => out.push(b'+'),
            b if b.is_ascii_alphanumeric() || b"-_.*".contains(&b) => out.push(b),
            b => percent(b, digits, out),
        }));
    }
    if let Ok(text) = std::str::from_utf8(secret) {
        json(text, patterns);
    }
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

fn each(secret: &[u8], write: impl Fn(u8, &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(secret.len() * 3);
    for byte in secret {
        write(*byte, &mut out);
    }
    out
}

fn hex(byte: u8, digits: &[u8; 16]) -> [u8; 2] {
    [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]
}

fn percent(byte: u8, digits: &[u8; 16], out: &mut Vec<u8>) {
    out.push(b'%');
    out.extend(hex(byte, digits));
}

/// The base64 digits that depend on nothing but the secret when it stands
/// `offset` bytes behind a multiple of three.
fn base64(engine: &impl Engine, secret: &[u8], offset: usize) -> Vec<u8> {
    let mut padded = vec![0; offset];
    padded.extend_from_slice(secret);
    let digits = engine.encode(&padded).into_bytes();
    let first = (offset * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    digits[first..end].to_vec()
}

/// As a part of a JSON string: as short as possible, with `\/`, and with every
/// character that isn't alphanumeric, or every one at all, as `\u00xx`.
fn json(text: &str, patterns: &mut Vec<Vec<u8>>) {
    for slash in ["/", "\\/"] {
        let mut out = String::new();
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '/' => out.push_str(slash),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                c if c.is_control() => unicode(c, LOWER, &mut out),
                c => out.push(c),
            }
        }
        patterns.push(out.into_bytes());
    }
    for digits in [LOWER, UPPER] {
        for plain in [false, true] {
            let mut out = String::new();
            for c in text.chars() {
                match plain && c.is_ascii_alphanumeric() {
                    true => out.push(c),
                    false => unicode(c, digits, &mut out),
                }
            }
            patterns.push(out.into_bytes());
        }
    }
}

fn unicode(c: char, digits: &[u8; 16], out: &mut String) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        out.push_str("\\u");
        for byte in unit.to_be_bytes() {
            out.extend(hex(byte, digits).map(char::from));
        }
    }
}
