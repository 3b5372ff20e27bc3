use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::config::{Balance, Sticky, StickyField};
use crate::facts::Facts;
use crate::testing::{Script, Seeded};

fn loads(count: usize) -> Vec<Arc<Load>> {
    (0..count).map(|_| Arc::default()).collect()
}

fn candidates<'l>(loads: &'l [Arc<Load>], weights: &[f64]) -> Vec<Candidate<'l>> {
    let one =
        |(place, (load, weight)): (usize, (&'l Arc<Load>, &f64))| Candidate { place, weight: *weight, load };
    loads.iter().zip(weights).enumerate().map(one).collect()
}

fn counts(kind: Balance, weights: &[f64], calls: usize) -> Vec<usize> {
    let loads = loads(weights.len());
    let (balancer, random) = (Balancer::new(kind, weights.len()), Seeded::new(3));
    let mut counts = vec![0; weights.len()];
    for _ in 0..calls {
        let (place, _) = balancer.choose(&candidates(&loads, weights), Instant::now(), &random).unwrap();
        counts[place] += 1;
    }
    counts
}

#[test]
fn weights_are_shares_of_any_scale() {
    for weights in [[1.0, 3.0], [0.25, 0.75], [100.0, 300.0]] {
        let counts = counts(Balance::Weighted, &weights, 10_000);
        assert!((2_300..2_700).contains(&counts[0]), "{weights:?}: {counts:?}");
    }
}

#[test]
fn the_ends_of_chance_choose_the_first_and_the_last() {
    let loads = loads(3);
    let candidates = candidates(&loads, &[0.1, 0.2, 0.3]);
    let choose =
        |number| Balancer::Weighted.choose(&candidates, Instant::now(), &Script::new([number])).unwrap().0;
    assert_eq!(choose(0), 0);
    assert_eq!(choose(u64::MAX), 2);
}

#[test]
fn turns_are_spread_out_by_weight() {
    let loads = loads(3);
    let balancer = Balancer::new(Balance::RoundRobin, 3);
    let all = candidates(&loads, &[2.0, 1.0, 1.0]);
    let next = |from: &[Candidate<'_>]| {
        let (place, _) = balancer.choose(from, Instant::now(), &Script::new([0])).unwrap();
        from[place].place
    };
    let order: Vec<usize> = (0..8).map(|_| next(&all)).collect();
    assert_eq!(order, [0, 1, 2, 0, 0, 1, 2, 0]);
    let rest: Vec<usize> = (0..4).map(|_| next(&all[1..])).collect();
    assert_eq!(rest, [1, 2, 1, 2], "who can't be chosen has no turn");
}

#[test]
fn the_least_busy_is_chosen_and_equals_share() {
    let loads = loads(3);
    let all = candidates(&loads, &[1.0, 1.0, 1.0]);
    let random = Seeded::new(1);
    let choose = || Balancer::LeastBusy.choose(&all, Instant::now(), &random).unwrap().0;
    let first = loads[0].begin();
    let seen: Vec<usize> = (0..100).map(|_| choose()).collect();
    assert!(!seen.contains(&0) && seen.contains(&1) && seen.contains(&2));
    let others = (loads[1].begin(), loads[2].begin());
    drop(first);
    assert!((0..100).all(|_| choose() == 0), "an ended call no longer counts");
    drop(others);
}

#[test]
fn a_heavier_target_may_be_busier() {
    let loads = loads(2);
    let all = candidates(&loads, &[3.0, 1.0]);
    let _calls = (loads[0].begin(), loads[0].begin(), loads[1].begin());
    assert_eq!(Balancer::LeastBusy.choose(&all, Instant::now(), &Script::new([0])).unwrap().0, 0);
}

#[test]
fn the_quicker_of_two_is_chosen_whichever_is_drawn_first() {
    let (loads, now) = (loads(2), Instant::now());
    loads[0].answered(Duration::from_millis(900), now);
    loads[1].answered(Duration::from_millis(100), now);
    let all = candidates(&loads, &[1.0, 1.0]);
    for draw in [0, u64::MAX] {
        assert_eq!(Balancer::Latency.choose(&all, now, &Script::new([draw, 0])).unwrap().0, 1);
    }
    let _busy: Vec<InFlight> = (0..9).map(|_| loads[1].begin()).collect();
    assert_eq!(Balancer::Latency.choose(&all, now, &Script::new([0, 0])).unwrap().0, 0, "a queue counts");
}

#[test]
fn latency_rises_at_once_and_falls_slowly() {
    let (load, now) = (Load::default(), Instant::now());
    load.answered(Duration::from_secs(1), now);
    load.answered(Duration::from_secs(4), now);
    assert_eq!(load.expected(now), Some(4.0));
    load.answered(Duration::from_secs(1), now);
    assert_eq!(load.expected(now), Some(4.0));
    let later = now + Duration::from_secs(10);
    load.answered(Duration::from_secs(1), later);
    let expected = load.expected(later).unwrap();
    assert!((2.0..2.2).contains(&expected), "{expected}");
}

#[test]
fn a_target_that_fails_at_once_does_not_look_quick_and_is_tried_again_later() {
    let (loads, now) = (loads(2), Instant::now());
    loads[0].failed(now);
    loads[1].answered(Duration::from_secs(2), now);
    let all = candidates(&loads, &[1.0, 1.0]);
    let choose = |now| Balancer::Latency.choose(&all, now, &Script::new([0, 0])).unwrap().0;
    assert_eq!(choose(now), 1);
    loads[1].answered(Duration::from_secs(2), now + Duration::from_secs(40));
    assert_eq!(choose(now + Duration::from_secs(40)), 0);
}

#[test]
fn nobody_can_be_chosen_from_nobody() {
    for kind in [Balance::Weighted, Balance::RoundRobin, Balance::LeastBusy, Balance::Latency] {
        assert!(Balancer::new(kind, 0).choose(&[], Instant::now(), &Script::new([0])).is_none());
    }
}

fn table() -> Table {
    let fields =
        vec![StickyField::Metadata("_user".to_owned()), StickyField::Header("x-session".parse().unwrap())];
    Table::new(Sticky { fields, ttl: Duration::from_secs(300) })
}

fn of_user(user: &str) -> Facts {
    Facts { metadata: [("_user".to_owned(), user.to_owned())].into(), ..Facts::default() }
}

#[test]
fn like_requests_have_one_key_and_others_another() {
    let table = table();
    assert_eq!(table.key(&of_user("a")), table.key(&of_user("a")));
    assert_ne!(table.key(&of_user("a")), table.key(&of_user("b")));
    let mut with_header = of_user("a");
    with_header.headers.insert("x-session", "1".parse().unwrap());
    assert_ne!(table.key(&of_user("a")), table.key(&with_header));
    assert_eq!(table.key(&Facts::default()), None, "a request without the fields is like no other");
}

#[test]
fn a_choice_holds_until_its_time_is_over() {
    let (table, now) = (table(), Instant::now());
    table.put(1, 2, now);
    assert_eq!(table.get(1, now + Duration::from_secs(299)), Some(2));
    assert_eq!(table.get(1, now + Duration::from_secs(300)), None);
    assert_eq!(table.get(2, now), None);
}

#[test]
fn the_table_does_not_grow_without_bound() {
    let (table, now) = (table(), Instant::now());
    (0..70_000).for_each(|key| table.put(key, 0, now));
    assert!(table.len() <= 65_536, "{}", table.len());
    assert_eq!(table.get(69_999, now), Some(0));
}
