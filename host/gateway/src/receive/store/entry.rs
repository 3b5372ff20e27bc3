//! One queued request: waited for, delivered, judged, or gone.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use jackfield_router::Failure;
use tokio::sync::Notify;

use crate::receive::payload::Delivered;

/// The longest status of an upstream that is kept, as JSON.
pub(super) const STATUS: usize = 4_096;

/// What an entry takes beside its id and its result: about what its places in
/// three tables and its asker come to.
const ENTRY: usize = 512;

#[derive(Debug)]
pub(super) struct Entry<S> {
    /// Its turn among others of its rank.
    pub(super) number: u64,
    /// When its time is over.
    pub(super) due: Instant,
    /// Who submitted it; nobody as long as nobody here has.
    pub(super) asker: Option<Asker<S>>,
    pub(super) state: State,
}

/// What is known of a request that was submitted here.
pub(in crate::receive) trait Submission: Clone {
    /// Whether its result is judged before anybody gets it.
    fn is_guarded(&self) -> bool;

    /// About how many bytes it takes.
    fn weight(&self) -> usize;

    /// Forgets what only a result that is still to come needs.
    fn settle(&mut self);
}

/// Who submitted a request.
#[derive(Debug)]
pub(super) struct Asker<S> {
    pub(super) tenant: Option<Arc<str>>,
    pub(super) submitted: S,
}

#[derive(Debug)]
pub(super) enum State {
    /// Its result hasn't come.
    Waiting {
        ready: Arc<Notify>,
        /// When the upstream was asked last how far it is, and what it said.
        asked: Option<Instant>,
        said: Option<Box<str>>,
    },
    /// It came, and nobody gets it yet: it is to be judged, or nobody here has
    /// asked for it.
    Held { delivered: Delivered, ready: Arc<Notify> },
    /// What whoever waits is answered, and whether anybody was.
    Result { answer: Answer, taken: bool },
    /// Guardrails denied it: what whoever waits is told.
    Denied(Arc<Failure>),
    /// There is nothing more to get.
    Gone(Gone),
}

/// What whoever waits for a result is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::receive) struct Answer {
    /// As JSON.
    pub(in crate::receive) json: Bytes,
    /// Whether guardrails had a bad verdict on it, and let it pass.
    pub(in crate::receive) marked: bool,
}

/// Why there is nothing more to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gone {
    /// It was taken back.
    Canceled,
    /// No result came for as long as one is waited for.
    Overdue,
    /// Its result was kept for as long as results are.
    Expired,
    /// It made room for others, with its result or before that came.
    Crowded,
}

/// What goes first when room is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Gone,
    /// That it was denied.
    Denied,
    Taken,
    /// A result that nobody here has asked for.
    Unclaimed,
    Untaken,
    Waiting,
}

impl State {
    /// Whether a result would still be the first.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Waiting { .. } | Self::Gone(Gone::Canceled | Gone::Overdue))
    }
}

impl<S: Submission> Entry<S> {
    pub(super) fn waiting(asker: Asker<S>, due: Instant) -> Self {
        let state = State::Waiting { ready: Arc::default(), asked: None, said: None };
        Self { number: 0, due, asker: Some(asker), state }
    }

    /// A result came. It goes to who asked for it, unless it is to be judged.
    pub(super) fn delivered(
        asker: Option<Asker<S>>,
        ready: Arc<Notify>,
        delivered: Delivered,
        due: Instant,
    ) -> Self {
        let mut entry = Self { number: 0, due, asker, state: State::Held { delivered, ready } };
        entry.release();
        entry
    }

    /// Whether a result is there that must be judged before anybody gets it.
    pub(super) fn is_to_be_judged(&self) -> bool {
        matches!(&self.state, State::Held { .. })
            && self.asker.as_ref().is_some_and(|asker| asker.submitted.is_guarded())
    }

    /// Hands a result over that is held, if somebody asked for it and nothing
    /// judges it.
    pub(super) fn release(&mut self) {
        if self.asker.is_none() || self.is_to_be_judged() {
            return;
        }
        if let State::Held { delivered, .. } = &self.state {
            let json = delivered.answer.clone();
            self.end(State::Result { answer: Answer { json, marked: false }, taken: false });
        }
    }

    /// A state in which nothing more is to come; whoever waits is woken.
    pub(super) fn end(&mut self, state: State) {
        if let State::Waiting { ready, .. } | State::Held { ready, .. } = &self.state {
            ready.notify_waiters();
        }
        self.state = state;
        // Of what was taken back or given up a result may still come.
        if !self.state.is_open()
            && let Some(asker) = &mut self.asker
        {
            asker.submitted.settle();
        }
    }

    pub(super) fn rank(&self) -> Rank {
        match (&self.state, &self.asker) {
            (State::Gone(_), _) => Rank::Gone,
            (State::Denied(_), _) => Rank::Denied,
            (State::Result { taken: true, .. }, _) => Rank::Taken,
            (State::Result { .. } | State::Held { .. }, None) => Rank::Unclaimed,
            (State::Result { .. } | State::Held { .. }, Some(_)) => Rank::Untaken,
            (State::Waiting { .. }, _) => Rank::Waiting,
        }
    }

    /// About what it takes of memory.
    pub(super) fn cost(&self, id: &str) -> usize {
        let submitted = self.asker.as_ref().map_or(0, |asker| asker.submitted.weight());
        let more = match &self.state {
            State::Held { delivered, .. } => delivered.answer.len(),
            State::Result { answer, .. } => answer.json.len(),
            State::Denied(failure) => {
                failure.message.len() + failure.body.as_ref().map_or(0, |body| body.len())
            }
            State::Waiting { said, .. } => said.as_ref().map_or(0, |said| said.len()),
            State::Gone(_) => 0,
        };
        cost(id, submitted + more)
    }

    /// What it takes, if it only says that something is gone.
    pub(super) fn gone(&self, id: &str) -> usize {
        match &self.state {
            State::Gone(_) => self.cost(id),
            _ => 0,
        }
    }
}

/// What an entry with so many bytes takes.
pub(super) fn cost(id: &str, bytes: usize) -> usize {
    ENTRY + id.len() + bytes
}
