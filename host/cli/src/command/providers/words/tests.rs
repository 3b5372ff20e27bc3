//! Failures are told apart, and the words for them say what to do.

use super::*;

fn error(kind: ErrorKind, status: Option<u16>, message: &str) -> Error {
    Error { status, sent: status.is_some(), ..Error::new(kind, message) }
}

#[test]
fn each_failure_is_told_apart() {
    let here = Url::parse("http://localhost:8000/v1").unwrap();
    let there = Url::parse("https://api.example.com/v1").unwrap();
    let asked = |url| Facts { provider: "p", model: Some("tiny"), base_url: Some(url), ..Facts::default() };
    let page =
        Error { body: Some("\n<!DOCTYPE html><p>".into()), ..error(ErrorKind::NotFound, Some(404), "no") };
    use ErrorKind::{
        Authentication, BadUpstreamAnswer, InvalidRequest, NotFound, Overloaded, Permission, QuotaExceeded,
        RateLimited, Timeout, Unavailable,
    };
    for (error, facts, trouble) in [
        (error(Authentication, Some(401), "no"), asked(&there), Trouble::BadKey),
        (error(Authentication, None, "empty"), asked(&there), Trouble::NoKey),
        (error(Permission, Some(403), "no"), asked(&there), Trouble::NotAllowed),
        (error(Permission, None, "refused by egress rule"), asked(&there), Trouble::NoGrant),
        (error(NotFound, Some(404), "no"), asked(&there), Trouble::NoSuchModel),
        (error(NotFound, Some(404), "no"), Facts { model: None, ..asked(&there) }, Trouble::WrongAddress),
        (
            error(InvalidRequest, Some(400), "The model `tiny` is unknown"),
            asked(&there),
            Trouble::NoSuchModel,
        ),
        (error(InvalidRequest, Some(400), "max_tokens"), asked(&there), Trouble::Other),
        (page, asked(&there), Trouble::WrongAddress),
        (error(BadUpstreamAnswer, Some(200), "no JSON"), asked(&there), Trouble::WrongAddress),
        (
            error(Unavailable, None, "can't connect to localhost:8000: refused"),
            asked(&here),
            Trouble::NotRunning,
        ),
        (error(Unavailable, None, "can't connect to x:443: refused"), asked(&there), Trouble::NoConnection),
        (error(Timeout, None, "can't connect to x:443 in time"), asked(&there), Trouble::NoConnection),
        (error(Unavailable, None, "can't resolve `x`: no such host"), asked(&there), Trouble::NoName),
        (error(Unavailable, None, "no TLS with x: self-signed"), asked(&there), Trouble::NoTls),
        (error(Unavailable, Some(500), "oops"), asked(&there), Trouble::Upstream),
        (error(Overloaded, Some(529), "oops"), asked(&there), Trouble::Upstream),
        (error(RateLimited, Some(429), "slow down"), asked(&there), Trouble::RateLimited),
        (error(QuotaExceeded, Some(429), "pay"), asked(&there), Trouble::NoQuota),
        (error(Timeout, Some(504), "late"), asked(&there), Trouble::Timeout),
    ] {
        assert_eq!(Trouble::of(&error, &facts), trouble, "{error:?}");
        assert!(!trouble.words(&error, &facts).is_empty());
    }
}

#[test]
fn the_words_name_the_key_the_models_and_what_to_start() {
    let here = Url::parse("http://127.0.0.1:11434").unwrap();
    let facts = Facts {
        provider: "ollama",
        model: Some("lama"),
        keys: vec!["environment variable KEY".to_owned()],
        base_url: Some(&here),
        start: Some("run `ollama serve`"),
        documentation: Some("https://docs.example.com/"),
        near: vec!["llama".to_owned()],
    };
    for (kind, status, part) in [
        (ErrorKind::Authentication, Some(401), "environment variable KEY"),
        (ErrorKind::Authentication, Some(401), "https://docs.example.com/"),
        (ErrorKind::Authentication, None, "its secrets come from environment variable KEY"),
        (ErrorKind::NotFound, Some(404), "near it are llama"),
        (ErrorKind::Unavailable, None, "run `ollama serve`"),
    ] {
        let error = error(kind, status, "-");
        let words = Trouble::of(&error, &facts).words(&error, &facts);
        assert!(words.contains(part), "{words}");
    }
}

#[test]
fn where_no_secret_is_set_the_words_say_where_to_find_out_which_there_are() {
    let facts = Facts { provider: "bedrock", ..Facts::default() };
    let error = error(ErrorKind::Authentication, None, "no keys are set");
    let words = Trouble::of(&error, &facts).words(&error, &facts);
    assert!(words.contains("`jackfield providers show bedrock`"), "{words}");
}
