//! What a token endpoint is asked, and what comes of what it says.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    tokens::{CLIENT_SECRET, Provider, is_token, numbered, run, token},
    *,
};
use crate::manifest::auth::ClientAuth;

#[test]
fn credentials_go_out_as_the_endpoint_wants_them() {
    run(async {
        let basic = Provider::new();
        assert_eq!(basic.call().await.unwrap(), numbered(0));
        let (headers, body) = basic.token_requests().remove(0);
        let pair = STANDARD.encode("client+id:client%7Esecret%2F0123456789");
        assert_eq!(headers["authorization"], format!("Basic {pair}"));
        assert!(headers["authorization"].is_sensitive());
        assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(body, "grant_type=client_credentials&scope=https%3A%2F%2Fapi.example%2F.default");

        let post = Provider::with(ClientAuth::Post, &[API, "https://login.example"], |request, _| {
            if is_token(request) { token("minted-token", 60) } else { Answer::new(200) }
        });
        post.call().await.unwrap();
        let (headers, body) = post.token_requests().remove(0);
        assert!(!headers.contains_key("authorization"));
        assert_eq!(
            body,
            "grant_type=client_credentials&client_id=client+id&client_secret=client%7Esecret%2F0123456789\
             &scope=https%3A%2F%2Fapi.example%2F.default"
        );
    });
}

#[test]
fn a_minted_token_is_looked_for_like_the_secret_that_it_came_from() {
    run(async {
        // The API says back what it was sent, in the very answer for which the token was minted.
        let provider = Provider::answering(|request, before| match is_token(request) {
            true => token(&numbered(before), 3600),
            false => {
                let sent = request.headers["authorization"].to_str().unwrap().to_owned();
                Answer::new(401).header("x-echo", sent.clone()).chunk(format!("you sent {sent}"))
            }
        });
        let answer = provider.send(get(CHAT)).await.unwrap();
        assert_eq!(answer.headers, [("x-echo".to_owned(), "Bearer [redacted]".to_owned())]);
        assert_eq!(read(answer.body).unwrap(), "you sent Bearer [redacted]");
        for text in [numbered(0), STANDARD.encode(numbered(0))] {
            let error = provider.send(post(CHAT, Box::leak(text.into_boxed_str()))).await.unwrap_err();
            assert_eq!(error.rule, Some(Rule::Secret));
        }
    });
}

#[test]
fn what_the_endpoint_says_reaches_the_caller_in_words_and_without_the_secret() {
    let cases = [
        (
            400,
            json!({ "error": "invalid_client" }),
            "id is unknown or its secret is wrong",
            EgressErrorKind::Authentication,
        ),
        (
            401,
            json!({ "error": "invalid_client", "error_description": "AADSTS7000215" }),
            "(invalid_client: AADSTS7000215)",
            EgressErrorKind::Authentication,
        ),
        (400, json!({ "error": "invalid_scope" }), "check `scope`", EgressErrorKind::Authentication),
        (400, json!({ "error": "invalid_request" }), "`client-auth`", EgressErrorKind::Authentication),
        (400, json!({ "error": "invalid_target" }), "check `audience`", EgressErrorKind::Authentication),
        (
            400,
            json!({ "error": "unauthorized_client" }),
            "may not get tokens",
            EgressErrorKind::Authentication,
        ),
        (400, json!({ "error": "unsupported_grant_type" }), "the right one", EgressErrorKind::Authentication),
        (400, json!({ "error": "invalid_grant" }), "where it is registered", EgressErrorKind::Authentication),
        (
            200,
            json!({ "error": "invalid_client" }),
            "answered 200 (invalid_client)",
            EgressErrorKind::Authentication,
        ),
        (
            400,
            json!({ "error": CLIENT_SECRET, "error_description": CLIENT_SECRET }),
            "[redacted]: [redacted]",
            EgressErrorKind::Authentication,
        ),
        (
            400,
            json!({ "error": "x", "error_description": "client%7Esecret%2F0123456789" }),
            "x: [redacted]",
            EgressErrorKind::Authentication,
        ),
        (403, json!("<html>"), "doesn't know this credential", EgressErrorKind::Authentication),
        (404, json!(null), "correct it", EgressErrorKind::Authentication),
        (429, json!({}), "too often", EgressErrorKind::Unreachable),
        (503, json!({ "error": "temporarily_unavailable" }), "out of order", EgressErrorKind::Unreachable),
        (500, json!([]), "out of order", EgressErrorKind::Unreachable),
        (200, json!({ "token_type": "Bearer" }), "no access_token", EgressErrorKind::Unreachable),
        (200, json!({ "access_token": "" }), "no access_token", EgressErrorKind::Unreachable),
        (
            200,
            json!({ "access_token": "minted-token", "token_type": "mac" }),
            "isn't a bearer token",
            EgressErrorKind::Unreachable,
        ),
        (
            200,
            json!({ "access_token": "minted-token", "expires_in": "soon" }),
            "number of seconds",
            EgressErrorKind::Unreachable,
        ),
        (200, json!("<html>"), "isn't the JSON", EgressErrorKind::Unreachable),
    ];
    for (status, body, words, kind) in cases {
        let text = body.to_string();
        let provider = Provider::answering(move |_, _| Answer::new(status).chunk(text.clone()));
        let error = run(provider.call()).unwrap_err();
        assert_eq!((error.kind, error.sent), (kind, false), "{body}: {error}");
        assert!(error.message.contains(words), "{body}: {error}");
        assert!(error.message.contains("provider `acme`, credential `key`: no token"), "{error}");
        assert!(error.message.contains("https://login.example/tenant/token"), "{error}");
        assert!(!error.message.contains("0123456789"), "{error}");
        let sent = provider.net.sent.lock().unwrap();
        assert!(sent.iter().all(is_token), "nothing goes out without a token");
    }
}

/// Whichever bytes of the secret the cut meets.
#[test]
fn a_secret_in_words_that_are_cut_is_taken_out_whole() {
    for before in 340..420 {
        let said = format!("{}{CLIENT_SECRET}{}", "x".repeat(before), " and more words".repeat(20));
        for body in [
            json!({ "error": "x", "error_description": said }),
            json!({ "error": said, "error_description": "x" }),
        ] {
            let provider = Provider::answering(move |_, _| Answer::new(400).chunk(body.to_string()));
            let error = run(provider.call()).unwrap_err();
            assert!(!error.message.contains("clie"), "{before}: {error}");
            assert!(error.message.contains(" more)"), "it was cut: {error}");
        }
    }
}

#[test]
fn a_lifetime_is_read_however_it_is_written_and_may_be_missing() {
    for (expires_in, good_for) in
        [(json!(3600), 3000), (json!("3599"), 3000), (json!(3600.0), 3000), (json!(null), 200)]
    {
        let body =
            json!({ "access_token": "minted-token", "token_type": "bearer", "expires_in": expires_in });
        let provider = Provider::answering(move |request, _| match is_token(request) {
            true => Answer::new(200).chunk(body.to_string()),
            false => Answer::new(200),
        });
        run(async {
            provider.call().await.unwrap();
            provider.clock.advance(good_for);
            provider.call().await.unwrap();
            provider.settle().await;
            assert_eq!(provider.token_requests().len(), 1, "{expires_in}");
            provider.clock.advance(3600);
            provider.call().await.unwrap();
            assert_eq!(provider.token_requests().len(), 2, "{expires_in}");
        });
    }
}

#[test]
fn an_empty_client_secret_is_said_to_be_empty() {
    let provider = Provider::new();
    provider.secret.replace(" ");
    let error = run(provider.call()).unwrap_err();
    assert_eq!(error.kind, EgressErrorKind::Authentication);
    assert!(error.message.contains("the client secret is empty"), "{error}");
}
