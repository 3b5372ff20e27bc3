use super::*;
use crate::egress::{methods::Methods, url::parse};

fn asked(origin: &str, methods: &[&str], path: Option<&str>, auth: Option<&str>) -> Asked {
    Asked {
        origin: origin.parse().unwrap(),
        methods: Methods::from_names(methods.iter().copied()).unwrap(),
        path: path.map(|p| p.parse().unwrap()),
        auth: auth.map(str::to_owned),
    }
}

fn granted(origin: &str) -> Granted {
    Granted::origin(origin.parse().unwrap())
}

fn policy(asked: Vec<Asked>, granted: Vec<Granted>) -> Policy {
    Policy::new("acme", asked, granted, vec!["key".into(), "other".into()]).unwrap()
}

fn check(policy: &Policy, method: Method, url: &str, auth: Option<&str>) -> Result<Permit, Refusal> {
    policy.check(&method, &parse(url).unwrap(), auth)
}

const API: &str = "https://api.example.com";

fn simple() -> Policy {
    policy(vec![asked(API, &["GET", "POST"], None, Some("key"))], vec![granted(API)])
}

#[test]
fn what_is_asked_and_granted_goes_out_with_its_credential() {
    let permit = check(&simple(), Method::POST, "https://api.example.com/v1/chat", None).unwrap();
    assert_eq!(permit.origin.to_string(), API);
    assert_eq!(permit.auth, Some(AuthId(0)));
    assert!(permit.addresses.permits("127.0.0.1".parse().unwrap()).is_err());
}

#[test]
fn neither_side_alone_opens_anything() {
    let only_asked = policy(vec![asked(API, &["GET"], None, None)], vec![]);
    assert_eq!(check(&only_asked, Method::GET, API, None).unwrap_err().rule, Rule::Granted);
    assert_eq!(only_asked.denied().count(), 1);
    let only_granted = policy(vec![], vec![granted(API)]);
    assert_eq!(check(&only_granted, Method::GET, API, None).unwrap_err().rule, Rule::Asked);
    let nothing = policy(vec![], vec![]);
    assert_eq!(check(&nothing, Method::GET, API, None).unwrap_err().rule, Rule::Asked);
}

#[test]
fn a_refusal_names_the_line_that_would_allow_it() {
    let policy = policy(
        vec![asked(API, &["GET"], None, None), asked("https://other.example", &["GET"], None, None)],
        vec![granted(API)],
    );
    let refusal = check(&policy, Method::GET, "https://other.example/x", None).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "refused by egress rule `granted`: https://other.example is not granted; to allow it, write \
         `grant.origins = [\"https://api.example.com\", \"https://other.example\"]` under `[providers.acme]` in jackfield.toml"
    );
    let refusal = check(&policy, Method::GET, "https://evil.example/x", None).unwrap_err();
    assert_eq!(refusal.rule, Rule::Asked);
    for part in
        ["origin = \"https://evil.example\"", "plugin.toml", "\"https://evil.example\"]`", "[providers.acme]"]
    {
        assert!(refusal.allow_with.contains(part), "{part}: {refusal}");
    }
    assert_eq!(refusal.to_string().matches("to allow it").count(), 1, "{refusal}");
}

#[test]
fn the_named_line_really_allows_it() {
    let narrow = Granted {
        methods: Some(Methods::from_names(["GET"]).unwrap()),
        path: Some("/v1".parse().unwrap()),
        addresses: vec!["10.0.0.0/8".parse().unwrap()],
        ..granted(API)
    };
    let policy = policy(vec![asked(API, &["GET", "POST"], None, None)], vec![narrow]);
    let by_method = check(&policy, Method::POST, "https://api.example.com/v1/x", None).unwrap_err();
    assert!(by_method.allow_with.contains(
        r#"grant.origins = [{ origin = "https://api.example.com", methods = ["GET", "POST"], path = "/v1", addresses = ["10.0.0.0/8"] }]"#
    ), "{by_method}");
    let by_path = check(&policy, Method::GET, "https://api.example.com/v2", None).unwrap_err();
    assert!(
        by_path.allow_with.contains(
            r#"[{ origin = "https://api.example.com", methods = ["GET"], addresses = ["10.0.0.0/8"] }]"#
        ),
        "{by_path}"
    );
    for refusal in [by_method, by_path] {
        let line = refusal.allow_with.split('`').nth(1).unwrap();
        toml::from_str::<toml::Value>(line).unwrap();
    }
}

#[test]
fn method_and_path_are_matched_on_both_sides() {
    let get_only = Granted { methods: Some(Methods::from_names(["GET"]).unwrap()), ..granted(API) };
    let below = Granted { path: Some("/v1".parse().unwrap()), ..granted(API) };
    let all = || asked(API, &["GET", "POST"], None, None);
    for (policy, method, url, rule) in [
        (
            policy(vec![asked(API, &["GET"], None, None)], vec![granted(API)]),
            Method::POST,
            "/v1",
            Rule::Method,
        ),
        (policy(vec![all()], vec![get_only]), Method::POST, "/v1", Rule::Method),
        (
            policy(vec![asked(API, &["GET"], Some("/v1"), None)], vec![granted(API)]),
            Method::GET,
            "/v2",
            Rule::Path,
        ),
        (
            policy(vec![asked(API, &["GET"], Some("/v1"), None)], vec![granted(API)]),
            Method::GET,
            "/v1/..%2fx",
            Rule::Path,
        ),
        (policy(vec![all()], vec![below]), Method::GET, "/v10", Rule::Path),
        (policy(vec![all()], vec![granted(API)]), Method::TRACE, "/v1", Rule::Method),
        (policy(vec![all()], vec![granted(API)]), Method::CONNECT, "/v1", Rule::Method),
        (policy(vec![all()], vec![granted(API)]), Method::from_bytes(b"get").unwrap(), "/v1", Rule::Method),
    ] {
        let refusal = check(&policy, method.clone(), &format!("{API}{url}"), None).unwrap_err();
        assert_eq!(refusal.rule, rule, "{method} {url}: {refusal}");
    }
}

#[test]
fn plain_http_needs_a_grant_by_exact_name() {
    let asks = || vec![asked("http://localhost:8080", &["GET"], None, None)];
    assert_eq!(
        check(
            &policy(asks(), vec![granted("https://localhost:8080")]),
            Method::GET,
            "http://localhost:8080",
            None
        )
        .unwrap_err()
        .rule,
        Rule::PlainHttp
    );
    let permit = check(
        &policy(asks(), vec![granted("http://localhost:8080")]),
        Method::GET,
        "http://localhost:8080",
        None,
    )
    .unwrap();
    assert_eq!(permit.addresses.permits("127.0.0.1".parse().unwrap()), Ok(()));
    let https = simple();
    assert!(check(&https, Method::GET, "http://api.example.com", None).is_err());
}

#[test]
fn a_credential_goes_only_where_its_manifest_says() {
    let policy = policy(
        vec![
            asked(API, &["GET"], None, Some("key")),
            asked("https://open.example", &["GET"], None, None),
            asked("https://more.example", &["GET"], None, Some("other")),
        ],
        vec![granted(API), granted("https://open.example"), granted("https://more.example")],
    );
    assert_eq!(check(&policy, Method::GET, API, Some("key")).unwrap().auth, Some(AuthId(0)));
    assert_eq!(check(&policy, Method::GET, "https://open.example", None).unwrap().auth, None);
    for (url, auth) in [
        ("https://open.example", "key"),
        ("https://more.example", "key"),
        (API, "other"),
        (API, "undeclared"),
        (API, ""),
    ] {
        assert_eq!(
            check(&policy, Method::GET, url, Some(auth)).unwrap_err().rule,
            Rule::Audience,
            "{auth} to {url}"
        );
    }
}

#[test]
fn a_provider_whose_credential_reaches_outside_its_grants_does_not_load() {
    for (origin, grants) in [
        (API, vec![]),
        (API, vec!["https://other.example"]),
        (API, vec!["http://api.example.com"]),
        (API, vec!["https://api.example.com:8443"]),
        ("https://*.example.com", vec!["https://api.example.com"]),
        ("https://*.example.com", vec!["https://*.api.example.com"]),
    ] {
        let result = Policy::new(
            "acme",
            vec![asked(origin, &["GET"], None, Some("key"))],
            grants.iter().map(|g| granted(g)).collect(),
            vec!["key".into()],
        );
        assert!(matches!(result, Err(PolicyError::AudienceOutsideGrant { .. })), "{origin} with {grants:?}");
    }
    let fits = Policy::new(
        "acme",
        vec![asked("https://*.eu.example.com", &["GET"], None, Some("key"))],
        vec![granted("https://*.example.com")],
        vec!["key".into()],
    );
    assert!(fits.is_ok());
    let undeclared =
        Policy::new("acme", vec![asked(API, &["GET"], None, Some("no"))], vec![granted(API)], vec![]);
    assert!(matches!(undeclared, Err(PolicyError::UndeclaredAuth { .. })));
}

#[test]
fn a_metadata_service_cannot_be_granted() {
    for origin in [
        "http://169.254.169.254",
        "http://0xa9fea9fe",
        "http://[fd00:ec2::254]",
        "http://[::ffff:169.254.169.254]:80",
    ] {
        let result = Policy::new("acme", vec![], vec![granted(origin)], vec![]);
        assert!(matches!(result, Err(PolicyError::Metadata { .. })), "{origin}");
    }
}

#[test]
fn a_containers_credentials_are_the_hosts_alone_and_only_by_their_address() {
    for (origin, ip) in [
        ("http://169.254.170.2", "169.254.170.2"),
        ("http://169.254.170.23", "169.254.170.23"),
        ("http://[fd00:ec2::23]", "fd00:ec2::23"),
    ] {
        let ip = ip.parse().unwrap();
        let policy = policy(vec![asked(origin, &["GET"], None, None)], vec![granted(origin)]);
        let url = parse(&format!("{origin}/v1/credentials")).unwrap();
        let host = policy.check_host(&Endpoint::get(&url)).unwrap().addresses;
        assert_eq!(host.permits(ip), Ok(()), "{origin}");
        for other in ["169.254.169.254", "fd00:ec2::254"] {
            assert_eq!(host.permits(other.parse().unwrap()), Err(AddressClass::Metadata), "{other}");
        }
        let plugin = policy.check(&Method::GET, &url, None).unwrap().addresses;
        assert_eq!(plugin.permits(ip), Err(AddressClass::Metadata), "{origin}");
    }
    let nobody = policy(vec![], vec![granted(API)]);
    let url = parse("http://169.254.170.2/v2/credentials").unwrap();
    assert!(nobody.check_host(&Endpoint::get(&url)).is_err(), "it must be granted all the same");
    let named = policy(vec![], vec![granted(API)]).check_host(&Endpoint::get(&parse(API).unwrap())).unwrap();
    let ip = "169.254.170.2".parse().unwrap();
    assert_eq!(named.addresses.permits(ip), Err(AddressClass::Metadata), "a name that leads there isn't it");
}

#[test]
fn granted_addresses_belong_to_their_origin() {
    let lan =
        Granted { addresses: vec!["10.0.0.0/8".parse().unwrap()], ..granted("https://llm.corp.example") };
    let policy = policy(
        vec![asked("https://llm.corp.example", &["GET"], None, None), asked(API, &["GET"], None, None)],
        vec![lan, granted(API)],
    );
    let inside = "10.1.2.3".parse().unwrap();
    assert!(
        check(&policy, Method::GET, "https://llm.corp.example", None)
            .unwrap()
            .addresses
            .permits(inside)
            .is_ok()
    );
    assert!(check(&policy, Method::GET, API, None).unwrap().addresses.permits(inside).is_err());
}

#[test]
fn a_narrower_grant_narrows_a_wide_request() {
    let policy = policy(vec![asked("https://*.example.com", &["GET"], None, None)], vec![granted(API)]);
    assert!(check(&policy, Method::GET, API, None).is_ok());
    assert_eq!(check(&policy, Method::GET, "https://b.example.com", None).unwrap_err().rule, Rule::Granted);
    assert_eq!(policy.denied().count(), 1);
}
