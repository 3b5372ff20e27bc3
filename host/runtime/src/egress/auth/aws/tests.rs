//! Signatures as others make them: AWS's own cases, and requests to Bedrock as
//! botocore signs them.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SessionTokenMode, SigningSettings, UriPathNormalizationMode,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use jackfield_spec::sigv4::{Case, suite};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::Value;
use url::Url;

use super::sign::{self, Parts, Scope};
use crate::egress::transport::OutgoingRequest;

/// What can't stand in a URL as it is.
const RAW: &AsciiSet = &CONTROLS.add(b' ');

fn settings(case: &Case) -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.uri_path_normalization_mode = UriPathNormalizationMode::from(case.is("normalize"));
    if case.is("sign_body") {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if case.is("omit_session_token") {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    // Their paths aren't encoded yet; what is encoded once for the wire is the canonical form.
    settings.percent_encoding_mode = aws_sigv4::http_request::PercentEncodingMode::Single;
    settings
}

#[test]
fn every_official_case_is_signed_as_aws_signs_it() {
    let Some(cases) = suite() else { return };
    for case in &cases {
        let text = |pointer| case.text(pointer).unwrap();
        let token = case.text("/credentials/token").map(str::to_owned);
        let (id, secret) = (text("/credentials/access_key_id"), text("/credentials/secret_access_key"));
        let keys = Credentials::new(id, secret, token, None, "suite");
        let scope = Scope { service: text("/service").to_owned(), region: text("/region").to_owned() };
        let target = utf8_percent_encode(&case.request.target, RAW).to_string();
        let headers: Vec<(&str, &str)> =
            case.request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let host = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).unwrap().1;
        let url = format!("https://{host}{target}");
        let parts =
            Parts { method: &case.request.method, url: &url, headers, body: case.request.body.as_bytes() };
        let at = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        let written = sign::headers_of(parts, &keys, &scope, at, settings(case)).unwrap();
        let expected = case.signed.headers.iter().find(|(name, _)| name == "Authorization").unwrap();
        let found = written.iter().find(|(name, _)| *name == AUTHORIZATION).unwrap();
        assert_eq!(found.1.to_str().unwrap(), expected.1, "{}", case.name);
    }
}

/// A request of the file, and what botocore writes into `authorization`.
fn made(case: &Value) -> (OutgoingRequest, Scope) {
    let text = |name: &str| case[name].as_str().unwrap();
    let headers = case["headers"].as_object().unwrap().iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, HeaderValue::from_str(value.as_str().unwrap()).unwrap())
    });
    let request = OutgoingRequest {
        method: text("method").parse().unwrap(),
        url: Url::parse(text("url")).unwrap(),
        headers: headers.collect::<HeaderMap>(),
        body: Bytes::from(text("body").to_owned()),
    };
    (request, Scope { service: text("service").to_owned(), region: text("region").to_owned() })
}

#[test]
fn requests_are_signed_as_botocore_signs_them() {
    let cases: Value = serde_json::from_str(include_str!("cases.json")).unwrap();
    let at = UNIX_EPOCH + Duration::from_secs(cases["at"].as_u64().unwrap());
    for case in cases["cases"].as_array().unwrap() {
        let (mut request, scope) = made(case);
        let before = request.headers.clone();
        let token = case["token"].as_str().map(str::to_owned);
        let key = |name: &str| cases[name].as_str().unwrap();
        let keys = Credentials::new(key("key"), key("secret"), token.clone(), None, "case");
        sign::sign(&mut request, &keys, &scope, at).unwrap();
        let value = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap());
        let name = &case["name"];
        assert_eq!(value("authorization"), case["authorization"].as_str(), "{name}");
        assert_eq!(value("x-amz-date"), Some("20260102T030405Z"), "{name}");
        assert_eq!(value("x-amz-security-token"), token.as_deref(), "{name}");
        assert_eq!(request.url.as_str(), Url::parse(case["url"].as_str().unwrap()).unwrap().as_str());
        for (name, _) in request.headers.iter().filter(|(name, _)| !before.contains_key(*name)) {
            assert!(sign::HEADERS.contains(name), "{name} isn't among what is written");
        }
        for name in ["authorization", "x-amz-security-token"] {
            assert!(request.headers.get(name).is_none_or(HeaderValue::is_sensitive), "{name}");
        }
    }
}

#[test]
fn a_header_that_is_no_text_goes_unsigned() {
    let cases: Value = serde_json::from_str(include_str!("cases.json")).unwrap();
    let (mut request, scope) = made(&cases["cases"][0]);
    request.headers.insert("x-odd", HeaderValue::from_bytes(&[0xff]).unwrap());
    let keys = Credentials::new("AKID", "secret", None, None, "test");
    sign::sign(&mut request, &keys, &scope, UNIX_EPOCH).unwrap();
    assert!(!request.headers["authorization"].to_str().unwrap().contains("x-odd"));
}
