use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::{join, join_all};

use super::*;

/// A provider that takes ten seconds.
struct Provider<'r> {
    rig: &'r Rig,
    calls: AtomicU32,
    /// So many calls fail before one doesn't.
    failures: u32,
}

impl<'r> Provider<'r> {
    fn new(rig: &'r Rig, failures: u32) -> Self {
        Self { rig, calls: AtomicU32::new(0), failures }
    }

    async fn sleep(&self, seconds: u64) {
        self.rig.clock.sleep_until(self.rig.clock.now() + Duration::from_secs(seconds)).await;
    }

    /// Answers a request through the cache.
    async fn answer(&self, question: Question<'_>) -> Option<Status> {
        match self.rig.cache.lookup(question).await {
            Lookup::Found(_, status) => Some(status),
            Lookup::Lead(lead) => {
                let number = self.calls.fetch_add(1, Ordering::SeqCst);
                self.sleep(10).await;
                let status = if number < self.failures { 500 } else { 200 };
                let led = lead.status();
                lead.whole(status, &HeaderMap::new(), &Bytes::new()).then_some(led)
            }
        }
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }
}

#[test]
fn identical_requests_ask_the_provider_once() {
    let rig = Rig::new();
    let provider = Provider::new(&rig, 0);
    let answers = rig.clock.drive(join_all((0..10).map(|_| provider.answer(question(key("{}"))))));
    assert_eq!(answers[0], Some(Status::Miss));
    assert!(answers[1..].iter().all(|status| *status == Some(Status::Hit)), "{answers:?}");
    assert_eq!((provider.calls(), rig.clock.passed().as_secs()), (1, 10));
    assert_eq!(rig.cache.led(), 0);
}

#[test]
fn requests_that_differ_do_not_wait_for_each_other() {
    let rig = Rig::new();
    let provider = Provider::new(&rig, 0);
    let requests = ["1", "2", "3"].map(|body| provider.answer(question(key(body))));
    rig.clock.drive(join_all(requests));
    assert_eq!((provider.calls(), rig.clock.passed().as_secs()), (3, 10));
}

#[test]
fn when_a_leader_fails_a_follower_takes_over() {
    let rig = Rig::new();
    let provider = Provider::new(&rig, 1);
    let answers = rig.clock.drive(join_all((0..5).map(|_| provider.answer(question(key("{}"))))));
    let count = |status| answers.iter().filter(|answer| **answer == status).count();
    assert_eq!((count(None), count(Some(Status::Miss)), count(Some(Status::Hit))), (1, 1, 3));
    assert_eq!((provider.calls(), rig.clock.passed().as_secs()), (2, 20));
}

#[test]
fn when_a_leader_is_dropped_a_follower_takes_over() {
    let rig = Rig::new();
    let provider = Provider::new(&rig, 0);
    let leader = async {
        let lookup = rig.cache.lookup(question(key("{}"))).await;
        provider.sleep(5).await;
        drop(lookup);
    };
    let (_, status) = rig.clock.drive(join(leader, provider.answer(question(key("{}")))));
    assert_eq!((status, rig.clock.passed().as_secs()), (Some(Status::Miss), 15));
    assert_eq!(rig.cache.led(), 0);
}

#[test]
fn requests_that_all_fail_do_not_wait_for_all_others() {
    let rig = Rig::new();
    let provider = Provider::new(&rig, u32::MAX);
    let patient = question(key("{}"));
    rig.clock.drive(join_all((0..50).map(|_| provider.answer(patient))));
    assert_eq!(provider.calls(), 50);
    assert_eq!(rig.clock.passed().as_secs(), 30, "two leaders one after the other, then all at once");
}

#[test]
fn nobody_waits_longer_than_patience_allows() {
    let options = CacheOptions { patience: Duration::from_secs(4), ..CacheOptions::default() };
    let rig = Rig::with(options, None);
    let provider = Provider::new(&rig, 0);
    rig.clock.drive(join_all((0..3).map(|_| provider.answer(question(key("{}"))))));
    assert_eq!((provider.calls(), rig.clock.passed().as_secs()), (3, 14));
}

#[test]
fn followers_of_a_stream_get_it_whole_once_it_is_complete() {
    let rig = Rig::new();
    let provider = Provider::new(&rig, 0);
    let frame = Bytes::from_static(b"data: 1\n\n");
    let leader = async {
        let Lookup::Lead(lead) = rig.cache.lookup(question(key("{}"))).await else { panic!("found") };
        let mut recording = lead.record(200, &HeaderMap::new()).unwrap();
        assert!(recording.frame(&frame));
        provider.sleep(3).await;
        assert!(recording.frame(&frame));
        recording.finish(Ended::Complete)
    };
    let follower = rig.cache.lookup(question(key("{}")));
    let (kept, lookup) = rig.clock.drive(join(leader, follower));
    assert!(kept);
    let frames = Body::Stream(vec![frame.clone(), frame.clone()]);
    assert_eq!(found(&lookup), Some((&frames, Status::Hit)));
}

#[test]
fn a_refresh_waits_for_nobody() {
    let rig = Rig::new();
    let provider = Provider::new(&rig, 0);
    let refresh = Question { refresh: true, ..question(key("{}")) };
    let (one, other) = rig.clock.drive(join(provider.answer(question(key("{}"))), provider.answer(refresh)));
    assert_eq!((one, other), (Some(Status::Miss), Some(Status::Refresh)));
    assert_eq!((provider.calls(), rig.clock.passed().as_secs()), (2, 10));
}

#[test]
fn identical_requests_on_many_threads_ask_the_provider_once() {
    let rig = Rig::new();
    let calls = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                for number in 0..500 {
                    let body = number.to_string();
                    if let Lookup::Lead(lead) = runtime.block_on(rig.cache.lookup(question(key(&body)))) {
                        calls.fetch_add(1, Ordering::SeqCst);
                        std::thread::yield_now();
                        assert!(lead.whole(200, &HeaderMap::new(), &Bytes::new()));
                    }
                }
            });
        }
    });
    assert_eq!(calls.into_inner(), 500);
}
