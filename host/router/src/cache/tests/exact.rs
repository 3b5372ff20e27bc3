use super::*;

#[test]
fn an_answer_is_given_again_with_its_own_headers_and_no_others() {
    let rig = Rig::new();
    let lead = rig.lead(question(key("{}")));
    assert_eq!(lead.status(), Status::Miss);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("set-cookie", HeaderValue::from_static("id=1"));
    headers.insert("x-request-id", HeaderValue::from_static("1"));
    assert!(lead.whole(200, &headers, &Bytes::from_static(b"answer")));
    let Lookup::Found(entry, Status::Hit) = rig.ask(question(key("{}"))) else { panic!("a miss") };
    assert_eq!((entry.status, &entry.body), (200, &whole("answer")));
    assert_eq!(entry.headers.len(), 1);
    assert_eq!(entry.headers[CONTENT_TYPE], "application/json");
}

#[test]
fn errors_are_not_kept() {
    let rig = Rig::new();
    for status in [201, 204, 246, 400, 429, 500, 503] {
        assert!(!rig.lead(question(key("{}"))).whole(status, &HeaderMap::new(), &Bytes::new()), "{status}");
        assert!(rig.lead(question(key("{}"))).record(status, &HeaderMap::new()).is_none(), "{status}");
    }
    assert_eq!(rig.lead(question(key("{}"))).status(), Status::Miss);
}

#[test]
fn bytes_that_not_every_client_can_read_are_not_kept() {
    let rig = Rig::new();
    let mut headers = HeaderMap::new();
    headers.insert("content-encoding", HeaderValue::from_static("gzip"));
    assert!(!rig.lead(question(key("{}"))).whole(200, &headers, &Bytes::new()));
    headers.insert("content-encoding", HeaderValue::from_static("identity"));
    assert!(rig.lead(question(key("{}"))).whole(200, &headers, &Bytes::new()));
}

fn frames() -> Vec<Bytes> {
    ["data: {\"a\":1}\n\n", "data: {\"b\":2}\n\n", "data: [DONE]\n\n"].map(Bytes::from).into()
}

#[test]
fn a_stream_is_given_again_as_a_stream() {
    let rig = Rig::new();
    let mut recording = rig.lead(question(key("{}"))).record(200, &HeaderMap::new()).unwrap();
    assert!(frames().iter().all(|frame| recording.frame(frame)));
    assert!(recording.finish(Ended::Complete));
    let lookup = rig.ask(question(key("{}")));
    assert_eq!(found(&lookup), Some((&Body::Stream(frames()), Status::Hit)));
}

#[test]
fn a_stream_that_did_not_end_well_is_not_kept() {
    let rig = Rig::new();
    let record = || {
        let mut recording = rig.lead(question(key("{}"))).record(200, &HeaderMap::new()).unwrap();
        frames().iter().for_each(|frame| assert!(recording.frame(frame)));
        recording
    };
    drop(record());
    assert!(!record().finish(Ended::No));
    assert!(!record().finish(Ended::Failed));
    assert!(found(&rig.ask(question(key("{}")))).is_none());
}

#[test]
fn an_answer_that_is_too_large_is_not_kept() {
    let rig = Rig::with(CacheOptions { bytes: 1_600, ..CacheOptions::default() }, None);
    let lead = || rig.lead(question(key("{}")));
    assert!(!lead().whole(200, &HeaderMap::new(), &Bytes::from(vec![0; 101])));
    let mut recording = lead().record(200, &HeaderMap::new()).unwrap();
    assert!(recording.frame(&Bytes::from(vec![0; 100])));
    assert!(!recording.frame(&Bytes::from_static(b"x")));
    assert!(!recording.finish(Ended::Complete));
    assert!(lead().whole(200, &HeaderMap::new(), &Bytes::from(vec![0; 100])));
}

#[test]
fn all_answers_together_stay_within_the_bound() {
    let options = CacheOptions { bytes: 1 << 20, ..CacheOptions::default() };
    let rig = Rig::with(options, None);
    let body = "x".repeat(10_000);
    for number in 0..1_000 {
        rig.keep(key(&number.to_string()), &body);
        assert!(rig.cache.bytes().0 <= options.bytes);
    }
    assert!(rig.cache.bytes().0 > options.bytes / 2, "{:?}", rig.cache.bytes());
    let kept = (0..1_000).filter(|number| found(&rig.ask(question(key(&number.to_string())))).is_some());
    assert!((50..=104).contains(&kept.count()));
}

#[test]
fn a_piece_of_a_large_buffer_does_not_keep_the_buffer() {
    let rig = Rig::new();
    let buffer = Bytes::from(vec![b'x'; 1 << 20]);
    let piece = buffer.slice(..8);
    assert!(rig.lead(question(key("1"))).whole(200, &HeaderMap::new(), &piece));
    let mut recording = rig.lead(question(key("2"))).record(200, &HeaderMap::new()).unwrap();
    assert!(recording.frame(&piece) && recording.finish(Ended::Complete));
    drop(piece);
    assert!(buffer.is_unique());
}

#[test]
fn an_answer_grows_too_old_by_the_age_of_who_kept_it_and_of_who_asks() {
    let rig = Rig::new();
    let aged = |seconds| {
        let rule = CacheRule { mode: CacheMode::Simple, max_age: Duration::from_secs(seconds) };
        Question { rule, ..question(key("{}")) }
    };
    assert!(rig.lead(aged(100)).whole(200, &HeaderMap::new(), &Bytes::new()));
    rig.clock.advance(Duration::from_secs(60));
    assert!(found(&rig.ask(aged(60))).is_none());
    assert!(found(&rig.ask(aged(61))).is_some());
    assert!(found(&rig.ask(aged(1_000))).is_some());
    rig.clock.advance(Duration::from_secs(40));
    assert!(found(&rig.ask(aged(1_000))).is_none());
    assert_eq!(rig.cache.bytes().0, 0, "it is let go of");
}

#[test]
fn a_refresh_asks_in_any_case_and_keeps_what_it_gets() {
    let rig = Rig::new();
    rig.keep(key("{}"), "old");
    let lead = rig.lead(Question { refresh: true, ..question(key("{}")) });
    assert_eq!(lead.status(), Status::Refresh);
    assert_eq!(found(&rig.ask(question(key("{}")))), Some((&whole("old"), Status::Hit)));
    assert!(lead.whole(200, &HeaderMap::new(), &Bytes::from_static(b"new")));
    assert_eq!(found(&rig.ask(question(key("{}")))), Some((&whole("new"), Status::Hit)));
}

#[test]
fn every_status_has_portkeys_name() {
    let all = [
        (Status::Hit, "HIT", true),
        (Status::Miss, "MISS", false),
        (Status::SemanticHit, "SEMANTIC HIT", true),
        (Status::SemanticMiss, "SEMANTIC MISS", false),
        (Status::Refresh, "REFRESH", false),
        (Status::Disabled, "DISABLED", false),
    ];
    for (status, name, hit) in all {
        assert_eq!((status.to_string().as_str(), status.hit()), (name, hit));
    }
}
