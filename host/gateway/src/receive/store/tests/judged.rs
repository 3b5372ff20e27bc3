//! Results that are judged before anybody gets them.

use super::*;

#[tokio::test]
async fn a_result_that_is_to_be_judged_is_nobodys_until_it_is() {
    for (verdict, told) in [(Ok("Hi"), "marked result Hi"), (Err("no"), "denied no")] {
        let trial = Trial::new(1 << 20);
        assert!(!trial.note_guarded("r1", 10), "nothing is there yet");
        let Found::Pending { ready, .. } = trial.store.find("r1", Some("acme"), |_| true, trial.now) else {
            panic!("it is pending");
        };
        let woken = ready.notified();
        tokio::pin!(woken);
        assert!(!woken.as_mut().enable());
        assert_eq!(trial.deliver("r1", "raw"), Put::Held);
        assert_eq!(trial.deliver("r1", "another"), Put::Repeated);
        assert_eq!(trial.find("r1"), "pending guarded");
        assert!(futures_util::poll!(woken.as_mut()).is_pending(), "who waits goes on waiting");
        trial.judge("r1", verdict);
        tokio::time::timeout(Duration::from_secs(5), woken).await.unwrap();
        assert_eq!(trial.find("r1"), told);
        assert_eq!(trial.deliver("r1", "raw"), Put::Repeated);
        assert!(trial.store.held("r1", trial.now).is_none());
    }
}

#[test]
fn a_result_that_comes_before_its_id_was_told_is_judged_as_well() {
    let trial = Trial::new(1 << 20);
    assert_eq!(trial.deliver("r1", "raw"), Put::Kept);
    assert!(trial.store.held("r1", trial.now).is_none(), "nobody knows by what");
    assert!(trial.note_guarded("r1", 10));
    assert_eq!(trial.find("r1"), "pending guarded");
    assert!(!trial.note_guarded("r1", 10), "once");
    trial.judge("r1", Err("no"));
    assert_eq!(trial.find("r1"), "denied no");
}

#[test]
fn what_comes_after_a_request_was_taken_back_or_given_up_is_judged_too() {
    let mut trial = Trial::new(1 << 20);
    trial.note_guarded("canceled", 10);
    trial.note_guarded("overdue", 10);
    trial.store.cancel("canceled", trial.now);
    trial.now += PENDING;
    assert_eq!(trial.find("overdue"), "Overdue");
    // That it was canceled is forgotten by then.
    let mut early = Trial::new(1 << 20);
    early.note_guarded("canceled", 10);
    early.store.cancel("canceled", early.now);
    for (trial, id) in [(&mut trial, "overdue"), (&mut early, "canceled")] {
        assert_eq!(trial.deliver(id, "raw"), Put::Held, "{id}");
        assert_eq!(trial.find(id), "pending guarded");
    }
}

#[test]
fn one_that_is_never_judged_is_never_given_out() {
    let mut trial = Trial::new(1 << 20);
    trial.note_guarded("r1", 10);
    trial.deliver("r1", "raw");
    trial.now += KEEP;
    assert_eq!(trial.find("r1"), "Expired");
    trial.store.judged("r1", Ok(Answer { json: Bytes::from_static(b"late"), marked: false }), trial.now);
    assert_eq!(trial.find("r1"), "Expired");
    assert_eq!(trial.lost(), [1, 0, 0, 0]);
}

/// A prompt that a guardrail's webhook is to be told of, kept for days.
#[test]
fn what_judges_results_counts_as_memory_and_goes_once_they_are_judged() {
    let trial = Trial::new(10 * entry::cost("r0", 1_000));
    for number in 0..100 {
        trial.note_guarded(&format!("r{number}"), 1_000);
        assert!(trial.store.bytes() <= 10 * entry::cost("r0", 1_000));
    }
    let one = Trial::new(1 << 20);
    one.note_guarded("r1", 1_000);
    assert_eq!(one.store.bytes(), entry::cost("r1", 1_000));
    one.deliver("r1", "raw");
    one.judge("r1", Ok("Hi"));
    assert_eq!(one.store.bytes(), entry::cost("r1", 2));
}
