//! Names bytes by their content: a plugin pinned by digest is that very file or
//! it doesn't load, and compiled code is cached under the digest of what it was
//! compiled from. Only SHA-256, written as `sha256:` and 64 hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

const PREFIX: &str = "sha256:";

/// The SHA-256 of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

/// Why a text isn't a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The text doesn't begin with `sha256:`.
    #[error("a digest begins with `sha256:`, `{0}` doesn't")]
    Algorithm(String),
    /// What follows isn't 64 hexadecimal digits.
    #[error("a digest is `sha256:` and 64 hexadecimal digits, `{0}` isn't")]
    Digits(String),
}

/// The bytes aren't the ones that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the digest is {found}, pinned is {pinned}: restore the pinned file, or pin the new digest if you trust it"
)]
pub struct DigestMismatch {
    /// What was asked for.
    pub pinned: Digest,
    /// What is there.
    pub found: Digest,
}

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes of the digest itself.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 hexadecimal digits without `sha256:`, for file names.
    pub fn hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut hex, byte| {
            for nibble in [byte >> 4, byte & 15] {
                hex.extend(char::from_digit(u32::from(nibble), 16));
            }
            hex
        })
    }

    /// Passes if the bytes have this digest.
    pub fn verify(&self, bytes: &[u8]) -> Result<(), DigestMismatch> {
        let found = Self::of(bytes);
        if found == *self { Ok(()) } else { Err(DigestMismatch { pinned: *self, found }) }
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let digits = text.strip_prefix(PREFIX).ok_or_else(|| DigestError::Algorithm(text.into()))?;
        let wrong = || DigestError::Digits(text.into());
        let digits = digits.as_bytes();
        if digits.len() != 64 {
            return Err(wrong());
        }
        let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|n| u8::try_from(n).ok());
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let (Some(high), Some(low)) = (nibble(pair[0]), nibble(pair[1])) else {
                return Err(wrong());
            };
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_digest_of_known_bytes_is_the_published_one() {
        assert_eq!(Digest::of(b"abc").to_string(), OF_ABC);
    }

    #[test]
    fn what_is_written_is_read_back() {
        for bytes in [&b""[..], b"a", b"abc", &[0; 1000]] {
            let digest = Digest::of(bytes);
            assert_eq!(digest.to_string().parse(), Ok(digest));
            let json = serde_json::to_string(&digest).unwrap();
            assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        }
    }

    #[test]
    fn upper_case_digits_are_the_same_digest() {
        let upper = OF_ABC.to_uppercase().replace("SHA256:", PREFIX);
        assert_eq!(upper.parse(), Ok(Digest::of(b"abc")));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "sha256", "md5:00", &OF_ABC[7..], "SHA256:00"] {
            assert!(matches!(text.parse::<Digest>(), Err(DigestError::Algorithm(_))), "{text}");
        }
        let long = format!("{OF_ABC}0");
        let wide = format!("sha256:{}", "é".repeat(32));
        for text in ["sha256:", &OF_ABC[..70], &long, &OF_ABC.replace('b', "g"), &wide] {
            assert!(matches!(text.parse::<Digest>(), Err(DigestError::Digits(_))), "{text}");
        }
    }

    #[test]
    fn changed_bytes_are_told_from_the_pinned_ones() {
        let pinned = Digest::of(b"abc");
        assert_eq!(pinned.verify(b"abc"), Ok(()));
        let error = pinned.verify(b"abd").unwrap_err();
        assert_eq!(error.found, Digest::of(b"abd"));
        assert!(error.to_string().contains("pinned"), "{error}");
    }
}
