//! How long an upstream asks to wait, in every spelling.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jackfield_runtime::api::types::ErrorKind;

use crate::{PLUGINS, Reply, Trial, good};

async fn asked(plugin: &'static str, status: u16, headers: &str) -> Option<u64> {
    let body = good::error_body(plugin, "", "slow down");
    let head = format!("{headers}content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    let trial = Trial::new(plugin, vec![Reply::head(status, &head).send(body)], "").await;
    let [whole, stream] = trial.both().await;
    let kind = if status == 429 { ErrorKind::RateLimited } else { ErrorKind::Overloaded };
    whole.is(kind, &["slow down"]);
    let waits = (whole.record().retry_after_ms, stream.record().retry_after_ms);
    // A wait that counts down to a moment differs by the time between the two calls.
    let (first, second) = (waits.0.unwrap_or_default(), waits.1.unwrap_or_default());
    assert!(first.abs_diff(second) < 20_000 && waits.0.is_some() == waits.1.is_some(), "{waits:?}");
    waits.0
}

#[tokio::test]
async fn every_spelling_of_a_wait_is_read() {
    for plugin in PLUGINS {
        for (headers, wait) in [
            ("retry-after: 7\r\n", 7_000),
            ("Retry-After: 0\r\n", 0),
            ("retry-after-ms: 1500\r\n", 1_500),
            ("retry-after-ms: 1500\r\nretry-after: 2\r\n", 1_500),
            ("x-ms-retry-after-ms: 250\r\n", 250),
            ("x-ratelimit-reset-requests: 6m0s\r\n", 360_000),
            (
                "x-ratelimit-reset-requests: 1s\r\nx-ratelimit-reset-tokens: 2s\r\nx-ratelimit-remaining-tokens: 0\r\n",
                2_000,
            ),
            ("anthropic-ratelimit-tokens-reset: 2001-01-01T00:00:00Z\r\n", 0),
        ] {
            assert_eq!(asked(plugin, 429, headers).await, Some(wait), "{plugin}: {headers}");
        }
        assert_eq!(asked(plugin, 503, "retry-after: 7\r\n").await, Some(7_000));
        assert_eq!(
            asked(plugin, 529, "x-ratelimit-reset-requests: 6m0s\r\n").await,
            None,
            "no limit was hit"
        );
    }
}

#[tokio::test]
async fn a_date_is_counted_from_now() {
    for plugin in PLUGINS {
        let date = http_date(SystemTime::now() + Duration::from_secs(600));
        let wait = asked(plugin, 429, &format!("retry-after: {date}\r\n")).await.unwrap();
        assert!((550_000..=600_000).contains(&wait), "{plugin}: {wait} for {date}");
        let past = asked(plugin, 429, "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n").await;
        assert_eq!(past, Some(0), "{plugin}");
    }
}

#[tokio::test]
async fn a_wait_that_nobody_can_mean_is_none() {
    for plugin in PLUGINS {
        for value in
            ["-1", "soon", "", "NaN", "1e300", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"]
        {
            assert_eq!(
                asked(plugin, 429, &format!("retry-after: {value}\r\n")).await,
                None,
                "{plugin}: {value}"
            );
        }
        for value in ["9999-12-31T23:59:59Z", "99999999999", "4000000000000000"] {
            let header = format!("x-ratelimit-reset-requests: {value}\r\n");
            assert_eq!(asked(plugin, 429, &header).await, None, "{plugin}: {value}");
        }
    }
}

/// The form that RFC 9110 prefers, as in `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(time: SystemTime) -> String {
    const MONTHS: [(&str, u64); 12] = [
        ("Jan", 31),
        ("Feb", 28),
        ("Mar", 31),
        ("Apr", 30),
        ("May", 31),
        ("Jun", 30),
        ("Jul", 31),
        ("Aug", 31),
        ("Sep", 30),
        ("Oct", 31),
        ("Nov", 30),
        ("Dec", 31),
    ];
    let seconds = time.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (mut days, clock) = (seconds / 86_400, seconds % 86_400);
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(days % 7) as usize];
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    for (month, length) in MONTHS {
        let length = length + u64::from(month == "Feb" && leap(year));
        if days < length {
            let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
            return format!(
                "{weekday}, {:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT",
                days + 1
            );
        }
        days -= length;
    }
    unreachable!("a year has twelve months")
}
