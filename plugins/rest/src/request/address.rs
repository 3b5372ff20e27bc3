//! Addresses that others write: of a description's paths, and of the next page
//! in an answer.
//!
//! An answer that names the next page decides where a request with a credential
//! goes. The host refuses every origin that isn't granted; here it is refused in
//! words that say what happened, and what isn't the same origin is never asked
//! for, though another provider of the operator's may be granted it.

/// A description's own text within a path, with what it has of percent-encoding.
pub(crate) fn literal(text: &str) -> String {
    let mut sent = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    for (place, byte) in bytes.iter().enumerate() {
        let digits = bytes.get(place + 1..place + 3);
        let is_encoded = digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        match byte {
            b'%' if is_encoded => sent.push('%'),
            byte if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(byte) => {
                sent.push(char::from(*byte));
            }
            byte => sent.push_str(&format!("%{byte:02X}")),
        }
    }
    sent
}

/// The absolute address that `next` means in the answer to a request to
/// `current`, where it is of the same origin.
pub(crate) fn next_address(current: &str, next: &str) -> Result<String, String> {
    let refused = |why: &str| {
        let shown: String = next.chars().filter(|c| !c.is_control()).take(200).collect();
        Err(format!("the upstream says that the next page is at `{shown}`, {why}; it isn't asked for"))
    };
    let next = next.trim();
    if next.is_empty() || !next.bytes().all(|c| (b'!'..=b'~').contains(&c)) || next.contains('\\') {
        return refused("which is no address");
    }
    let next = next.split('#').next().unwrap_or_default();
    let Some((origin, path)) = split(current) else { return refused("and the base URL is no address") };
    let scheme = origin.split(':').next().unwrap_or_default();
    let has_scheme = next.split(['/', '?']).next().is_some_and(|start| start.contains(':'));
    let address = if has_scheme {
        next.to_owned()
    } else if next.starts_with("//") {
        format!("{scheme}:{next}")
    } else if next.starts_with('/') {
        format!("{origin}{next}")
    } else if next.starts_with('?') || next.is_empty() {
        format!("{origin}{path}{next}")
    } else {
        let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
        format!("{origin}{folder}{next}")
    };
    match split(&address) {
        Some((other, _)) if same_origin(origin, other) => Ok(address),
        Some(_) => refused(&format!("which isn't at {origin}")),
        None => refused("which is no http address"),
    }
}

/// An address's origin, and its path without its query.
fn split(address: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if authority.is_empty() || authority.contains('@') {
        return None;
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    Some((&address[..scheme.len() + 3 + authority.len()], if path.is_empty() { "/" } else { path }))
}

/// Written alike, but for case and a port that goes without saying.
fn same_origin(a: &str, b: &str) -> bool {
    let plain = |origin: &str| {
        let origin = origin.to_ascii_lowercase();
        let default = if origin.starts_with("https:") { ":443" } else { ":80" };
        origin.strip_suffix(default).map(str::to_owned).unwrap_or(origin)
    };
    plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "https://api.example.com/v1/items?page=1";

    #[test]
    fn a_next_page_of_the_same_origin_is_followed() {
        for (next, address) in [
            ("https://api.example.com/v1/items?page=2", "https://api.example.com/v1/items?page=2"),
            ("HTTPS://API.example.com:443/x", "HTTPS://API.example.com:443/x"),
            ("/v1/items?page=2#top", "https://api.example.com/v1/items?page=2"),
            ("?page=2", "https://api.example.com/v1/items?page=2"),
            ("more?page=2", "https://api.example.com/v1/more?page=2"),
            ("//api.example.com/x", "https://api.example.com/x"),
            ("/x?next=https://evil.example/", "https://api.example.com/x?next=https://evil.example/"),
        ] {
            assert_eq!(next_address(AT, next).as_deref(), Ok(address), "{next}");
        }
        assert_eq!(next_address("http://127.0.0.1:80", "/a").as_deref(), Ok("http://127.0.0.1:80/a"));
    }

    #[test]
    fn a_next_page_elsewhere_is_refused_however_it_is_written() {
        for next in [
            "https://evil.example/v1/items",
            "http://api.example.com/v1/items",
            "https://api.example.com:8443/",
            "https://api.example.com@evil.example/",
            "https://user:pass@api.example.com/",
            "https://api.example.com.evil.example/",
            "https://api.example.com%2eevil.example/",
            "//evil.example/x",
            "/\\evil.example",
            "https:\\\\evil.example",
            "https:/evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https:///x",
            "/x y",
            "/x\r\nhost: evil",
            "/ü",
            "",
            "  ",
        ] {
            let message = next_address(AT, next).unwrap_err();
            assert!(message.contains("it isn't asked for"), "{next}: {message}");
        }
        let message = next_address(AT, "https://evil.example/").unwrap_err();
        assert!(message.contains("isn't at https://api.example.com"), "{message}");
    }

    #[test]
    fn a_descriptions_own_text_keeps_its_encoding() {
        for (text, sent) in
            [("a b", "a%20b"), ("%2F%", "%2F%25"), ("v1:run", "v1:run"), ("ü?#", "%C3%BC%3F%23")]
        {
            assert_eq!(literal(text), sent);
        }
    }
}
