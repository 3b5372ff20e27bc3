use std::sync::Mutex;

use super::*;

/// Answers from a list, one entry for each look-up; the last one stays.
#[derive(Debug, Default)]
pub(crate) struct FakeResolver {
    pub(crate) answers: Mutex<Vec<Vec<IpAddr>>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl FakeResolver {
    pub(crate) fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let answers = answers.iter().map(|list| list.iter().map(|ip| ip.parse().unwrap()).collect());
        Arc::new(Self { answers: Mutex::new(answers.collect()), asked: Mutex::default() })
    }
}

impl Resolver for FakeResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        self.asked.lock().unwrap().push(host.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer =
            if answers.len() > 1 { answers.remove(0) } else { answers.first().cloned().unwrap_or_default() };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

fn origin(url: &str) -> Origin {
    Origin::of(&url::Url::parse(url).unwrap()).unwrap()
}

fn addresses(url: &str, rule: AddressRule, answers: &[&[&str]]) -> Result<Vec<String>, DialError> {
    let dial = Dial::new(origin(url), rule, FakeResolver::answering(answers))?;
    let found = futures_util::FutureExt::now_or_never(dial.addresses()).unwrap()?;
    Ok(found.iter().map(ToString::to_string).collect())
}

#[test]
fn a_public_name_resolves_to_its_addresses_with_the_port() {
    let found =
        addresses("https://api.example.com:8443", AddressRule::default(), &[&["1.1.1.1", "2606:4700::1"]]);
    assert_eq!(found.unwrap(), ["1.1.1.1:8443", "[2606:4700::1]:8443"]);
}

#[test]
fn forbidden_addresses_are_dropped_in_every_spelling() {
    for inner in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "0.0.0.0",
        "fd00::1",
    ] {
        let mixed = addresses("https://api.example.com", AddressRule::default(), &[&[inner, "1.1.1.1"]]);
        assert_eq!(mixed.unwrap(), ["1.1.1.1:443"], "{inner}");
        let alone = addresses("https://api.example.com", AddressRule::default(), &[&[inner]]).unwrap_err();
        assert!(
            matches!(&alone, DialError::Forbidden { dropped, .. } if dropped.len() == 1),
            "{inner}: {alone}"
        );
        assert!(alone.to_string().contains("https://api.example.com may not be connected to"), "{alone}");
    }
}

#[test]
fn a_name_that_rebinds_is_caught_at_the_second_look_up() {
    let resolver = FakeResolver::answering(&[&["1.1.1.1"], &["127.0.0.1"]]);
    let dial =
        Dial::new(origin("https://rebind.example"), AddressRule::default(), Arc::clone(&resolver) as _)
            .unwrap();
    let look_up = || futures_util::FutureExt::now_or_never(dial.addresses()).unwrap();
    assert!(look_up().is_ok());
    assert!(look_up().is_err());
}

#[test]
fn an_ip_literal_passes_through_the_same_check() {
    for literal in [
        "http://127.0.0.1",
        "http://2130706433",
        "http://0x7f.1",
        "http://[::1]",
        "http://[::ffff:10.0.0.1]",
        "http://0.0.0.0",
    ] {
        // At once: an HTTP client doesn't ask a resolver about them.
        let dial = Dial::new(origin(literal), AddressRule::default(), FakeResolver::answering(&[]));
        assert!(matches!(dial, Err(DialError::Forbidden { .. })), "{literal}");
    }
    let mut granted = AddressRule::default();
    granted.allow_named(&origin("http://127.0.0.1:9"));
    assert_eq!(addresses("http://127.0.0.1:9", granted, &[]).unwrap(), ["127.0.0.1:9"]);
}

#[test]
fn localhost_is_loopback_whatever_a_resolver_says() {
    let mut granted = AddressRule::default();
    granted.allow_named(&origin("http://localhost:9"));
    let found = addresses("http://localhost:9", granted, &[&["203.0.113.9"]]);
    assert_eq!(found.unwrap(), ["127.0.0.1:9", "[::1]:9"]);
    assert!(addresses("http://localhost:9", AddressRule::default(), &[&["1.1.1.1"]]).is_err());
}

#[test]
fn no_answer_is_an_error() {
    assert!(matches!(
        addresses("https://a.example", AddressRule::default(), &[&[]]),
        Err(DialError::NoAddress(_))
    ));
}
