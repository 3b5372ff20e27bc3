use std::sync::Arc;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD},
};

use super::*;

const SECRET: &str = "sk-test/Q7\"x+9\\Zk~pq0123456789abcdefghijklmnopqrst";

fn scanner(secrets: &[&str]) -> SecretScanner {
    SecretScanner::new(secrets.iter().map(|s| s.as_bytes())).unwrap()
}

fn hex(text: &str) -> String {
    text.bytes().map(|b| format!("{b:02x}")).collect()
}

/// The secret as a guest might write it, each spelling made here by other
/// means than in the code under test.
fn spellings(secret: &str) -> Vec<String> {
    let mut all = vec![secret.to_owned(), hex(secret), hex(secret).to_uppercase()];
    for before in ["", "a", "ab", "abc", "Authorization: Bearer "] {
        for after in ["", "z", "yz", "xyz"] {
            let text = format!("{before}{secret}{after}");
            all.push(STANDARD.encode(&text));
            all.push(URL_SAFE.encode(&text));
            all.push(URL_SAFE_NO_PAD.encode(&text));
        }
    }
    all.push(secret.bytes().map(|b| format!("%{b:02X}")).collect());
    all.push(secret.bytes().map(|b| format!("%{b:02x}")).collect());
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    all.push(form);
    all.push(serde_json::to_string(secret).unwrap());
    all.push(serde_json::to_string(secret).unwrap().replace('/', "\\/"));
    all.push(secret.chars().map(|c| format!("\\u{:04x}", c as u32)).collect());
    all.push(secret.chars().map(|c| format!("\\u{:04X}", c as u32)).collect());
    all
}

#[test]
fn a_secret_is_found_in_every_encoding() {
    let scanner = scanner(&[SECRET]);
    for spelling in spellings(SECRET) {
        let text = format!("{{\"prompt\": \"{spelling}\"}}");
        assert!(scanner.find(text.as_bytes()).is_some(), "{spelling}");
        let clean = scanner.redact(&text);
        assert!(clean.contains(REDACTED) && scanner.find(clean.as_bytes()).is_none(), "{spelling}: {clean}");
    }
}

#[test]
fn secrets_of_every_length_are_found_in_base64() {
    for length in SHORTEST..40 {
        let secret: String = ('A'..='z').filter(char::is_ascii_alphanumeric).cycle().take(length).collect();
        let scanner = scanner(&[&secret]);
        for spelling in spellings(&secret) {
            assert!(scanner.find(spelling.as_bytes()).is_some(), "{length}: {spelling}");
        }
    }
}

#[test]
fn what_has_no_secret_passes_untouched() {
    let scanner = scanner(&[SECRET]);
    for text in ["", "s", &SECRET[1..], &SECRET[..SECRET.len() - 1], "an ordinary prompt about sk-test keys"]
    {
        assert_eq!(scanner.find(text.as_bytes()), None, "{text}");
        assert!(matches!(scanner.redact(text), Cow::Borrowed(_)), "{text}");
    }
    assert_eq!(SecretScanner::empty().find(SECRET.as_bytes()), None);
}

#[test]
fn a_binary_secret_is_found() {
    let secret = [0u8, 255, 128, 10, 13, 7, 200, 31, 64];
    let scanner = SecretScanner::new([secret.as_slice()]).unwrap();
    assert!(scanner.find(&[&b"xx"[..], &secret, b"yy"].concat()).is_some());
    assert!(scanner.find(STANDARD.encode(secret).as_bytes()).is_some());
}

#[test]
fn short_and_empty_secrets_are_counted_not_sought() {
    let scanner = scanner(&["", "  \n", "test", "seven77", "eight888\n"]);
    assert_eq!(scanner.too_short(), 2);
    assert_eq!(scanner.find(b"a test with seven77"), None);
    assert!(scanner.find(b"xeight888x").is_some());
}

#[test]
fn a_stream_is_clean_however_it_is_cut() {
    let scanner = Arc::new(scanner(&[SECRET, "another-secret-1", "another-secret-1-longer"]));
    for spelling in
        spellings(SECRET).iter().map(String::as_str).chain(["another-secret-1", "another-secret-1-longer"])
    {
        let text = format!("data: ab {spelling}|{spelling} cd\n\n");
        let whole = scanner.redact_bytes(text.as_bytes()).unwrap();
        for size in 1..=text.len() {
            let mut stream = StreamScanner::new(Arc::clone(&scanner));
            let mut out = Vec::new();
            for chunk in text.as_bytes().chunks(size) {
                out.extend_from_slice(&stream.push(Bytes::copy_from_slice(chunk)));
            }
            out.extend_from_slice(&stream.finish());
            assert_eq!(String::from_utf8(out).unwrap(), std::str::from_utf8(&whole).unwrap(), "{size}");
            assert!(stream.found() >= 2, "{size}");
        }
    }
}

#[test]
fn a_stream_of_beginnings_loses_and_keeps_nothing() {
    let scanner = Arc::new(scanner(&[SECRET, "aaaaaaaab"]));
    for text in ["s", "sk-", "sk-sk-sk-test/Q7\"x", &SECRET[..20].repeat(3), "aaaaaaaaaaaaaaaa", "%73", ""] {
        for size in 1..=text.len().max(1) {
            let mut stream = StreamScanner::new(Arc::clone(&scanner));
            let mut out = Vec::new();
            for chunk in text.as_bytes().chunks(size) {
                out.extend_from_slice(&stream.push(Bytes::copy_from_slice(chunk)));
            }
            out.extend_from_slice(&stream.finish());
            assert_eq!(out, text.as_bytes(), "{size}");
        }
    }
}

#[test]
fn a_complete_event_is_not_held_back_nor_copied() {
    let mut stream = StreamScanner::new(Arc::new(scanner(&[SECRET])));
    let chunk = Bytes::from_static(b"data: {\"delta\": \"hello s\"}\n\n");
    let out = stream.push(chunk.clone());
    assert_eq!(out, chunk);
    assert_eq!(out.as_ptr(), chunk.as_ptr());
    assert!(stream.finish().is_empty());
}

#[test]
fn half_a_secret_is_not_left_at_the_end_of_what_is_cut() {
    const OTHERS: &str = "É UNDMEHR";
    let scanner = Arc::new(scanner(&[SECRET, "another-secret-1", "another-secret-1-longer"]));
    for spelling in [SECRET, &hex(SECRET), "another-secret-1", "another-secret-1-longer"] {
        // Of these letters no secret has any, in whatever spelling.
        let text = format!("É {spelling} {spelling} UND MEHR");
        assert!(!spelling.contains(|c: char| OTHERS.contains(c)), "{spelling}");
        for limit in 0..=text.len() {
            let cut = scanner.redact_beginning(&text, limit);
            let (said, left_out) = cut.split_once('…').unwrap_or((&cut, ""));
            let said = said.replace(REDACTED, "");
            assert!(said.chars().all(|c| OTHERS.contains(c)), "{limit}: {said:?} of {text}");
            assert_eq!(left_out.is_empty(), limit == text.len(), "{limit}: {cut}");
        }
    }
    assert_eq!(scanner.redact_beginning("plain words", 5), "plain… (6 bytes more)");
}

#[test]
fn nothing_prints_a_secret() {
    let scanner = Arc::new(scanner(&[SECRET]));
    let mut stream = StreamScanner::new(Arc::clone(&scanner));
    stream.push(Bytes::from_static(b"sk-test/Q7"));
    assert_eq!(format!("{scanner:?}"), "SecretScanner { patterns: 19, .. }");
    assert_eq!(format!("{stream:?}"), "StreamScanner { held: 10, found: 0, .. }");
}

/// Run with `cargo test --release -- --ignored --nocapture speed`.
#[test]
#[ignore = "a measurement, not a check"]
fn speed() {
    let secret = "sk-proj-Zk81mQxv0aLwPd93TnYcRb27HuJeGf65SiOoVtXqKyBz";
    let scanner = Arc::new(scanner(&[secret]));
    let body = r#"{"role":"user","content":"Explain in 3 sentences why the sky is blue, %d and \u00e9."},"#
        .repeat(12);
    let body = &body.as_bytes()[..1024];
    let rounds = 200_000_u32;
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        assert!(std::hint::black_box(&*scanner).find(std::hint::black_box(body)).is_none());
    }
    println!("find: {} ns per KB", start.elapsed().as_nanos() / u128::from(rounds));
    for size in [100, 1024, 16 * 1024] {
        let chunk = Bytes::from(body.repeat(16)[..size].to_vec());
        let mut stream = StreamScanner::new(Arc::clone(&scanner));
        let start = std::time::Instant::now();
        for _ in 0..rounds / 10 {
            std::hint::black_box(stream.push(chunk.clone()));
        }
        println!("stream: {} ns per chunk of {size}", start.elapsed().as_nanos() / u128::from(rounds / 10));
    }
}
