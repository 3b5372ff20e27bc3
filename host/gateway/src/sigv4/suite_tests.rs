//! AWS's own cases, and requests that botocore signed, taken in as a gateway takes
//! in requests.

use std::time::Duration;

use http::{HeaderMap, HeaderName};
use jackfield_spec::sigv4::{Case, Request, suite};
use sha2::{Digest, Sha256};

use super::*;

fn sha256(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

fn headers(request: &Request) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

fn with<T>(case: &Case, look: impl FnOnce(&Received<'_>, &Authorization, &Rules<'_>, SystemTime) -> T) -> T {
    let headers = headers(&case.signed);
    let method = Method::from_bytes(case.signed.method.as_bytes()).unwrap();
    let (path, query) = match case.signed.target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (case.signed.target.as_str(), None),
    };
    let received = Received { method: &method, path, query, authority: None, headers: &headers };
    let authorization = Authorization::of(&headers).unwrap().unwrap();
    let path = if case.is("normalize") { PathForm::Normalized } else { PathForm::AsSent };
    let rules = Rules { service: case.text("/service").unwrap(), path, ..Rules::BEDROCK };
    let at: String = case.text("/timestamp").unwrap().chars().filter(|c| !"-:".contains(*c)).collect();
    look(&received, &authorization, &rules, time::parse(&at).unwrap() + Duration::from_secs(60))
}

#[test]
fn every_official_case_is_found_to_be_signed() {
    let Some(cases) = suite() else { return };
    for case in &cases {
        let secret = case.text("/credentials/secret_access_key").unwrap();
        with(case, |received, authorization, rules, now| {
            assert_eq!(authorization.access_key_id, case.text("/credentials/access_key_id").unwrap());
            assert_eq!(authorization.scope.region, case.text("/region").unwrap());
            let digest = sha256(case.signed.body.as_bytes());
            let text = canonical::request(received, &authorization.signed_headers, rules.path).unwrap();
            let text = format!("{}{}", String::from_utf8_lossy(&text), canonical::hex(&digest));
            assert_eq!(text, case.canonical, "{}", case.name);
            let checked = check(received, authorization, secret, rules, now);
            assert_eq!(checked.and_then(|checked| checked.body(&digest)), Ok(()), "{}", case.name);
        });
    }
}

#[test]
fn no_official_case_is_signed_with_another_key() {
    let Some(cases) = suite() else { return };
    for case in &cases {
        with(case, |received, authorization, rules, now| {
            let checked = check(received, authorization, "another-secret", rules, now);
            let found = checked.and_then(|checked| checked.body(&sha256(case.signed.body.as_bytes())));
            assert_eq!(found, Err(SignatureError::Mismatch), "{}", case.name);
        });
    }
}

/// The file that `tests/peers/sigv4_cases.py` holds to what botocore does.
const BOTOCORE: &str = include_str!("../../../runtime/src/egress/auth/aws/cases.json");

#[test]
fn what_botocore_signs_is_found_to_be_signed() {
    let document: serde_json::Value = serde_json::from_str(BOTOCORE).unwrap();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(document["at"].as_u64().unwrap());
    for case in document["cases"].as_array().unwrap() {
        let text = |name: &str| case[name].as_str().unwrap();
        let url = url::Url::parse(text("url")).unwrap();
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut headers = HeaderMap::new();
        let given =
            case["headers"].as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let own = [
            ("host", Some(host)),
            ("x-amz-date", Some("20260102T030405Z")),
            ("x-amz-security-token", case["token"].as_str()),
            ("authorization", case["authorization"].as_str()),
        ];
        for (name, value) in given.chain(own) {
            let Some(value) = value else { continue };
            headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.trim().parse().unwrap());
        }
        let method: Method = text("method").parse().unwrap();
        let received = Received {
            method: &method,
            path: url.path(),
            query: url.query(),
            authority: None,
            headers: &headers,
        };
        let authorization = Authorization::of(&headers).unwrap().unwrap();
        let rules = Rules { service: text("service"), ..Rules::BEDROCK };
        let secret = document["secret"].as_str().unwrap();
        let checked = check(&received, &authorization, secret, &rules, at);
        let found = checked.and_then(|checked| checked.body(&sha256(text("body").as_bytes())));
        assert_eq!(found, Ok(()), "{}", case["name"]);
    }
}
