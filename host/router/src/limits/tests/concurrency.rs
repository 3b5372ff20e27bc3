use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

const THREADS: u64 = 8;

/// Runs calls on many threads at once, each with a chance of its own.
fn storm(calls: u64, call: impl Fn(&mut fastrand::Rng) + Sync) {
    std::thread::scope(|scope| {
        for seed in 0..THREADS {
            let call = &call;
            scope.spawn(move || {
                let mut chance = fastrand::Rng::with_seed(seed);
                (0..calls).for_each(|_| call(&mut chance));
            });
        }
    });
}

#[test]
fn the_sum_never_exceeds_the_budget_however_many_calls_run_at_once() {
    const BUDGET: u64 = 100_000;
    let rig = Rig::new([
        limit(Metric::Tokens, BUDGET, Window::Lifetime),
        named("two", limit(Metric::Cost, BUDGET, MINUTE)),
        named("three", limit(Metric::Requests, 1_000_000, Window::Calendar(Period::Day))),
    ]);
    let (used, refused) = (AtomicU64::new(0), AtomicU64::new(0));
    storm(2_000, |chance| {
        let reserved = chance.u64(1..200);
        let Ok(mut call) = rig.reserve(reserved) else {
            refused.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let actual = chance.u64(0..=reserved);
        // Counted before it is booked, so that the sum can only look too large.
        let all = used.fetch_add(actual, Ordering::SeqCst) + actual;
        assert!(all <= BUDGET, "{all}");
        assert!(call.spend(&spent(actual / 2)));
        match chance.u8(..3) {
            0 => call.settle(&spent(actual)),
            1 => {
                assert!(call.spend(&spent(actual)));
                drop(call);
            }
            _ => {
                std::thread::yield_now();
                call.settle(&spent(actual));
            }
        }
    });
    assert!(refused.into_inner() > 0, "the storm was too weak to prove anything");
    assert_eq!(rig.left(), BUDGET - used.into_inner(), "nothing leaked and nothing was lost");
}

#[test]
fn streams_that_stop_when_told_exceed_a_budget_by_no_more_than_one_report_each() {
    const BUDGET: u64 = 10_000;
    const REPORT: u64 = 7;
    let rig = Rig::new([limit(Metric::Tokens, BUDGET, Window::Lifetime)]);
    let used = AtomicU64::new(0);
    storm(500, |_| {
        let Ok(mut call) = rig.reserve(10) else { return };
        let mut so_far = 0;
        while so_far < 100 {
            so_far += REPORT;
            used.fetch_add(REPORT, Ordering::SeqCst);
            if !call.spend(&spent(so_far)) {
                break;
            }
        }
        call.settle(&spent(so_far));
    });
    let used = used.into_inner();
    assert!((BUDGET - 10..=BUDGET + THREADS * REPORT).contains(&used), "{used}");
}

#[test]
fn reservations_over_limits_in_any_order_do_not_wait_for_each_other() {
    let names: Vec<String> = (0..24).map(|number| number.to_string()).collect();
    let limits: Vec<Limit> =
        names.iter().map(|name| named(name, limit(Metric::Tokens, 1_000, Window::Lifetime))).collect();
    let rig = Rig::new(limits);
    storm(500, |chance| {
        let mut claims: Vec<_> = names.iter().map(|name| (LimitId::new(name), Scope::default())).collect();
        chance.shuffle(&mut claims);
        let reserved = rig.limits.reserve(&claims[..5], &estimate(1)).now_or_never().unwrap();
        drop(reserved.unwrap());
    });
    for name in &names {
        let claim = [(LimitId::new(name), Scope::default())];
        let all = rig.limits.reserve(&claim, &estimate(1_000)).now_or_never().unwrap();
        assert!(all.is_ok(), "{name}");
    }
}
