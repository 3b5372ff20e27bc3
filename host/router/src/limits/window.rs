//! The times that limits are for.
//!
//! Calendar windows are of UTC: a limit that followed local time would have
//! days of 23 and of 25 hours. Weeks begin on Monday (ISO 8601).

use std::time::{Duration, SystemTime};

use toml::value::{Datetime, Offset};

/// How long what was used counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Window {
    /// Until the calendar's next one begins.
    Calendar(Period),
    /// Until so many days have passed since `anchor`, or so many again.
    Every {
        /// How many days, at least one.
        days: u16,
        /// When one of the windows begins: seconds since 1970.
        anchor: i64,
    },
    /// For so long after it was used.
    Rolling(Duration),
    /// For ever.
    Lifetime,
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A month.
    Month,
}

const DAY: i64 = 86_400;

impl Period {
    /// How long a rolling window of it is; 30 days for a month.
    pub const fn length(self) -> Duration {
        Duration::from_secs(match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => DAY as u64,
            Self::Week => 7 * DAY as u64,
            Self::Month => 30 * DAY as u64,
        })
    }
}

impl Window {
    /// The window of the calendar that a moment lies in: its first second and
    /// the one behind its last, in seconds since 1970. `None` for windows that
    /// no calendar cuts.
    pub(super) fn span(self, now: i64) -> Option<(i64, i64)> {
        let even = |length: i64, anchor: i64| {
            let start = now - (now - anchor).rem_euclid(length);
            (start, start + length)
        };
        // 1970 began on a Thursday.
        const MONDAY: i64 = 4 * DAY;
        Some(match self {
            Self::Calendar(Period::Minute) => even(60, 0),
            Self::Calendar(Period::Hour) => even(3_600, 0),
            Self::Calendar(Period::Day) => even(DAY, 0),
            Self::Calendar(Period::Week) => even(7 * DAY, MONDAY),
            Self::Calendar(Period::Month) => month(now),
            Self::Every { days, anchor } => even(i64::from(days.max(1)) * DAY, anchor),
            Self::Rolling(_) | Self::Lifetime => return None,
        })
    }
}

fn month(now: i64) -> (i64, i64) {
    let day = now.div_euclid(DAY);
    // Four hundred years are 146,097 days; the guess is at most a year late.
    let mut year = 1970 + (day * 400).div_euclid(146_097) + 1;
    while days(year, 1) > day {
        year -= 1;
    }
    let month = (2..=12).rfind(|month| days(year, *month) <= day).unwrap_or(1);
    let next = if month == 12 { days(year + 1, 1) } else { days(year, month + 1) };
    (days(year, month) * DAY, next * DAY)
}

/// Days from the beginning of 1970 to that of a month (Gregorian).
pub(super) fn days(year: i64, month: u8) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    // Leap days in all years before this one, since the year 0.
    let leaps = |year: i64| {
        let last = year - 1;
        last.div_euclid(4) - last.div_euclid(100) + last.div_euclid(400)
    };
    let whole = (year - 1970) * 365 + leaps(year) - leaps(1970);
    let before = BEFORE.get(usize::from(month).saturating_sub(1)).copied().unwrap_or(0);
    whole + before + i64::from(leap && month > 2)
}

/// Seconds since 1970, whole ones.
pub(super) fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX / 2)
}

/// Seconds since 1970 of a time as in RFC 3339; without an offset it is UTC.
pub(super) fn moment(text: &str) -> Option<i64> {
    let written: Datetime = text.parse().ok()?;
    let date = written.date?;
    let day = days(i64::from(date.year), date.month) + i64::from(date.day) - 1;
    let time = written.time.map(|time| (time.hour, time.minute, time.second.unwrap_or(0)));
    let (hour, minute, second) = time.unwrap_or_default();
    let offset = match written.offset {
        Some(Offset::Custom { minutes }) => i64::from(minutes),
        _ => 0,
    };
    Some(day * DAY + i64::from(hour) * 3_600 + (i64::from(minute) - offset) * 60 + i64::from(second))
}
