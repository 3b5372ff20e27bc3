//! The little that a request in the API's own dialect needs on its way. Model
//! and streaming stand in its path, so its body hardly changes.

use jackfield_sdk::http::Edit;

/// Beginnings of headers that the client should see beside the usual ones.
pub(crate) const VISIBLE: &[&str] = &["x-gemini-", "x-vertex-ai-"];

/// The method for a client's request.
pub(crate) fn method(stream: bool) -> &'static str {
    if stream { "streamGenerateContent?alt=sse" } else { "generateContent" }
}

/// Changes to a client's body, whose members `get` looks up: the API refuses
/// members that it doesn't know, and some clients write these two beside the
/// path.
pub(crate) fn edits(get: impl Fn(&str) -> Option<String>) -> Vec<Edit> {
    ["/model", "/stream"]
        .into_iter()
        .filter(|pointer| get(pointer).is_some())
        .map(|pointer| Edit { pointer: pointer.to_owned(), value: None })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_the_dialect_is_left_as_it_is() {
        assert!(edits(|_| None).is_empty());
        let edits = edits(|pointer| (pointer == "/model").then(|| "\"m\"".to_owned()));
        assert_eq!(edits.len(), 1);
        assert_eq!((edits[0].pointer.as_str(), &edits[0].value), ("/model", &None));
    }

    #[test]
    fn a_stream_is_asked_for_as_events() {
        assert_eq!(method(true), "streamGenerateContent?alt=sse");
        assert_eq!(method(false), "generateContent");
    }
}
