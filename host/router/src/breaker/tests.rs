use super::*;

fn rule() -> BreakerRule {
    BreakerRule {
        failures: Some(3),
        percent: None,
        minimum_requests: 1,
        cooldown: Duration::from_secs(30),
        on_status: None,
    }
}

fn failure(status: u16) -> Failure {
    Failure::new(FailureKind::Unavailable, "x").with_status(status)
}

fn fail(breaker: &Breaker, now: Instant, status: u16) {
    breaker.enter(now, true).unwrap().failed(&failure(status), now);
}

fn open(now: Instant) -> Breaker {
    let breaker = Breaker::new(rule());
    (0..3).for_each(|_| fail(&breaker, now, 500));
    assert_eq!(breaker.standing(now), Standing::Open);
    breaker
}

fn later(now: Instant, seconds: u64) -> Instant {
    now + Duration::from_secs(seconds)
}

#[test]
fn it_opens_at_the_threshold_and_not_before() {
    let (breaker, now) = (Breaker::new(rule()), Instant::now());
    (0..2).for_each(|_| fail(&breaker, now, 503));
    assert_eq!(breaker.standing(now), Standing::Closed);
    fail(&breaker, now, 503);
    assert_eq!(breaker.standing(now), Standing::Open);
    assert!(breaker.enter(now, false).is_none());
}

#[test]
fn failures_older_than_a_minute_are_forgotten() {
    let (breaker, now) = (Breaker::new(rule()), Instant::now());
    (0..2).for_each(|_| fail(&breaker, now, 503));
    fail(&breaker, later(now, 60), 503);
    assert_eq!(breaker.standing(later(now, 60)), Standing::Closed);
    let (breaker, now) = (Breaker::new(rule()), Instant::now());
    (0..2).for_each(|_| fail(&breaker, now, 503));
    fail(&breaker, later(now, 49), 503);
    assert_eq!(breaker.standing(later(now, 49)), Standing::Open);
}

#[test]
fn a_share_of_failures_opens_it_once_there_are_enough_calls() {
    let rule = BreakerRule { failures: None, percent: Some(50.0), minimum_requests: 4, ..rule() };
    let (breaker, now) = (Breaker::new(rule), Instant::now());
    let answer = || breaker.enter(now, true).unwrap().answered(now);
    fail(&breaker, now, 500);
    answer();
    answer();
    assert_eq!(breaker.standing(now), Standing::Closed, "a third of three");
    fail(&breaker, now, 500);
    assert_eq!(breaker.standing(now), Standing::Open, "half of four");
}

#[test]
fn what_counts_as_a_failure_can_be_listed() {
    let now = Instant::now();
    for (status, counts) in [(400, false), (429, false), (500, true), (503, true)] {
        assert_eq!(Breaker::new(rule()).counts(&failure(status)), counts, "{status}");
    }
    let timeout = Failure::new(FailureKind::Timeout, "x").with_status(408);
    assert!(Breaker::new(rule()).counts(&timeout));
    let listed = BreakerRule { on_status: Some([429].into_iter().collect()), failures: Some(1), ..rule() };
    let breaker = Breaker::new(listed);
    fail(&breaker, now, 500);
    assert_eq!(breaker.standing(now), Standing::Closed);
    fail(&breaker, now, 429);
    assert_eq!(breaker.standing(now), Standing::Open);
}

#[test]
fn after_the_cooldown_one_call_at_a_time_is_let_through() {
    let now = Instant::now();
    let breaker = open(now);
    assert!(breaker.enter(later(now, 29), false).is_none());
    let trial = breaker.enter(later(now, 30), false);
    assert!(trial.is_some());
    assert!(breaker.enter(later(now, 30), false).is_none(), "the first one has not decided yet");
}

#[test]
fn a_trial_that_is_answered_closes_it_with_a_clean_record() {
    let now = Instant::now();
    let breaker = open(now);
    let then = later(now, 30);
    breaker.enter(then, false).unwrap().answered(then);
    (0..2).for_each(|_| fail(&breaker, then, 500));
    assert_eq!(breaker.standing(then), Standing::Closed);
}

#[test]
fn a_trial_that_fails_opens_it_again_for_the_whole_cooldown() {
    let now = Instant::now();
    let breaker = open(now);
    let then = later(now, 30);
    breaker.enter(then, false).unwrap().failed(&failure(500), then);
    assert_eq!(breaker.standing(later(then, 29)), Standing::Open);
    assert_eq!(breaker.standing(later(then, 30)), Standing::HalfOpen);
}

#[test]
fn a_trial_that_is_cancelled_or_met_an_error_of_ours_leaves_the_way_to_the_next() {
    let now = Instant::now();
    let breaker = open(now);
    let then = later(now, 30);
    drop(breaker.enter(then, false).unwrap());
    assert_eq!(breaker.standing(then), Standing::HalfOpen);
    breaker.enter(then, false).unwrap().failed(&Failure::internal("x"), then);
    assert_eq!(breaker.standing(then), Standing::HalfOpen);
}

#[test]
fn calls_that_were_on_their_way_do_not_lengthen_the_cooldown() {
    let now = Instant::now();
    let breaker = open(now);
    fail(&breaker, later(now, 20), 500);
    assert_eq!(breaker.standing(later(now, 30)), Standing::HalfOpen);
}

#[test]
fn a_stream_that_breaks_counts() {
    let (breaker, now) = (Breaker::new(rule()), Instant::now());
    (0..3).for_each(|_| breaker.broke(now));
    assert_eq!(breaker.standing(now), Standing::Open);
}
