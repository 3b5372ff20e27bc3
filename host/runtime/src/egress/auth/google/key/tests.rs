use std::sync::LazyLock;

use serde_json::{Value, json};

use super::*;

static PEM: LazyLock<String> = LazyLock::new(|| {
    let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    pair.unwrap().serialize_pem()
});

fn account() -> Value {
    json!({
        "type": "service_account", "private_key": *PEM, "client_email": "robot@acme.example",
        "token_uri": "https://oauth2.googleapis.com/token",
    })
}

fn person() -> Value {
    json!({
        "type": "authorized_user", "client_id": "id", "client_secret": "secret-0123",
        "refresh_token": "refresh-0123",
    })
}

fn without(mut file: Value, member: &str) -> Value {
    file.as_object_mut().unwrap().remove(member);
    file
}

fn with(mut file: Value, member: &str, value: Value) -> Value {
    file[member] = value;
    file
}

#[test]
fn both_kinds_are_read() {
    let key = KeyFile::parse(&account().to_string()).unwrap();
    assert_eq!(key.audience, "https://oauth2.googleapis.com/token");
    assert!(matches!(key.credential, Credential::ServiceAccount { key_id: None, .. }));
    let key = KeyFile::parse(&with(person(), "quota_project_id", json!("payer")).to_string()).unwrap();
    assert_eq!(key.token_url.as_str(), TOKEN_URL);
    assert_eq!(key.quota_project.unwrap(), "payer");
    assert!(matches!(key.credential, Credential::User { .. }));
}

#[test]
fn what_is_missing_or_wrong_is_named_and_nothing_is_repeated() {
    let short = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";
    let mut cases = vec![
        ("hunter2".to_owned(), "isn't JSON (line 1, column 1)"),
        ("[\"hunter2\"]".to_owned(), "wrong type"),
        ("{\"hunter2\": 1}".to_owned(), "no member `type`"),
        (with(account(), "client_email", json!(["hunter2"])).to_string(), "wrong type"),
        (with(account(), "type", json!("hunter2")).to_string(), "type is unknown"),
        (with(account(), "private_key", json!("hunter2")).to_string(), "isn't a private key in PEM"),
        (with(account(), "private_key", json!(encrypted)).to_string(), "is encrypted"),
        (with(account(), "private_key", json!(short)).to_string(), "isn't an RSA key"),
        (with(account(), "private_key", json!(" ")).to_string(), "no member `private_key`"),
        (with(account(), "token_uri", json!("hunter2")).to_string(), "token_uri: the URL isn't absolute"),
        (with(person(), "quota_project_id", json!("hunter2\n")).to_string(), "quota_project_id"),
    ];
    for member in ["private_key", "client_email", "token_uri"] {
        cases.push((without(account(), member).to_string(), member));
    }
    for member in ["client_id", "client_secret", "refresh_token"] {
        cases.push((without(person(), member).to_string(), member));
    }
    for kind in OTHERS {
        cases.push((json!({ "type": kind, "x": "hunter2" }).to_string(), "are not supported; use a service"));
    }
    for (file, words) in cases {
        let error = check(&file).unwrap_err();
        assert!(error.contains(words), "{words}: {error}");
        assert!(!error.contains("hunter2") && !error.contains("0123"), "{error}");
    }
}

#[test]
fn a_key_is_looked_for_however_its_lines_are_joined() {
    let file = with(person(), "private_key", account()["private_key"].clone());
    let parts = parts(&file.to_string());
    let scanner = crate::egress::scan::SecretScanner::new(parts.iter().map(|part| part.as_bytes())).unwrap();
    let pem = file["private_key"].as_str().unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    for text in [pem, &json!(pem).to_string(), &body, "secret-0123", "refresh-0123"] {
        assert!(scanner.find(text.as_bytes()).is_some(), "{text}");
    }
    let public = "-----BEGIN PRIVATE KEY-----\nrobot@acme.example id service_account";
    assert!(scanner.find(public.as_bytes()).is_none());
    let left = scanner.redact(pem);
    assert!(left.lines().all(|line| line.len() < 30), "{left}");
}
