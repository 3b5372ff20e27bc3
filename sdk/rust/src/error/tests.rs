use super::*;

/// 2026-01-02T03:04:05Z.
const NOW: u64 = 1_767_323_045_000;

fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn every_spelling_of_retry_after_is_read() {
    for (name, value, expected) in [
        ("retry-after-ms", "1500", Some(1500)),
        ("retry-after-ms", "0.4", Some(1)),
        ("x-ms-retry-after-ms", "250", Some(250)),
        ("retry-after", "3", Some(3000)),
        ("Retry-After", " 0 ", Some(0)),
        ("retry-after", "1.5", Some(1500)),
        ("retry-after", "Fri, 02 Jan 2026 03:04:35 GMT", Some(30_000)),
        ("retry-after", "Fri, 02 Jan 2026 03:00:00 GMT", Some(0)),
        ("retry-after", "Sat, 02 Jan 2027 03:00:00 GMT", None),
        ("retry-after", "7s", Some(7000)),
        ("retry-after", "-1", None),
        ("retry-after", "soon", None),
        ("retry-after", "NaN", None),
        ("retry-after", "inf", None),
        ("retry-after", "1e300", None),
        ("retry-after", "", None),
        ("x-ratelimit-reset-tokens", "1s", None),
    ] {
        assert_eq!(retry_after_ms(&headers(&[(name, value)]), NOW), expected, "{name}: {value}");
    }
}

#[test]
fn milliseconds_go_before_seconds() {
    let both = headers(&[("retry-after", "2"), ("retry-after-ms", "1200")]);
    assert_eq!(retry_after_ms(&both, NOW), Some(1200));
    let broken = headers(&[("retry-after", "2"), ("retry-after-ms", "?")]);
    assert_eq!(retry_after_ms(&broken, NOW), Some(2000));
}

#[test]
fn resets_of_rate_limits_are_read_in_every_spelling() {
    for (name, value, expected) in [
        ("x-ratelimit-reset-requests", "6m0s", Some(360_000)),
        ("x-ratelimit-reset-tokens", "12ms", Some(12)),
        ("x-ratelimit-reset-tokens", "1h2m3.5s", Some(3_723_500)),
        ("x-ratelimit-reset-tokens", "2m59.56s", Some(179_560)),
        ("x-ratelimit-reset-tokens", "153.4ms", Some(154)),
        ("ratelimit-reset", "30", Some(30_000)),
        ("x-ratelimit-reset", "1767323055", Some(10_000)),
        ("x-ratelimit-reset", "1767323047500", Some(2500)),
        ("x-ratelimit-reset", "1000000000", Some(0)),
        ("anthropic-ratelimit-tokens-reset", "2026-01-02T03:04:15Z", Some(10_000)),
        ("anthropic-ratelimit-input-tokens-reset", "2026-01-02T05:04:15+02:00", Some(10_000)),
        ("x-ratelimit-reset", "4000000000", None),
        ("x-ratelimit-reset", "4000000000000000", None),
        ("anthropic-ratelimit-tokens-reset", "9999-12-31T23:59:59Z", None),
        ("x-ratelimit-reset-tokens", "6 weeks", None),
        ("x-ratelimit-reset-tokens", "", None),
        ("x-ratelimit-remaining-tokens", "10", None),
        ("x-reset", "10", None),
    ] {
        assert_eq!(rate_limit_reset_ms(&headers(&[(name, value)]), NOW), expected, "{name}: {value}");
    }
}

#[test]
fn the_exhausted_limit_decides_otherwise_the_shortest() {
    let mut several = headers(&[
        ("x-ratelimit-reset-requests", "8h"),
        ("x-ratelimit-remaining-requests", "900"),
        ("x-ratelimit-reset-tokens", "7s"),
        ("x-ratelimit-remaining-tokens", "12"),
    ]);
    assert_eq!(rate_limit_reset_ms(&several, NOW), Some(7000));
    several[1].1 = "0".to_owned();
    assert_eq!(rate_limit_reset_ms(&several, NOW), Some(8 * 3_600_000));
}

#[test]
fn builders_fill_in_what_they_name_and_nothing_else() {
    let error = Error::new(ErrorKind::RateLimited, "slow down")
        .with_status(429)
        .with_code("rpm")
        .with_retry_after_ms(5)
        .sent();
    assert_eq!(
        (error.status, error.code.as_deref(), error.retry_after_ms, error.sent),
        (Some(429), Some("rpm"), Some(5), true)
    );
    let error = Error::unsupported("no");
    assert_eq!((error.status, error.code, error.retry_after_ms, error.sent), (None, None, None, false));
    assert!(Error::bad_answer("what?").sent);
}

#[test]
fn statuses_mean_what_a_router_acts_on() {
    for (status, kind) in [
        (400, ErrorKind::InvalidRequest),
        (401, ErrorKind::Authentication),
        (402, ErrorKind::QuotaExceeded),
        (403, ErrorKind::Permission),
        (404, ErrorKind::NotFound),
        (408, ErrorKind::Timeout),
        (413, ErrorKind::InvalidRequest),
        (422, ErrorKind::InvalidRequest),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Unavailable),
        (502, ErrorKind::Unavailable),
        (503, ErrorKind::Overloaded),
        (504, ErrorKind::Timeout),
        (529, ErrorKind::Overloaded),
        (200, ErrorKind::BadUpstreamAnswer),
    ] {
        assert_eq!(kind_of_status(status), kind, "{status}");
    }
}

#[test]
fn an_error_is_an_error_to_rust_too() {
    let error: Box<dyn std::error::Error> = Box::new(Error::internal("a fault"));
    assert!(error.to_string().contains("a fault"));
}
