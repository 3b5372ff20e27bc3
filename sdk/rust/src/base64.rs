//! Base64 (RFC 4648), as providers use it for media and for vectors.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::types::Error;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Characters decoded at a time: 768 floats.
const CHUNK: usize = 4096;

/// Bytes as padded base64.
pub fn encode(bytes: &[u8]) -> String {
    PLAIN.encode(bytes)
}

/// Bytes out of base64 that an upstream wrote, with or without padding, in the
/// standard or the URL-safe alphabet. Otherwise an error of kind
/// `bad-upstream-answer`.
pub fn decode(text: &str) -> Result<Vec<u8>, Error> {
    engine(text).decode(text).map_err(|error| not_base64(&error))
}

/// A vector out of the base64 of little-endian 32-bit floats, as
/// `encoding_format: "base64"` brings it.
pub fn floats_le(text: &str) -> Result<Vec<f32>, Error> {
    let engine = engine(text);
    let mut floats = Vec::with_capacity(text.len() / 16 * 3 + 3);
    let mut bytes = [0; CHUNK / 4 * 3];
    for chunk in text.as_bytes().chunks(CHUNK) {
        let length = engine.decode_slice(chunk, &mut bytes).map_err(|error| not_base64(&error))?;
        let (whole, rest) = bytes[..length].as_chunks::<4>();
        if !rest.is_empty() {
            return Err(Error::bad_answer(
                "the upstream sent a vector in base64 whose length isn't a multiple of four bytes",
            ));
        }
        floats.extend(whole.iter().map(|four| f32::from_le_bytes(*four)));
    }
    Ok(floats)
}

fn engine(text: &str) -> &'static GeneralPurpose {
    static ENGINES: [GeneralPurpose; 2] = [PLAIN, URL];
    &ENGINES[usize::from(text.bytes().any(|byte| matches!(byte, b'-' | b'_')))]
}

fn not_base64(error: &dyn std::fmt::Display) -> Error {
    Error::bad_answer(format!("the upstream sent something as base64 that isn't: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ErrorKind;

    #[test]
    fn decodes_what_it_encodes_and_other_spellings_of_it() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = encode(&bytes);
        assert_eq!(decode(&text).unwrap(), bytes);
        assert_eq!(decode(text.trim_end_matches('=')).unwrap(), bytes);
        assert_eq!(decode(&text.replace('+', "-").replace('/', "_")).unwrap(), bytes);
    }

    #[test]
    fn vectors_of_every_length_survive() {
        for length in [0, 1, 2, 3, 767, 768, 769, 1536, 3072, 4097] {
            let floats: Vec<f32> = (0..length).map(|n| n as f32 * -0.37).collect();
            let bytes: Vec<u8> = floats.iter().flat_map(|float| float.to_le_bytes()).collect();
            assert_eq!(floats_le(&encode(&bytes)).unwrap(), floats, "{length}");
        }
    }

    #[test]
    fn what_is_no_base64_is_a_bad_answer() {
        for text in ["a", "****", "AAAA====A", "é"] {
            assert_eq!(decode(text).unwrap_err().kind, ErrorKind::BadUpstreamAnswer, "{text}");
            assert!(floats_le(text).is_err(), "{text}");
        }
        assert!(floats_le("AAAA").unwrap_err().message.contains("multiple of four"));
    }
}
