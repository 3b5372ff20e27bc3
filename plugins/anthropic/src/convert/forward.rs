//! The little that a request in the API's own dialect needs on its way: its
//! version and its beta features, and of the answer the headers that a client
//! of Anthropic's expects.

use jackfield_sdk::forward::set;
use jackfield_sdk::http::Edit;
use jackfield_sdk::passthrough::Framing;

use crate::settings::Settings;
use crate::settings::platform::Operation;

/// Headers for the upstream: the client's, the client's version or else the
/// configured one, and the beta features of both.
pub(crate) fn request_headers(client: Vec<(String, String)>, settings: &Settings) -> Vec<(String, String)> {
    let mut version = None;
    let mut betas = Vec::new();
    let mut headers = Vec::with_capacity(client.len() + settings.headers.len() + 2);
    for (name, value) in client {
        match name.as_str() {
            "anthropic-version" => version = Some(value),
            "anthropic-beta" => betas.extend(value.split(',').map(|beta| beta.trim().to_owned())),
            _ => headers.push((name, value)),
        }
    }
    // Clouds have it in the body.
    if settings.platform.version().is_none() {
        headers.push(("anthropic-version".to_owned(), version.unwrap_or_else(|| settings.version.clone())));
    }
    headers.extend(beta_header(&settings.betas, betas));
    for (name, value) in &settings.headers {
        headers.retain(|(other, _)| other != name);
        headers.push((name.clone(), value.clone()));
    }
    headers
}

/// The changes to a client's body: the model that the route decided, or none
/// and a version where the address has the model.
pub(crate) fn edits(model: &str, operation: Operation, settings: &Settings) -> Vec<Edit> {
    let mut edits = vec![if settings.platform.addresses_model(operation) {
        Edit { pointer: "/model".to_owned(), value: None }
    } else {
        set("/model", format!("{}{model}", settings.model_prefix))
    }];
    edits.extend(settings.platform.version().map(|version| set("/anthropic_version", version)));
    edits
}

/// The `anthropic-beta` header for configured and requested features.
pub(crate) fn beta_header(configured: &[String], requested: Vec<String>) -> Option<(String, String)> {
    let names = beta_names(configured, requested);
    (!names.is_empty()).then(|| ("anthropic-beta".to_owned(), names.join(",")))
}

/// Configured and requested features, each once.
pub(crate) fn beta_names(configured: &[String], requested: Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in configured.iter().cloned().chain(requested) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Headers that the client should see: what the body is, its id for support,
/// and how much of the rate limits is left.
pub(crate) fn visible(headers: Vec<(String, String)>) -> Vec<(String, String)> {
    headers
        .into_iter()
        .filter(|(name, _)| {
            matches!(name.as_str(), "content-type" | "request-id" | "retry-after")
                || name.starts_with("anthropic-ratelimit-")
        })
        .collect()
}

/// How a body of this type is framed.
pub(crate) fn framing(content_type: Option<&str>) -> Framing {
    if content_type.is_some_and(is_event_stream) { Framing::ServerSentEvents } else { Framing::Whole }
}

/// Whether a `content-type` is that of server-sent events.
pub(crate) fn is_event_stream(content_type: &str) -> bool {
    content_type
        .trim_start()
        .get(..17)
        .is_some_and(|essence| essence.eq_ignore_ascii_case("text/event-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_clients_version_and_features_are_kept() {
        let mut settings = settings();
        settings.betas = vec!["a".to_owned(), "b".to_owned()];
        settings.headers = pairs(&[("x-team", "ours")]);
        let client = pairs(&[
            ("anthropic-version", "2099-01-01"),
            ("anthropic-beta", "b, c"),
            ("x-team", "theirs"),
            ("x-other", "1"),
        ]);
        let expected = pairs(&[
            ("x-other", "1"),
            ("anthropic-version", "2099-01-01"),
            ("anthropic-beta", "a,b,c"),
            ("x-team", "ours"),
        ]);
        assert_eq!(request_headers(client, &settings), expected);
    }

    #[test]
    fn a_client_that_says_nothing_gets_the_configured_version_and_no_features() {
        assert_eq!(request_headers(Vec::new(), &settings()), pairs(&[("anthropic-version", "2023-06-01")]));
    }

    #[test]
    fn a_clouds_body_has_the_version_and_its_address_the_model() {
        let changes = |settings: &Settings, operation| -> Vec<(String, Option<String>)> {
            let edits = edits("m", operation, settings).into_iter();
            edits.map(|edit| (edit.pointer, edit.value)).collect()
        };
        let named = ("/model".to_owned(), Some("\"m\"".to_owned()));
        assert!(changes(&settings(), Operation::Stream).iter().eq([&named]));
        let version = ("/anthropic_version".to_owned(), Some("\"vertex-2023-10-16\"".to_owned()));
        let vertex = crate::settings::platform::tests::vertex();
        assert_eq!(changes(&vertex, Operation::Stream), [("/model".to_owned(), None), version.clone()]);
        assert_eq!(changes(&vertex, Operation::Count), [named, version]);
        let client = pairs(&[("anthropic-version", "2099-01-01"), ("anthropic-beta", "b")]);
        assert_eq!(request_headers(client, &vertex), pairs(&[("anthropic-beta", "b")]));
    }

    #[test]
    fn the_client_sees_limits_and_id_but_nothing_of_the_account() {
        let headers = pairs(&[
            ("request-id", "r"),
            ("anthropic-ratelimit-tokens-limit", "1"),
            ("anthropic-organization-id", "o"),
            ("server", "s"),
        ]);
        assert_eq!(
            visible(headers),
            pairs(&[("request-id", "r"), ("anthropic-ratelimit-tokens-limit", "1")])
        );
    }

    #[test]
    fn framing_goes_by_the_content_type() {
        assert_eq!(framing(Some("text/event-stream; charset=utf-8")), Framing::ServerSentEvents);
        assert_eq!(framing(Some("application/json")), Framing::Whole);
        assert_eq!(framing(None), Framing::Whole);
    }
}
