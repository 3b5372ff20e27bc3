//! How long an upstream asks to wait, in every spelling met so far.
//!
//! `retry-after` says it (RFC 9110, section 10.2.3), Azure says it in
//! milliseconds, and some say only when their rate limits are filled up again:
//! as a duration (`6m0s`), as seconds, as a time of day (RFC 3339) or as
//! seconds or milliseconds since 1970.

use crate::date;

/// The longest wait that is believed: thirty days.
const LONGEST_MS: f64 = 30.0 * 24.0 * 3600.0 * 1000.0;

/// What `retry-after-ms`, `x-ms-retry-after-ms` or `retry-after` ask for, in
/// that order. `retry-after` may be seconds, with a fraction, or an HTTP date;
/// `now_unix_ms` is what a date is counted from. A date that has passed is 0.
///
/// Reset times of rate limits are another matter, as upstreams send them with
/// every answer: see [`rate_limit_reset_ms`].
pub fn retry_after_ms(headers: &[(String, String)], now_unix_ms: u64) -> Option<u64> {
    let milliseconds = |name| header(headers, name).and_then(|text| in_ms(text, 1.0));
    milliseconds("retry-after-ms").or_else(|| milliseconds("x-ms-retry-after-ms")).or_else(|| {
        let text = header(headers, "retry-after")?;
        in_ms(text, 1000.0)
            .or_else(|| until(date::parse_http(text)?, now_unix_ms))
            .or_else(|| duration_ms(text))
    })
}

/// When a rate limit is over, from headers like `x-ratelimit-reset-tokens`,
/// `ratelimit-reset` and `anthropic-ratelimit-input-tokens-reset`. Meaningful
/// only on an answer of status 429.
///
/// Of several limits, those whose `remaining` header says 0 decide, and the
/// longest of them; where none says so, the shortest of all.
pub fn rate_limit_reset_ms(headers: &[(String, String)], now_unix_ms: u64) -> Option<u64> {
    let mut exhausted: Option<u64> = None;
    let mut shortest: Option<u64> = None;
    for (name, text) in headers {
        let name = name.to_ascii_lowercase();
        if !(name.contains("ratelimit") || name.contains("rate-limit")) || !name.contains("reset") {
            continue;
        }
        let Some(wait) = reset_ms(text, now_unix_ms) else { continue };
        shortest = Some(shortest.map_or(wait, |least| least.min(wait)));
        let remaining = header(headers, &name.replace("reset", "remaining"))
            .and_then(|left| left.trim().parse::<f64>().ok());
        if remaining.is_some_and(|left| left <= 0.0) {
            exhausted = Some(exhausted.map_or(wait, |most| most.max(wait)));
        }
    }
    exhausted.or(shortest)
}

/// A reset time in any spelling, as a wait from now.
fn reset_ms(text: &str, now_unix_ms: u64) -> Option<u64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        // Numbers this large aren't waits but moments, in seconds or milliseconds.
        return match number {
            n if n >= 1e12 => until(n as u64, now_unix_ms),
            n if n >= 1e9 => until((n * 1000.0) as u64, now_unix_ms),
            _ => in_ms(text, 1000.0),
        };
    }
    duration_ms(text)
        .or_else(|| until(date::parse_rfc3339(text).or_else(|| date::parse_http(text))?, now_unix_ms))
}

/// The wait until a moment; none where it has passed.
fn until(then_unix_ms: u64, now_unix_ms: u64) -> Option<u64> {
    whole_ms(then_unix_ms.saturating_sub(now_unix_ms) as f64)
}

/// A duration like `1h2m3.5s` or `12ms`.
fn duration_ms(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        total += number
            * match rest[..end].trim() {
                "d" => 86_400_000.0,
                "h" => 3_600_000.0,
                "m" => 60_000.0,
                "s" => 1000.0,
                "ms" => 1.0,
                "us" | "µs" => 1e-3,
                "ns" => 1e-6,
                _ => return None,
            };
        rest = &rest[end..];
    }
    whole_ms(total)
}

/// A plain number in some unit.
fn in_ms(text: &str, unit: f64) -> Option<u64> {
    whole_ms(text.trim().parse::<f64>().ok()? * unit)
}

/// Rounded up, so that nobody comes back too early.
fn whole_ms(milliseconds: f64) -> Option<u64> {
    (0.0..=LONGEST_MS).contains(&milliseconds).then(|| milliseconds.ceil() as u64)
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
