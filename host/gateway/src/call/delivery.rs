//! A stream on its way to the client: what holds it to its limits, keeps a copy
//! for the cache, and books it in the end, however it ends.

use std::time::Instant;

use bytes::Bytes;
use jackfield_router::cache::Recording;
use jackfield_router::usage::{Counted, Delivered, Ended};
use jackfield_router::{Failure, FailureKind, Hold};

use super::meter::Meter;

/// What is kept for an answer until it is through. Dropped before the answer
/// goes anywhere, as when another target's is given in its place, it has what was
/// asked booked.
#[derive(Debug)]
pub(crate) struct Account {
    meter: Option<Meter>,
    recording: Option<Recording>,
}

impl Account {
    pub(super) fn new(meter: Meter, recording: Option<Recording>) -> Self {
        Self { meter: Some(meter), recording }
    }

    /// Nobody else gets what comes, and nobody waits for it.
    pub(super) fn forget_recording(&mut self) {
        self.recording = None;
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if let Some(meter) = self.meter.take() {
            let asked = Delivered::new(meter.prompt()).counted();
            meter.settle(Some(&asked));
        }
    }
}

/// A stream on its way to the client. Whoever makes the stream tells it of every
/// piece, and of its end; of a stream that is dropped, in its `Drop`.
#[derive(Debug)]
pub(crate) struct Delivery {
    hold: Option<Hold>,
    meter: Option<Meter>,
    recording: Option<Recording>,
}

impl Delivery {
    pub(crate) fn new(hold: Hold, account: Option<Account>) -> Self {
        let (delivery, recording) = Self::held(account);
        Self { hold: Some(hold), recording, ..delivery }
    }

    /// A stream that is held before it goes anywhere, and what keeps it for the
    /// cache once it may be kept.
    pub(crate) fn held(account: Option<Account>) -> (Self, Option<Recording>) {
        let (meter, recording) =
            account.map_or((None, None), |mut account| (account.meter.take(), account.recording.take()));
        (Self { hold: None, meter, recording: None }, recording)
    }

    /// About how many tokens the prompt has.
    pub(crate) fn prompt(&self) -> u64 {
        self.meter.as_ref().map_or(0, Meter::prompt)
    }

    /// A piece goes to the client.
    pub(crate) fn sent(&mut self, piece: &Bytes) {
        if let Some(recording) = &mut self.recording
            && !recording.frame(piece)
        {
            self.recording = None;
        }
    }

    /// Whether the stream may go on.
    ///
    /// # Errors
    /// A limit doesn't hold any more.
    pub(crate) fn allowed(&mut self, counted: impl FnOnce() -> Counted) -> Result<(), Failure> {
        let Some(meter) = &mut self.meter else { return Ok(()) };
        if meter.spend(counted) {
            return Ok(());
        }
        self.recording = None;
        Err(Failure::new(
            FailureKind::Refused,
            "a limit of this gateway was used up while the answer came, so it ends here: have the limit raised, \
             or ask for less",
        ))
    }

    /// The upstream broke off: its target is less likely to be chosen now.
    pub(crate) fn broke(&mut self) {
        if let Some(hold) = self.hold.take() {
            hold.broke(Instant::now());
        }
    }

    /// The stream is over. Only the first call counts.
    pub(crate) fn over(&mut self, counted: impl FnOnce() -> Option<Counted>, ended: Ended) {
        self.hold = None;
        if let Some(meter) = self.meter.take() {
            meter.settle(counted().as_ref());
        }
        if let Some(recording) = self.recording.take() {
            recording.finish(ended);
        }
    }
}
