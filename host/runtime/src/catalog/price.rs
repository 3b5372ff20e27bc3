//! What a model costs, and who said so when. A price that nobody can check is
//! worth little: each shipped one names the provider's page and the day.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use url::Url;

use crate::settings::document::{Fields, Node};

/// US dollars for a million tokens, as the provider publishes them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Price {
    /// Input tokens that no cache is involved in.
    pub input: f64,
    /// Input tokens read from the provider's prompt cache.
    pub cache_read: Option<f64>,
    /// Input tokens written to the provider's prompt cache.
    pub cache_write: Option<f64>,
    /// Output tokens; absent for models that have none.
    pub output: Option<f64>,
}

/// A price with its provenance.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Quote {
    /// The price.
    #[serde(flatten)]
    pub price: Price,
    /// When it was read; every shipped one says so.
    pub read: Option<Day>,
    /// Where the provider publishes it; likewise.
    pub source: Option<Url>,
}

/// A day, as in `2026-10-21`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

/// A text isn't a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} isn't a day: write year, month and day, as in \"2026-10-21\"")]
pub struct DayError(String);

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let wrong = || DayError(text.to_owned());
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else { return Err(wrong()) };
        let digits =
            |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return Err(wrong());
        }
        let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u16>(), month.parse::<u8>(), day.parse::<u8>())
        else {
            return Err(wrong());
        };
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return Err(wrong()),
        };
        if (1..=last).contains(&day) { Ok(Self { year, month, day }) } else { Err(wrong()) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Quote {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let input = fields.require("input", "0.15").and_then(|node| dollars(&node));
        let cache_read = optional(&mut fields, "cache-read");
        let cache_write = optional(&mut fields, "cache-write");
        let output = optional(&mut fields, "output");
        let read = fields.take("read").and_then(|node| node.parse());
        let source = fields.take("source").and_then(|node| node.parse());
        fields.finish();
        Some(Self { price: Price { input: input?, cache_read, cache_write, output }, read, source })
    }
}

fn optional<'d>(fields: &mut Fields<'d>, name: &'d str) -> Option<f64> {
    fields.take(name).and_then(|node| dollars(&node))
}

fn dollars(node: &Node<'_>) -> Option<f64> {
    let amount = node.number()?;
    if amount < 0.0 {
        node.reject("a price can't be below zero: write US dollars for a million tokens");
    }
    Some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_calendar() {
        for text in ["2026-10-21", "2024-02-29", "2000-02-29", "1999-12-31"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
        for text in
            ["", "2026", "2026-1-1", "2026-13-01", "2025-02-29", "1900-02-29", "2026-04-31", "+026-01-01"]
        {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
