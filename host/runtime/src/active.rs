//! A bound provider with its warm instances.
//!
//! Starting an instance costs more than a call through a warm one, so instances
//! are kept and used again: only for the same plugin version, provider and
//! tenant, only after a call that ended well, and not for ever. An instance that
//! trapped, ran out of time or was cancelled is never entered again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OnceCell, Semaphore};

use crate::api::passthrough::Dialect;
use crate::bound::Bound;
use crate::live::Owned;

/// Calls after which an instance is retired, so that a guest's leaks stay small.
const USES: u32 = 10_000;

/// How long an unused instance is kept.
const IDLE: Duration = Duration::from_secs(60);

/// Crashes in a row after which a plugin version is taken out of service.
pub(crate) const CRASHES: u32 = 5;

/// Whose instances they are; nothing for a host without tenants.
type Tenant = Option<Arc<str>>;

pub(crate) struct Active {
    pub(crate) bound: Arc<Bound>,
    warm: Mutex<HashMap<Tenant, Vec<Owned>>>,
    /// Set when a newer binding has taken over: nothing is kept any more.
    retired: AtomicBool,
    /// None for a variant: what crashes for one caller's key, host or setting
    /// mustn't take the plugin from all the others.
    crashes: Option<AtomicU32>,
    /// One permit for each call in progress; a singleton has just one.
    pub(crate) places: Arc<Semaphore>,
    waiting: AtomicU32,
    /// The dialects that the plugin forwards; they don't change while it is bound.
    pub(crate) dialects: OnceCell<Vec<Dialect>>,
}

impl std::fmt::Debug for Active {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Active")
            .field("provider", &self.bound.name)
            .field("plugin", &self.bound.plugin)
            .finish_non_exhaustive()
    }
}

impl Active {
    pub(crate) fn new(bound: Arc<Bound>) -> Self {
        Self { crashes: Some(AtomicU32::new(0)), ..Self::variant(bound) }
    }

    /// The same for a variant of a provider.
    pub(crate) fn variant(bound: Arc<Bound>) -> Self {
        let places = if bound.singleton() { 1 } else { bound.concurrency().0 as usize };
        Self {
            bound,
            warm: Mutex::default(),
            retired: AtomicBool::new(false),
            crashes: None,
            places: Arc::new(Semaphore::new(places)),
            waiting: AtomicU32::new(0),
            dialects: OnceCell::new(),
        }
    }

    /// Whether it was bound once more for callers of this provider.
    pub(crate) fn is_variant_of(&self, provider: &str) -> bool {
        self.crashes.is_none() && &*self.bound.name == provider
    }

    /// A warm instance, if there is one.
    pub(crate) fn take(&self, tenant: &Tenant) -> Option<Owned> {
        if !self.bound.keeps_instances() {
            return None;
        }
        self.lock().get_mut(&self.key(tenant))?.pop()
    }

    /// Keeps an instance whose call ended well.
    pub(crate) fn keep(&self, tenant: &Tenant, mut live: Owned) {
        if let Some(crashes) = &self.crashes {
            crashes.store(0, Ordering::Relaxed);
        }
        live.uses += 1;
        live.idle_since = self.bound.clock().now();
        self.put_back(tenant, live);
    }

    /// Keeps an instance that has served no call.
    pub(crate) fn put_back(&self, tenant: &Tenant, live: Owned) {
        let worn = live.uses >= USES && !self.bound.singleton();
        if !self.bound.keeps_instances() || worn || !live.clean() || self.retired.load(Ordering::Acquire) {
            return;
        }
        self.lock().entry(self.key(tenant)).or_default().push(live);
    }

    /// A singleton has one instance for all tenants: that is its point.
    fn key(&self, tenant: &Tenant) -> Tenant {
        if self.bound.singleton() { None } else { tenant.clone() }
    }

    /// A place in the queue, unless it is full.
    pub(crate) fn queue(&self) -> Option<Waiting<'_>> {
        let (_, most) = self.bound.concurrency();
        let more = |waiting: u32| (waiting < most).then_some(waiting + 1);
        let queued = self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok();
        queued.then_some(Waiting(&self.waiting))
    }

    /// Counts a crash. True when it is one too many.
    pub(crate) fn crashed(&self) -> bool {
        self.crashes.as_ref().is_some_and(|crashes| crashes.fetch_add(1, Ordering::Relaxed) + 1 >= CRASHES)
    }

    /// Ends the warm instances; those that are busy end with their calls.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.lock().clear();
    }

    /// Ends instances that have been idle for too long. A singleton's instance
    /// holds data and stays.
    pub(crate) fn sweep(&self, now: Instant) {
        if self.bound.singleton() {
            return;
        }
        self.lock().retain(|_, instances| {
            instances.retain(|live| now.saturating_duration_since(live.idle_since) < IDLE);
            !instances.is_empty()
        });
    }

    /// Ends all idle instances, to make room. Returns how many.
    pub(crate) fn make_room(&self) -> usize {
        if self.bound.singleton() {
            return 0;
        }
        let idle = std::mem::take(&mut *self.lock());
        idle.values().map(Vec::len).sum()
    }

    /// Warm instances waiting.
    pub(crate) fn idle(&self) -> usize {
        self.lock().values().map(Vec::len).sum()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Tenant, Vec<Owned>>> {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue; dropping it leaves the queue.
#[derive(Debug)]
pub(crate) struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
