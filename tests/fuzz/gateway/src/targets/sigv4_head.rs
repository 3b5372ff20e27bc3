//! Heads of requests that claim to be signed are read or refused, whatever stands
//! in them, and none is taken for signed by a secret that its sender doesn't have.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jackfield_gateway::sigv4::{Authorization, PathForm, Received, Rules, SignatureError, check};

use crate::choices::Choices;
use crate::shape::spoil;

const SECRET: &str = "a-secret-that-nobody-has";

/// 2015-08-30, 12:36 UTC.
const NOW: Duration = Duration::from_secs(1_440_938_160);

const DATES: [&str; 7] = [
    "20150830T123600Z",
    "20150830T123600Z",
    "20150830T124500Z",
    "20150831T000000Z",
    "2015",
    "",
    "99999999T999999Z",
];
const SCOPES: [&str; 6] = [
    "20150830/eu-west-1/bedrock/aws4_request",
    "20150830/eu-west-1/bedrock/aws4_request",
    "20150830/eu-west-1/s3/aws4_request",
    "20150831/eu-west-1/bedrock/aws4_request",
    "20150830//bedrock/aws4_request",
    "20150830/eu-west-1/bedrock",
];
const SIGNED: [&str; 8] = [
    "host;x-amz-date",
    "content-type;host;x-amz-date",
    "content-type;host;x-amz-content-sha256;x-amz-date",
    "host",
    "x-amz-date;host",
    "host;host;x-amz-date",
    "HOST;x-amz-date",
    "",
];
const PATHS: [&str; 8] =
    ["/model/m/converse", "/", "", "//a/../b/./", "/%2F%zz%", "/a b", "/model/a%2Fm/converse", "/..%2f.."];
const QUERIES: [Option<&str>; 6] =
    [None, Some(""), Some("a=1&a=0&b"), Some("%=&&=&"), Some("X-Amz-Signature=0"), Some("a=%zz&é=1")];
const DIGESTS: [&str; 5] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "UNSIGNED-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "E3B0",
    "",
];

/// Panics where the property doesn't hold.
pub fn run(data: &[u8]) {
    let mut choices = Choices::new(data);
    let headers = headers(&mut choices);
    let authorization = match Authorization::of(&headers) {
        Ok(Some(authorization)) => authorization,
        Ok(None) => return,
        Err(error) => return told(&error),
    };
    assert!(!authorization.access_key_id.is_empty());
    let method = choices.one(&[Method::POST, Method::GET]);
    let path = choices.one(&PATHS);
    let received = Received {
        method: &method,
        path,
        query: choices.one(&QUERIES),
        authority: choices.option(|choices| choices.one(&["gateway", "", "a:1"])),
        headers: &headers,
    };
    let path = choices.one(&[PathForm::Normalized, PathForm::AsSent]);
    let rules = Rules { unsigned_payload: choices.chance(128), path, ..Rules::BEDROCK };
    match check(&received, &authorization, SECRET, &rules, SystemTime::UNIX_EPOCH + NOW) {
        Err(error) => told(&error),
        Ok(checked) => {
            assert!(!checked.is_proven(), "nobody has the secret: {headers:?}");
            let digest = [choices.byte(); 32];
            match checked.body(&digest) {
                Err(error) => told(&error),
                Ok(()) => panic!("nobody has the secret: {headers:?}"),
            }
        }
    }
}

fn told(error: &SignatureError) {
    let text = error.to_string();
    assert!(!text.is_empty() && !text.contains(SECRET), "{text}");
}

fn headers(choices: &mut Choices<'_>) -> HeaderMap {
    let signature: String = (0..32).map(|_| format!("{:02x}", choices.byte())).collect();
    let mut text = format!(
        "{} Credential={}/{}, SignedHeaders={},{}Signature={}",
        choices.one(&["AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512", "AWS4", "Bearer"]),
        choices.one(&["team", "team", "", "a/b", "é"]),
        choices.one(&SCOPES),
        choices.one(&SIGNED),
        choices.one(&[" ", "", "  "]),
        choices.one(&[signature.as_str(), signature.as_str(), "", "00", "zz"]),
    )
    .into_bytes();
    if choices.chance(60) {
        spoil(choices, &mut text);
    }
    let date = choices.one(&DATES);
    let digest = choices.one(&DIGESTS);
    let mut headers = HeaderMap::new();
    let mut add = |name: &'static str, value: &[u8]| {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    };
    add("authorization", &text);
    for (name, value, rate) in [
        ("host", "gateway:8787", 240),
        ("x-amz-date", date, 240),
        ("x-amz-date", date, 10),
        ("x-amz-content-sha256", digest, 128),
        ("content-type", "application/json", 200),
        ("x-amz-security-token", "token", 40),
        ("x-portkey-config", "{}", 20),
        ("authorization", "Bearer x", 10),
    ] {
        if choices.chance(rate) {
            add(name, value.as_bytes());
        }
    }
    headers
}
