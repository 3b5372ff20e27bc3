use url::Url;

use super::*;

fn origin(text: &str) -> Origin {
    Origin::of(&Url::parse(text).unwrap()).unwrap()
}

fn pattern(text: &str) -> OriginPattern {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[test]
fn every_spelling_of_a_host_is_the_same_origin() {
    let granted = pattern("https://api.example.com");
    for same in [
        "https://api.example.com/v1",
        "https://API.Example.COM/v1",
        "https://api.example.com.",
        "https://api.example.com:443",
        "https://api.example.com:0443",
        "https://ap\u{ff49}.example.com",
        "https://api\u{3002}example.com",
        "https://api%2Eexample.com",
        "https://a\u{ad}pi.example.com",
    ] {
        assert!(granted.matches(&origin(same)), "{same}");
    }
    for same in ["HTTPS://API.EXAMPLE.COM", "https://api.example.com.", "https://api.example.com:443/"] {
        assert_eq!(pattern(same), granted, "{same}");
    }
}

#[test]
fn an_exact_pattern_matches_no_neighbour() {
    let granted = pattern("https://api.example.com");
    for other in [
        "http://api.example.com",
        "http://api.example.com:443",
        "https://api.example.com:8443",
        "https://example.com",
        "https://x.api.example.com",
        "https://evil-api.example.com",
        "https://api.example.com.evil.net",
        "https://api.example.co",
        "https://\u{0430}pi.example.com",
    ] {
        assert!(!granted.matches(&origin(other)), "{other}");
    }
}

#[test]
fn international_names_are_punycode_on_both_sides() {
    let granted = pattern("https://b\u{fc}cher.example");
    assert_eq!(granted.to_string(), "https://xn--bcher-kva.example");
    for same in
        ["https://B\u{dc}CHER.example", "https://xn--bcher-kva.example", "https://bu\u{308}cher.example"]
    {
        assert!(granted.matches(&origin(same)), "{same}");
    }
}

#[test]
fn an_ip_literal_is_one_origin_in_all_its_spellings() {
    let granted = pattern("http://127.0.0.1:8080");
    for same in [
        "http://127.1:8080",
        "http://2130706433:8080",
        "http://0x7f000001:8080",
        "http://0x7f.0.0.1:8080",
        "http://0177.0.0.1:8080",
        "http://127.0.0.1.:8080",
        "http://\u{ff11}27.0.0.1:8080",
    ] {
        assert!(granted.matches(&origin(same)), "{same}");
    }
    let granted = pattern("http://[::1]:8080");
    for same in ["http://[0:0:0:0:0:0:0:1]:8080", "http://[::0001]:8080", "http://[::0.0.0.1]:8080"] {
        assert!(granted.matches(&origin(same)), "{same}");
    }
    assert!(!granted.matches(&origin("http://127.0.0.1:8080")));
    assert_eq!(granted.to_string(), "http://[::1]:8080");
}

#[test]
fn a_wildcard_means_whole_labels_below_and_not_the_name_itself() {
    let granted = pattern("https://*.example.com");
    for inside in ["https://a.example.com", "https://a.b.example.com", "https://A.EXAMPLE.com."] {
        assert!(granted.matches(&origin(inside)), "{inside}");
    }
    for outside in [
        "https://example.com",
        "https://evil-example.com",
        "https://evilexample.com",
        "https://a.example.com.evil.net",
        "http://a.example.com",
        "https://a.example.com:444",
        "https://127.0.0.1",
    ] {
        assert!(!granted.matches(&origin(outside)), "{outside}");
    }
}

#[test]
fn covering_is_never_wider_than_matching() {
    let wide = pattern("https://*.example.com");
    for inside in ["https://a.example.com", "https://*.example.com", "https://*.a.example.com"] {
        assert!(wide.covers(&pattern(inside)), "{inside}");
    }
    for outside in [
        "https://example.com",
        "https://*.evil-example.com",
        "https://*.example.com:8443",
        "http://a.example.com",
        "https://127.0.0.1",
    ] {
        assert!(!wide.covers(&pattern(outside)), "{outside}");
    }
    assert!(!pattern("https://a.example.com").covers(&wide));
    assert!(pattern("https://a.example.com").covers(&pattern("https://a.example.com")));
}

#[test]
fn a_pattern_that_says_too_much_or_too_little_is_refused() {
    for bad in [
        "",
        "api.example.com",
        "//api.example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "https://",
        "https:///example.com",
        "https://:443",
        "https://example.com:0",
        "https://example.com:65536",
        "https://user@example.com",
        "https://user:pass@example.com",
        "https://@example.com",
        "https://example.com/v1",
        "https://example.com?x",
        "https://example.com#x",
        "https://example.com\\.evil.net",
        " https://example.com",
        "https://exam\tple.com",
        "https://ex%61mple.com",
        "https://a..example.com",
        "https://.example.com",
        "https://*",
        "https://*.",
        "https://*.com",
        "https://*.com.",
        "https://*.co.uk",
        "https://*.com.au",
        "https://*.localhost",
        "https://*.127.0.0.1",
        "https://*.[::1]",
        "https://a.*.example.com",
        "https://*a.example.com",
        "https://a*.example.com",
        "https://*.*.example.com",
        "http://*.example.com",
        "*://example.com",
    ] {
        assert!(bad.parse::<OriginPattern>().is_err(), "{bad:?} was accepted");
    }
}

#[test]
fn what_is_displayed_parses_to_the_same() {
    for text in
        ["https://a.example.com", "https://*.example.com:8443", "http://[::1]:1", "http://localhost:11434"]
    {
        assert_eq!(pattern(text).to_string(), text);
        assert_eq!(pattern(&pattern(text).to_string()), pattern(text));
        let json = serde_json::to_string(&pattern(text)).unwrap();
        assert_eq!(serde_json::from_str::<OriginPattern>(&json).unwrap(), pattern(text));
    }
}
