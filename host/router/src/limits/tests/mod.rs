mod concurrency;
mod config;
mod reserving;
mod selecting;
mod windows;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use super::*;
use crate::price::Money;
use crate::testing::TestClock;

fn limit(metric: Metric, allowed: u64, window: Window) -> Limit {
    Limit {
        id: LimitId::new("one"),
        kind: Kind::Budget,
        metric,
        allowed,
        alert_at: None,
        window,
        conditions: Vec::new(),
        group_by: Vec::new(),
        unpriced: Unpriced::Refuse,
    }
}

fn named(id: &str, limit: Limit) -> Limit {
    Limit { id: LimitId::new(id), ..limit }
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Window = Window::Rolling(Duration::from_secs(60));

/// Limits with their store and the clock that it goes by.
struct Rig {
    limits: Limits,
    store: Arc<MemoryStore>,
    clock: TestClock,
}

impl Rig {
    fn new(limits: impl Into<Vec<Limit>>) -> Self {
        let clock = TestClock::new();
        let store = Arc::new(MemoryStore::new(Arc::new(clock.clone()), MemoryStore::USUAL_COUNTERS));
        let shared: Arc<dyn LimitStore> = Arc::<MemoryStore>::clone(&store);
        Self { limits: Limits::new(limits.into(), shared), store, clock }
    }

    fn reserve(&self, tokens: u64) -> Result<Reservation, Refused> {
        self.reserve_as(&BTreeMap::new(), &estimate(tokens))
    }

    fn reserve_as(
        &self,
        metadata: &BTreeMap<String, String>,
        estimate: &Estimate,
    ) -> Result<Reservation, Refused> {
        let matching = self.limits.matching(&subject(metadata));
        self.limits.reserve(&matching, estimate).now_or_never().expect("a store in memory answers at once")
    }

    /// What is left of the first limit.
    fn left(&self) -> u64 {
        match self.reserve(u64::MAX) {
            Ok(_) => panic!("there is room for everything"),
            Err(refused) => refused.remaining,
        }
    }
}

fn subject(metadata: &BTreeMap<String, String>) -> Subject<'_> {
    Subject {
        tenant: Some("acme"),
        api_key: Some("key-1"),
        provider: Some("openai"),
        model: Some("gpt-4o"),
        config: None,
        endpoint: Some("chat"),
        metadata,
    }
}

fn estimate(tokens: u64) -> Estimate {
    Estimate { input_tokens: 0, output_tokens: tokens, cost: Some(Money::from_nanos(tokens)) }
}

fn spent(tokens: u64) -> Spent {
    Spent { tokens: Some(tokens), cost: Some(Money::from_nanos(tokens)) }
}
