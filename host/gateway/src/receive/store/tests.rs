mod judged;

use bytes::Bytes;
use jackfield_router::FailureKind;

use super::*;
use crate::receive::counts::Outcome;
use crate::receive::payload::Delivered;

const KEEP: Duration = Duration::from_secs(100);
const PENDING: Duration = Duration::from_secs(1_000);

/// What is known of a request: who submitted it, and of how many bytes what judges
/// its result is, if anything does.
#[derive(Debug, Clone)]
struct Asked(&'static str, Option<usize>);

impl Submission for Asked {
    fn is_guarded(&self) -> bool {
        self.1.is_some()
    }

    fn weight(&self) -> usize {
        self.1.unwrap_or(0)
    }

    fn settle(&mut self) {
        self.1 = None;
    }
}

/// A store for so many bytes, on a clock that the test turns.
struct Trial {
    store: Store<Asked>,
    counts: Arc<Counts>,
    now: Instant,
    acme: Arc<str>,
}

impl Trial {
    fn new(bytes: usize) -> Self {
        let counts = Arc::new(Counts::new("b"));
        let store = Store::new(Bounds { keep: KEEP, pending: PENDING, bytes }, Arc::clone(&counts));
        Self { store, counts, now: Instant::now(), acme: "acme".into() }
    }

    fn note(&self, id: &str) {
        assert!(!self.store.note(id, Some(&self.acme), Asked("submitted", None), self.now));
    }

    /// One whose result is to be judged. Whether that is there.
    fn note_guarded(&self, id: &str, weight: usize) -> bool {
        self.store.note(id, Some(&self.acme), Asked("guarded", Some(weight)), self.now)
    }

    fn judge(&self, id: &str, verdict: Result<&'static str, &str>) {
        let (submitted, _) = self.store.held(id, self.now).expect("it is held");
        assert!(submitted.is_guarded());
        let verdict = match verdict {
            Ok(text) => Ok(Answer { json: Bytes::from_static(text.as_bytes()), marked: true }),
            Err(message) => Err(Failure::new(FailureKind::Denied, message)),
        };
        self.store.judged(id, verdict, self.now);
    }

    fn deliver(&self, id: &str, answer: &str) -> Put {
        let answer = Delivered::of_answer(Bytes::copy_from_slice(answer.as_bytes()));
        self.store.deliver(id, answer, self.now)
    }

    fn find(&self, id: &str) -> String {
        self.find_as(id, Some("acme"))
    }

    fn find_as(&self, id: &str, tenant: Option<&str>) -> String {
        match self.store.find(id, tenant, |_| true, self.now) {
            Found::Unknown => "unknown".to_owned(),
            Found::Pending { submitted, .. } => format!("pending {}", submitted.0),
            Found::Result(answer) => {
                let marked = if answer.marked { "marked " } else { "" };
                format!("{marked}result {}", String::from_utf8_lossy(&answer.json))
            }
            Found::Denied(failure) => format!("denied {}", failure.message),
            Found::Gone(gone) => format!("{gone:?}"),
        }
    }

    fn lost(&self) -> [u64; 4] {
        [Outcome::Unfetched, Outcome::Unclaimed, Outcome::Crowded, Outcome::Overdue]
            .map(|one| self.counts.of(one))
    }
}

#[test]
fn a_result_is_found_by_who_submitted_it_and_by_nobody_else() {
    let trial = Trial::new(1 << 20);
    trial.note("r1");
    assert_eq!(trial.find("r1"), "pending submitted");
    assert_eq!(trial.deliver("r1", "Hi"), Put::Kept);
    for tenant in [None, Some("other"), Some("")] {
        assert_eq!(trial.find_as("r1", tenant), "unknown", "{tenant:?}");
    }
    let hidden = trial.store.find("r1", Some("acme"), |_| false, trial.now);
    assert!(matches!(hidden, Found::Unknown), "the key may not use the model");
    assert_eq!(trial.find("r1"), "result Hi");
    assert_eq!(trial.find("r1"), "result Hi", "as often as one asks");
    assert_eq!(trial.find("r2"), "unknown");
}

#[test]
fn on_an_open_gateway_everybody_is_the_same_caller() {
    let trial = Trial::new(1 << 20);
    trial.store.note("r1", None, Asked("submitted", None), trial.now);
    assert_eq!(trial.find_as("r1", None), "pending submitted");
    assert_eq!(trial.find_as("r1", Some("acme")), "unknown");
}

#[test]
fn a_result_that_comes_before_its_id_was_told_is_not_lost() {
    let trial = Trial::new(1 << 20);
    assert_eq!(trial.deliver("r1", "Hi"), Put::Kept);
    assert_eq!(trial.find("r1"), "unknown", "nobody has asked for it yet");
    trial.note("r1");
    assert_eq!(trial.find("r1"), "result Hi");
}

#[test]
fn the_first_to_submit_an_id_keeps_it() {
    let trial = Trial::new(1 << 20);
    trial.note("r1");
    trial.store.note("r1", Some(&"thief".into()), Asked("stolen", None), trial.now);
    trial.deliver("r1", "Hi");
    trial.store.note("r1", Some(&"thief".into()), Asked("stolen", None), trial.now);
    assert_eq!(trial.find_as("r1", Some("thief")), "unknown");
    assert_eq!(trial.find("r1"), "result Hi");
}

#[test]
fn a_delivery_counts_once_also_after_its_result_is_gone() {
    let mut trial = Trial::new(1 << 20);
    trial.note("r1");
    assert_eq!(trial.deliver("r1", "Hi"), Put::Kept);
    assert_eq!(trial.deliver("r1", "Hi"), Put::Repeated);
    assert_eq!(trial.deliver("r1", "something else"), Put::Repeated);
    assert_eq!(trial.find("r1"), "result Hi");
    trial.now += KEEP;
    assert_eq!(trial.find("r1"), "Expired");
    assert_eq!(trial.deliver("r1", "Hi"), Put::Repeated);
    assert_eq!(trial.find("r1"), "Expired");
}

#[test]
fn a_result_is_kept_for_its_time_and_then_known_to_have_been() {
    let mut trial = Trial::new(1 << 20);
    for id in ["fetched", "unfetched"] {
        trial.note(id);
        trial.deliver(id, "Hi");
    }
    trial.now += KEEP - Duration::from_millis(1);
    assert_eq!(trial.find("fetched"), "result Hi");
    trial.now += Duration::from_millis(1);
    assert_eq!(
        (trial.find("fetched"), trial.find("unfetched")),
        ("Expired".to_owned(), "Expired".to_owned())
    );
    assert_eq!(trial.lost(), [1, 0, 0, 0], "only the one that nobody fetched");
    trial.now += KEEP;
    assert_eq!(trial.find("fetched"), "unknown");
    assert_eq!((trial.lost(), trial.store.bytes()), ([1, 0, 0, 0], 0));
}

#[test]
fn what_nobody_claims_goes_in_its_time_and_is_counted() {
    let mut trial = Trial::new(1 << 20);
    trial.deliver("r1", "Hi");
    trial.now += KEEP;
    trial.note("r2");
    assert_eq!(trial.lost(), [0, 1, 0, 0]);
}

#[test]
fn a_result_that_never_comes_is_given_up_and_taken_if_it_comes_after_all() {
    let mut trial = Trial::new(1 << 20);
    trial.note("r1");
    trial.now += PENDING - Duration::from_millis(1);
    assert_eq!(trial.find("r1"), "pending submitted");
    trial.now += Duration::from_millis(1);
    assert_eq!(trial.find("r1"), "Overdue");
    assert_eq!(trial.lost(), [0, 0, 0, 1]);
    assert_eq!(trial.deliver("r1", "late"), Put::Kept);
    assert_eq!(trial.find("r1"), "result late");
}

#[test]
fn a_request_is_taken_back_and_a_result_that_comes_all_the_same_is_not_lost() {
    let trial = Trial::new(1 << 20);
    trial.note("r1");
    trial.store.cancel("r1", trial.now);
    assert_eq!(trial.find("r1"), "Canceled");
    trial.deliver("r1", "Hi");
    assert_eq!(trial.find("r1"), "result Hi");
    trial.store.cancel("r1", trial.now);
    assert_eq!(trial.find("r1"), "result Hi", "what is there can't be taken back");
    assert_eq!(trial.lost(), [0; 4]);
}

#[test]
fn memory_is_bounded_and_the_least_worth_makes_room() {
    let trial = Trial::new(8 * entry::cost("r0", 1_000));
    let large = "x".repeat(1_000);
    assert_eq!(trial.deliver("foreign", &large), Put::Kept);
    for id in ["r1", "r2"] {
        trial.note(id);
        trial.deliver(id, &large);
    }
    assert!(trial.find("r2").starts_with("result"));
    for number in 3..=9 {
        let id = format!("r{number}");
        trial.note(&id);
        assert_eq!(trial.deliver(&id, &large), Put::Kept);
        assert!(trial.store.bytes() <= 8 * entry::cost("r0", 1_000));
    }
    assert_eq!(trial.find("r2"), "Crowded", "what was fetched goes first");
    assert_eq!(trial.lost()[1], 1, "then what nobody had asked for");
    assert_eq!(trial.lost()[2], 1, "then the oldest: {:?}", trial.lost());
    assert_eq!(trial.find("r1"), "Crowded");
    assert!(trial.find("r9").starts_with("result"));
    assert_eq!(trial.deliver("huge", &"x".repeat(20_000)), Put::TooLarge);
}

#[test]
fn a_request_that_makes_room_while_it_waits_is_not_told_to_be_overdue() {
    let room = 11 * entry::cost("r0", 1_000) - 1;
    let trial = Trial::new(room);
    for number in 1..=10 {
        trial.note_guarded(&format!("r{number}"), 1_000);
    }
    trial.note_guarded("another", 1_000);
    assert_eq!(trial.find("r1"), "Crowded");
    assert_eq!(trial.lost(), [0, 0, 1, 0]);
    assert!(trial.store.bytes() <= room, "what judged it is forgotten");
    assert_eq!(trial.deliver("r1", "late"), Put::Repeated, "nothing is left that could judge it");
}

#[test]
fn requests_that_wait_are_bounded_as_well() {
    let room = 10 * entry::cost("r0", 0);
    let trial = Trial::new(room);
    for number in 0..1_000 {
        trial.note(&format!("r{number}"));
        assert!(trial.store.bytes() <= room);
    }
    assert_eq!(trial.find("r999"), "pending submitted");
    assert!((990..=991).contains(&trial.lost()[2]), "no more than must: {:?}", trial.lost());
    let known = (0..999).filter(|number| trial.find(&format!("r{number}")) != "unknown").count();
    assert!(known < 12, "what is gone isn't remembered without end: {known}");
    // What the upstream says of them takes room as well.
    let (before, status) = (trial.store.bytes(), Value::from("x".repeat(1_000)));
    trial.store.said("r999", &status, trial.now);
    assert!(trial.store.bytes() <= room, "{before}");
    assert!(trial.lost()[2] >= 991, "{:?}", trial.lost());
}

#[test]
fn an_upstream_is_not_asked_for_each_who_asks() {
    let mut trial = Trial::new(1 << 20);
    trial.note("r1");
    assert_eq!(trial.store.ask("r1", trial.now), Ok(()));
    assert_eq!(trial.store.ask("r1", trial.now), Err(None), "somebody is asking");
    let status = serde_json::json!({ "status": "QUEUED" });
    trial.store.said("r1", &status, trial.now);
    assert_eq!(trial.store.ask("r1", trial.now), Err(Some(status)));
    trial.now += STATUS_EVERY;
    assert_eq!(trial.store.ask("r1", trial.now), Ok(()));
    trial.store.said("r1", &Value::from("x".repeat(entry::STATUS)), trial.now);
    assert_eq!(trial.store.ask("r1", trial.now), Err(None), "what is too long isn't kept");
    assert_eq!(trial.store.ask("r2", trial.now), Err(None));
}

#[tokio::test]
async fn whoever_waits_is_woken_by_a_result_and_by_an_end() {
    for end in ["delivered", "canceled"] {
        let trial = Trial::new(1 << 20);
        trial.note("r1");
        let Found::Pending { ready, .. } = trial.store.find("r1", Some("acme"), |_| true, trial.now) else {
            panic!("it is pending");
        };
        let woken = ready.notified();
        tokio::pin!(woken);
        assert!(!woken.as_mut().enable());
        match end {
            "delivered" => drop(trial.deliver("r1", "Hi")),
            _ => trial.store.cancel("r1", trial.now),
        }
        tokio::time::timeout(Duration::from_secs(5), woken).await.unwrap_or_else(|_| panic!("{end}"));
    }
}
