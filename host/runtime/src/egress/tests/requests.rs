//! What may go out, and with what.

use super::*;

#[test]
fn a_permitted_request_goes_out_with_the_credential_and_nothing_else() {
    let bench = Bench::new();
    bench.send(post(CHAT, "{}")).unwrap();
    let sent = bench.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].url.as_str(), CHAT);
    assert_eq!(sent[0].method, Method::POST);
    assert_eq!(sent[0].body, "{}");
    assert_eq!(sent[0].headers.len(), 2);
    assert_eq!(sent[0].headers["authorization"], format!("Bearer {SECRET}"));
    assert!(sent[0].headers["authorization"].is_sensitive());
}

#[test]
fn rule_1_a_url_that_isnt_strict_is_refused() {
    let bench = Bench::new();
    for url in [
        "",
        "/v1",
        "https://x@api.example.com",
        "https://api.example.com/#x",
        "https://api.example.com\\x",
        "ftp://api.example.com",
    ] {
        assert_eq!(bench.refused(get(url)), Rule::Url, "{url}");
    }
}

#[test]
fn rule_1_plain_http_needs_its_exact_name_in_the_grant() {
    let bench = Bench::new();
    bench.send(get("http://localhost:8080/v1")).unwrap();
    for url in ["http://api.example.com", "http://localhost:8081", "http://x.wild.example"] {
        assert!(matches!(bench.refused(get(url)), Rule::Asked | Rule::PlainHttp), "{url}");
    }
}

#[test]
fn rule_2_origin_method_and_audience_are_checked() {
    let bench = Bench::new();
    assert_eq!(bench.refused(get("https://evil.example")), Rule::Asked);
    assert_eq!(bench.refused(GuestRequest { method: Method::DELETE, ..get(CHAT) }), Rule::Method);
    let with_key = |url: &str| GuestRequest { auth: Some("key".into()), ..get(url) };
    bench.send(with_key(CHAT)).unwrap();
    assert_eq!(bench.refused(with_key("https://open.example")), Rule::Audience);
    assert_eq!(bench.refused(with_key("https://keyed.example")), Rule::Audience);
    assert_eq!(bench.refused(GuestRequest { auth: Some("no".into()), ..get(CHAT) }), Rule::Audience);
}

#[test]
fn rule_3_a_secret_in_the_guests_part_is_stopped_wherever_it_stands() {
    let bench = Bench::new();
    let hex: String = SECRET.bytes().map(|b| format!("{b:02x}")).collect();
    let half_encoded = SECRET.replace("test", "t%65st");
    for secret in [SECRET, &hex] {
        let body = Bytes::from(format!("{{\"x\":\"{secret}\"}}"));
        let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        for request in [
            get(&format!("https://api.example.com/{secret}")),
            get(&format!("https://open.example/?q={secret}")),
            get(&format!("https://{secret}.wild.example/")),
            GuestRequest { headers: header("x-note", secret), ..get(CHAT) },
            GuestRequest { headers: header(secret, "x"), ..get(CHAT) },
            GuestRequest { body: body.clone(), ..post(CHAT, "") },
            GuestRequest { body, ..post("https://open.example", "") },
        ] {
            assert_eq!(bench.refused(request.clone()), Rule::Secret, "{request:?}");
        }
    }
    assert_eq!(bench.refused(get(&format!("https://open.example/?q={half_encoded}"))), Rule::Secret);
}

#[test]
fn rule_3_comes_before_the_credential_so_that_it_doesnt_find_that() {
    let bench = Bench::new();
    bench.send(get("https://keyed.example/v1?x=1")).unwrap();
    assert_eq!(bench.sent()[0].url.as_str(), format!("https://keyed.example/v1?x=1&key={SECRET}"));
}

#[test]
fn rule_4_the_guest_writes_nothing_that_the_host_writes() {
    let bench = Bench::new();
    for name in ["Authorization", "host", "Cookie", "x-api-key", "proxy-authorization", "content-length"] {
        let request = GuestRequest { headers: vec![(name.to_owned(), "x".to_owned())], ..get(CHAT) };
        assert_eq!(bench.refused(request), Rule::HostHeader, "{name}");
    }
    for query in ["key=mine", "KEY=mine", "k%65y=mine", "a=b&key"] {
        assert_eq!(
            bench.refused(get(&format!("https://keyed.example/?{query}"))),
            Rule::HostHeader,
            "{query}"
        );
    }
    bench.send(get("https://open.example/?key=fine")).unwrap();
}

#[test]
fn rule_4_a_credential_that_cannot_be_applied_stops_the_request() {
    let bench = Bench::new();
    bench.key.replace("");
    let error = bench.send(get(CHAT)).unwrap_err();
    assert_eq!((error.kind, error.sent), (EgressErrorKind::Authentication, false));
    assert!(error.message.contains("`acme`") && error.message.contains("`key`"), "{error}");
    assert!(bench.sent().is_empty());
}

#[test]
fn rule_5_a_name_that_resolves_inside_is_refused_with_the_line_that_allows_it() {
    let bench = Bench::with(EgressLimits::default(), &[&["10.1.2.3", "::1"]]);
    let error = bench.send(get(CHAT)).unwrap_err();
    assert_eq!((error.rule, error.sent), (Some(Rule::Address), false));
    let line = r#"{ origin = "https://api.example.com", addresses = ["10.1.2.3/32", "::1/128"] }"#;
    assert!(error.message.contains(line), "{error}");
    let bench = Bench::with(EgressLimits::default(), &[&["169.254.169.254"]]);
    let error = bench.send(get(CHAT)).unwrap_err();
    assert!(error.message.ends_with("nothing allows it"), "{error}");
}

#[test]
fn rule_6_connections_are_shared_by_origin_and_credential_only() {
    let bench = Bench::new();
    let clients = || bench.wire.clients.load(Ordering::Relaxed);
    bench.send(get(CHAT)).unwrap();
    bench.send(get("https://API.example.com:443/other")).unwrap();
    assert_eq!(clients(), 1);
    bench.send(get("https://open.example")).unwrap();
    assert_eq!(clients(), 2);
    bench.key.replace("sk-another-0123456789");
    bench.send(get(CHAT)).unwrap();
    assert_eq!(clients(), 3);
    bench.send(get(CHAT)).unwrap();
    assert_eq!(clients(), 3);
}

#[test]
fn rule_7_requests_of_one_call_are_counted() {
    let limits = EgressLimits { requests_per_call: 3, connections_per_call: 99, ..EgressLimits::default() };
    let bench = Bench::with(limits.clone(), &[&["1.1.1.1"]]);
    for _ in 0..3 {
        bench.send(get(CHAT)).unwrap();
    }
    assert_eq!(bench.refused(get(CHAT)), Rule::CallBudget);
    let error = bench.send(get(CHAT)).unwrap_err();
    assert!(error.message.contains("limits.requests-per-call = 6"), "{error}");
    let next_call = CallBudget::new(&limits);
    assert!(bench.egress.send(get(CHAT), &next_call).now_or_never().unwrap().is_ok());
}

#[test]
fn rule_7_open_answers_of_one_call_are_counted() {
    let limits = EgressLimits { connections_per_call: 2, ..EgressLimits::default() };
    let bench = Bench::with(limits, &[&["1.1.1.1"]]);
    let first = bench.send(get(CHAT)).unwrap();
    let second = bench.send(get(CHAT)).unwrap();
    assert_eq!(bench.refused(get(CHAT)), Rule::CallBudget);
    drop(first);
    let third = bench.send(get(CHAT)).unwrap();
    assert_eq!(read(third.body).unwrap(), "");
    bench.send(get(CHAT)).unwrap();
    drop(second);
}

#[test]
fn an_auth_scheme_without_an_authenticator_is_a_load_error() {
    let policy = Policy::new("acme", vec![], vec![], vec!["key".into()]).unwrap();
    let transport = Arc::new(WireTransport(Arc::default()));
    let made = Egress::new(
        policy,
        SecretScanner::empty(),
        BTreeMap::new(),
        transport,
        FakeResolver::answering(&[]),
        EgressLimits::default(),
    );
    assert!(made.unwrap_err().to_string().contains("auth `key`"));
}

#[derive(Debug, Default)]
struct Notes(Mutex<Vec<(GuestRequest, ObservedRequest)>>);

impl EgressObserver for Notes {
    fn request(&self, _: &str, written: &GuestRequest, sent: &ObservedRequest) {
        self.0.lock().unwrap().push((written.clone(), sent.clone()));
    }
}

#[test]
fn an_observer_sees_both_sides_and_no_secret() {
    let notes = Arc::new(Notes::default());
    let mut bench = Bench::new();
    bench.egress = bench.egress.with_observer(Arc::clone(&notes) as _);
    bench.send(post(CHAT, "{}")).unwrap();
    bench.send(get("https://keyed.example/?x=1")).unwrap();
    let notes = notes.0.lock().unwrap();
    assert_eq!(notes[0].0, post(CHAT, "{}"));
    assert!(notes[0].1.headers.contains(&("authorization".into(), "[redacted]".into())));
    assert_eq!(notes[1].1.url, "https://keyed.example/?x=1&key=%5Bredacted%5D");
    assert!(!format!("{notes:?}").contains(SECRET));
}

/// Stands for a scheme that signs: it needs method, URL, headers and body, and
/// waits for a token.
#[derive(Debug)]
struct Signer;

impl Authenticator for Signer {
    fn authenticate<'a>(
        &'a self,
        request: &'a mut OutgoingRequest,
        _: &'a HostSender,
    ) -> BoxFuture<'a, Result<Generation, AuthError>> {
        Box::pin(async move {
            std::future::ready(()).await;
            let text = format!("{} {} {}", request.method, request.url.path(), request.body.len());
            let value = HeaderValue::from_str(&text).map_err(|_| AuthError::Empty)?;
            request.headers.insert("x-signature", value);
            Ok(Generation::default())
        })
    }

    fn writes(&self) -> Writes {
        Writes { headers: vec![HeaderName::from_static("x-signature")], parameters: Vec::new() }
    }
}

#[test]
fn a_scheme_that_signs_sees_the_whole_request_and_owns_its_header() {
    let mut bench = Bench::new();
    bench.egress.authenticators[0] = (Arc::new(Signer), Signer.writes());
    bench.send(post(CHAT, "{}")).unwrap();
    assert_eq!(bench.sent()[0].headers["x-signature"], "POST /v1/chat 2");
    let forged = GuestRequest { headers: vec![("X-Signature".into(), "x".into())], ..get(CHAT) };
    assert_eq!(bench.refused(forged), Rule::HostHeader);
}

#[test]
fn a_resolvers_answers_are_asked_for_by_the_normalised_name() {
    let resolver = FakeResolver::answering(&[&["1.1.1.1"]]);
    let origin = origin::Origin::of(&url::parse("https://API.Example.com./x").unwrap()).unwrap();
    let dial = Dial::new(origin, address::AddressRule::default(), Arc::clone(&resolver) as _).unwrap();
    let found = dial.addresses().now_or_never().unwrap().unwrap();
    assert_eq!(found[0].ip(), IpAddr::from([1, 1, 1, 1]));
    assert_eq!(*resolver.asked.lock().unwrap(), ["api.example.com"]);
}
