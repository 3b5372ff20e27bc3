use super::*;
use crate::testing::Script;

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn refused(text: &str) -> TraceError {
    text.parse::<TraceContext>().unwrap_err()
}

fn begin(parent: Option<&str>, states: &[&str]) -> Trace {
    Trace::begin(parent, states.iter().copied(), None, &Script::new([7]))
}

#[test]
fn a_parent_survives_being_read_and_shown() {
    let context: TraceContext = PARENT.parse().unwrap();
    assert_eq!(context.to_string(), PARENT);
    assert!(context.sampled());
    assert!(!PARENT.replace("-01", "-02").parse::<TraceContext>().unwrap().sampled());
}

#[test]
fn a_parent_of_any_other_form_is_refused() {
    for text in ["", "00", &PARENT[..54], "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"] {
        assert_eq!(refused(text), TraceError::Form, "{text}");
    }
    assert_eq!(refused(&format!("{PARENT}-more")), TraceError::Form);
    assert_eq!(refused(&PARENT.replace("0af7", "0AF7")), TraceError::Digit);
    assert_eq!(refused(&PARENT.replace("0af7", "+af7")), TraceError::Digit);
    assert_eq!(refused(&PARENT.replacen("00-", "ff-", 1)), TraceError::Version);
    assert_eq!(
        refused(&PARENT.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32))),
        TraceError::Zero
    );
    assert_eq!(refused(&PARENT.replace("b7ad6b7169203331", &"0".repeat(16))), TraceError::Zero);
}

#[test]
fn a_later_version_may_say_more_behind_a_dash() {
    let later = PARENT.replacen("00-", "cc-", 1);
    assert_eq!(later.parse::<TraceContext>().unwrap().to_string(), PARENT);
    assert_eq!(format!("{later}-what-else").parse::<TraceContext>().unwrap().to_string(), PARENT);
    assert_eq!(refused(&format!("{later}.what")), TraceError::Form);
}

#[test]
fn flags_that_mean_nothing_here_are_not_passed_on() {
    let flagged = PARENT.replace("-01", "-ff");
    assert_eq!(flagged.parse::<TraceContext>().unwrap().to_string(), PARENT.replace("-01", "-03"));
}

#[test]
fn a_child_stays_in_its_trace_and_knows_its_parent() {
    let trace = begin(Some(PARENT), &["a=1", "b=2"]);
    assert_eq!(trace.context.trace.to_string(), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(trace.context.span.to_string(), format!("{:016x}", 7));
    assert_eq!(trace.parent.unwrap().to_string(), "b7ad6b7169203331");
    assert_eq!(trace.state.to_string(), "a=1,b=2");
}

#[test]
fn without_a_parent_that_parses_a_trace_begins_and_states_are_dropped() {
    for parent in [None, Some("garbage")] {
        let trace = begin(parent, &["a=1"]);
        assert_eq!(trace.parent, None);
        assert!(trace.state.is_empty());
        assert!(trace.context.sampled());
        assert_eq!(trace.context.to_string().parse::<TraceContext>().unwrap(), trace.context);
    }
}

#[test]
fn new_ids_are_never_zero() {
    let context = TraceContext::new(&Script::new([0]));
    assert!(context.to_string().parse::<TraceContext>().is_ok(), "{context}");
}

#[test]
fn what_a_client_sends_as_portkeys_trace_id_is_echoed_whatever_it_is() {
    for text in ["my trace/42", "0af7", "über"] {
        let label = HeaderValue::from_bytes(text.as_bytes()).unwrap();
        let trace = Trace::begin(Some(PARENT), [], Some(label.clone()), &Script::new([1]));
        assert_eq!(trace.label, Some(label));
        assert_eq!(trace.shown(), text);
    }
    let empty = Trace::begin(Some(PARENT), [], Some(HeaderValue::from_static("")), &Script::new([1]));
    assert_eq!(empty.shown(), "0af7651916cd43dd8448eb211c80319c");
}

#[test]
fn requests_have_ids_of_their_own() {
    let chance = crate::testing::Seeded::new(1);
    let trace = || Trace::begin(Some(PARENT), [], None, &chance).request;
    let (one, other) = (trace(), trace());
    assert_ne!(one, other);
    assert!(one.to_string().starts_with("req_"));
}

fn state(headers: &[&str]) -> Option<String> {
    TraceState::parse(headers.iter().copied()).map(|state| state.to_string())
}

#[test]
fn states_are_joined_in_their_order_and_cleared_of_blanks() {
    assert_eq!(state(&["a=1 , ,b@c=x y", "", "\td/1=!"]).unwrap(), "a=1,b@c=x y,d/1=!");
    assert_eq!(state(&[]).unwrap(), "");
}

#[test]
fn a_state_against_the_grammar_drops_all_of_them() {
    let long = format!("{}=1", "k".repeat(257));
    let wide = format!("k={}", "v".repeat(257));
    for entry in ["a", "A=1", "_a=1", "=1", "a=", "a=1=2", "a=\u{e9}", "b=2", &long, &wide] {
        assert_eq!(state(&["b=1", entry]), None, "{entry}");
    }
    let many: Vec<String> = (0..33).map(|number| format!("k{number}=v")).collect();
    assert_eq!(state(&[&many.join(",")]), None);
    assert!(state(&[&many[..32].join(",")]).is_some());
}

#[test]
fn states_beyond_512_characters_lose_long_entries_first_and_then_the_oldest() {
    let long = format!("long={}", "v".repeat(200));
    let short: Vec<String> = (0..4).map(|number| format!("k{number}={}", "v".repeat(100))).collect();
    let kept = state(&[&short[0], &long, &short[1], &short[2], &short[3]]).unwrap();
    assert_eq!(kept, short.join(","));
    let many: Vec<String> = (0..6).map(|number| format!("k{number}={}", "v".repeat(100))).collect();
    assert_eq!(state(&[&many.join(",")]).unwrap(), many[..4].join(","));
}
