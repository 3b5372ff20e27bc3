use super::super::window::moment;
use super::*;

fn span(window: Window, at: &str) -> (i64, i64) {
    window.span(moment(at).unwrap()).unwrap()
}

fn between(from: &str, to: &str) -> (i64, i64) {
    (moment(from).unwrap(), moment(to).unwrap())
}

#[test]
fn calendar_windows_begin_where_the_calendar_says() {
    let at = "2024-02-29T23:59:59Z";
    for (period, from, to) in [
        (Period::Minute, "2024-02-29T23:59:00Z", "2024-03-01T00:00:00Z"),
        (Period::Hour, "2024-02-29T23:00:00Z", "2024-03-01T00:00:00Z"),
        (Period::Day, "2024-02-29", "2024-03-01"),
        // A Thursday.
        (Period::Week, "2024-02-26", "2024-03-04"),
        (Period::Month, "2024-02-01", "2024-03-01"),
    ] {
        assert_eq!(span(Window::Calendar(period), at), between(from, to), "{period:?}");
    }
    let month = Window::Calendar(Period::Month);
    assert_eq!(span(month, "2026-12-31T23:59:59Z"), between("2026-12-01", "2027-01-01"));
    assert_eq!(span(month, "2026-01-01"), between("2026-01-01", "2026-02-01"));
    assert_eq!(span(month, "2100-02-28"), between("2100-02-01", "2100-03-01"));
    assert_eq!(span(Window::Calendar(Period::Week), "2024-02-26"), between("2024-02-26", "2024-03-04"));
}

#[test]
fn every_second_of_a_century_lies_in_its_month() {
    let mut day = 0;
    while day < 40_000 {
        let (from, to) = Window::Calendar(Period::Month).span(day * 86_400).unwrap();
        assert!(from <= day * 86_400 && day * 86_400 < to, "{day}");
        assert!((28..=31).contains(&((to - from) / 86_400)), "{day}");
        assert_eq!(Window::Calendar(Period::Month).span(to).unwrap().0, to);
        day += 1;
    }
}

#[test]
fn windows_of_days_repeat_from_their_anchor_both_ways() {
    let window = Window::Every { days: 10, anchor: moment("2026-05-05T06:00:00Z").unwrap() };
    assert_eq!(span(window, "2026-05-05T06:00:00Z"), between("2026-05-05T06:00:00Z", "2026-05-15T06:00:00Z"));
    assert_eq!(span(window, "2026-05-05T05:59:59Z"), between("2026-04-25T06:00:00Z", "2026-05-05T06:00:00Z"));
}

#[test]
fn times_are_read_with_their_offset() {
    assert_eq!(moment("1970-01-02T01:00:00+01:00"), Some(86_400));
    assert_eq!(moment("1970-01-02"), Some(86_400));
    assert_eq!(moment("yesterday"), None);
    assert_eq!(moment("07:00:00"), None);
}

#[test]
fn a_calendar_window_starts_afresh_when_its_time_is_over() {
    let rig = Rig::new([limit(Metric::Tokens, 100, Window::Calendar(Period::Minute))]);
    rig.clock.advance(50 * SECOND);
    rig.reserve(100).unwrap().settle(&spent(100));
    assert_eq!(rig.reserve(1).unwrap_err().retry_after, Some(10 * SECOND));
    rig.clock.advance(9 * SECOND);
    assert!(rig.reserve(1).is_err());
    rig.clock.advance(SECOND);
    assert_eq!(rig.left(), 100);
}

#[test]
fn what_runs_across_a_border_is_booked_where_it_is_used() {
    let rig = Rig::new([limit(Metric::Tokens, 100, Window::Calendar(Period::Minute))]);
    let mut call = rig.reserve(80).unwrap();
    assert!(call.spend(&spent(30)));
    rig.clock.advance(60 * SECOND);
    assert_eq!(rig.left(), 50, "what it still holds is held of the next window");
    assert!(call.spend(&spent(50)));
    // Ten of the tokens reported were none, and 30 of the rest are long over.
    call.settle(&spent(40));
    assert_eq!(rig.left(), 90);
}

#[test]
fn what_was_booked_in_a_window_that_is_over_is_not_given_back_from_the_next() {
    for window in [Window::Calendar(Period::Minute), MINUTE] {
        let rig = Rig::new([limit(Metric::Tokens, 100, window)]);
        let mut call = rig.reserve(80).unwrap();
        assert!(call.spend(&spent(80)));
        rig.clock.advance(200 * SECOND);
        rig.reserve(10).unwrap().settle(&spent(10));
        call.settle(&spent(0));
        assert_eq!(rig.left(), 90, "{window:?}");
    }
}

#[test]
fn a_rolling_window_lets_go_of_each_part_after_its_time_and_not_before() {
    let rig = Rig::new([limit(Metric::Tokens, 100, MINUTE)]);
    rig.reserve(60).unwrap().settle(&spent(60));
    rig.clock.advance(30 * SECOND);
    rig.reserve(40).unwrap().settle(&spent(40));
    assert_eq!(rig.reserve(60).unwrap_err().retry_after, Some(31 * SECOND));
    assert_eq!(rig.reserve(61).unwrap_err().retry_after, Some(61 * SECOND));
    rig.clock.advance(30 * SECOND);
    assert_eq!(rig.left(), 0, "a minute has passed, but not for all of that second");
    rig.clock.advance(SECOND);
    assert_eq!(rig.left(), 60);
    rig.clock.advance(30 * SECOND);
    assert_eq!(rig.left(), 100);
}

#[test]
fn waiting_is_advised_only_where_it_helps() {
    let rig = Rig::new([limit(Metric::Tokens, 100, MINUTE)]);
    assert_eq!(rig.reserve(101).unwrap_err().retry_after, None);
    let _running = rig.reserve(100).unwrap();
    assert_eq!(rig.reserve(100).unwrap_err().retry_after, Some(SECOND));
    let rig = Rig::new([limit(Metric::Tokens, 100, Window::Lifetime)]);
    rig.reserve(100).unwrap().settle(&spent(100));
    assert_eq!(rig.reserve(1).unwrap_err().retry_after, None);
}

fn user(name: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("user".to_owned(), name.to_owned())])
}

fn grouped(window: Window) -> Limit {
    let group_by = vec![Field::Metadata("user".to_owned())];
    Limit { group_by, ..limit(Metric::Requests, 1, window) }
}

#[test]
fn counters_that_say_nothing_any_more_are_forgotten() {
    for window in [Window::Calendar(Period::Minute), MINUTE] {
        let rig = Rig::new([grouped(window)]);
        for round in 0..20 {
            for number in 0..1_000 {
                drop(rig.reserve_as(&user(&format!("{round}-{number}")), &estimate(1)).unwrap());
            }
            rig.clock.advance(180 * SECOND);
        }
        assert!(rig.store.counters() < 4_000, "{window:?}: {}", rig.store.counters());
    }
}

#[test]
fn counters_in_use_are_kept_and_one_too_many_is_refused() {
    let clock = TestClock::new();
    let store = Arc::new(MemoryStore::new(Arc::new(clock), 1_600));
    let shared: Arc<dyn LimitStore> = Arc::<MemoryStore>::clone(&store);
    let limits = Limits::new(vec![grouped(Window::Calendar(Period::Day))], shared);
    let reserve = |name: &str| {
        let user = user(name);
        let matching = limits.matching(&subject(&user));
        limits.reserve(&matching, &estimate(1)).now_or_never().unwrap()
    };
    let refused = (0..3_000).filter_map(|number| reserve(&number.to_string()).err());
    assert!(refused.map(|refused| assert_eq!(refused.why, Why::Full)).count() >= 1_400);
    assert!(store.counters() <= 1_600);
    assert_eq!(reserve("0").unwrap_err().why, Why::Exhausted);
}
