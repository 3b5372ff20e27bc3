//! AWS's own test cases for Signature Version 4: requests, what is signed of
//! each, and what it looks like then.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::folder;

/// A request as the cases write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Path and query, neither encoded nor decoded.
    pub target: String,
    /// The headers, in order, each on one line.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Its settings: `credentials`, `region`, `service`, `timestamp`,
    /// `normalize`, `sign_body`, `omit_session_token`.
    pub context: Value,
    /// The request before it is signed.
    pub request: Request,
    /// The canonical request.
    pub canonical: String,
    /// The request once it is signed by headers.
    pub signed: Request,
}

impl Case {
    /// A text of the settings, nothing where it isn't there.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.context.pointer(pointer).and_then(Value::as_str)
    }

    /// Whether a switch of the settings is on.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.context.get(name).and_then(Value::as_bool) == Some(true)
    }
}

/// All cases: those of `JACKFIELD_SIGV4_SUITE`, else of the folder of the
/// descriptions, else those that the crate `aws-sigv4` ships.
///
/// `None` where there are none, and a line on stderr that says so.
///
/// # Panics
/// When a case is there and can't be read.
#[must_use]
pub fn suite() -> Option<Vec<Case>> {
    let Some(folder) = places().into_iter().find(|place| place.is_dir()) else {
        eprintln!("skipped: no cases for Signature Version 4; JACKFIELD_SIGV4_SUITE may name their folder");
        return None;
    };
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    // The crate has a few of its own beside them, without settings.
    let official = |path: &PathBuf| path.join("context.json").is_file();
    let mut cases: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(official).collect();
    cases.sort();
    Some(cases.iter().map(|path| read(path)).collect())
}

fn places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    places.extend(std::env::var_os("JACKFIELD_SIGV4_SUITE").map(PathBuf::from));
    places.push(folder().join("aws/sigv4-suite/v4"));
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let inside =
        |path: PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    for registry in home.into_iter().flat_map(|home| inside(home.join("registry/src"))) {
        let ours = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("aws-sigv4-"))
        };
        places.extend(inside(registry).filter(ours).map(|path| path.join("aws-signing-test-suite/v4")));
    }
    places
}

fn read(path: &Path) -> Case {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = |file: &str| {
        std::fs::read_to_string(path.join(file)).unwrap_or_else(|error| panic!("{name}/{file}: {error}"))
    };
    let context = serde_json::from_str(&text("context.json"));
    let context = context.unwrap_or_else(|error| panic!("{name}/context.json: {error}"));
    let request = |file: &str| parse(&text(file)).unwrap_or_else(|| panic!("{name}/{file} is no request"));
    let (plain, signed) = (request("request.txt"), request("header-signed-request.txt"));
    Case { context, request: plain, canonical: text("header-canonical-request.txt"), signed, name }
}

fn parse(text: &str) -> Option<Request> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, rest) = lines.next()?.split_once(' ')?;
    let target = rest.strip_suffix(" HTTP/1.1")?;
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        // A value that goes on, as servers read it: RFC 9112, section 5.2.
        if line.starts_with([' ', '\t']) {
            let (_, value) = headers.last_mut()?;
            value.push(' ');
            value.push_str(line.trim());
        } else {
            let (name, value) = line.split_once(':')?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }
    Some(Request { method: method.to_owned(), target: target.to_owned(), headers, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_with_values_that_go_on() {
        let read = parse("POST /a b?c=d HTTP/1.1\nHost:x\nMy:one\n  two\n\nbody").unwrap();
        assert_eq!((read.method.as_str(), read.target.as_str()), ("POST", "/a b?c=d"));
        assert_eq!(read.headers, [("Host".into(), "x".into()), ("My".into(), "one two".into())]);
        assert_eq!(read.body, "body");
        assert!(parse("GET /").is_none());
    }

    #[test]
    fn the_official_cases_are_thirty_eight() {
        let Some(cases) = suite() else { return };
        assert_eq!(cases.len(), 38);
    }
}
