use super::*;
use crate::testing::Script;

fn rule(attempts: u32) -> RetryRule {
    RetryRule { attempts, ..RetryRule::default() }
}

fn failure(status: u16) -> Failure {
    Failure::new(FailureKind::Unavailable, "x").with_status(status)
}

fn asking(seconds: u64) -> Failure {
    Failure { retry_after: Some(Duration::from_secs(seconds)), ..failure(429) }
}

fn wait_at(part: f64, failure: &Failure, done: u32) -> Result<Duration, Stop> {
    wait(&rule(10), failure, done, Duration::ZERO, None, &Script::units([part]))
}

#[test]
fn only_listed_statuses_are_retried() {
    for status in crate::config::RETRY_STATUSES {
        assert!(wait_at(0.5, &failure(status), 0).is_ok(), "{status}");
    }
    for status in [400, 401, 404, 408, 501] {
        assert_eq!(wait_at(0.5, &failure(status), 0), Err(Stop::Status), "{status}");
    }
    let rule = RetryRule { on_status: [404].into_iter().collect(), ..rule(1) };
    let wait = |status| wait(&rule, &failure(status), 0, Duration::ZERO, None, &Script::units([0.0]));
    assert!(wait(404).is_ok() && wait(500).is_err());
}

#[test]
fn waits_double_up_to_a_bound_and_use_their_whole_length() {
    for (done, millis) in [(0, 500), (1, 1_000), (2, 2_000), (5, 16_000), (9, 16_000)] {
        let bound = Duration::from_millis(millis);
        assert_eq!(wait_at(0.0, &failure(500), done), Ok(Duration::ZERO));
        assert_eq!(wait_at(0.5, &failure(500), done), Ok(bound / 2));
    }
}

#[test]
fn attempts_are_counted() {
    let wait = |attempts, done| {
        wait(&rule(attempts), &failure(500), done, Duration::ZERO, None, &Script::units([0.0]))
    };
    assert_eq!(wait(0, 0), Err(Stop::NotAsked));
    assert!(wait(2, 1).is_ok());
    assert_eq!(wait(2, 2), Err(Stop::UsedUp));
}

#[test]
fn what_the_upstream_asks_for_is_kept_to_and_stretched_a_little() {
    assert_eq!(wait_at(0.0, &asking(7), 0), Ok(Duration::from_secs(7)));
    assert_eq!(wait_at(0.5, &asking(4), 0), Ok(Duration::from_millis(4_200)));
    assert_eq!(wait_at(0.5, &asking(40), 0), Ok(Duration::from_millis(40_500)));
}

#[test]
fn what_the_upstream_asks_for_can_be_switched_off() {
    let rule = RetryRule { use_retry_after: false, ..rule(1) };
    let wait = wait(&rule, &asking(300), 0, Duration::ZERO, None, &Script::units([0.5]));
    assert_eq!(wait, Ok(Duration::from_millis(250)));
}

#[test]
fn a_minute_is_too_long_and_so_is_more_than_what_is_left_of_it() {
    assert!(wait_at(0.0, &asking(59), 0).is_ok());
    assert_eq!(wait_at(0.0, &asking(60), 0), Err(Stop::TooLong));
    let after =
        |waited| wait(&rule(3), &asking(30), 1, Duration::from_secs(waited), None, &Script::units([0.0]));
    assert!(after(30).is_ok());
    assert_eq!(after(31), Err(Stop::TooLong));
}

#[test]
fn no_wait_goes_past_the_deadline() {
    let left = |seconds, failure: &Failure, part| {
        wait(&rule(3), failure, 0, Duration::ZERO, Some(Duration::from_secs(seconds)), &Script::units([part]))
    };
    assert!(left(10, &asking(10), 0.9).is_ok_and(|wait| wait == Duration::from_secs(10)));
    assert_eq!(left(9, &asking(10), 0.0), Err(Stop::TooLong));
    assert_eq!(left(0, &failure(500), 0.5), Err(Stop::TooLong));
}

#[test]
fn what_waiting_cannot_help_is_not_retried() {
    let quota = Failure::new(FailureKind::QuotaExceeded, "x");
    assert_eq!(quota.status, 429);
    assert_eq!(wait_at(0.0, &quota, 0), Err(Stop::Quota));
    let internal = Failure { internal: true, ..failure(500) };
    assert_eq!(wait_at(0.0, &internal, 0), Err(Stop::Internal));
}

#[test]
fn under_steady_failure_retries_stay_a_fifth_of_the_calls() {
    let (budget, now) = (Budget::default(), Instant::now());
    while budget.withdraw(now) {}
    let retries: u32 = (0..1_000)
        .map(|_| {
            budget.deposit();
            (0..5).filter(|_| budget.withdraw(now)).count() as u32
        })
        .sum();
    assert!((195..=201).contains(&retries), "{retries}");
}

#[test]
fn a_target_with_few_calls_can_be_retried_as_well() {
    let (budget, now) = (Budget::default(), Instant::now());
    while budget.withdraw(now) {}
    assert!(!budget.withdraw(now + Duration::from_secs(1)));
    assert!(budget.withdraw(now + Duration::from_secs(3)));
}

#[test]
fn a_quiet_hour_does_not_save_up_a_storm() {
    let (budget, now) = (Budget::default(), Instant::now());
    budget.withdraw(now);
    let later = now + Duration::from_secs(3_600);
    assert_eq!((0..1_000).filter(|_| budget.withdraw(later)).count(), 100);
}
