//! Signatures, checked with the public key over a text that is written out here.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use bytes::Bytes;

use super::*;
use crate::clock::SystemClock;

static PAIRS: LazyLock<[rcgen::KeyPair; 2]> = LazyLock::new(|| {
    [(); 2].map(|()| {
        rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap()
    })
});

/// 2014-01-05T21:31:40Z.
const AT: Duration = Duration::from_secs(1_388_957_500);

fn identity() -> OciIdentity {
    OciIdentity {
        tenancy: Some("ocid1.tenancy.oc1..aaa".to_owned()),
        user: Some("ocid1.user.oc1..bbb".to_owned()),
        fingerprint: Some("20:3b:97:13".to_owned()),
        ..OciIdentity::default()
    }
}

fn signer(identity: OciIdentity) -> (OciSigner, SharedSecret) {
    let key = SharedSecret::new(&PAIRS[0].serialize_pem());
    (OciSigner::new(identity, key.clone(), Arc::new(SystemClock)).unwrap(), key)
}

fn request(method: Method, url: &str, body: &'static str) -> OutgoingRequest {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    OutgoingRequest {
        method,
        url: Url::parse(url).unwrap(),
        headers,
        body: Bytes::from_static(body.as_bytes()),
    }
}

fn part<'a>(authorization: &'a str, name: &str) -> &'a str {
    authorization.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap()
}

fn verified(request: &OutgoingRequest, text: &str, pair: &rcgen::KeyPair) -> bool {
    let authorization = request.headers[AUTHORIZATION].to_str().unwrap();
    let signature = STANDARD.decode(part(authorization, "signature")).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key_raw());
    key.verify(text.as_bytes(), &signature).is_ok()
}

#[test]
fn what_has_no_body_is_signed_by_date_target_and_host() {
    for method in [Method::GET, Method::HEAD, Method::DELETE] {
        let url = "https://iaas.us-ashburn-1.oraclecloud.com/20160918/instances?a=b%20c&d";
        let mut request = request(method.clone(), url, "");
        signer(identity()).0.sign(&mut request, UNIX_EPOCH + AT).unwrap();
        let text = format!(
            "date: Sun, 05 Jan 2014 21:31:40 GMT\n\
             (request-target): {} /20160918/instances?a=b%20c&d\n\
             host: iaas.us-ashburn-1.oraclecloud.com",
            method.as_str().to_lowercase()
        );
        assert!(verified(&request, &text, &PAIRS[0]));
        assert!(!verified(&request, &text.replace("instances", "instance"), &PAIRS[0]));
        let authorization = request.headers[AUTHORIZATION].to_str().unwrap();
        assert!(authorization.starts_with("Signature version=\"1\",keyId="), "{authorization}");
        assert_eq!(part(authorization, "keyId"), "ocid1.tenancy.oc1..aaa/ocid1.user.oc1..bbb/20:3b:97:13");
        assert_eq!(part(authorization, "algorithm"), "rsa-sha256");
        assert_eq!(part(authorization, "headers"), "date (request-target) host");
        assert_eq!(request.headers[DATE], "Sun, 05 Jan 2014 21:31:40 GMT");
        assert!(request.headers[AUTHORIZATION].is_sensitive() && !request.headers.contains_key(DIGEST));
    }
}

#[test]
fn what_has_a_body_is_signed_by_its_digest_type_and_length_too() {
    for (body, digest) in [
        ("{\"a\":1}", "AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI="),
        ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    ] {
        let mut request = request(Method::POST, "http://127.0.0.1:8080/predict", body);
        signer(identity()).0.sign(&mut request, UNIX_EPOCH + AT).unwrap();
        let text = format!(
            "date: Sun, 05 Jan 2014 21:31:40 GMT\n(request-target): post /predict\nhost: 127.0.0.1:8080\n\
             content-length: {}\ncontent-type: application/json\nx-content-sha256: {digest}",
            body.len()
        );
        assert_eq!(request.headers[DIGEST], digest);
        assert!(verified(&request, &text, &PAIRS[0]), "{body}");
        let authorization = request.headers[AUTHORIZATION].to_str().unwrap();
        let names = "date (request-target) host content-length content-type x-content-sha256";
        assert_eq!(part(authorization, "headers"), names);
    }
}

#[test]
fn all_that_is_written_is_named() {
    let (signer, _) = signer(identity());
    let mut request = request(Method::PUT, "https://a.example/", "x");
    signer.sign(&mut request, UNIX_EPOCH + AT).unwrap();
    request.headers.remove(CONTENT_TYPE);
    let writes = signer.writes();
    assert!(request.headers.keys().all(|name| writes.headers.contains(name)));
}

#[test]
fn a_body_without_a_type_is_an_error_in_words() {
    let mut untyped = request(Method::POST, "https://a.example/", "x");
    untyped.headers.clear();
    let error = signer(identity()).0.sign(&mut untyped, UNIX_EPOCH).unwrap_err().to_string();
    assert!(error.contains("content-type"), "{error}");
}

#[test]
fn a_key_that_is_replaced_signs_from_then_on() {
    let (signer, key) = signer(identity());
    let text = "date: Sun, 05 Jan 2014 21:31:40 GMT\n(request-target): get /\nhost: a.example";
    let mut first = request(Method::GET, "https://a.example/", "");
    let before = signer.sign(&mut first, UNIX_EPOCH + AT).unwrap();
    key.replace(&PAIRS[1].serialize_pem());
    let mut second = request(Method::GET, "https://a.example/", "");
    let after = signer.sign(&mut second, UNIX_EPOCH + AT).unwrap();
    assert!(verified(&first, text, &PAIRS[0]) && verified(&second, text, &PAIRS[1]));
    assert!(after > before);
}

#[test]
fn a_profile_gives_what_is_not_set_and_takes_from_the_default_what_it_lacks() {
    let text = "[DEFAULT]\ntenancy=ocid1.t\nuser=ocid1.u\nfingerprint=aa:bb\npass_phrase=words-of-the-key\n\
                [WORK]\nuser=ocid1.w\n";
    let with = |profile: Option<&str>| OciIdentity {
        config: Some(SharedSecret::new(text)),
        profile: profile.map(str::to_owned),
        ..OciIdentity::default()
    };
    assert_eq!(*with(None).key_id().unwrap(), "ocid1.t/ocid1.u/aa:bb");
    assert_eq!(*with(Some("WORK")).key_id().unwrap(), "ocid1.t/ocid1.w/aa:bb");
    let own = OciIdentity { fingerprint: Some("cc:dd".to_owned()), ..with(Some("WORK")) };
    assert_eq!(*own.key_id().unwrap(), "ocid1.t/ocid1.w/cc:dd");
    let error = with(Some("HOME")).key_id().unwrap_err();
    assert!(error.contains("no profile [HOME]"), "{error}");
    let parts: Vec<String> = identity::parts(text).iter().map(|part| part.to_string()).collect();
    assert_eq!(parts, ["words-of-the-key"]);
    for missing in ["tenancy", "user", "fingerprint"] {
        let mut identity = self::identity();
        match missing {
            "tenancy" => identity.tenancy = None,
            "user" => identity.user = None,
            _ => identity.fingerprint = None,
        }
        let error = identity.key_id().unwrap_err();
        assert!(error.contains(&format!("no {missing} is set")), "{error}");
    }
    let odd = OciIdentity { user: Some("a\",b".to_owned()), ..self::identity() };
    assert!(odd.key_id().unwrap_err().contains("other characters"));
}

#[test]
fn a_session_signs_with_its_token_which_may_be_renewed() {
    let token = SharedSecret::new("eyJh.eyJi.c2ln-_");
    let (signer, _) = signer(OciIdentity { session: Some(token.clone()), ..OciIdentity::default() });
    let key_id = |request: &OutgoingRequest| {
        part(request.headers[AUTHORIZATION].to_str().unwrap(), "keyId").to_owned()
    };
    let mut first = request(Method::GET, "https://a.example/", "");
    let before = signer.sign(&mut first, UNIX_EPOCH + AT).unwrap();
    token.replace("eyJh.eyJj.bmV3\n");
    let mut second = request(Method::GET, "https://a.example/", "");
    let after = signer.sign(&mut second, UNIX_EPOCH + AT).unwrap();
    assert_eq!(
        (key_id(&first).as_str(), key_id(&second).as_str()),
        ("ST$eyJh.eyJi.c2ln-_", "ST$eyJh.eyJj.bmV3")
    );
    assert!(after > before);
    for wrong in ["", "a\",b", "two words"] {
        let session = Some(SharedSecret::new(wrong));
        let error = OciIdentity { session, ..OciIdentity::default() }.key_id().unwrap_err();
        assert!(error.contains("security_token_file"), "{error}");
    }
}

#[test]
fn a_profile_of_a_session_says_which_secret_is_missing() {
    let text = "[DEFAULT]\ntenancy=ocid1.t\nfingerprint=aa:bb\nsecurity_token_file=/home/a/token\n";
    let identity = OciIdentity { config: Some(SharedSecret::new(text)), ..OciIdentity::default() };
    let error = identity.key_id().unwrap_err();
    assert!(error.contains("[DEFAULT] is of a session"), "{error}");
    let named = OciIdentity { user: Some("ocid1.u".to_owned()), ..identity };
    assert_eq!(*named.key_id().unwrap(), "ocid1.t/ocid1.u/aa:bb");
    let whole = Some(SharedSecret::new(&format!("{text}user=ocid1.w\n")));
    let both = OciIdentity { config: whole, ..OciIdentity::default() };
    assert_eq!(*both.key_id().unwrap(), "ocid1.t/ocid1.w/aa:bb");
}

#[test]
fn keys_that_cannot_sign_are_refused_in_words_and_the_others_are_looked_for_by_their_lines() {
    for (key, says) in [
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----", "encrypted"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----",
            "encrypted",
        ),
        ("words", "PEM"),
    ] {
        let error = identity::check_key(key).unwrap_err();
        assert!(error.contains(says), "{error}");
        assert!(OciSigner::new(self::identity(), SharedSecret::new(key), Arc::new(SystemClock)).is_err());
    }
    let pem = PAIRS[0].serialize_pem();
    let SecretForm::Document(document) = KEY_FILE else { panic!("a key has lines") };
    assert!((document.check)(&pem).is_ok());
    let parts = (document.parts)(&pem);
    assert!(
        parts.len() > 20 && parts.iter().all(|line| pem.contains(line.as_str()) && !line.contains("-----"))
    );
}
