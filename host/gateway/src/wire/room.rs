//! Memory for bodies of which nobody knows yet whether they are to be trusted.
//!
//! Against strangers who hold it: what counts is what has come, not what is
//! announced; one peer may hold a part of it, all together no more than there
//! is. Where that is all held, room is made by the slowest body of the peer that
//! holds most, so that what comes at an honest pace is let in however many slow
//! connections are open.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::peer::Peer;

/// For so long a body needn't make room for others.
const YOUNG: Duration = Duration::from_millis(500);

/// Memory that bodies of strangers share.
#[derive(Debug)]
pub(crate) struct Room {
    most: usize,
    each: usize,
    held: Mutex<Held>,
    freed: Notify,
}

/// The place of one body. Dropping it gives back what the body held.
#[derive(Debug)]
pub(crate) struct Place<'r> {
    room: &'r Room,
    number: u64,
    end: Arc<Notify>,
}

/// There is no room for more of this body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crowded;

#[derive(Debug, Default)]
struct Held {
    bodies: BTreeMap<u64, Body>,
    peers: HashMap<Peer, usize>,
    bytes: usize,
    number: u64,
}

#[derive(Debug)]
struct Body {
    peer: Peer,
    bytes: usize,
    since: Instant,
    /// Told to end, and still holding what it has.
    ending: bool,
    end: Arc<Notify>,
}

/// Whether a body can have what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Granted,
    /// Once those that were told to end have given back what they hold.
    Soon,
    Never,
}

impl Room {
    /// Room for so many bytes, of which one peer may hold so many.
    pub(crate) fn new(most: usize, each: usize) -> Self {
        Self { most, each: each.min(most), held: Mutex::default(), freed: Notify::new() }
    }

    /// A place for a body of this peer's, which holds nothing yet.
    pub(crate) fn place(&self, peer: Peer) -> Place<'_> {
        let end = Arc::new(Notify::new());
        let mut held = self.lock();
        held.number += 1;
        let number = held.number;
        let body = Body { peer, bytes: 0, since: Instant::now(), ending: false, end: Arc::clone(&end) };
        held.bodies.insert(number, body);
        drop(held);
        Place { room: self, number, end }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What all bodies hold.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.lock().bytes
    }
}

impl Place<'_> {
    /// Room for this many bytes in all. Waits where others are to make it.
    pub(crate) async fn grow(&self, to: usize) -> Result<(), Crowded> {
        loop {
            let mut freed = std::pin::pin!(self.room.freed.notified());
            // What is freed between the look and the wait wakes nobody otherwise.
            freed.as_mut().enable();
            let turn = self.room.lock().grow(self.number, to, self.room.most, self.room.each);
            match turn {
                Turn::Granted => return Ok(()),
                Turn::Never => return Err(Crowded),
                Turn::Soon => {}
            }
            tokio::select! {
                () = freed => {}
                () = self.ended() => return Err(Crowded),
            }
        }
    }

    /// Waits until it is to make room for others.
    pub(crate) async fn ended(&self) {
        self.end.notified().await;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.room.lock().remove(self.number);
        self.room.freed.notify_waiters();
    }
}

impl Held {
    fn grow(&mut self, number: u64, to: usize, most: usize, each: usize) -> Turn {
        let Some(body) = self.bodies.get(&number) else { return Turn::Never };
        if body.ending {
            return Turn::Never;
        }
        let (peer, more) = (body.peer, to.saturating_sub(body.bytes));
        let of_peer = self.peers.get(&peer).copied().unwrap_or(0);
        loop {
            let leaving = |of: Option<Peer>| {
                let ending = self.bodies.values().filter(|body| body.ending);
                ending
                    .filter(|body| of.is_none_or(|peer| body.peer == peer))
                    .map(|body| body.bytes)
                    .sum::<usize>()
            };
            let too_many = of_peer - leaving(Some(peer)) + more > each;
            if !too_many && self.bytes - leaving(None) + more <= most {
                break;
            }
            match self.slowest(too_many.then_some(peer)) {
                Some(slowest) if slowest != number => self.end(slowest),
                _ => return Turn::Never,
            }
        }
        if of_peer + more > each || self.bytes + more > most {
            return Turn::Soon;
        }
        if let Some(body) = self.bodies.get_mut(&number) {
            body.bytes += more;
        }
        *self.peers.entry(peer).or_default() += more;
        self.bytes += more;
        Turn::Granted
    }

    /// The slowest body of this peer, or of the one that holds most. What has just
    /// begun is left alone: it may be through in a moment.
    fn slowest(&self, peer: Option<Peer>) -> Option<u64> {
        let now = Instant::now();
        let staying = || self.bodies.iter().filter(|(_, body)| !body.ending);
        let mut holds: HashMap<Peer, usize> = HashMap::new();
        for (_, body) in staying() {
            *holds.entry(body.peer).or_default() += body.bytes;
        }
        let age = |body: &Body| now.saturating_duration_since(body.since);
        let of_peer = staying().filter(|(_, body)| peer.is_none_or(|peer| body.peer == peer));
        let candidates = of_peer.filter(|(_, body)| body.bytes > 0 && age(body) >= YOUNG);
        let first = candidates.min_by_key(|(_, body)| {
            let pace = body.bytes as u128 * 1_000 / age(body).as_millis().max(1);
            (Reverse(holds.get(&body.peer).copied()), pace)
        });
        first.map(|(number, _)| *number)
    }

    fn end(&mut self, number: u64) {
        if let Some(body) = self.bodies.get_mut(&number) {
            body.ending = true;
            body.end.notify_one();
        }
    }

    fn remove(&mut self, number: u64) {
        let Some(body) = self.bodies.remove(&number) else { return };
        self.bytes -= body.bytes;
        if let Some(bytes) = self.peers.get_mut(&body.peer) {
            *bytes -= body.bytes;
            if *bytes == 0 {
                self.peers.remove(&body.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests;
