use super::{super::Asked, *};
use crate::egress::{address::AddressClass, methods::Methods};

const API: &str = "https://api.example.com";
const TOKENS: &str = "https://login.acme.example";

fn granted(origin: &str) -> Granted {
    Granted::origin(origin.parse().unwrap())
}

fn policy(granted: Vec<Granted>) -> Policy {
    Policy::new("acme", vec![], granted, vec!["key".into()]).unwrap()
}

/// What a line of jackfield.toml grants.
fn written(line: &str) -> Vec<Granted> {
    let text = format!("[providers.p]\nplugin = \"p\"\n{line}\n");
    let settings = crate::settings::Settings::parse(&text, "f", &[]).unwrap();
    settings.providers.into_values().next().unwrap().grant.origins
}

fn url() -> Url {
    Url::parse(&format!("{TOKENS}/token")).unwrap()
}

#[test]
fn an_endpoint_is_granted_for_the_method_that_it_is_asked_with() {
    for (methods, get, post) in [(["GET"], true, false), (["POST"], false, true)] {
        let grant = Granted { methods: Methods::from_names(methods).ok(), ..granted(TOKENS) };
        let policy = policy(vec![grant]);
        assert_eq!(policy.check_endpoint("key", &Endpoint::get(&url())).is_ok(), get, "{methods:?}");
        assert_eq!(policy.check_endpoint("key", &Endpoint::post(&url())).is_ok(), post, "{methods:?}");
    }
}

#[test]
fn where_only_the_credential_says_so_the_grant_must_be_for_tokens() {
    let named = Endpoint { named_by: NamedBy::Credential, ..Endpoint::post(&url()) };
    let tokens = || Granted { tokens: true, ..granted(TOKENS) };
    let elsewhere = Granted { path: Some("/other".parse().unwrap()), ..tokens() };
    for (grants, permitted) in [
        (vec![granted(API), granted(TOKENS)], false),
        (vec![granted("https://*.acme.example")], false),
        (vec![Granted { tokens: true, ..granted(API) }, granted(TOKENS)], false),
        // What is granted for other things adds nothing to a narrow grant.
        (vec![elsewhere, granted(TOKENS)], false),
        (vec![tokens()], true),
        (vec![granted(TOKENS), tokens()], true),
    ] {
        let policy = policy(grants);
        assert_eq!(policy.check_host(&named).is_ok(), permitted, "{policy:?}");
        let operators = Endpoint::post(&url());
        let also = policy.granted.iter().any(|grant| grant.path.is_none() && grant.origin.to_string() != API);
        assert_eq!(policy.check_host(&operators).is_ok(), also, "{policy:?}");
    }
}

#[test]
fn the_line_that_grants_an_endpoint_for_tokens_really_does() {
    let named = Endpoint { named_by: NamedBy::Credential, ..Endpoint::post(&url()) };
    let narrow = Granted { addresses: vec!["10.0.0.0/8".parse().unwrap()], ..granted(TOKENS) };
    let elsewhere = Granted { path: Some("/other".parse().unwrap()), ..granted(TOKENS) };
    let read = Granted { methods: Methods::from_names(["GET"]).ok(), ..granted(TOKENS) };
    for (grants, line) in [
        (
            vec![granted(API)],
            "grant.origins = [\"https://api.example.com\", { origin = \"https://login.acme.example\", tokens = true }]",
        ),
        // What refuses the endpoint anyway is no line to write again.
        (
            vec![elsewhere],
            "grant.origins = [{ origin = \"https://login.acme.example\", path = \"/other\" }, { origin = \"https://login.acme.example\", tokens = true }]",
        ),
        (
            vec![read],
            "grant.origins = [{ origin = \"https://login.acme.example\", methods = [\"GET\"] }, { origin = \"https://login.acme.example\", tokens = true }]",
        ),
        (
            vec![granted(API), narrow],
            "grant.origins = [\"https://api.example.com\", { origin = \"https://login.acme.example\", addresses = [\"10.0.0.0/8\"], tokens = true }]",
        ),
    ] {
        let refusal = policy(grants).check_host(&named).unwrap_err();
        assert_eq!(refusal.rule, Rule::Granted);
        assert!(refusal.allow_with.contains(line), "{refusal}");
        policy(written(line)).check_host(&named).unwrap();
    }
}

#[test]
fn the_line_that_grants_a_machines_metadata_service_really_does() {
    for origin in ["http://169.254.169.254", "http://[fd00:ec2::254]"] {
        let line = format!(
            "grant.origins = [\"https://api.example.com\", {{ origin = \"{origin}\", tokens = true }}]"
        );
        let asked = Endpoint::get(&Url::parse(&format!("{origin}/latest/api/token")).unwrap());
        let refusal = policy(vec![granted(API)]).check_host(&asked).unwrap_err();
        assert!(refusal.allow_with.contains(&line), "{refusal}");
        policy(written(&line)).check_host(&asked).unwrap();
    }
}

#[test]
fn a_machines_metadata_service_is_granted_for_its_credentials_and_to_the_host_alone() {
    for (origin, ip) in
        [("http://169.254.169.254", "169.254.169.254"), ("http://[fd00:ec2::254]", "fd00:ec2::254")]
    {
        let ip = ip.parse().unwrap();
        let plain = Policy::new("acme", vec![], vec![granted(origin)], vec![]);
        assert!(matches!(plain, Err(PolicyError::Metadata { .. })), "{origin}");
        let asked = Asked {
            origin: origin.parse().unwrap(),
            methods: Methods::from_names(["GET"]).unwrap(),
            path: None,
            auth: None,
        };
        let grants = vec![Granted { tokens: true, ..granted(origin) }];
        let policy = Policy::new("acme", vec![asked], grants, vec![]).unwrap();
        let url = Url::parse(&format!("{origin}/latest/api/token")).unwrap();
        assert_eq!(
            policy.check_host(&Endpoint::get(&url)).unwrap().addresses.permits(ip),
            Ok(()),
            "{origin}"
        );
        let plugins = policy.check(&Method::GET, &url, None).unwrap().addresses;
        assert_eq!(plugins.permits(ip), Err(AddressClass::Metadata), "{origin}");
        // Nor does a key file lead there.
        let named = Endpoint { named_by: NamedBy::Credential, ..Endpoint::get(&url) };
        let named = policy.check_host(&named).unwrap().addresses;
        assert_eq!(named.permits(ip), Err(AddressClass::Metadata), "{origin}");
    }
    // Others' can't be granted at all.
    for origin in ["http://168.63.129.16", "http://100.100.100.200", "http://[fd20:ce::254]"] {
        let grants = vec![Granted { tokens: true, ..granted(origin) }];
        let refused = Policy::new("acme", vec![], grants, vec![]);
        assert!(matches!(refused, Err(PolicyError::Metadata { .. })), "{origin}");
    }
}
