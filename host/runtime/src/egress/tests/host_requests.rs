//! The host's own requests are under the same grant as a plugin's.

use super::{
    super::policy::{Endpoint, PolicyError},
    tokens::{Provider, TOKENS, is_token, run, token},
    *,
};
use crate::manifest::auth::ClientAuth;

fn granting(grants: &[&str]) -> Provider {
    Provider::with(ClientAuth::Basic, grants, |_, _| token("minted-token", 60))
}

#[test]
fn an_endpoint_that_nobody_granted_gets_nothing_and_the_line_is_named() {
    let line = "write `grant.origins = [\"https://api.example.com\", \"https://login.example\"]` under `[providers.acme]`";
    let provider = granting(&[API]);
    let error = run(provider.call()).unwrap_err();
    assert_eq!((error.kind, error.rule, error.sent), (EgressErrorKind::Refused, Some(Rule::Granted), false));
    assert!(error.message.contains(line), "{error}");
    assert!(provider.net_is_untouched());
    // And a provider with such an endpoint isn't bound in the first place.
    let url = Url::parse(TOKENS).unwrap();
    let error = provider.egress.policy().check_endpoint("key", &Endpoint::post(&url)).unwrap_err();
    assert!(matches!(error, PolicyError::EndpointOutsideGrant { .. }));
    assert!(error.to_string().contains("credential `key`") && error.to_string().contains(line), "{error}");
    granting(&[API, "https://login.example"])
        .egress
        .policy()
        .check_endpoint("key", &Endpoint::post(&url))
        .unwrap();
}

#[test]
fn a_granted_endpoint_is_the_hosts_and_not_the_plugins() {
    let provider = granting(&[API, "https://login.example"]);
    let error = run(provider.send(post(TOKENS, "grant_type=client_credentials"))).unwrap_err();
    assert_eq!(error.rule, Some(Rule::Asked), "{error}");
    assert!(provider.net_is_untouched());
}

#[test]
fn plain_http_goes_only_where_it_is_granted_by_name() {
    for (grants, permitted) in [
        (&[API, "https://*.acme.example"][..], false),
        (&[API, "https://login.acme.example"], false),
        (&[API, "http://login.acme.example:8080"], false),
        (&[API, "http://login.acme.example"], true),
    ] {
        let policy = granting(grants).egress.policy().clone();
        let url = Url::parse("http://login.acme.example/token").unwrap();
        assert_eq!(policy.check_endpoint("key", &Endpoint::post(&url)).is_ok(), permitted, "{grants:?}");
    }
}

#[test]
fn an_endpoint_that_resolves_inside_is_refused_like_any_other() {
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00::1"] {
        let provider = granting(&[API, "https://login.example"]).resolving_to(address);
        let error = run(provider.call()).unwrap_err();
        assert_eq!((error.rule, error.sent), (Some(Rule::Address), false), "{address}: {error}");
        assert!(error.message.contains("https://login.example may not be connected to"), "{error}");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let provider = Provider::answering(|request, _| match is_token(request) {
        true => Answer::new(307).header("location", "https://api.example.com/collect?x=1"),
        false => Answer::new(200),
    });
    let error = run(provider.call()).unwrap_err();
    assert_eq!(error.rule, Some(Rule::Redirect), "{error}");
    assert!(error.message.contains("redirects to https://api.example.com,"), "{error}");
    assert_eq!(provider.token_requests().len(), 1);
}

#[test]
fn an_endless_answer_is_cut_off() {
    let provider = Provider::answering(|_, _| {
        (0..100).fold(Answer::new(200), |answer, _| answer.chunk(vec![b' '; 20 << 10]))
    });
    let error = run(provider.call()).unwrap_err();
    assert_eq!(error.kind, EgressErrorKind::TooLarge, "{error}");
}
