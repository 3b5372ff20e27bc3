//! What is refused, by whom, and clocks that differ.

use super::{super::super::policy::Endpoint, *};

#[test]
fn what_sts_refuses_reaches_the_caller_in_words_and_without_the_secret() {
    for (status, code, words, kind) in [
        (403, "AccessDenied", "trust policy", EgressErrorKind::Authentication),
        (403, "InvalidClientTokenId", "access key isn't known", EgressErrorKind::Authentication),
        (403, "SignatureDoesNotMatch", "secret access key is another", EgressErrorKind::Authentication),
        (400, "ExpiredTokenException", "have expired", EgressErrorKind::Authentication),
        (400, "InvalidIdentityToken", "audience", EgressErrorKind::Authentication),
        (400, "IDPCommunicationError", "identity provider", EgressErrorKind::Authentication),
        (403, "RegionDisabledException", "switched off", EgressErrorKind::Authentication),
        (400, "ValidationError", "check role-arn", EgressErrorKind::Authentication),
        (429, "Throttling", "too often", EgressErrorKind::Unreachable),
        (500, "Internal", "(Internal: no: [redacted])", EgressErrorKind::Unreachable),
    ] {
        let provider = minting(Base::Keys(keys()), Some(role("r")), move |_, _| refusal(status, code));
        let error = run(provider.send(get(CHAT))).unwrap_err();
        assert_eq!((error.kind, error.sent), (kind, false), "{error}");
        assert!(error.message.contains(words) && error.message.contains(STS), "{error}");
        assert!(!error.message.contains(SECRET_KEY), "{error}");
    }
    for (body, words) in [
        ("<html>", "no Credentials"),
        ("<a><Credentials/></a>", "no AccessKeyId"),
        (
            "<a><Credentials><AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey></Credentials></a>",
            "no session token",
        ),
        (
            "<a><Credentials><AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey><SessionToken>c</SessionToken><Expiration>soon</Expiration></Credentials></a>",
            "Expiration isn't a time",
        ),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><a><Credentials/></a>", "no Credentials"),
    ] {
        let provider = minting(Base::Keys(keys()), Some(role("r")), move |_, _| Answer::new(200).chunk(body));
        let error = run(provider.send(get(CHAT))).unwrap_err();
        assert!(error.message.contains(words), "{body}: {error}");
    }
}

/// Whichever bytes of the secret the cut meets.
#[test]
fn a_secret_in_words_that_are_cut_is_taken_out_whole() {
    for before in 340..420 {
        let provider = minting(Base::Keys(keys()), Some(role("r")), move |_, _| {
            let said = format!("{}{SECRET_KEY}{}", "x".repeat(before), " and more words".repeat(20));
            Answer::new(403).chunk(format!(
                "<ErrorResponse><Error><Code>Denied</Code><Message>{said}</Message></Error></ErrorResponse>"
            ))
        });
        let error = run(provider.send(get(CHAT))).unwrap_err();
        assert!(!error.message.contains("secr"), "{before}: {error}");
        assert!(error.message.contains(" more)"), "it was cut: {error}");
    }
}

#[test]
fn sts_must_be_granted_like_every_other_origin() {
    let clock = HandClock::new();
    let mint = AwsMint {
        base: Base::Keys(keys()),
        role: Some(role("r")),
        sts_url: Url::parse(STS).unwrap(),
        region: "eu-west-1".to_owned(),
        clock: Arc::new(clock.clone()),
    };
    assert_eq!(mint.endpoints().unwrap(), [Endpoint::post(&Url::parse(STS).unwrap())]);
    let source = Source::Minted(TokenCache::new(mint, Arc::new(clock.clone())));
    let provider = provider(source, clock, &[API], |_, _| Answer::new(200));
    let error = run(provider.send(get(CHAT))).unwrap_err();
    assert_eq!((error.kind, error.rule), (EgressErrorKind::Refused, Some(Rule::Granted)));
    assert!(error.message.contains("https://sts.eu-west-1.amazonaws.com"), "{error}");
    assert!(provider.net_is_untouched());
}

/// The time that the latest request to the API was signed for.
fn signed_at(provider: &Provider) -> String {
    provider.sent()["x-amz-date"].to_str().unwrap().to_owned()
}

#[test]
fn a_refusal_teaches_the_upstreams_time_and_a_good_answer_does_not() {
    run(async {
        for (status, learns) in [(403, true), (200, false), (400, false)] {
            let clock = HandClock::new();
            let theirs = httpdate::fmt_http_date(clock.wall() + Duration::from_secs(7200));
            let provider = provider(Source::Keys(keys()), clock, &[API], move |_, _| {
                Answer::new(status).header("date", theirs.clone())
            });
            provider.send(get(CHAT)).await.unwrap();
            assert_eq!(signed_at(&provider), "20270115T080000Z");
            provider.send(get(CHAT)).await.unwrap();
            assert_eq!(signed_at(&provider), if learns { "20270115T100000Z" } else { "20270115T080000Z" });
        }
    });
}

#[test]
fn sts_is_asked_again_by_its_own_clock() {
    run(async {
        let theirs = wall() - Duration::from_secs(3600);
        let provider = minting(Base::Keys(keys()), Some(role("r")), move |request, before| {
            match (request.url.as_str() == STS, before) {
                (true, 0) => {
                    refusal(403, "SignatureDoesNotMatch").header("date", httpdate::fmt_http_date(theirs))
                }
                (true, _) => sts(before, theirs, 3600),
                _ => Answer::new(200),
            }
        });
        provider.send(get(CHAT)).await.unwrap();
        let asked = provider.token_requests();
        let at = |place: usize| asked[place].0["x-amz-date"].to_str().unwrap();
        assert_eq!((at(0), at(1), asked.len()), ("20270115T080000Z", "20270115T070000Z", 2));
    });
}

#[test]
fn keys_that_are_missing_or_odd_are_errors_in_words_and_nothing_goes_out() {
    let odd = StaticKeys { access_key_id: SharedSecret::new("AKID,Signature=x"), ..keys() };
    let empty = StaticKeys { secret_access_key: SharedSecret::new(" "), ..keys() };
    let multiline = StaticKeys { session_token: Some(SharedSecret::new("a\nb")), ..keys() };
    for (source, words) in [
        (Source::Keys(odd), "the access key id"),
        (Source::Keys(empty), "empty"),
        (Source::Keys(multiline), "can't be signed"),
    ] {
        let provider = provider(source, HandClock::new(), &[API], |_, _| Answer::new(200));
        let error = run(provider.send(get(CHAT))).unwrap_err();
        assert_eq!(error.kind, EgressErrorKind::Authentication);
        assert!(error.message.contains(words), "{error}");
        assert!(provider.net_is_untouched());
    }
}

#[test]
fn a_guest_writes_none_of_the_headers_of_a_signature() {
    let provider = provider(Source::Keys(keys()), HandClock::new(), &[API], |_, _| Answer::new(200));
    for name in ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "X-Amz-Date"]
    {
        let mut request = get(CHAT);
        request.headers.push((name.to_owned(), "x".to_owned()));
        let error = run(provider.send(request)).unwrap_err();
        assert_eq!(error.rule, Some(Rule::HostHeader), "{name}");
    }
}
