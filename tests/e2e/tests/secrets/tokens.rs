//! Tokens of real endpoints on real sockets: fetched once, renewed, refused,
//! and never where nobody granted it.

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use jackfield_e2e::guests::chain;
use jackfield_e2e::{Reply, Script};
use jackfield_runtime::catalog::Catalog;
use jackfield_runtime::settings::Settings;
use serde_json::{Value, json};

use crate::minted::{CLIENT_CREDENTIALS, Minted, Minting, SERVICE_ACCOUNT, packed, service_account, token};
use crate::{KEY, clean};

const BOTH: [Minting; 2] = [CLIENT_CREDENTIALS, SERVICE_ACCOUNT];

/// A token with this name, for so many seconds.
fn named(name: &str, seconds: u64) -> Reply {
    let body = json!({ "access_token": name, "token_type": "Bearer", "expires_in": seconds });
    Reply::json(200, &body.to_string())
}

fn ok() -> Reply {
    Reply::json(200, "{}")
}

/// Binds with grants for these origins only, and tells why that fails.
async fn refused(scheme: Minting, upstream: &Script, endpoint: &Script, granted: &[&Script]) -> String {
    let host = jackfield_e2e::host();
    host.load_bytes("probe", &packed(scheme)).unwrap();
    let (lines, _secrets) = Minted::settings(scheme, upstream, endpoint, granted);
    let settings = Settings::parse(&format!("[providers.p]\n{lines}"), "jackfield.toml", &[]).unwrap();
    let (name, provider) = settings.providers.into_iter().next().unwrap();
    let provider = Catalog::default().complete(&name, provider).unwrap();
    chain(&host.bind("p", &provider).await.unwrap_err())
}

#[tokio::test]
async fn a_hundred_calls_at_once_make_one_token_request_and_an_expired_token_another() {
    for scheme in BOTH {
        let endpoint = vec![named("token-1-0123", 2), named("token-2-0123", 3600)];
        let minted = Minted::new(scheme, vec![ok()], endpoint).await;
        let reports = join_all((0..100).map(|_| minted.send(json!({})))).await;
        assert!(reports.iter().all(|report| report.status() == Some(200)), "{reports:?}");
        assert_eq!(minted.endpoint.requests().len(), 1, "{}", scheme.name);
        tokio::time::sleep(Duration::from_millis(2100)).await;
        join_all((0..100).map(|_| minted.send(json!({})))).await;
        assert_eq!(minted.endpoint.requests().len(), 2, "{}", scheme.name);
        let sent = minted.upstream.requests();
        assert_eq!(sent.iter().filter(|request| request.contains("Bearer token-1-0123")).count(), 100);
        assert_eq!(sent.iter().filter(|request| request.contains("Bearer token-2-0123")).count(), 100);
    }
}

#[tokio::test]
async fn a_provider_whose_endpoint_is_not_granted_does_not_load() {
    for scheme in BOTH {
        let (upstream, endpoint) = (Script::start(vec![ok()]).await, Script::start(vec![token()]).await);
        let error = refused(scheme, &upstream, &endpoint, &[&upstream]).await;
        let [own, grant] =
            [&upstream, &endpoint].map(|script| scheme.grant(&script.origin(), &endpoint.origin()));
        let line = format!("`grant.origins = [{own}, {grant}]`");
        assert!(error.contains(&line) && error.contains("credential `key`"), "{error}");
        // Nor one whose credential would go where nobody granted it.
        let error = refused(scheme, &upstream, &endpoint, &[&endpoint]).await;
        assert!(error.contains("is meant for") && error.contains(&upstream.origin()), "{error}");
        assert!(upstream.requests().is_empty() && endpoint.requests().is_empty());
    }
}

#[tokio::test]
async fn what_an_endpoint_refuses_reaches_the_caller_in_words() {
    for scheme in BOTH {
        for (reply, words, kind) in [
            (
                Reply::json(401, &json!({ "error": "invalid_client", "error_description": KEY }).to_string()),
                "invalid_client",
                "ErrorKind::Authentication",
            ),
            (Reply::json(500, "<html>"), "it is out of order", "ErrorKind::Unavailable"),
            (Reply::json(200, "{}"), "no access_token", "ErrorKind::Unavailable"),
            (
                Reply::head(302, "location: https://collect.example/\r\ncontent-length: 0\r\n"),
                "redirects to https://collect.example",
                "ErrorKind::Permission",
            ),
        ] {
            let minted = Minted::new(scheme, vec![ok()], vec![reply]).await;
            let report = minted.send(json!({})).await;
            assert_eq!(report.error(), Some(kind), "{}: {report:?}", scheme.name);
            assert!(report.message().contains(words) && !report.sent(), "{}: {report:?}", scheme.name);
            if scheme.name == CLIENT_CREDENTIALS.name {
                clean(scheme.name, &report.0.to_string());
            }
            assert!(minted.upstream.requests().is_empty(), "nothing goes out without a token");
            minted.send(json!({})).await;
            assert_eq!(minted.endpoint.requests().len(), 1, "a failing endpoint is left alone");
        }
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_forgotten_only_when_it_is_old() {
    let minted = Minted::new(
        CLIENT_CREDENTIALS,
        vec![Reply::json(401, "{}"), ok()],
        vec![named("token-1-0123", 3600)],
    )
    .await;
    assert_eq!(minted.send(json!({})).await.status(), Some(401));
    assert_eq!(minted.send(json!({})).await.status(), Some(200));
    assert_eq!(minted.endpoint.requests().len(), 1, "a new token would be refused as well");
}

#[tokio::test]
async fn a_rotated_secret_is_exchanged_from_the_next_call_on() {
    for scheme in BOTH {
        let endpoint = vec![named("token-1-0123", 3600), named("token-2-0123", 3600)];
        let minted = Minted::new(scheme, vec![ok()], endpoint).await;
        minted.send(json!({})).await;
        let text = match scheme.name == SERVICE_ACCOUNT.name {
            true => service_account(&minted.endpoint.origin()).replace("robot@", "other@"),
            false => "client-secret-of-today".to_owned(),
        };
        if scheme.name == SERVICE_ACCOUNT.name {
            // One that is half written leaves the old one in use.
            std::fs::write(minted.secrets[0].path(), "{ half a fi").unwrap();
            assert!(!minted.host.refresh_secrets("minted").await.unwrap());
            assert_eq!(minted.send(json!({})).await.status(), Some(200));
            assert_eq!(minted.endpoint.requests().len(), 1);
        }
        std::fs::write(minted.secrets[0].path(), text).unwrap();
        assert!(minted.host.refresh_secrets("minted").await.unwrap());
        minted.send(json!({})).await;
        let requests = minted.upstream.requests();
        assert!(requests.last().unwrap().contains("Bearer token-2-0123"), "{}", scheme.name);
        assert_eq!(minted.endpoint.requests().len(), 2, "{}", scheme.name);
    }
}

/// Whether the claim of a token request was made by this clock, within a minute.
fn claimed_at(request: &str, seconds: u64) -> bool {
    use base64::Engine;
    let claims = request.split("assertion=").nth(1).unwrap().split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["iat"].as_u64().unwrap().abs_diff(seconds) < 60
}

#[tokio::test]
async fn a_machine_whose_clock_is_wrong_gets_a_token_all_the_same() {
    let body =
        json!({ "error": "invalid_grant", "error_description": "Invalid JWT: check your iat and exp" });
    let body = body.to_string();
    // The endpoint lives an hour later.
    let theirs = SystemTime::now() + Duration::from_secs(3600);
    let seconds = theirs.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let head = format!("date: {}\r\ncontent-length: {}\r\n", httpdate::fmt_http_date(theirs), body.len());
    let endpoint = vec![Reply::head(400, &head).send(body), token()];
    let minted = Minted::new(SERVICE_ACCOUNT, vec![ok()], endpoint).await;
    assert_eq!(minted.send(json!({})).await.status(), Some(200));
    let requests = minted.endpoint.requests();
    assert!(!claimed_at(&requests[0], seconds) && claimed_at(&requests[1], seconds));
}

#[tokio::test]
async fn a_secret_that_is_optional_and_absent_asks_for_no_token() {
    let (upstream, endpoint) = (Script::start(vec![ok()]).await, Script::start(vec![token()]).await);
    let without = Minting { secrets: |_| Vec::new(), ..CLIENT_CREDENTIALS };
    let host = jackfield_e2e::host();
    host.load_bytes("probe", &packed(without)).unwrap();
    let (lines, secrets) = Minted::settings(without, &upstream, &endpoint, &[&upstream]);
    let provider = jackfield_e2e::bind(&host, "minted", &lines).await;
    let minted = Minted { upstream, endpoint, provider, host, secrets };
    assert_eq!(minted.send(json!({})).await.status(), Some(200));
    assert!(minted.endpoint.requests().is_empty());
    assert!(!minted.upstream.requests()[0].contains("authorization"));
}

#[tokio::test]
async fn of_several_schemes_the_ones_that_are_not_set_up_only_refuse() {
    let more = "\n\n[auth.other]\nscheme = \"oauth2-client-credentials\"\ntoken-url = \"{other-url}\"\n\
                client-id = \"probe\"\nclient-secret = \"api-key\"\n\n[config.other-url]\ntype = \"url\"\n\n\
                [[egress]]\norigin = \"{base-url}\"\nmethods = [\"GET\"]\nauth = \"other\"";
    let lines: &'static str = format!("{}{more}", CLIENT_CREDENTIALS.lines).leak();
    let minted = Minted::new(Minting { lines, ..CLIENT_CREDENTIALS }, vec![ok()], vec![token()]).await;
    let report = minted.send(json!({ "auth": "other" })).await;
    assert_eq!(report.error(), Some("ErrorKind::Authentication"), "{report:?}");
    let words =
        "credential `other`: this scheme isn't set up: its token-url {other-url} needs a config value";
    assert!(report.message().contains(words) && minted.upstream.requests().is_empty(), "{report:?}");
    assert_eq!(minted.send(json!({ "auth": "key" })).await.status(), Some(200));
}
