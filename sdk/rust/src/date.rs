//! The two kinds of dates that upstreams write into headers, as milliseconds
//! since 1970: HTTP dates in their three forms (RFC 9110, section 5.6.7) and
//! RFC 3339. What isn't one of them is nothing; nothing here fails.

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// An HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT` or one of the obsolete forms
/// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
pub fn parse_http(text: &str) -> Option<u64> {
    let (mut month, mut time, mut numbers) = (None, None, Vec::new());
    for word in text.split([' ', ',', '-']).filter(|word| !word.is_empty()) {
        if word.contains(':') {
            time = clock_ms(word);
        } else if let Ok(number) = word.parse::<u32>() {
            numbers.push(number);
        } else if month.is_none() {
            month = MONTHS.iter().position(|name| word.eq_ignore_ascii_case(name));
        }
    }
    // In all three forms the day stands before the year.
    let &[day, year] = numbers.as_slice() else { return None };
    let year = match year {
        0..70 => year + 2000,
        70..100 => year + 1900,
        _ => year,
    };
    Some(days_from_1970(year, month? as u32 + 1, day)? * 86_400_000 + time?)
}

/// A date of RFC 3339, as `2026-01-02T03:04:05.678Z` or with an offset.
pub fn parse_rfc3339(text: &str) -> Option<u64> {
    let (date, time) = text.trim().split_once(['T', 't', ' '])?;
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let (clock, offset_ms) = match time.find(['Z', 'z', '+', '-'])? {
        at if time[at..].eq_ignore_ascii_case("z") => (&time[..at], 0),
        at => {
            let offset = i64::try_from(clock_ms(&time[at + 1..])?).ok()?;
            (&time[..at], if time[at..].starts_with('-') { -offset } else { offset })
        }
    };
    let local = days_from_1970(year, month, day)? * 86_400_000 + clock_ms(clock)?;
    local.checked_add_signed(-offset_ms)
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, in milliseconds.
fn clock_ms(text: &str) -> Option<u64> {
    let mut parts = text.splitn(3, ':');
    let hours: u64 = parts.next()?.parse().ok()?;
    let minutes: u64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().map_or(Some(0.0), |seconds| seconds.parse().ok())?;
    // 60 is a leap second.
    (hours < 24 && minutes < 60 && (0.0..61.0).contains(&seconds))
        .then(|| (hours * 60 + minutes) * 60_000 + (seconds * 1000.0) as u64)
}

/// Days between 1970-01-01 and a day of the Gregorian calendar.
fn days_from_1970(year: u32, month: u32, day: u32) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last of a year.
    let year = u64::from(if month > 2 { year } else { year - 1 });
    let month = u64::from((month + 9) % 12);
    let day_of_year = (153 * month + 2) / 5 + u64::from(day) - 1;
    let leap_days = year / 4 - year / 100 + year / 400;
    (year * 365 + leap_days + day_of_year).checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_an_http_date_mean_the_same_moment() {
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(parse_http(text), Some(784_111_777_000), "{text}");
        }
    }

    #[test]
    fn rfc_3339_with_and_without_offset() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600_000),
            ("2000-02-29T14:00:00+02:00", 951_825_600_000),
            ("2000-02-29T06:30:00.250-05:30", 951_825_600_250),
        ] {
            assert_eq!(parse_rfc3339(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_nothing() {
        for text in [
            "",
            "soon",
            "12",
            "2000-13-01T00:00:00Z",
            "2000-01-01",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "1994-11-06T25:00:00Z",
            "T:Z",
            "é-é-éTé+é",
        ] {
            assert_eq!(parse_http(text), None, "{text}");
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }
}
