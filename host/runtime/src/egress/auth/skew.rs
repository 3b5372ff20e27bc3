//! By how much an upstream's clock differs from this machine's, for schemes
//! that sign the time: a machine whose clock is wrong would never get in.
//!
//! Only an answer that refuses a request teaches anything, and never more than
//! a day: whoever answers for the upstream could otherwise have requests signed
//! for times to come.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, header::DATE};

/// Clocks that differ by no more are not the reason for a refusal: upstreams
/// take five minutes, and a request takes a while.
const TOLERATED: Duration = Duration::from_secs(240);

/// Clocks that differ by more are not corrected.
const MOST: Duration = Duration::from_secs(24 * 3600);

/// The difference, in seconds by which the upstream is ahead.
#[derive(Debug, Default)]
pub(super) struct Skew(AtomicI64);

impl Skew {
    /// The upstream's time when it is `own` here.
    pub(super) fn theirs(&self, own: SystemTime) -> SystemTime {
        let ahead = self.0.load(Ordering::Relaxed);
        let span = Duration::from_secs(ahead.unsigned_abs());
        let shifted = if ahead < 0 { own.checked_sub(span) } else { own.checked_add(span) };
        shifted.unwrap_or(own)
    }

    /// Learns from a refusal's `date`. Whether the difference is another one
    /// now, so that the next request may be let in.
    pub(super) fn learn(&self, refusal: &HeaderMap, own: SystemTime) -> bool {
        let date = refusal.get(DATE).and_then(|date| date.to_str().ok());
        let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else { return false };
        if apart(theirs, self.theirs(own)) <= TOLERATED || apart(theirs, own) > MOST {
            return false;
        }
        let seconds = i64::try_from(apart(theirs, own).as_secs()).unwrap_or_default();
        self.0.store(if theirs < own { -seconds } else { seconds }, Ordering::Relaxed);
        true
    }

    /// Whether a refusal may be for the time that was signed.
    pub(super) fn may_be_why(signed: SystemTime, theirs: SystemTime) -> bool {
        let apart = apart(signed, theirs);
        apart > TOLERATED && apart <= MOST
    }
}

fn apart(a: SystemTime, b: SystemTime) -> Duration {
    a.duration_since(b).unwrap_or_else(|early| early.duration())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn refusal(at: SystemTime) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, httpdate::fmt_http_date(at).parse().unwrap());
        headers
    }

    #[test]
    fn a_refusal_with_another_time_teaches_it_in_both_directions() {
        let own = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        for (theirs, learned) in [
            (own + Duration::from_secs(3600), true),
            (own - Duration::from_secs(3600), true),
            (own + TOLERATED, false),
            (own + MOST + Duration::from_secs(1), false),
            (own - MOST - Duration::from_secs(1), false),
        ] {
            let skew = Skew::default();
            assert_eq!(skew.learn(&refusal(theirs), own), learned);
            assert_eq!(skew.theirs(own), if learned { theirs } else { own });
            assert!(!skew.learn(&refusal(theirs), own), "the same again teaches nothing");
        }
    }

    #[test]
    fn a_clock_that_was_put_right_is_believed_again() {
        let own = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let skew = Skew::default();
        let later = own + Duration::from_secs(3600);
        assert!(skew.learn(&refusal(later), own));
        assert!(skew.learn(&refusal(later), later));
        assert_eq!(skew.theirs(later), later);
    }

    #[test]
    fn a_refusal_without_a_time_teaches_nothing() {
        let skew = Skew::default();
        assert!(!skew.learn(&HeaderMap::new(), UNIX_EPOCH));
        let mut odd = HeaderMap::new();
        odd.insert(DATE, "yesterday".parse().unwrap());
        assert!(!skew.learn(&odd, UNIX_EPOCH));
    }
}
