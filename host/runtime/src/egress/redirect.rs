//! Where an answer sends its caller next (RFC 9110, section 15.4).
//!
//! Against: an upstream, or whoever can make it redirect, that leads a request
//! to a place nobody granted. Here the next request is only worked out; it
//! goes through the whole chain like one that the plugin wrote.

use http::{HeaderMap, Method, StatusCode, header::LOCATION};
use url::Url;

use super::{
    refusal::{Refusal, Rule},
    url::{check_characters, parse},
};

/// The most redirects that one request follows.
pub(super) const MOST: usize = 5;

/// The request that an answer asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) method: Method,
    pub(super) url: Url,
    /// Whether body and content headers go along.
    pub(super) keeps_body: bool,
}

/// The next request, or nothing where the answer is no redirect.
pub(super) fn next(
    status: StatusCode,
    headers: &HeaderMap,
    method: &Method,
    url: &Url,
) -> Result<Option<Next>, Refusal> {
    let becomes_get = match status.as_u16() {
        301 | 302 => *method == Method::POST,
        303 => *method != Method::HEAD,
        307 | 308 => false,
        _ => return Ok(None),
    };
    let Some(location) = headers.get(LOCATION) else {
        return Ok(None);
    };
    let refusal = |what: String| Refusal {
        rule: Rule::Redirect,
        what,
        allow_with: "nothing allows it; the upstream at fault is the one in the request".to_owned(),
    };
    let location = std::str::from_utf8(location.as_bytes())
        .map_err(|_| refusal("the upstream redirects to a URL that isn't UTF-8".to_owned()))?;
    let wrong = |error: &dyn std::fmt::Display| {
        refusal(format!("the upstream redirects to a URL that can't be used: {error}"))
    };
    check_characters(location).map_err(|error| wrong(&error))?;
    let mut target = url.join(location).map_err(|error| wrong(&error))?;
    target.set_fragment(None);
    let url = parse(target.as_str()).map_err(|error| wrong(&error))?;
    let method = if becomes_get { Method::GET } else { method.clone() };
    Ok(Some(Next { method, url, keeps_body: !becomes_get }))
}

/// Whether a header speaks of the body, and goes with it.
pub(super) fn speaks_of_body(name: &str) -> bool {
    name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-"))
}

/// One redirect more than [`MOST`].
pub(super) fn too_many_redirects(last: &Url) -> Refusal {
    Refusal {
        rule: Rule::Redirect,
        what: format!(
            "the upstream redirected more than {} times, at last from {}",
            MOST,
            last.origin().ascii_serialization()
        ),
        allow_with: "nothing allows it; ask for the final URL at once".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(status: u16, method: Method, location: &str) -> Result<Option<Next>, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, location.parse().unwrap());
        let url = Url::parse("https://a.example/v1/x?k=1").unwrap();
        next(StatusCode::from_u16(status).unwrap(), &headers, &method, &url)
    }

    #[test]
    fn the_status_decides_about_method_and_body() {
        for (status, method, becomes, keeps_body) in [
            (301, Method::POST, Method::GET, false),
            (301, Method::PUT, Method::PUT, true),
            (302, Method::POST, Method::GET, false),
            (302, Method::GET, Method::GET, true),
            (303, Method::POST, Method::GET, false),
            (303, Method::DELETE, Method::GET, false),
            (303, Method::HEAD, Method::HEAD, true),
            (307, Method::POST, Method::POST, true),
            (308, Method::PATCH, Method::PATCH, true),
        ] {
            let next = follow(status, method.clone(), "/y").unwrap().unwrap();
            assert_eq!((next.method, next.keeps_body), (becomes, keeps_body), "{status} {method}");
            assert_eq!(next.url.as_str(), "https://a.example/y");
        }
    }

    #[test]
    fn what_is_no_redirect_is_an_answer() {
        for status in [200, 300, 304, 305, 306, 404] {
            assert_eq!(follow(status, Method::GET, "/y").unwrap(), None, "{status}");
        }
        let url = Url::parse("https://a.example").unwrap();
        assert_eq!(next(StatusCode::FOUND, &HeaderMap::new(), &Method::GET, &url).unwrap(), None);
    }

    #[test]
    fn a_target_is_parsed_as_strictly_as_a_guests_url() {
        for bad in [
            "http://user@b.example/",
            "ftp://b.example",
            "file:///etc/passwd",
            "/\\b.example",
            "https:// b.example",
            "data:,x",
            "//*/",
        ] {
            assert!(follow(302, Method::GET, bad).is_err(), "{bad}");
        }
        for (location, target) in [
            ("//b.example/x", "https://b.example/x"),
            ("https://b.example#part", "https://b.example/"),
            ("?q", "https://a.example/v1/x?q"),
            ("../y", "https://a.example/y"),
        ] {
            assert_eq!(follow(302, Method::GET, location).unwrap().unwrap().url.as_str(), target);
        }
    }
}
