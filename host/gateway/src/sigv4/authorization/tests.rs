//! What is read of the header, and what is refused.

use http::HeaderMap;

use super::*;

#[test]
fn other_schemes_are_no_signature_and_broken_ones_are_errors() {
    let of = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", value.parse().unwrap());
        Authorization::of(&headers)
    };
    assert_eq!(Authorization::of(&HeaderMap::new()), Ok(None));
    assert_eq!(of("Bearer sk-1"), Ok(None));
    let signature = "a".repeat(64);
    let good = format!(
        "AWS4-HMAC-SHA256 Credential=a/b/20260102/r/s/aws4_request,SignedHeaders=host,Signature={signature}"
    );
    assert_eq!(of(&good).unwrap().unwrap().access_key_id, "a/b");
    for (from, to) in [
        ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        ("aws4_request", "aws3_request"),
        ("20260102", "2026-102"),
        ("/r/", "//"),
        ("Credential=", "Key="),
        (",SignedHeaders=host", ""),
        ("=host", "=Host"),
        ("=host", "=x-amz-date;host"),
        ("=host", "=host;host"),
        ("=host", "="),
        ("SignedHeaders=host", "SignedHeaders"),
        ("SignedHeaders=host", "SignedHeaders=host,SignedHeaders=host"),
        (&signature, "aa"),
        (&signature, &"A".repeat(64)),
        (&signature, &"g".repeat(64)),
        (&signature, &"a".repeat(65)),
    ] {
        let found = of(&good.replace(from, to));
        assert!(matches!(found, Err(SignatureError::Authorization(_))), "{from} -> {to}: {found:?}");
    }
    let mut twice = HeaderMap::new();
    twice.append("authorization", good.parse().unwrap());
    twice.append("authorization", "Bearer sk-1".parse().unwrap());
    assert!(Authorization::of(&twice).is_err());
}
