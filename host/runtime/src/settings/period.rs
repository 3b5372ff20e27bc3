//! Lengths of time, as operators write them: `60s`, `1m30s`, `250ms`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of time in whole milliseconds, above zero and at most a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(u64);

/// Why a text isn't a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// It has no number or no known unit.
    #[error(
        "{0:?} isn't a length of time: write whole numbers with h, m, s or ms, largest first, as in \"1m30s\""
    )]
    Form(String),
    /// It is zero.
    #[error("{0:?} is no time at all: write one above zero")]
    Zero(String),
    /// It is longer than a year.
    #[error("{0:?} is longer than a year: write a shorter one")]
    TooLong(String),
}

/// Units in the order in which they are written.
const UNITS: &[(&str, u64)] = &[("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// A year: beyond it, sums with a clock's time might overflow on some systems.
const LONGEST: u64 = 366 * 24 * 3_600_000;

impl Period {
    /// This many seconds, at least one and at most a year of them.
    pub const fn seconds(count: u32) -> Self {
        let millis = count as u64 * 1_000;
        Self(if millis == 0 {
            1_000
        } else if millis > LONGEST {
            LONGEST
        } else {
            millis
        })
    }

    /// How many milliseconds.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// As the standard library has it.
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

impl From<Period> for Duration {
    fn from(period: Period) -> Self {
        period.duration()
    }
}

/// A length of time that can't be a [`Period`]: zero once it is cut to whole
/// milliseconds, or longer than a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} can't be used: give at least a millisecond and at most a year")]
pub struct PeriodRangeError(pub Duration);

impl TryFrom<Duration> for Period {
    type Error = PeriodRangeError;

    fn try_from(duration: Duration) -> Result<Self, PeriodRangeError> {
        match u64::try_from(duration.as_millis()) {
            Ok(millis @ 1..=LONGEST) => Ok(Self(millis)),
            _ => Err(PeriodRangeError(duration)),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let form = || PeriodError::Form(text.to_owned());
        let too_long = || PeriodError::TooLong(text.to_owned());
        let mut units = UNITS.iter();
        let mut rest = text;
        let mut millis = 0_u64;
        while !rest.is_empty() || units.len() == UNITS.len() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(form)?;
            let (number, after) = rest.split_at(digits);
            let unit_end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
            let (unit, after) = after.split_at(unit_end);
            // Going on in the same iterator keeps the order and lets no unit come twice.
            let (_, factor) = units.find(|(name, _)| *name == unit).ok_or_else(form)?;
            if number.is_empty() {
                return Err(form());
            }
            let part = number.parse::<u64>().ok().and_then(|n| n.checked_mul(*factor));
            millis = part.and_then(|part| millis.checked_add(part)).ok_or_else(too_long)?;
            rest = after;
        }
        match millis {
            0 => Err(PeriodError::Zero(text.to_owned())),
            1..=LONGEST => Ok(Self(millis)),
            _ => Err(too_long()),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (unit, factor) in UNITS {
            if rest >= *factor {
                write!(f, "{}{unit}", rest / factor)?;
                rest %= factor;
            }
        }
        Ok(())
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A measured length of time for a person: to the millisecond, as in `250 ms`
/// and `1.5 s`.
pub(crate) fn rounded(span: Duration) -> String {
    let millis = span.saturating_add(Duration::from_micros(500)).as_millis();
    if millis < 1_000 {
        return format!("{millis} ms");
    }
    let (seconds, rest) = (millis / 1_000, millis % 1_000);
    let fraction = format!(".{rest:03}");
    format!("{seconds}{} s", fraction.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_every_unit() {
        for (text, millis) in [
            ("60s", 60_000),
            ("1m30s", 90_000),
            ("250ms", 250),
            ("2h", 7_200_000),
            ("1h1m1s1ms", 3_661_001),
            ("1h500ms", 3_600_500),
            ("90m", 5_400_000),
            ("0m1s", 1_000),
        ] {
            assert_eq!(text.parse::<Period>().unwrap().millis(), millis, "{text}");
        }
    }

    #[test]
    fn a_measured_length_is_shown_as_a_person_would_say_it() {
        for (nanos, shown) in [
            (0, "0 ms"),
            (400, "0 ms"),
            (250_000_000, "250 ms"),
            (999_400_000, "999 ms"),
            (999_971_363, "1 s"),
            (1_250_000_000, "1.25 s"),
            (59_999_999_999, "60 s"),
            (100_000_000_000, "100 s"),
        ] {
            assert_eq!(rounded(Duration::from_nanos(nanos)), shown);
        }
        assert!(rounded(Duration::MAX).ends_with(" s"));
    }

    #[test]
    fn what_is_shown_is_read_back() {
        for millis in [1, 999, 1_000, 59_999, 60_000, 3_599_999, 3_600_000, 86_399_001, LONGEST] {
            let period = Period(millis);
            assert_eq!(period.to_string().parse(), Ok(period));
        }
        assert_eq!(Period::seconds(90).to_string(), "1m30s");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "60", "s", "1.5s", "-1s", "60 s", "1s1m", "1s1s", "1d", "1msx", "1S", "s1"] {
            assert!(matches!(text.parse::<Period>(), Err(PeriodError::Form(_))), "{text:?}");
        }
        for text in ["0s", "0m0s", "0ms"] {
            assert!(matches!(text.parse::<Period>(), Err(PeriodError::Zero(_))), "{text}");
        }
        for text in ["9000h", "99999999999999999999s", "18446744073709551615h"] {
            assert!(matches!(text.parse::<Period>(), Err(PeriodError::TooLong(_))), "{text}");
        }
    }

    #[test]
    fn only_lengths_that_can_be_written_are_made_of_durations() {
        assert_eq!(Period::try_from(Duration::from_millis(5)), Ok(Period(5)));
        for duration in [Duration::ZERO, Duration::from_micros(999), Duration::MAX] {
            assert!(Period::try_from(duration).is_err(), "{duration:?}");
        }
        assert_eq!(Period::seconds(0), Period(1_000));
        assert_eq!(Period::seconds(u32::MAX), Period(LONGEST));
    }
}
