use super::*;

fn prefix(text: &str) -> PathPrefix {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[test]
fn a_plain_url_comes_through_unchanged() {
    for text in [
        "https://api.example.com/v1/chat?x=1&y=%20",
        "http://127.0.0.1:8080/",
        "https://[2606:4700::1]/x",
        "https://api.example.com/model/a%2Fb/converse",
    ] {
        assert_eq!(parse(text).unwrap().as_str(), text);
    }
}

#[test]
fn whatever_a_lenient_parser_would_repair_is_refused() {
    for bad in [
        "",
        "/v1/chat",
        "v1/chat",
        "//api.example.com/v1",
        "https:api.example.com",
        "https:/api.example.com",
        "https:///api.example.com",
        "https:\\\\api.example.com",
        "https://api.example.com\\@evil.net",
        "https://api.example.com/a\\..\\b",
        " https://api.example.com",
        "https://api.example.com ",
        "https://api.exam\tple.com",
        "https://api.example.com/\r\nx: y",
        "https://api.example.com/\u{2028}",
        "https://api.example.com/\0",
        "https://user@api.example.com",
        "https://user:pw@api.example.com",
        "https://@api.example.com",
        "https://api.example.com@evil.net",
        "https://api.example.com%40evil.net",
        "https://api.example.com/#fragment",
        "https://api.example.com/#",
        "https://api.example.com#@evil.net/",
        "https://*.example.com",
        "https://api..example.com",
        "https://api.example.com..",
        "https://api.example.com:0/",
        "https://api.example.com:99999/",
        "https://999.1.1.1/",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "data:text/plain,x",
        "javascript://api.example.com",
        "wss://api.example.com",
    ] {
        assert!(parse(bad).is_err(), "{bad:?} was accepted as {:?}", parse(bad).map(String::from));
    }
}

#[test]
fn a_trailing_dot_doesnt_make_another_host() {
    assert_eq!(parse("https://API.example.com./x").unwrap().as_str(), "https://api.example.com/x");
}

#[test]
fn an_endless_url_is_refused() {
    let long = format!("https://api.example.com/{}", "x".repeat(MAX_LENGTH));
    assert!(matches!(parse(&long), Err(UrlError::TooLong(_))));
}

#[test]
fn a_prefix_matches_by_whole_segments() {
    let v1 = prefix("/v1");
    for inside in [
        "/v1",
        "/v1/",
        "/v1/chat",
        "/v1?x=1",
        "/v1/a%2Fb",
        "/x/../v1/chat",
        "/v1//x",
        "/v1/..x",
        "/v1/x..",
        "/v1/a.b",
    ] {
        assert!(v1.covers(&parse(&format!("https://a.example.com{inside}")).unwrap()), "{inside}");
    }
    for outside in ["", "/", "/v10", "/v1beta", "/V1", "/x/v1", "//v1", "/%76%31", "/v2?/v1"] {
        assert!(!v1.covers(&parse(&format!("https://a.example.com{outside}")).unwrap()), "{outside}");
    }
    assert!(prefix("/").covers(&parse("https://a.example.com").unwrap()));
    assert!(prefix("/v1/").covers(&parse("https://a.example.com/v1").unwrap()));
}

#[test]
fn no_encoding_climbs_out_of_a_prefix() {
    let v1 = prefix("/v1");
    for escape in [
        "/v1/../admin",
        "/v1/%2e%2e/admin",
        "/v1/%2E./admin",
        "/v1/.%2e/admin",
        "/v1/%252e%252e/admin",
        "/v1/%25252e%25252e/admin",
        "/v1/..%2fadmin",
        "/v1/..%2Fadmin",
        "/v1/%2e%2e%2fadmin",
        "/v1/x%2f..%2f..%2fadmin",
        "/v1/..%5cadmin",
        "/v1/..%255cadmin",
        "/v1/..;/admin",
        "/v1/..;x=y/admin",
        "/v1/%2e%2e;/admin",
        "/v1%2f..%2fadmin",
        "/v1/x/..%2f../admin",
        "/v1/%252525252525252525252e",
    ] {
        let url = parse(&format!("https://a.example.com{escape}")).unwrap();
        assert!(!v1.covers(&url), "{escape} (parsed as {url})");
    }
}

#[test]
fn a_prefix_that_could_be_misread_is_refused() {
    for bad in [
        "", "v1", "/v1/../x", "/.", "/v1?x", "/v1#x", "/v1/*", "/a//b", "/%76", "/a b", "/v1;x", "/\u{e9}",
        "/a\\b",
    ] {
        assert!(bad.parse::<PathPrefix>().is_err(), "{bad:?}");
    }
}

#[test]
fn an_empty_segment_is_refused_wherever_it_is() {
    for bad in ["//", "///", "//x", "/x//", "/x//y", "/x//y/"] {
        assert!(bad.parse::<PathPrefix>().is_err(), "{bad:?}");
    }
}

#[test]
fn what_is_printed_is_the_same_prefix() {
    for text in ["/", "/x", "/x/", "/x/y/"] {
        assert_eq!(prefix(&prefix(text).to_string()), prefix(text), "{text:?}");
    }
}

#[test]
fn one_prefix_covers_another_by_whole_segments() {
    assert!(prefix("/v1").covers_prefix(&prefix("/v1/chat")));
    assert!(prefix("/").covers_prefix(&prefix("/v1")));
    assert!(!prefix("/v1").covers_prefix(&prefix("/v10")));
    assert!(!prefix("/v1/chat").covers_prefix(&prefix("/v1")));
}
