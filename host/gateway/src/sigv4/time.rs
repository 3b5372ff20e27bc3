//! The time at which a request was signed, as `x-amz-date` has it: ISO 8601 in
//! its basic form, in UTC, to the second.

use std::time::SystemTime;

use ::time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// Reads `YYYYMMDD'T'HHMMSS'Z'`; nothing for every other form, and for times
/// that no calendar has.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        let digits = &bytes[range];
        let digit = |byte: &u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
        digits.iter().try_fold(0_u16, |value, byte| Some(value * 10 + digit(byte)?))
    };
    let small = |range| number(range).and_then(|value| u8::try_from(value).ok());
    let month = Month::try_from(small(4..6)?).ok()?;
    let date = Date::from_calendar_date(i32::from(number(0..4)?), month, small(6..8)?).ok()?;
    let time = Time::from_hms(small(9..11)?, small(11..13)?, small(13..15)?).ok()?;
    Some(OffsetDateTime::new_in_offset(date, time, UtcOffset::UTC).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_time_is_read_to_the_second() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("20150830T123600Z", 1_440_938_160),
            ("20240229T235959Z", 1_709_251_199),
        ] {
            assert_eq!(parse(text), Some(UNIX_EPOCH + Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_of_this_form_is_nothing() {
        for text in [
            "",
            "20150830T123600",
            "20150830 123600Z",
            "2015-08-30T12:36:00Z",
            "20150830T123600z",
            "20151330T123600Z",
            "20150230T123600Z",
            "20150830T243600Z",
            "20150830T126000Z",
            "2015083OT123600Z",
            "+0150830T123600Z",
            "20150830T123600ZZ",
            "2015083é123600Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
