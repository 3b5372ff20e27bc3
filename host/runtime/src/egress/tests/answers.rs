//! What a guest gets to see, and where redirects lead.

use super::*;

fn following() -> Bench {
    Bench::with(EgressLimits { redirects: Redirects::Follow, ..EgressLimits::default() }, &[&["1.1.1.1"]])
}

fn to(status: u16, location: &str) -> Answer {
    Answer::new(status).header("location", location)
}

#[test]
fn an_answer_comes_through_with_its_status_headers_and_body() {
    let bench = Bench::new();
    bench.answer(Answer::new(429).header("retry-after", "3").chunk("slow ").chunk("").chunk("down"));
    let answer = bench.send(get(CHAT)).unwrap();
    assert_eq!(answer.status, 429);
    assert_eq!(answer.headers, [("retry-after".to_owned(), "3".to_owned())]);
    assert_eq!(read(answer.body).unwrap(), "slow down");
}

#[test]
fn rule_7_cookies_are_left_out_and_secrets_replaced_in_headers() {
    let bench = Bench::new();
    bench.answer(Answer::new(401).header("set-cookie", "s=1").header("x-echo", format!("Bearer {SECRET}!")));
    let answer = bench.send(get(CHAT)).unwrap();
    assert_eq!(answer.headers, [("x-echo".to_owned(), "Bearer [redacted]!".to_owned())]);
}

#[test]
fn rule_7_a_secret_in_the_body_is_replaced_wherever_it_is_cut() {
    let text = format!("you sent {SECRET}, didn't you");
    for cut in 0..text.len() {
        let bench = Bench::new();
        let (one, two) = text.split_at(cut);
        bench.answer(Answer::new(200).chunk(one.to_owned()).chunk(two.to_owned()));
        let body = read(bench.send(get(CHAT)).unwrap().body).unwrap();
        assert_eq!(body, "you sent [redacted], didn't you", "{cut}");
    }
}

#[test]
fn rule_7_what_was_held_back_at_the_end_still_comes() {
    let bench = Bench::new();
    bench.answer(Answer::new(200).chunk("a key begins with sk-te"));
    assert_eq!(read(bench.send(get(CHAT)).unwrap().body).unwrap(), "a key begins with sk-te");
}

#[test]
fn rule_7_a_body_is_capped_to_the_byte() {
    let limits = EgressLimits { response_bytes: 10, ..EgressLimits::default() };
    let bench = Bench::with(limits, &[&["1.1.1.1"]]);
    bench.answer(Answer::new(200).chunk("12345").chunk("67890"));
    assert_eq!(read(bench.send(get(CHAT)).unwrap().body).unwrap(), "1234567890");
    bench.answer(Answer::new(200).chunk("12345").chunk("678901").chunk("more"));
    let mut body = bench.send(get(CHAT)).unwrap().body;
    let mut next = || body.next().now_or_never().unwrap();
    assert_eq!(next().unwrap().unwrap(), "12345");
    let error = next().unwrap().unwrap_err();
    assert_eq!((error.kind, error.sent), (EgressErrorKind::TooLarge, true));
    assert!(next().is_none());
}

#[test]
fn rule_7_headers_of_an_answer_are_capped() {
    let limits =
        EgressLimits { headers: headers::HeaderLimits { count: 4, bytes: 100 }, ..EgressLimits::default() };
    let bench = Bench::with(limits, &[&["1.1.1.1"]]);
    bench.answer(Answer::new(200).header("x-large", "x".repeat(101)));
    let error = bench.send(get(CHAT)).unwrap_err();
    assert_eq!((error.kind, error.sent), (EgressErrorKind::TooLarge, true));
    assert!(error.message.contains("answer headers too large"), "{error}");
    let many = (0..5).fold(Answer::new(200), |answer, _| answer.header("x", "y"));
    bench.answer(many);
    assert_eq!(bench.send(get(CHAT)).unwrap_err().kind, EgressErrorKind::TooLarge);
}

#[test]
fn a_broken_body_is_an_error_once_and_without_secrets() {
    let bench = Bench::new();
    let mut answer = Answer::new(200).chunk("begin");
    let reason = format!("peer said {SECRET}");
    answer.chunks.push(Err(TransportError::Broken { peer: "api:443".into(), reason, source: "x".into() }));
    bench.answer(answer);
    let mut body = bench.send(get(CHAT)).unwrap().body;
    let mut next = || body.next().now_or_never().unwrap();
    assert_eq!(next().unwrap().unwrap(), "begin");
    let error = next().unwrap().unwrap_err();
    assert_eq!((error.kind, error.sent), (EgressErrorKind::Broken, true));
    assert!(error.message.contains("[redacted]") && !error.message.contains(SECRET), "{error}");
    assert!(next().is_none());
}

#[test]
fn rule_6_redirects_are_answers_unless_granted() {
    let bench = Bench::new();
    bench.answer(to(302, "https://open.example/x"));
    let answer = bench.send(get(CHAT)).unwrap();
    assert_eq!(answer.status, 302);
    assert_eq!(bench.sent().len(), 1);
}

#[test]
fn rule_6_a_hop_within_the_origin_is_authenticated_anew() {
    let bench = following();
    bench.answer(to(307, "/v2/chat"));
    bench.answer(Answer::new(200).chunk("done"));
    let answer = bench.send(post(CHAT, "{}")).unwrap();
    assert_eq!(read(answer.body).unwrap(), "done");
    let sent = bench.sent();
    assert_eq!(sent[1].url.as_str(), "https://api.example.com/v2/chat");
    assert_eq!((sent[1].method.clone(), sent[1].body.clone()), (Method::POST, Bytes::from("{}")));
    assert_eq!(sent[1].headers.get_all("authorization").iter().count(), 1);
    assert_eq!(bench.budget.requests(), 2);
}

#[test]
fn rule_6_no_credential_survives_a_change_of_origin() {
    let bench = following();
    bench.answer(to(302, "https://open.example/x"));
    bench.answer(to(302, "https://keyed.example/y"));
    bench.answer(to(302, "/within"));
    bench.answer(to(302, "https://api.example.com/back"));
    bench.send(GuestRequest { auth: Some("key".into()), ..get(CHAT) }).unwrap();
    let sent = bench.sent();
    assert_eq!(sent.len(), 5);
    assert!(sent[0].headers.contains_key("authorization"));
    for request in &sent[1..] {
        assert!(!request.headers.contains_key("authorization"), "{}", request.url);
        assert!(!request.url.as_str().contains(SECRET), "{}", request.url);
    }
}

#[test]
fn rule_6_each_hop_passes_from_step_1() {
    for (location, rule) in [
        ("https://evil.example", Some(Rule::Asked)),
        ("http://api.example.com", Some(Rule::Asked)),
        ("https://x@open.example", Some(Rule::Redirect)),
        ("file:///etc/passwd", Some(Rule::Redirect)),
        ("http://169.254.169.254/latest", Some(Rule::Asked)),
    ] {
        let bench = following();
        bench.answer(to(302, location));
        let error = bench.send(get(CHAT)).unwrap_err();
        assert_eq!((error.rule, error.sent), (rule, true), "{location}: {error}");
        assert_eq!(bench.sent().len(), 1, "{location}");
    }
    let bench = following();
    bench.answer(to(302, &format!("/x?key={SECRET}")));
    assert_eq!(bench.send(get(CHAT)).unwrap_err().rule, Some(Rule::Secret));
}

#[test]
fn rule_6_a_post_that_becomes_a_get_leaves_its_body_behind() {
    let bench = following();
    bench.answer(to(303, "/result"));
    bench.send(post(CHAT, "{}")).unwrap();
    let sent = bench.sent();
    assert_eq!(sent[1].method, Method::GET);
    assert!(sent[1].body.is_empty() && !sent[1].headers.contains_key("content-type"));
}

#[test]
fn rule_6_redirects_end() {
    let bench = following();
    for _ in 0..20 {
        bench.answer(to(302, "/again"));
    }
    let error = bench.send(get(CHAT)).unwrap_err();
    assert_eq!((error.rule, error.sent), (Some(Rule::Redirect), true));
    assert_eq!(bench.sent().len(), 6);
}
