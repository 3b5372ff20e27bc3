//! Rules that targets follow and hand down: retries, cache, circuit breaker.

use std::time::Duration;

use super::read::Item;
use crate::status::StatusSet;

/// `retry`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryRule {
    /// How often a target is tried again after its first try.
    pub attempts: u32,
    /// The statuses after which it is.
    pub on_status: StatusSet,
    /// Whether the upstream's own waiting time is kept to. Unless switched off
    /// it is: who comes back sooner is refused again.
    pub use_retry_after: bool,
}

/// Statuses that a later try may not meet again.
pub const RETRY_STATUSES: [u16; 6] = [429, 500, 502, 503, 504, 529];

/// The most retries that a config can ask for.
const MOST_ATTEMPTS: u64 = 20;

impl Default for RetryRule {
    /// None.
    fn default() -> Self {
        Self { attempts: 0, on_status: RETRY_STATUSES.into_iter().collect(), use_retry_after: true }
    }
}

impl RetryRule {
    pub(super) fn read(item: &Item<'_>) -> Option<Self> {
        let mut object = item.object()?;
        let attempts = object.take("attempts");
        if attempts.is_none() {
            object.missing("attempts", "3");
        }
        let attempts = attempts.and_then(|item| item.whole(0, MOST_ATTEMPTS)).unwrap_or(0);
        let on_status = object.take("on_status_codes").and_then(|item| statuses(&item));
        let header = object.take("use_retry_after_header");
        let headers = object.take("use_retry_after_headers");
        if let (Some(_), Some(twice)) = (&header, &headers) {
            twice.reject("this is `use_retry_after_header` once more: keep one of them");
        }
        let honoured = header.or(headers).and_then(|item| item.boolean());
        object.finish(|_| None);
        let usual = Self::default();
        Some(Self {
            attempts: attempts as u32,
            on_status: on_status.unwrap_or(usual.on_status),
            use_retry_after: honoured.unwrap_or(usual.use_retry_after),
        })
    }
}

/// A list of status codes. 246 is among them: a guardrail's mark on an answer.
pub(super) fn statuses(item: &Item<'_>) -> Option<StatusSet> {
    let codes = item.array()?.into_iter().filter_map(|item| item.whole(100, 599));
    let codes: StatusSet = codes.map(|code| code as u16).collect();
    if codes.is_empty() {
        item.reject("this list has no code: write at least one, or leave the field out");
    }
    Some(codes)
}

/// How answers are looked up before a target is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheMode {
    /// The same request.
    Simple,
    /// A request that means the same.
    Semantic,
}

/// `cache`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheRule {
    /// What counts as the same request.
    pub mode: CacheMode,
    /// How long an answer is kept.
    pub max_age: Duration,
}

const CACHE_MODES: &[(&str, CacheMode)] = &[("simple", CacheMode::Simple), ("semantic", CacheMode::Semantic)];
const MINUTE: u64 = 60;
const WEEK: u64 = 604_800;
const NINETY_DAYS: u64 = 7_776_000;

impl CacheMode {
    /// The mode of this name.
    pub fn of(name: &str) -> Option<Self> {
        CACHE_MODES.iter().find(|(word, _)| *word == name).map(|(_, mode)| *mode)
    }
}

impl CacheRule {
    /// What is kept for a week.
    pub const fn new(mode: CacheMode) -> Self {
        Self { mode, max_age: Duration::from_secs(WEEK) }
    }

    /// How long answers can be kept, of so many seconds.
    pub fn age(seconds: u64) -> Option<Duration> {
        (MINUTE..=NINETY_DAYS).contains(&seconds).then(|| Duration::from_secs(seconds))
    }

    /// Seconds, as Portkey documents them; the gateway that it gives away adds
    /// the same number as milliseconds.
    pub(super) fn read(item: &Item<'_>) -> Option<Self> {
        if item.is_string() {
            return Some(Self::new(item.word(CACHE_MODES)?));
        }
        let mut object = item.object()?;
        let mode = object.take("mode");
        if mode.is_none() {
            object.missing("mode", "\"simple\"");
        }
        let mode = mode.and_then(|item| item.word(CACHE_MODES));
        let seconds = object.take("max_age").and_then(|item| item.whole(MINUTE, NINETY_DAYS));
        object.finish(|_| None);
        let usual = Self::new(mode?);
        Some(Self { max_age: seconds.map_or(usual.max_age, Duration::from_secs), ..usual })
    }
}

/// `cb_config`: when a target is left alone for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakerRule {
    /// It opens after this many failures within a minute.
    pub failures: Option<u32>,
    /// It opens when this many percent of a minute's calls fail.
    pub percent: Option<f64>,
    /// It doesn't open before this many calls within a minute.
    pub minimum_requests: u32,
    /// How long it stays open.
    pub cooldown: Duration,
    /// What counts as a failure; without it, 500 and everything above.
    pub on_status: Option<StatusSet>,
}

/// One failure of one call would be 100 %.
const LEAST_FOR_PERCENT: u64 = 10;

const LEAST_COOLDOWN: u64 = 30_000;
const DAY_MILLIS: u64 = 86_400_000;

impl BreakerRule {
    pub(super) fn read(item: &Item<'_>) -> Option<Self> {
        let mut object = item.object()?;
        let failures = object.take("failure_threshold").and_then(|item| item.whole(1, 1_000_000));
        let percent = object.take("failure_threshold_percentage").and_then(|item| {
            let percent = item.number()?;
            if percent <= 0.0 || percent > 100.0 {
                item.reject(format!("{percent} is out of range: write more than 0 and at most 100"));
            }
            Some(percent)
        });
        let minimum = object.take("minimum_requests").and_then(|item| item.whole(1, 1_000_000));
        let cooldown = object.take("cooldown_interval");
        let cooldown = cooldown.and_then(|item| item.whole(LEAST_COOLDOWN, DAY_MILLIS));
        let on_status = object.take("failure_status_codes").and_then(|item| statuses(&item));
        if failures.is_none() && percent.is_none() {
            object.reject(
                "it could never open: write `failure_threshold`, `failure_threshold_percentage` or both",
            );
        }
        object.finish(|_| None);
        let least = if failures.is_none() { LEAST_FOR_PERCENT } else { 1 };
        Some(Self {
            failures: failures.map(|count| count as u32),
            percent,
            minimum_requests: minimum.unwrap_or(least) as u32,
            cooldown: Duration::from_millis(cooldown.unwrap_or(LEAST_COOLDOWN)),
            on_status,
        })
    }
}
