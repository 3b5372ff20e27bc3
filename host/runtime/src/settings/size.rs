//! Sizes in bytes, as operators write them: `64 MiB`, `1 MB`, `500 B`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number of bytes above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(u64);

/// Why a text isn't a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// It has no number or no known unit.
    #[error(
        "{0:?} isn't a size: write a whole number and a unit, B, KiB, MiB, GiB, KB, MB or GB, as in \"64 MiB\""
    )]
    Form(String),
    /// It is zero.
    #[error("{0:?} is no size at all: write one above zero")]
    Zero(String),
    /// It is beyond 64 bits.
    #[error("{0:?} is more bytes than can be counted: write a smaller one")]
    TooLarge(String),
}

/// Units by size; the first that divides a size is the one it is shown in.
const UNITS: &[(&str, u64)] = &[
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("B", 1),
];

impl ByteSize {
    /// This many mebibytes.
    pub const fn mib(count: u32) -> Self {
        Self((count as u64) << 20)
    }

    /// This many kibibytes.
    pub const fn kib(count: u32) -> Self {
        Self((count as u64) << 10)
    }

    /// This many bytes; nothing for zero.
    pub const fn new(bytes: u64) -> Option<Self> {
        if bytes == 0 { None } else { Some(Self(bytes)) }
    }

    /// How many bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// How many bytes, where memory is counted: as much as the machine can
    /// address for sizes beyond that.
    pub fn bytes_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl FromStr for ByteSize {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let form = || SizeError::Form(text.to_owned());
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, unit) = text.split_at(end);
        let unit = unit.strip_prefix(' ').unwrap_or(unit);
        let (_, factor) = UNITS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit))
            .filter(|_| !digits.is_empty())
            .ok_or_else(form)?;
        let too_large = || SizeError::TooLarge(text.to_owned());
        let count: u64 = digits.parse().map_err(|_| too_large())?;
        let bytes = count.checked_mul(*factor).ok_or_else(too_large)?;
        Self::new(bytes).ok_or_else(|| SizeError::Zero(text.to_owned()))
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = UNITS.iter().find(|(_, factor)| self.0.is_multiple_of(*factor));
        let (unit, factor) = fits.unwrap_or(&("B", 1));
        write!(f, "{} {unit}", self.0 / factor)
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_every_unit() {
        for (text, bytes) in [
            ("1 B", 1),
            ("1B", 1),
            ("64 MiB", 64 << 20),
            ("64MiB", 64 << 20),
            ("64 mib", 64 << 20),
            ("3 KiB", 3 << 10),
            ("2 GiB", 2 << 30),
            ("2 GB", 2_000_000_000),
            ("5 MB", 5_000_000),
            ("7 KB", 7_000),
        ] {
            assert_eq!(text.parse::<ByteSize>().unwrap().bytes(), bytes, "{text}");
        }
    }

    #[test]
    fn what_is_shown_is_read_back() {
        for bytes in [1, 999, 1_000, 1_024, 1_536, 1 << 20, 5_000_000, u64::MAX] {
            let size = ByteSize::new(bytes).unwrap();
            assert_eq!(size.to_string().parse(), Ok(size));
        }
        assert_eq!(ByteSize::mib(64).to_string(), "64 MiB");
        assert_eq!(ByteSize::kib(1).to_string(), "1 KiB");
    }

    #[test]
    fn a_bare_number_and_other_texts_are_refused() {
        for text in ["", "64", "MiB", "-1 B", "1.5 MiB", "64 M", "64  MiB", " 64 MiB", "64 MiB "] {
            assert!(matches!(text.parse::<ByteSize>(), Err(SizeError::Form(_))), "{text:?}");
        }
        assert!(matches!("0 B".parse::<ByteSize>(), Err(SizeError::Zero(_))));
        for text in ["99999999999999999999 B", "99999999999 GiB"] {
            assert!(matches!(text.parse::<ByteSize>(), Err(SizeError::TooLarge(_))), "{text}");
        }
    }
}
