//! Receivers of what providers deliver: a queued request is answered with its id
//! at once, and its result comes later, as a request of the provider's own to
//! `/v1/receivers/NAME`. Whoever submitted it fetches it from
//! `/v1/async/PROVIDER/ID`.
//!
//! Against strangers who know the URL: a signature stands in the place of an API
//! key, and nothing of a body is read before it fits. Bodies that aren't trusted
//! yet have a bounded share of memory, which they take as they come, and must come
//! at a pace.

mod collect;
mod counts;
mod delivery;
mod judge;
mod payload;
mod signature;
mod store;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use jackfield_runtime::api::llm::{ChatResponse, FinishReason, Part};
use jackfield_runtime::secret::Secret;
use jackfield_runtime::{CallContext, Clock, Provider, ProviderRef};
use tokio::sync::Semaphore;

use crate::guard::{Guarded, Later};
use crate::settings::{Places, ReceiverSettings};
use crate::wire::room::Room;
use counts::Counts;
use signature::Signer;
use store::{Bounds, Store, Submission};

pub use collect::Collected;
pub(crate) use collect::LONGEST_WAIT;
pub(crate) use delivery::Incoming;

/// The reason to end that the answer to a queued request has.
const QUEUED: &str = "queued";

/// Whether an answer is only the id of a request that waits for its turn.
pub(crate) fn is_queued(answer: &ChatResponse) -> bool {
    let queued = |reason: &FinishReason| matches!(reason, FinishReason::Other(word) if word == QUEUED);
    answer.choices.iter().any(|choice| queued(&choice.finish_reason))
}

/// Whether it says nothing yet that could be judged.
fn says_nothing(answer: &ChatResponse) -> bool {
    let empty = |part: &Part| matches!(part, Part::Text(text) if text.text.is_empty());
    answer.choices.iter().all(|choice| choice.content.iter().all(empty))
}

/// All receivers of a gateway.
#[derive(Debug)]
pub(crate) struct Receivers {
    named: BTreeMap<Box<str>, Arc<Receiver>>,
    by_provider: BTreeMap<Box<str>, Arc<Receiver>>,
    /// What takes deliveries for names that nobody gave: no signature fits, and
    /// finding that out takes as long as elsewhere.
    decoy: Receiver,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Receiver {
    provider: Box<str>,
    signer: Signer,
    age: Duration,
    body: usize,
    places: Places,
    /// Memory for bodies that aren't trusted yet.
    room: Room,
    /// Leave to judge a result.
    judging: Semaphore,
    counts: Arc<Counts>,
    store: Store<Submitted>,
}

/// One peer may hold so much of the memory for bodies that aren't trusted yet, or
/// one body.
const PART: usize = 4;

/// A request that was submitted here: who can say more of it, and take it back.
#[derive(Debug, Clone)]
struct Submitted {
    /// As it was bound for the request: with the client's key, if it brought one,
    /// for as long as the host keeps that. A request that waits for days keeps no
    /// key and no instance beyond the host's limits.
    provider: ProviderRef,
    model: Arc<str>,
    context: CallContext,
    /// What judges the result.
    guard: Option<Arc<Later>>,
}

impl Submission for Submitted {
    fn is_guarded(&self) -> bool {
        self.guard.is_some()
    }

    fn weight(&self) -> usize {
        self.model.len() + self.guard.as_ref().map_or(0, |guard| guard.weight())
    }

    fn settle(&mut self) {
        self.guard = None;
    }
}

impl Receiver {
    fn new(name: &str, settings: &ReceiverSettings, secrets: &[Secret]) -> Self {
        let counts = Arc::new(Counts::new(name));
        let bounds = Bounds { keep: settings.keep, pending: settings.pending, bytes: settings.bytes };
        Self {
            provider: settings.provider.as_str().into(),
            signer: Signer::new(settings.signature.clone(), settings.scheme.clone(), secrets),
            age: settings.age,
            body: settings.body,
            places: settings.places.clone(),
            room: Room::new(settings.bytes, settings.body.max(settings.bytes / PART)),
            judging: Semaphore::new(judge::AT_ONCE),
            store: Store::new(bounds, Arc::clone(&counts)),
            counts,
        }
    }
}

impl Receivers {
    /// Receivers by their settings, each with its secrets.
    pub(crate) fn new(
        all: Vec<(String, ReceiverSettings, Vec<Secret>)>,
        clock: Arc<dyn Clock>,
    ) -> Option<Self> {
        let (_, any, _) = all.first()?;
        let mut decoy = Receiver::new("none", any, &nobodys());
        decoy.provider = Box::default();
        let (mut named, mut by_provider) = (BTreeMap::new(), BTreeMap::new());
        for (name, settings, secrets) in &all {
            let receiver = Arc::new(Receiver::new(name, settings, secrets));
            by_provider.insert(settings.provider.as_str().into(), Arc::clone(&receiver));
            named.insert(name.as_str().into(), receiver);
        }
        Some(Self { named, by_provider, decoy, clock })
    }

    /// Remembers who is to get the result of a queued request, of which this is
    /// the answer, and what judges it. True, if the result is judged when it comes,
    /// and nothing is there to be judged before.
    pub(crate) fn note(
        &self,
        provider: &Provider,
        model: &Arc<str>,
        context: &CallContext,
        answer: &ChatResponse,
        guarded: Option<&Arc<Guarded>>,
    ) -> bool {
        let Some(receiver) = self.by_provider.get(provider.name()) else { return false };
        let Some(id) = &answer.id else { return false };
        if id.len() > payload::LONGEST_ID {
            tracing::warn!(
                provider = provider.name(),
                "a queued request has an id that is too long to be kept"
            );
            return false;
        }
        let (tenant, model) = (context.tenant.as_ref(), Arc::clone(model));
        let context = CallContext { tenant: tenant.map(Arc::clone), deadline: None };
        let guard = guarded.and_then(|guarded| guarded.later(&receiver.places.text));
        let submitted = Submitted { provider: provider.to_ref(), model, context, guard };
        if receiver.store.note(id, tenant, submitted, self.clock.now()) {
            self.judge(receiver, id.clone());
        }
        says_nothing(answer)
    }

    /// The counters in the text form of Prometheus.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        let _ = text.write_str(
            "# HELP jackfield_deliveries_total Results of queued requests, by what became of them.\n\
             # TYPE jackfield_deliveries_total counter\n",
        );
        for receiver in self.named.values().map(|receiver| &**receiver).chain([&self.decoy]) {
            receiver.counts.render(&mut text);
        }
        text
    }
}

/// A secret that nobody knows.
fn nobodys() -> Vec<Secret> {
    let mut bytes = [0; 32];
    let filled = aws_lc_rs::rand::fill(&mut bytes).is_ok();
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // Without chance there is no secret, and no signature fits none.
    Secret::new(text.into_bytes()).ok().filter(|_| filled).into_iter().collect()
}
