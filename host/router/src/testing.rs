//! Time and chance for tests: nothing waits and nothing is left to luck.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant, SystemTime};

use jackfield_runtime::Clock;

use crate::config::{Config, Hook};
use crate::plan::{Named, Node, Overrides, Surroundings, Wish, build};
use crate::random::Random;

/// Numbers given out in turn, the last one for ever.
#[derive(Debug)]
pub(crate) struct Script(Mutex<VecDeque<u64>>);

impl Script {
    pub(crate) fn new(numbers: impl IntoIterator<Item = u64>) -> Self {
        Self(Mutex::new(numbers.into_iter().collect()))
    }

    /// Numbers that [`crate::random::unit`] turns into these fractions.
    pub(crate) fn units(fractions: impl IntoIterator<Item = f64>) -> Self {
        Self::new(fractions.into_iter().map(|part| ((part * (1_u64 << 53) as f64) as u64) << 11))
    }
}

impl Random for Script {
    fn next(&self) -> u64 {
        let mut numbers = self.0.lock().unwrap();
        if numbers.len() > 1 { numbers.pop_front().unwrap() } else { numbers.front().copied().unwrap_or(0) }
    }
}

/// A generator with a seed, for properties that hold on average.
#[derive(Debug)]
pub(crate) struct Seeded(Mutex<fastrand::Rng>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }
}

impl Random for Seeded {
    fn next(&self) -> u64 {
        self.0.lock().unwrap().u64(..)
    }
}

/// A clock that stands still until everybody waits for it.
#[derive(Debug, Clone)]
pub(crate) struct TestClock {
    start: Instant,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    passed: Duration,
    sleepers: Vec<(Instant, Waker)>,
}

impl TestClock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), state: Arc::default() }
    }

    pub(crate) fn passed(&self) -> Duration {
        self.state.lock().unwrap().passed
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.state.lock().unwrap().passed += by;
    }

    /// Runs a future to its end; time jumps to the next sleeper's hour
    /// whenever nothing else is left to do.
    pub(crate) fn drive<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return value;
            }
            if !woken.0.swap(false, Ordering::AcqRel) {
                self.jump();
                woken.0.store(false, Ordering::Release);
            }
        }
    }

    fn jump(&self) {
        let mut state = self.state.lock().unwrap();
        let next = state.sleepers.iter().map(|(deadline, _)| *deadline).min();
        let next = next.expect("the future waits, and not for the clock");
        state.passed = state.passed.max(next - self.start);
        let due: Vec<_> = state.sleepers.extract_if(.., |(deadline, _)| *deadline <= next).collect();
        drop(state);
        due.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.start + self.passed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.passed()
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        Box::pin(std::future::poll_fn(move |context| {
            if clock.now() >= deadline {
                return Poll::Ready(());
            }
            clock.state.lock().unwrap().sleepers.push((deadline, context.waker().clone()));
            Poll::Pending
        }))
    }
}

/// Surroundings with a few providers, that fulfil every wish but those named.
#[derive(Debug, Default)]
pub(crate) struct Around {
    pub(crate) refused: Option<&'static str>,
}

impl Surroundings for Around {
    fn provider(&self, name: &str) -> Result<Arc<str>, String> {
        match name {
            "azure-openai" => Ok("azure".into()),
            "nobody" => Err("no provider is named \"nobody\"".to_owned()),
            name => Ok(name.into()),
        }
    }

    fn model(&self, name: &str) -> Result<Named, String> {
        let (provider, model) = name.split_once('/').ok_or_else(|| format!("{name:?} is no model"))?;
        Ok(Named { provider: provider.into(), model: model.into() })
    }

    fn hook(&self, id: &str) -> Result<Hook, String> {
        match id {
            "nothing" => Err("no guardrail is saved as \"nothing\"".to_owned()),
            _ => Hook::parse(r#"{"default.notNull":{}}"#, "").map_err(|error| error.to_string()),
        }
    }

    fn permits(&self, wish: Wish<'_>) -> Result<(), String> {
        let shown = format!("{wish:?}");
        match self.refused {
            Some(refused) if shown.contains(refused) => Err(format!("not here: {refused}")),
            _ => Ok(()),
        }
    }
}

/// The plan of a config that is right.
#[track_caller]
pub(crate) fn plan(config: &str) -> Node {
    let config = Config::parse(config).unwrap_or_else(|error| panic!("{error}"));
    build(&config, "config", &Overrides::default(), &Around::default())
        .unwrap_or_else(|error| panic!("{error}"))
}
