//! One counter: what is booked in its window, and what is held.
//!
//! What is held belongs to calls that run and so to no window. It moves to the
//! booked side of whatever window it is used in.

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};

use super::store::{Booked, Booking, Claim, Denial};
use super::window::{Window, seconds};

/// Parts of a rolling window that run out together. A part counts until all of
/// it has, so a limit errs by a sixtieth of its window, and never upwards.
const PARTS: u32 = 60;

/// When calls that hold the rest end isn't known. Most end soon.
const SOON: Duration = Duration::from_secs(1);

/// The present, by both clocks. Rolling windows go by the monotonic one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Since the store began.
    pub(super) passed: Duration,
    pub(super) wall: SystemTime,
}

impl Moment {
    pub(super) fn new(origin: Instant, now: Instant, wall: SystemTime) -> Self {
        Self { passed: now.saturating_duration_since(origin), wall }
    }
}

#[derive(Debug)]
pub(super) struct Counter {
    held: u64,
    booked: u64,
    parts: Parts,
}

#[derive(Debug)]
enum Parts {
    /// All that is booked is of this span, in seconds since 1970.
    Span(i64, i64),
    /// What is booked in each part, the oldest first.
    Rolling { window: Duration, parts: VecDeque<(u64, u64)> },
}

impl Counter {
    pub(super) fn new(window: Window) -> Self {
        let parts = match window {
            Window::Rolling(window) => {
                Parts::Rolling { window: window.max(Duration::from_millis(60)), parts: VecDeque::new() }
            }
            Window::Lifetime => Parts::Span(0, i64::MAX),
            // Over before it began: the first look at the clock sets it.
            Window::Calendar(_) | Window::Every { .. } => Parts::Span(i64::MIN, i64::MIN),
        };
        Self { held: 0, booked: 0, parts }
    }

    /// Whether forgetting it changes nothing.
    pub(super) fn idle(&mut self, window: Window, now: Moment) -> bool {
        self.pass(window, now);
        self.held == 0 && self.booked == 0
    }

    /// Holds and books, or tells why not, without the claim's place.
    pub(super) fn reserve(&mut self, claim: &Claim, now: Moment) -> Result<u64, Denial> {
        let stamp = self.pass(claim.counter.window, now);
        let wanted = claim.hold.saturating_add(claim.spend);
        let remaining = claim.allowed.saturating_sub(self.taken());
        if wanted > remaining {
            let retry_after = self.room_in(wanted, claim.allowed, now);
            return Err(Denial { claim: 0, remaining, retry_after, full: false });
        }
        self.held += claim.hold;
        self.add(stamp, claim.spend);
        Ok(stamp)
    }

    pub(super) fn book(&mut self, claim: &Claim, booking: Booking, now: Moment) -> Booked {
        let stamp = self.pass(claim.counter.window, now);
        self.held = self.held.saturating_sub(booking.released);
        let before = self.booked;
        self.add(stamp, booking.spent);
        if let Some((stamp, amount)) = booking.refund {
            self.refund(stamp, amount);
        }
        let alert = claim.alert_at.is_some_and(|alert| before < alert && self.booked >= alert);
        Booked { within: self.taken() <= claim.allowed, alert, stamp }
    }

    fn taken(&self) -> u64 {
        self.booked.saturating_add(self.held)
    }

    /// Lets go of what is over, and tells in what part of the window one is.
    fn pass(&mut self, window: Window, now: Moment) -> u64 {
        match &mut self.parts {
            Parts::Span(start, end) => {
                let second = seconds(now.wall);
                // A clock that is set back doesn't bring an old window back.
                if second >= *end
                    && let Some(span) = window.span(second)
                {
                    (*start, *end) = span;
                    self.booked = 0;
                }
                start.cast_unsigned()
            }
            Parts::Rolling { window, parts } => {
                while let Some((_, amount)) =
                    parts.pop_front_if(|(part, _)| ends(*window, *part) <= now.passed)
                {
                    self.booked -= amount;
                }
                let length = (*window / PARTS).as_nanos();
                u64::try_from(now.passed.as_nanos() / length).unwrap_or(u64::MAX)
            }
        }
    }

    fn add(&mut self, stamp: u64, amount: u64) {
        // No sum of parts may be more than the parts.
        let amount = amount.min(u64::MAX - self.booked);
        self.booked += amount;
        if let Parts::Rolling { parts, .. } = &mut self.parts
            && amount > 0
        {
            match parts.back_mut() {
                Some((last, sum)) if *last == stamp => *sum += amount,
                _ => parts.push_back((stamp, amount)),
            }
        }
    }

    fn refund(&mut self, stamp: u64, amount: u64) {
        self.booked -= match &mut self.parts {
            Parts::Span(start, _) if start.cast_unsigned() == stamp => amount.min(self.booked),
            Parts::Span(..) => 0,
            Parts::Rolling { parts, .. } => {
                parts.iter_mut().find(|(part, _)| *part == stamp).map_or(0, |(_, sum)| {
                    let back = amount.min(*sum);
                    *sum -= back;
                    back
                })
            }
        };
    }

    /// How long until there may be room.
    fn room_in(&self, wanted: u64, allowed: u64, now: Moment) -> Option<Duration> {
        if wanted > allowed {
            return None;
        }
        if self.booked.saturating_add(wanted) <= allowed {
            return Some(SOON);
        }
        match &self.parts {
            Parts::Span(_, i64::MAX) => None,
            Parts::Span(_, end) => {
                let end = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(*end).unwrap_or(0));
                Some(end.duration_since(now.wall).unwrap_or_default())
            }
            Parts::Rolling { window, parts } => {
                let mut excess = self.taken().saturating_add(wanted).saturating_sub(allowed);
                let enough = parts.iter().find(|(_, amount)| {
                    excess = excess.saturating_sub(*amount);
                    excess == 0
                });
                let (part, _) = enough.or(parts.back())?;
                Some(ends(*window, *part).saturating_sub(now.passed))
            }
        }
    }
}

/// When all of a part of a rolling window has run out.
fn ends(window: Duration, part: u64) -> Duration {
    let length = (window / PARTS).as_nanos();
    let end = (u128::from(part) + 1).saturating_mul(length).saturating_add(window.as_nanos());
    Duration::from_nanos(u64::try_from(end).unwrap_or(u64::MAX))
}
