//! Results of queued requests until they are fetched, and who may fetch them.
//!
//! Against: a result that another tenant reads, one that is lost because it came
//! before the gateway had told the caller its request's id, one that somebody gets
//! before guardrails have judged it, and memory without bound. Whatever goes
//! before it was fetched is counted and logged.

mod entry;
mod kept;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jackfield_router::Failure;
use serde_json::Value;
use tokio::sync::Notify;

use super::counts::Counts;
use super::payload::Delivered;
use entry::{Asker, Entry, State};
use kept::Kept;

pub(crate) use entry::Gone;
pub(super) use entry::{Answer, Submission};

/// How often the upstream is asked how far one request is.
const STATUS_EVERY: Duration = Duration::from_secs(2);

/// What is kept, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) keep: Duration,
    pub(super) pending: Duration,
    pub(super) bytes: usize,
}

/// Results by request id. `S` is what is known of a request that was submitted
/// here.
#[derive(Debug)]
pub(super) struct Store<S> {
    bounds: Bounds,
    counts: Arc<Counts>,
    kept: Mutex<Kept<S>>,
}

/// What became of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    Kept,
    /// It is kept, and [`Store::held`] gives it to who judges it.
    Held,
    /// It was there before, or it was and is no more.
    Repeated,
    /// It is larger than all that may be kept.
    TooLarge,
}

/// What there is of a request.
#[derive(Debug)]
pub(super) enum Found<S> {
    /// Nothing that the caller may know of.
    Unknown,
    Pending {
        submitted: S,
        ready: Arc<Notify>,
    },
    Result(Answer),
    Denied(Arc<Failure>),
    Gone(Gone),
}

impl<S: Submission> Store<S> {
    pub(super) fn new(bounds: Bounds, counts: Arc<Counts>) -> Self {
        Self { bounds, counts, kept: Mutex::new(Kept::new()) }
    }

    /// A request was submitted here. Its result may have come already; true, if
    /// that is to be judged. Whoever submitted it first stays the one: an id is
    /// not given out twice.
    pub(super) fn note(&self, id: &str, tenant: Option<&Arc<str>>, submitted: S, now: Instant) -> bool {
        let asker = Asker { tenant: tenant.map(Arc::clone), submitted };
        self.with(now, |kept| {
            let Some((id, mut entry)) = kept.take(id) else {
                kept.put(Arc::from(id), Entry::waiting(asker, now + self.bounds.pending));
                return false;
            };
            let mut judge = false;
            if entry.asker.is_none() {
                entry.asker = Some(asker);
                judge = entry.is_to_be_judged();
                entry.release();
            }
            kept.put(id, entry);
            judge
        })
    }

    /// A result came, signed and of this time.
    pub(super) fn deliver(&self, id: &str, delivered: Delivered, now: Instant) -> Put {
        if entry::cost(id, delivered.answer.len()) > self.bounds.bytes {
            return Put::TooLarge;
        }
        let due = now + self.bounds.keep;
        self.with(now, |kept| {
            let (id, asker, ready) = match kept.take(id) {
                None => (Arc::from(id), None, Arc::default()),
                Some((id, entry)) if !entry.state.is_open() => {
                    kept.put(id, entry);
                    return Put::Repeated;
                }
                Some((id, Entry { asker, state: State::Waiting { ready, .. }, .. })) => (id, asker, ready),
                Some((id, entry)) => (id, entry.asker, Arc::default()),
            };
            let entry = Entry::delivered(asker, ready, delivered, due);
            let put = if entry.is_to_be_judged() { Put::Held } else { Put::Kept };
            kept.put(id, entry);
            put
        })
    }

    /// A result that is to be judged, and who asked for it.
    pub(super) fn held(&self, id: &str, now: Instant) -> Option<(S, Delivered)> {
        self.with(now, |kept| match kept.entries.get(id)? {
            Entry { asker: Some(asker), state: State::Held { delivered, .. }, .. } => {
                Some((asker.submitted.clone(), delivered.clone()))
            }
            _ => None,
        })
    }

    /// A result was judged.
    pub(super) fn judged(&self, id: &str, verdict: Result<Answer, Failure>, now: Instant) {
        self.with(now, |kept| {
            kept.change(id, |entry| {
                if matches!(&entry.state, State::Held { .. }) {
                    entry.end(match verdict {
                        Ok(answer) => State::Result { answer, taken: false },
                        Err(failure) => State::Denied(Arc::new(failure)),
                    });
                }
            });
        });
    }

    /// What there is of a request of this tenant's, if `may` this caller see it.
    pub(super) fn find(
        &self,
        id: &str,
        tenant: Option<&str>,
        may: impl FnOnce(&S) -> bool,
        now: Instant,
    ) -> Found<S> {
        self.with(now, |kept| {
            let Some(entry) = kept.entries.get(id) else { return Found::Unknown };
            let asker = entry.asker.as_ref().filter(|asker| asker.tenant.as_deref() == tenant);
            let Some(asker) = asker.filter(|asker| may(&asker.submitted)) else { return Found::Unknown };
            match &entry.state {
                State::Waiting { ready, .. } | State::Held { ready, .. } => {
                    Found::Pending { submitted: asker.submitted.clone(), ready: Arc::clone(ready) }
                }
                State::Denied(failure) => Found::Denied(Arc::clone(failure)),
                State::Gone(gone) => Found::Gone(*gone),
                State::Result { answer, .. } => {
                    let answer = answer.clone();
                    kept.change(id, |entry| {
                        entry.state = State::Result { answer: answer.clone(), taken: true }
                    });
                    Found::Result(answer)
                }
            }
        })
    }

    /// A request was taken back. A result that comes all the same is taken.
    pub(super) fn cancel(&self, id: &str, now: Instant) {
        let due = now + self.bounds.keep;
        self.with(now, |kept| {
            kept.change(id, |entry| {
                if let State::Waiting { .. } = &entry.state {
                    entry.end(State::Gone(Gone::Canceled));
                    entry.due = due;
                }
            });
        });
    }

    /// Whether the upstream is to be asked how far a request is; else what it
    /// said a moment ago, if it has.
    pub(super) fn ask(&self, id: &str, now: Instant) -> Result<(), Option<Value>> {
        self.with(now, |kept| match kept.entries.get_mut(id).map(|entry| &mut entry.state) {
            Some(State::Waiting { asked, said, .. }) => {
                if asked.is_some_and(|asked| now.saturating_duration_since(asked) < STATUS_EVERY) {
                    return Err(said.as_deref().and_then(|said| serde_json::from_str(said).ok()));
                }
                *asked = Some(now);
                Ok(())
            }
            _ => Err(None),
        })
    }

    /// What the upstream said.
    pub(super) fn said(&self, id: &str, status: &Value, now: Instant) {
        // What takes more room than that is no status.
        let text = Some(status.to_string()).filter(|text| text.len() <= entry::STATUS);
        self.with(now, |kept| {
            kept.change(id, |entry| {
                if let State::Waiting { said, .. } = &mut entry.state {
                    *said = text.map(Into::into);
                }
            });
        });
    }

    /// Does something with what is of this time, makes room, and tells what was
    /// lost.
    fn with<T>(&self, now: Instant, act: impl FnOnce(&mut Kept<S>) -> T) -> T {
        let (done, lost) = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.expire(now, self.bounds.keep);
            let done = act(&mut kept);
            kept.make_room(self.bounds.bytes);
            (done, std::mem::take(&mut kept.lost))
        };
        for (outcome, id) in lost {
            self.counts.lost(outcome, &id);
        }
        done
    }

    #[cfg(test)]
    fn bytes(&self) -> usize {
        self.kept.lock().unwrap().bytes
    }
}
