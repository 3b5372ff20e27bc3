//! One queued request: waited for, delivered, or gone.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::Notify;

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
    /// What whoever waits is answered, and whether anybody was.
    Result { answer: Bytes, taken: bool },
    /// There is nothing more to get.
    Gone(Gone),
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
    /// Its result made room for others.
    Crowded,
}

/// What goes first when room is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Gone,
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

impl<S> Entry<S> {
    pub(super) fn waiting(asker: Asker<S>, due: Instant) -> Self {
        let state = State::Waiting { ready: Arc::default(), asked: None, said: None };
        Self { number: 0, due, asker: Some(asker), state }
    }

    pub(super) fn delivered(asker: Option<Asker<S>>, answer: Bytes, due: Instant) -> Self {
        Self { number: 0, due, asker, state: State::Result { answer, taken: false } }
    }

    pub(super) fn rank(&self) -> Rank {
        match (&self.state, &self.asker) {
            (State::Gone(_), _) => Rank::Gone,
            (State::Result { taken: true, .. }, _) => Rank::Taken,
            (State::Result { .. }, None) => Rank::Unclaimed,
            (State::Result { .. }, Some(_)) => Rank::Untaken,
            (State::Waiting { .. }, _) => Rank::Waiting,
        }
    }

    /// About what it takes of memory.
    pub(super) fn cost(&self, id: &str) -> usize {
        match &self.state {
            State::Result { answer, .. } => cost(id, answer.len()),
            State::Waiting { said, .. } => cost(id, said.as_ref().map_or(0, |said| said.len())),
            State::Gone(_) => cost(id, 0),
        }
    }

    /// What it takes, if it only says that something is gone.
    pub(super) fn gone(&self, id: &str) -> usize {
        match &self.state {
            State::Gone(_) => self.cost(id),
            State::Waiting { .. } | State::Result { .. } => 0,
        }
    }
}

/// What an entry with so many bytes takes.
pub(super) fn cost(id: &str, bytes: usize) -> usize {
    ENTRY + id.len() + bytes
}
