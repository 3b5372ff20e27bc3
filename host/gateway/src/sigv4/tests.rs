//! Each rule, by a request that breaks it and nothing else.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::*;

const SECRET: &str = "gateway-secret-of-one-key";
const BODY: &[u8] = br#"{"messages":[]}"#;
const PATH: &str = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse";
/// 2026-01-02T03:04:05Z.
const AT: Duration = Duration::from_secs(1_767_323_045);

/// A request that can be changed before and after it is signed.
#[derive(Clone)]
struct Made {
    method: Method,
    path: String,
    query: Option<String>,
    authority: Option<String>,
    headers: HeaderMap,
    body: Vec<u8>,
    signed: Vec<&'static str>,
    scope: String,
    payload: Option<&'static str>,
}

impl Made {
    fn new() -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("gateway.example:8787"));
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert("x-amz-date", HeaderValue::from_static("20260102T030405Z"));
        Self {
            method: Method::POST,
            path: PATH.to_owned(),
            query: None,
            authority: None,
            headers,
            body: BODY.to_vec(),
            signed: vec!["content-type", "host", "x-amz-date"],
            scope: "20260102/us-east-1/bedrock/aws4_request".to_owned(),
            payload: None,
        }
    }

    fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    fn signing(self, signed: &[&'static str]) -> Self {
        Self { signed: signed.to_vec(), ..self }
    }

    /// By the algorithm's description, not by the code under test: names and
    /// values here have nothing that would have to be normalized.
    fn sign(mut self) -> Self {
        let digest = canonical::hex(&Sha256::digest(&self.body));
        let encoded = self.path.replace('%', "%25");
        let mut text = format!("{}\n{encoded}\n{}\n", self.method, self.query.as_deref().unwrap_or_default());
        for name in &self.signed {
            let value = self.headers.get(*name).map(|value| value.to_str().unwrap().to_owned());
            text += &format!("{name}:{}\n", value.or(self.authority.clone()).unwrap_or_default());
        }
        text += &format!("\n{}\n{}", self.signed.join(";"), self.payload.unwrap_or(&digest));
        let date = self.headers.get("x-amz-date").map_or("", |date| date.to_str().unwrap_or_default());
        let text =
            format!("AWS4-HMAC-SHA256\n{date}\n{}\n{}", self.scope, canonical::hex(&Sha256::digest(text)));
        let mut key = format!("AWS4{SECRET}").into_bytes();
        for part in self.scope.split('/').chain([text.as_str()]) {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes());
            key = tag.as_ref().to_vec();
        }
        let value = format!(
            "AWS4-HMAC-SHA256 Credential=team-a/{}, SignedHeaders={}, Signature={}",
            self.scope,
            self.signed.join(";"),
            canonical::hex(&key)
        );
        self.headers.insert("authorization", value.parse().unwrap());
        self
    }

    fn check_with(&self, secret: &str, rules: Rules<'_>, now: SystemTime) -> Result<(), SignatureError> {
        let authorization = Authorization::of(&self.headers)?.expect("it is signed");
        assert_eq!(authorization.access_key_id, "team-a");
        let received = Received {
            method: &self.method,
            path: &self.path,
            query: self.query.as_deref(),
            authority: self.authority.as_deref(),
            headers: &self.headers,
        };
        let checked = check(&received, &authorization, secret, &rules, now)?;
        assert_eq!(checked.is_proven(), self.headers.contains_key("x-amz-content-sha256"));
        checked.body(&Sha256::digest(&self.body).into())
    }

    /// What is known before any of the body is.
    fn head(&self, secret: &str) -> Result<bool, SignatureError> {
        let authorization = Authorization::of(&self.headers)?.expect("it is signed");
        let Self { method, path, headers, .. } = self;
        let received = Received { method, path, query: None, authority: None, headers };
        check(&received, &authorization, secret, &Rules::BEDROCK, UNIX_EPOCH + AT)
            .map(|checked| checked.is_proven())
    }

    fn check(&self) -> Result<(), SignatureError> {
        self.check_with(SECRET, Rules::BEDROCK, UNIX_EPOCH + AT)
    }
}

#[test]
fn a_signed_request_passes() {
    assert_eq!(Made::new().sign().check(), Ok(()));
}

#[test]
fn a_request_that_was_changed_after_it_was_signed_does_not_pass() {
    let changes: [fn(&mut Made); 6] = [
        |made| made.method = Method::PUT,
        |made| made.path = PATH.replace("haiku", "opus-"),
        |made| made.query = Some("a=b".to_owned()),
        |made| made.body = b"{}".to_vec(),
        |made| drop(made.headers.insert("host", HeaderValue::from_static("elsewhere.example"))),
        |made| drop(made.headers.insert("content-type", HeaderValue::from_static("text/plain"))),
    ];
    for (place, change) in changes.iter().enumerate() {
        let mut made = Made::new().sign();
        change(&mut made);
        assert_eq!(made.check(), Err(SignatureError::Mismatch), "change {place}");
    }
}

#[test]
fn another_secret_and_another_region_do_not_match() {
    let made = Made::new().sign();
    let now = UNIX_EPOCH + AT;
    assert_eq!(made.check_with("another", Rules::BEDROCK, now), Err(SignatureError::Mismatch));
    let mut other = made;
    let value = other.headers["authorization"].to_str().unwrap().replace("us-east-1", "eu-west-1");
    other.headers.insert("authorization", value.parse().unwrap());
    assert_eq!(other.check(), Err(SignatureError::Mismatch));
}

#[test]
fn a_signature_for_another_service_or_day_is_refused() {
    for (scope, what) in [
        ("20260102/us-east-1/bedrock-runtime/aws4_request", "service"),
        ("20260102/us-east-1/s3/aws4_request", "service"),
        ("20260101/us-east-1/bedrock/aws4_request", "date"),
    ] {
        let mut made = Made::new();
        made.scope = scope.to_owned();
        let found = made.sign().check();
        assert!(
            matches!(&found, Err(SignatureError::Scope { what: said, .. }) if *said == what),
            "{found:?}"
        );
    }
}

#[test]
fn a_request_counts_for_fifteen_minutes_either_way() {
    let made = Made::new().sign();
    let at = UNIX_EPOCH + AT;
    let most = Duration::from_secs(900);
    let second = Duration::from_secs(1);
    for (now, passes) in [
        (at + most, true),
        (at - most, true),
        (at + most + second, false),
        (at - most - second, false),
        (at + Duration::from_secs(86_400), false),
    ] {
        let found = made.check_with(SECRET, Rules::BEDROCK, now);
        assert_eq!(found.is_ok(), passes, "{found:?}");
        assert!(passes || matches!(found, Err(SignatureError::Skewed { .. })), "{found:?}");
    }
    let error = made.check_with(SECRET, Rules::BEDROCK, at + most + second).unwrap_err().to_string();
    assert!(error.contains("901 s ago") && error.contains("at most 900 s"), "{error}");
}

#[test]
fn host_and_date_must_be_signed() {
    for (signed, missing) in
        [(&["content-type", "x-amz-date"][..], "host"), (&["content-type", "host"], "x-amz-date")]
    {
        let found = Made::new().signing(signed).sign().check();
        assert_eq!(found, Err(SignatureError::Unsigned(missing.to_owned())));
    }
}

#[test]
fn a_header_that_steers_and_was_added_later_is_refused_and_a_token_is_not_looked_at() {
    let added = Made::new().sign().with("x-amzn-bedrock-trace", "ENABLED");
    assert_eq!(added.check(), Ok(()), "other headers may be added on the way");
    for name in ["x-amz-invented", "x-portkey-config", "x-portkey-custom-host", "x-jackfield-invented"] {
        let added = Made::new().sign().with(name, "1");
        assert_eq!(added.check(), Err(SignatureError::Unsigned(name.to_owned())));
    }
    let token = Made::new().sign().with("x-amz-security-token", "whatever");
    assert_eq!(token.check(), Ok(()));
    let signed = Made::new().with("x-amz-security-token", "whatever");
    let signed = signed.signing(&["host", "x-amz-date", "x-amz-security-token"]).sign();
    assert_eq!(signed.check(), Ok(()));
}

#[test]
fn a_signed_header_that_was_not_sent_is_refused() {
    let mut made = Made::new().sign();
    made.headers.remove("content-type");
    made.authority = Some("application/json".to_owned());
    assert_eq!(made.check(), Err(SignatureError::Absent("content-type".to_owned())));
}

#[test]
fn the_host_of_http2_stands_in_for_the_header_and_never_replaces_it() {
    let mut made = Made::new();
    made.headers.remove("host");
    made.authority = Some("gateway.example:8787".to_owned());
    let mut made = made.sign();
    assert_eq!(made.check(), Ok(()));
    made.authority = Some("elsewhere.example".to_owned());
    assert_eq!(made.check(), Err(SignatureError::Mismatch));
    let mut both = Made::new().sign();
    both.authority = Some("elsewhere.example".to_owned());
    assert_eq!(both.check(), Ok(()), "the header is what was signed");
}

#[test]
fn a_date_must_be_there_once_and_be_one() {
    let mut none = Made::new().sign();
    none.headers.remove("x-amz-date");
    let twice = Made::new().sign().with("x-amz-date", "20260102T030405Z");
    let mut odd = Made::new();
    odd.headers.insert("x-amz-date", HeaderValue::from_static("yesterday"));
    for made in [none, twice, odd.sign()] {
        let found = made.check();
        assert!(matches!(found, Err(SignatureError::Date(_))), "{found:?}");
    }
}

#[test]
fn a_digest_of_the_body_that_is_sent_must_be_its_own() {
    let all = ["content-type", "host", "x-amz-content-sha256", "x-amz-date"];
    // SHA-256 of nothing.
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let mut right = Made::new().with("x-amz-content-sha256", empty).signing(&all);
    right.body = Vec::new();
    assert_eq!(right.sign().check(), Ok(()));
    for value in [empty, "UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", ""] {
        let mut made = Made::new().with("x-amz-content-sha256", value).signing(&all);
        made.payload = Some(value);
        let found = made.sign().check();
        assert!(matches!(found, Err(SignatureError::Payload(_))), "{value}: {found:?}");
    }
    let twice = Made::new().with("x-amz-content-sha256", empty).with("x-amz-content-sha256", empty);
    let found = twice.signing(&all).sign().check();
    assert!(matches!(found, Err(SignatureError::Payload(_))), "{found:?}");
}

#[test]
fn where_the_head_tells_the_digest_the_signature_is_known_before_the_body() {
    let all = ["content-type", "host", "x-amz-content-sha256", "x-amz-date"];
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let mut told = Made::new().with("x-amz-content-sha256", empty).signing(&all);
    told.body = Vec::new();
    let told = told.sign();
    assert_eq!(told.head(SECRET), Ok(true));
    assert_eq!(told.head("another"), Err(SignatureError::Mismatch));
    let mut changed = told.clone();
    changed.path = PATH.replace("haiku", "opus-");
    assert_eq!(changed.head(SECRET), Err(SignatureError::Mismatch));
    let untold = Made::new().sign();
    assert_eq!((untold.head(SECRET), untold.head("another")), (Ok(false), Ok(false)));
}

#[test]
fn an_unsigned_body_passes_only_where_the_rules_say_so() {
    let all = ["content-type", "host", "x-amz-content-sha256", "x-amz-date"];
    let mut made = Made::new().with("x-amz-content-sha256", "UNSIGNED-PAYLOAD").signing(&all);
    made.payload = Some("UNSIGNED-PAYLOAD");
    let made = made.sign();
    let rules = Rules { unsigned_payload: true, ..Rules::BEDROCK };
    assert_eq!(made.check_with(SECRET, rules, UNIX_EPOCH + AT), Ok(()));
    assert!(made.check().is_err());
}

#[test]
fn neither_debug_output_nor_errors_have_a_signature_in_them() {
    let made = Made::new().sign();
    let authorization = Authorization::of(&made.headers).unwrap().unwrap();
    let written = made.headers["authorization"].to_str().unwrap();
    let signature = &written[written.len() - 64..];
    let error = made.check_with("another", Rules::BEDROCK, UNIX_EPOCH + AT).unwrap_err();
    let shown = format!("{authorization:?} {error} {error:?}");
    assert!(shown.contains("team-a") && !shown.contains(signature), "{shown}");
}
