use super::*;

const LIMITS: HeaderLimits = HeaderLimits { count: 8, bytes: 1024 };

fn check(name: &str, value: &str) -> Result<HeaderMap, Refusal> {
    check_request(&[(name.to_owned(), value.to_owned())], &[HeaderName::from_static("x-secret-key")], LIMITS)
}

#[test]
fn ordinary_headers_go_out_as_they_are() {
    for (name, value) in [
        ("content-type", "application/json"),
        ("Accept", "text/event-stream"),
        ("anthropic-version", "2023-06-01"),
        ("X-Request-Id", "caf\u{e9}"),
        ("user-agent", ""),
    ] {
        let map = check(name, value).unwrap();
        assert_eq!(map[name].as_bytes(), value.as_bytes(), "{name}");
    }
}

#[test]
fn a_guest_writes_no_header_of_the_hosts_in_any_case() {
    for name in HOST_HEADERS.iter().chain(&CREDENTIAL_HEADERS).chain(&[
        "proxy-authorization",
        "proxy-connection",
        "proxy-anything",
        "x-secret-key",
    ]) {
        let under = name.replace('-', "_");
        for spelling in [(*name).to_owned(), name.to_uppercase(), name.replace('a', "A"), under] {
            assert_eq!(check(&spelling, "x").unwrap_err().rule, Rule::HostHeader, "{spelling}");
        }
    }
}

#[test]
fn a_guest_has_no_answer_compressed() {
    for value in ["gzip", "br, zstd", "identity", ""] {
        let twice = [("Accept-Encoding", value), ("accept-encoding", "br")];
        let twice = twice.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let map = check_request(&twice, &[], LIMITS).unwrap();
        assert_eq!(map.get_all("accept-encoding").iter().collect::<Vec<_>>(), ["identity"], "{value}");
    }
}

#[test]
fn nothing_smuggles_a_second_header_or_a_body() {
    for (name, value) in [
        ("x-a\r\nhost", "x"),
        ("x-a: b\nx", "x"),
        ("x a", "x"),
        ("host ", "x"),
        (" host", "x"),
        ("", "x"),
        (":authority", "x"),
        ("x\0", "x"),
        ("\u{ff48}ost", "x"),
        ("x-a", "b\r\nauthorization: Bearer x"),
        ("x-a", "b\nc"),
        ("x-a", "b\rc"),
        ("x-a", "b\0c"),
        ("x-a", "\u{7f}"),
    ] {
        assert!(check(name, value).is_err(), "{name:?}: {value:?}");
    }
}

#[test]
fn too_many_or_too_large_headers_are_refused() {
    let many: Vec<_> = (0..9).map(|n| (format!("x-{n}"), String::new())).collect();
    assert!(check_request(&many, &[], LIMITS).is_err());
    assert!(check("x-large", &"x".repeat(1025)).is_err());
    assert!(check("x-fits", &"x".repeat(1000)).is_ok());
}

#[test]
fn a_guest_sees_no_cookies_and_nothing_of_the_connection() {
    let mut map = HeaderMap::new();
    for (name, value) in [
        ("content-type", "text/plain"),
        ("set-cookie", "session=1"),
        ("set-cookie2", "session=1"),
        ("connection", "close, X-Hop"),
        ("x-hop", "1"),
        ("keep-alive", "timeout=5"),
        ("transfer-encoding", "chunked"),
        ("www-authenticate", "Bearer"),
        ("retry-after", "1"),
        ("x-twice", "1"),
        ("x-twice", "2"),
    ] {
        map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    map.append("x-latin", HeaderValue::from_bytes(b"caf\xe9").unwrap());
    let seen = visible(&map);
    let names: Vec<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["content-type", "www-authenticate", "retry-after", "x-twice", "x-twice", "x-latin"]);
    assert!(seen.contains(&("x-latin".into(), "caf\u{fffd}".into())));
}
