//! All entries, in the order in which their time ends and in that in which they
//! make room. Both orders and the sizes follow from the entries: these change
//! only by being taken out and put in again.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::entry::{Entry, Gone, Rank, State, Submission};
use crate::receive::counts::Outcome;

/// One part in so many of the room is for what became of results that are gone.
const MEMORY: usize = 8;

#[derive(Debug)]
pub(super) struct Kept<S> {
    pub(super) entries: HashMap<Arc<str>, Entry<S>>,
    /// Whose time is over first.
    due: BTreeSet<(Instant, Arc<str>)>,
    /// What makes room first.
    order: BTreeSet<(Rank, u64, Arc<str>)>,
    pub(super) bytes: usize,
    /// What of that is about results that are gone.
    gone: usize,
    /// Entries so far.
    number: u64,
    /// What was lost and is yet to be told.
    pub(super) lost: Vec<(Outcome, Arc<str>)>,
}

impl<S: Submission> Kept<S> {
    pub(super) fn new() -> Self {
        Self {
            entries: HashMap::new(),
            due: BTreeSet::new(),
            order: BTreeSet::new(),
            bytes: 0,
            gone: 0,
            number: 0,
            lost: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, id: &str) -> Option<(Arc<str>, Entry<S>)> {
        let (id, entry) = self.entries.remove_entry(id)?;
        self.due.remove(&(entry.due, Arc::clone(&id)));
        self.order.remove(&(entry.rank(), entry.number, Arc::clone(&id)));
        self.bytes -= entry.cost(&id);
        self.gone -= entry.gone(&id);
        Some((id, entry))
    }

    pub(super) fn put(&mut self, id: Arc<str>, mut entry: Entry<S>) {
        self.number += 1;
        entry.number = self.number;
        self.bytes += entry.cost(&id);
        self.gone += entry.gone(&id);
        self.due.insert((entry.due, Arc::clone(&id)));
        self.order.insert((entry.rank(), entry.number, Arc::clone(&id)));
        self.entries.insert(id, entry);
    }

    pub(super) fn change(&mut self, id: &str, change: impl FnOnce(&mut Entry<S>)) {
        if let Some((id, mut entry)) = self.take(id) {
            change(&mut entry);
            self.put(id, entry);
        }
    }

    /// Ends what has had its time.
    pub(super) fn expire(&mut self, now: Instant, keep: Duration) {
        while let Some((due, id)) = self.due.first()
            && *due <= now
        {
            let (due, id) = (*due, Arc::clone(id));
            self.end(&id, due + keep, Outcome::Unfetched, Gone::Expired);
        }
    }

    /// Ends what is worth least until the rest has room. That something was
    /// there is worth some room as well: whoever asks for it is told.
    pub(super) fn make_room(&mut self, bytes: usize) {
        while self.bytes > bytes {
            let mut results =
                self.order.range((Rank::Denied, 0, Arc::from(""))..(Rank::Waiting, 0, Arc::from("")));
            let result = results.next().filter(|_| self.gone <= bytes / MEMORY);
            let Some((_, _, id)) = result.or(self.order.first()) else { return };
            let id = Arc::clone(id);
            let due = self.entries.get(&id).map(|entry| entry.due);
            let Some(due) = due else { return };
            self.end(&id, due, Outcome::Crowded, Gone::Crowded);
        }
    }

    /// Ends an entry. Of one that somebody may ask for, it stays known until
    /// `due` what became of it.
    fn end(&mut self, id: &str, due: Instant, unread: Outcome, gone: Gone) {
        let Some((id, mut entry)) = self.take(id) else { return };
        let (lost, gone) = match &entry.state {
            State::Gone(_) => return,
            State::Waiting { .. } if gone == Gone::Expired => (Some(Outcome::Overdue), Gone::Overdue),
            State::Waiting { .. } => (Some(unread), gone),
            State::Held { .. } if entry.asker.is_none() => {
                self.lost.push((Outcome::Unclaimed, id));
                return;
            }
            State::Result { taken: true, .. } | State::Denied(_) => (None, gone),
            State::Result { .. } | State::Held { .. } => (Some(unread), gone),
        };
        if let Some(outcome) = lost {
            self.lost.push((outcome, Arc::clone(&id)));
        }
        entry.end(State::Gone(gone));
        entry.due = due;
        self.put(id, entry);
    }
}
