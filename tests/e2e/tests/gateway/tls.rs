//! The gateway's own certificate.

use jackfield_e2e::gateway::provider;
use jackfield_e2e::{Script, Served};

use crate::raw::{send, to_end};
use crate::wire::{OPENAI, sse};

async fn secured(script: &Script) -> (Served, reqwest::Certificate) {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let config = format!(
        "{}[server]\ntls = {{ cert = \"cert.pem\", key = \"key.pem\" }}\ntimeouts = {{ header = \"300ms\" }}\n",
        provider("up", "openai", &script.origin(), "")
    );
    let certificate = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    (Served::within(folder, &config, 16).await, certificate)
}

#[tokio::test]
async fn clients_that_trust_the_certificate_are_served_in_either_version_of_http() {
    let (whole, stream) = (OPENAI.reply("a"), sse(&OPENAI.events(&["one"])));
    let script = Script::start(vec![whole.clone(), stream.clone(), whole, stream]).await;
    let (served, certificate) = secured(&script).await;
    for (http1, version) in [(false, reqwest::Version::HTTP_2), (true, reqwest::Version::HTTP_11)] {
        let builder = reqwest::Client::builder().no_proxy().tls_certs_only([certificate.clone()]);
        let client = if http1 { builder.http1_only() } else { builder }.build().unwrap();
        let ask =
            |body: serde_json::Value| client.post(served.url(OPENAI.path)).body(body.to_string()).send();
        let response = ask(OPENAI.request("up/m")).await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (200, version));
        let body = ask(OPENAI.streamed("up/m")).await.unwrap().text().await.unwrap();
        assert_eq!(body, OPENAI.events(&["one"]).concat());
    }
    let untrusting = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(untrusting.get(served.url("/health")).send().await.is_err());
}

#[tokio::test]
async fn what_is_no_tls_is_closed_in_time() {
    let script = Script::start(vec![]).await;
    let (served, _) = secured(&script).await;
    for bytes in [&b""[..], b"GET /health HTTP/1.1\r\nhost: g\r\n\r\n", b"\x16\x03\x01"] {
        let mut stream = served.connect().await;
        assert!(send(&mut stream, bytes).await);
        let rest = tokio::time::timeout(std::time::Duration::from_secs(5), to_end(&mut stream)).await;
        assert!(!rest.expect("it is closed").contains("HTTP/1.1"));
    }
}
