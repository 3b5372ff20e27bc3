use super::*;

fn secret() -> SharedSecret {
    SharedSecret::new("sk-0123456789\n")
}

fn apply(scheme: &Scheme) -> Result<(Url, HeaderMap), AuthError> {
    let mut url = Url::parse("https://api.example.com/v1?x=1").unwrap();
    let mut headers = HeaderMap::new();
    scheme.apply(&mut url, &mut headers).map(|()| (url, headers))
}

fn header(name: &str, prefix: &str, secret: SharedSecret) -> Scheme {
    Scheme::Header { name: name.parse().unwrap(), prefix: prefix.to_owned(), secret }
}

#[test]
fn each_scheme_writes_its_place_and_no_other() {
    let basic =
        Scheme::Basic { user: User::Text("aladdin".into()), password: SharedSecret::new("open sesame") };
    let both = Scheme::Basic { user: User::Secret(secret()), password: SharedSecret::new("") };
    for (scheme, name, value) in [
        (Scheme::Bearer(secret()), "authorization", "Bearer sk-0123456789"),
        (header("x-api-key", "", secret()), "x-api-key", "sk-0123456789"),
        (header("authorization", "Api-Key ", secret()), "authorization", "Api-Key sk-0123456789"),
        (basic, "authorization", "Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        (both, "authorization", "Basic c2stMDEyMzQ1Njc4OTo="),
    ] {
        let (url, headers) = apply(&scheme).unwrap();
        assert_eq!(url.as_str(), "https://api.example.com/v1?x=1");
        assert_eq!(headers.len(), 1);
        assert_eq!(headers[name], value);
        assert!(headers[name].is_sensitive(), "{name}");
        assert_eq!(scheme.writes().headers, [name.parse::<HeaderName>().unwrap()]);
    }
    let query = Scheme::Query { parameter: "key".into(), secret: SharedSecret::new("a+b&c=d/0123") };
    let (url, headers) = apply(&query).unwrap();
    assert_eq!(url.as_str(), "https://api.example.com/v1?x=1&key=a%2Bb%26c%3Dd%2F0123");
    assert!(headers.is_empty());
    assert_eq!(query.writes().parameters, ["key"]);
    let (url, headers) = apply(&Scheme::None).unwrap();
    assert!(headers.is_empty() && !url.as_str().contains("sk-"));
}

#[test]
fn a_secret_that_cannot_stand_there_is_an_error_without_the_secret() {
    for bad in ["line\nbreak-0123", "nul\0-0123456", "caf\u{e9}-01234567"] {
        for scheme in
            [Scheme::Bearer(SharedSecret::new(bad)), header("x-api-key", "", SharedSecret::new(bad))]
        {
            let error = apply(&scheme).unwrap_err();
            assert!(matches!(error, AuthError::Characters { .. }), "{bad:?}");
            assert!(!format!("{error} {error:?}").contains("0123"), "{error:?}");
        }
    }
    let query = Scheme::Query { parameter: "key".into(), secret: SharedSecret::new("line\r\nbreak") };
    assert!(apply(&query).is_err());
    let user = Scheme::Basic { user: User::Text("a:b".into()), password: secret() };
    assert!(apply(&user).is_err());
    for empty in [Scheme::Bearer(SharedSecret::new(" \n")), header("x-api-key", "p", SharedSecret::new(""))] {
        assert!(matches!(apply(&empty), Err(AuthError::Empty)));
    }
}

#[test]
fn a_replaced_secret_is_used_at_once_and_counts_as_another() {
    let shared = secret();
    let scheme = Scheme::Bearer(shared.clone());
    assert_eq!(scheme.generation(), Generation::new(0));
    shared.replace("sk-new");
    assert_eq!(apply(&scheme).unwrap().1["authorization"], "Bearer sk-new");
    assert_eq!(scheme.generation(), Generation::new(1));
}

#[test]
fn nothing_prints_a_secret() {
    let scheme = Scheme::Basic { user: User::Secret(secret()), password: secret() };
    assert!(!format!("{scheme:?} {:?}", apply(&scheme).unwrap()).contains("0123"));
}
