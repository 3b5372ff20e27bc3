use super::*;
use crate::failure::{Failure, FailureKind};

fn tokens(allowed: u64) -> Limit {
    limit(Metric::Tokens, allowed, Window::Lifetime)
}

#[test]
fn what_is_reserved_is_not_there_for_others() {
    let rig = Rig::new([tokens(100)]);
    let one = rig.reserve(60).unwrap();
    assert_eq!(rig.reserve(41).unwrap_err().remaining, 40);
    let other = rig.reserve(40).unwrap();
    drop(one);
    assert_eq!(rig.left(), 60);
    drop(other);
    assert_eq!(rig.left(), 100);
}

#[test]
fn settling_books_what_was_used_and_gives_the_rest_back() {
    let rig = Rig::new([tokens(100)]);
    rig.reserve(60).unwrap().settle(&spent(10));
    assert_eq!(rig.left(), 90);
    rig.reserve(60).unwrap().settle(&spent(80));
    assert_eq!(rig.left(), 10);
}

#[test]
fn settling_without_a_count_books_all_that_was_reserved() {
    let rig = Rig::new([tokens(100)]);
    let mut call = rig.reserve(60).unwrap();
    assert!(call.spend(&spent(10)));
    call.settle(&Spent::default());
    assert_eq!(rig.left(), 40);
}

#[test]
fn a_call_that_is_dropped_books_what_it_had_reported_and_holds_nothing() {
    let rig = Rig::new([tokens(100)]);
    let mut call = rig.reserve(60).unwrap();
    assert!(call.spend(&spent(10)));
    assert!(call.spend(&spent(25)));
    assert_eq!(rig.left(), 40);
    drop(call);
    assert_eq!(rig.left(), 75);
}

#[test]
fn a_report_that_is_smaller_than_the_last_one_changes_nothing_until_the_end() {
    let rig = Rig::new([tokens(100)]);
    let mut call = rig.reserve(60).unwrap();
    assert!(call.spend(&spent(30)) && call.spend(&spent(20)));
    assert_eq!(rig.left(), 40);
    call.settle(&spent(20));
    assert_eq!(rig.left(), 80);
}

#[test]
fn a_stream_that_outgrows_its_reservation_is_told_when_the_budget_breaks() {
    let rig = Rig::new([tokens(100)]);
    let other = rig.reserve(50).unwrap();
    let mut call = rig.reserve(10).unwrap();
    assert!(call.spend(&spent(10)) && call.spend(&spent(50)));
    assert!(!call.spend(&spent(51)), "the other call's tokens are not there for this one");
    drop(other);
    assert!(call.spend(&spent(60)));
    call.settle(&spent(120));
    assert_eq!(rig.left(), 0);
}

#[test]
fn all_limits_are_reserved_or_none() {
    let rig = Rig::new([tokens(100), named("two", tokens(50)), named("three", tokens(1_000))]);
    let refused = rig.reserve(60).unwrap_err();
    assert_eq!((refused.which, refused.remaining), (LimitId::new("two"), 50));
    let _all = rig.reserve(50).unwrap();
    assert_eq!(rig.left(), 50);
}

#[test]
fn a_request_that_is_refused_elsewhere_is_not_counted() {
    let rig = Rig::new([limit(Metric::Requests, 2, Window::Lifetime), named("two", tokens(10))]);
    for _ in 0..5 {
        assert_eq!(rig.reserve(11).unwrap_err().which, LimitId::new("two"));
    }
    rig.reserve(1).unwrap().settle(&spent(1));
    drop(rig.reserve(1).unwrap());
    assert_eq!(rig.reserve(1).unwrap_err().which, LimitId::new("one"));
}

#[test]
fn one_counter_twice_in_a_reservation_counts_twice() {
    let rig = Rig::new([tokens(100)]);
    let twice = [(LimitId::new("one"), Scope::default()), (LimitId::new("one"), Scope::default())];
    let reserve = |tokens| rig.limits.reserve(&twice, &estimate(tokens)).now_or_never().unwrap();
    assert!(reserve(51).is_err());
    assert_eq!(rig.left(), 100);
    let _both = reserve(50).unwrap();
    assert_eq!(rig.left(), 0);
}

#[test]
fn a_call_that_never_went_out_gives_everything_back() {
    let rig = Rig::new([limit(Metric::Requests, 1, MINUTE), named("two", tokens(10))]);
    let mut call = rig.reserve(10).unwrap();
    assert!(call.spend(&spent(5)));
    call.cancel();
    rig.reserve(10).unwrap().settle(&spent(10));
    assert_eq!(rig.reserve(0).unwrap_err().which, LimitId::new("one"));
}

#[test]
fn money_is_counted_by_cost_and_a_model_without_a_price_refused() {
    let budget = limit(Metric::Cost, 100, Window::Lifetime);
    let rig = Rig::new([budget.clone()]);
    rig.reserve(60).unwrap().settle(&Spent { tokens: Some(1), cost: Some(Money::from_nanos(70)) });
    assert_eq!(rig.left(), 30);
    let unpriced = Estimate { cost: None, ..estimate(1) };
    let refused = rig.reserve_as(&BTreeMap::new(), &unpriced).unwrap_err();
    assert_eq!(refused.why, Why::Unpriced);
    let rig = Rig::new([Limit { unpriced: Unpriced::Allow, ..budget }]);
    rig.reserve_as(&BTreeMap::new(), &unpriced).unwrap().settle(&Spent::default());
    assert_eq!(rig.left(), 100);
}

#[test]
fn a_limit_that_is_gone_refuses() {
    let rig = Rig::new([]);
    let gone = [(LimitId::new("gone"), Scope::default())];
    let refused = rig.limits.reserve(&gone, &estimate(1)).now_or_never().unwrap().unwrap_err();
    assert_eq!(refused.why, Why::Unknown);
}

#[test]
fn a_refusal_says_which_limit_what_is_left_and_when_to_come_back() {
    let rig = Rig::new([Limit { kind: Kind::Rate, ..limit(Metric::Tokens, 10, MINUTE) }]);
    rig.reserve(6).unwrap().settle(&spent(6));
    let failure = Failure::from(rig.reserve(5).unwrap_err());
    assert_eq!((failure.status, failure.kind), (429, FailureKind::Refused));
    assert_eq!(failure.retry_after, Some(61 * SECOND));
    assert_eq!(
        failure.message,
        "the limit `one` has 4 tokens left, too few for this request: try again in 61 s"
    );
    let rig = Rig::new([limit(Metric::Cost, 1_000_000_000, Window::Lifetime)]);
    let failure = Failure::from(rig.reserve(2_000_000_000).unwrap_err());
    assert_eq!((failure.status, failure.retry_after), (412, None));
    assert!(failure.message.contains("1.000000 dollars left"), "{failure}");
}

#[test]
fn a_usage_is_spent_as_tokens_and_money() {
    let usage = jackfield_runtime::api::types::Usage {
        input_tokens: Some(3),
        output_tokens: Some(4),
        ..crate::usage::nothing()
    };
    assert_eq!(Spent::new(&usage, None), Spent { tokens: Some(7), cost: None });
    assert_eq!(Spent::new(&crate::usage::nothing(), None), Spent::default());
}

#[test]
fn an_alert_is_given_once_when_its_threshold_is_reached() {
    let store = Rig::new([]).store;
    let counter = CounterKey::new(&LimitId::new("one"), &Scope::default(), Window::Lifetime);
    let claim = Claim { counter, allowed: 100, alert_at: Some(50), hold: 0, spend: 0 };
    let alerts = [49, 1, 1].map(|spent| store.book(&claim, Booking { spent, ..Booking::default() }).alert);
    assert_eq!(alerts, [false, true, false]);
}
