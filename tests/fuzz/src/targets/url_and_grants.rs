//! URLs and grants. An input is lines of text: a URL, then asked and granted
//! origins in turn, each with an optional path behind a space. What is checked
//! restates what the policy promises, in other words than its code's.

use crate::egress::methods::Methods;
use crate::egress::origin::{Origin, OriginPattern};
use crate::egress::policy::{Asked, Granted, Policy};
use crate::egress::url::{self, PathPrefix};
use http::Method;

type Entry = (OriginPattern, Option<PathPrefix>);

fn entry(line: &str) -> Option<Entry> {
    let (origin, path) = match line.split_once(' ') {
        Some((origin, path)) => (origin, Some(path.parse::<PathPrefix>().ok()?)),
        None => (line, None),
    };
    let origin: OriginPattern = origin.parse().ok()?;
    let again: OriginPattern = origin.to_string().parse().expect("what is printed can be read");
    assert_eq!(again, origin);
    assert!(origin.covers(&origin));
    if let Some(exact) = origin.exact() {
        assert!(origin.matches(&exact));
        assert_eq!(OriginPattern::from(exact), origin);
    }
    if let Some(path) = &path {
        let again: PathPrefix = path.to_string().parse().expect("what is printed can be read");
        assert_eq!(&again, path);
        assert!(path.covers_prefix(path));
    }
    Some((origin, path))
}

/// Whether an entry lets a URL through, judged by the text that goes out.
fn lets_through((pattern, prefix): &Entry, url: &::url::Url) -> bool {
    let pattern = pattern.to_string();
    let origin = url.origin().ascii_serialization();
    let origin_fits = match pattern.split_once("*.") {
        None => pattern == origin,
        Some((scheme, parent)) => {
            let host = origin.strip_prefix(scheme).and_then(|host| host.strip_suffix(parent));
            host.is_some_and(|labels| labels.len() > 1 && labels.ends_with('.') && !labels.contains('/'))
        }
    };
    let path_fits = prefix.as_ref().is_none_or(|prefix| {
        let prefix = prefix.to_string();
        let behind = url.path().strip_prefix(prefix.trim_end_matches('/'));
        behind.is_some_and(|rest| {
            let lower = rest.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
            (rest.is_empty() || rest.starts_with('/')) && !lower.split('/').any(|segment| segment == "..")
        })
    });
    origin_fits && path_fits
}

/// Panics where the property doesn't hold.
pub fn run(text: &str) {
    let mut lines = text.split('\n');
    let target = lines.next().map(url::parse);
    let entries: Vec<Entry> = lines.take(12).filter_map(entry).collect();
    for (one, _) in &entries {
        for (other, _) in &entries {
            if let Some(exact) = other.exact() {
                assert_eq!(one.covers(other), one.matches(&exact), "{one} {other}");
            }
            for (third, _) in &entries {
                assert!(
                    !(one.covers(other) && other.covers(third)) || one.covers(third),
                    "{one} {other} {third}"
                );
            }
        }
    }
    let Some(Ok(url)) = target else { return };
    assert!(matches!(url.scheme(), "https" | "http"));
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    assert!(url.host_str().is_some_and(|host| !host.is_empty() && !host.ends_with('.')), "{url}");
    assert_eq!(
        url::parse(url.as_str()).as_ref(),
        Ok(&url),
        "what is sent means the same when it is read again"
    );
    let origin = Origin::of(&url).expect("a URL that was let through has an origin");
    for (pattern, prefix) in &entries {
        let whole = (pattern.clone(), None);
        assert_eq!(pattern.matches(&origin), lets_through(&whole, &url), "{pattern} {url}");
        if prefix.as_ref().is_some_and(|prefix| prefix.covers(&url)) {
            let entry = (origin.clone().into(), prefix.clone());
            assert!(lets_through(&entry, &url), "{prefix:?} {url}");
        }
    }
    let (asked, granted): (Vec<_>, Vec<_>) =
        entries.iter().enumerate().partition(|(place, _)| place % 2 == 0);
    let methods = Methods::from_names(["GET"]).expect("GET is a method");
    let ask =
        |(origin, path): &Entry| Asked { origin: origin.clone(), methods, path: path.clone(), auth: None };
    let grant = |(origin, path): &Entry| Granted { path: path.clone(), ..Granted::origin(origin.clone()) };
    let both = (
        asked.iter().map(|(_, entry)| ask(entry)).collect(),
        granted.iter().map(|(_, entry)| grant(entry)).collect(),
    );
    let Ok(policy) = Policy::new("provider", both.0, both.1, Vec::new()) else { return };
    match policy.check(&Method::GET, &url, None) {
        Ok(permit) => {
            assert_eq!(permit.origin, origin);
            assert!(asked.iter().any(|(_, entry)| lets_through(entry, &url)), "not asked: {url}");
            assert!(granted.iter().any(|(_, entry)| lets_through(entry, &url)), "not granted: {url}");
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
    assert!(policy.check(&Method::POST, &url, None).is_err(), "POST was not asked for");
}
