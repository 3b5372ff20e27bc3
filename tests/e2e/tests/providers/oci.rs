//! A model deployed on OCI Data Science: OpenAI's protocol, signed, at the
//! deployment's own path.

use jackfield_e2e::{Reply, chat, text_of};
use jackfield_runtime::api::embedding::{EmbedRequest, Input};
use jackfield_runtime::catalog::Catalog;
use jackfield_runtime::manifest::ConfigValue;
use jackfield_runtime::settings::WrittenProvider;
use serde_json::json;

use crate::bench::{Bench, streamed_text};

/// A deployment, and what keeps its user's key.
async fn bench(lines: &str, replies: Vec<Reply>) -> (Bench, tempfile::NamedTempFile) {
    let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    let key = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(key.path(), pair.serialize_pem()).unwrap();
    let user = "config.tenancy = \"ocid1.t\"\nconfig.user = \"ocid1.u\"\nconfig.fingerprint = \"aa:bb\"";
    let lines = format!("{user}\nsecrets.private-key = {{ file = \"{}\" }}\n{lines}", key.path().display());
    (Bench::new("oci", &lines, replies).await, key)
}

#[tokio::test]
async fn a_deployment_chats_whole_and_streamed_and_every_request_is_signed() {
    let whole = Reply::json(
        200,
        r#"{"id":"c","model":"odsc-llm","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}"#,
    );
    let stream = Reply::events()
        .send("data: {\"id\":\"c\",\"model\":\"odsc-llm\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n")
        .send("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    let (bench, _key) = bench("", vec![whole, stream]).await;
    let told = bench.provider.chat(&bench.context, chat("odsc-llm", "hello")).await.unwrap();
    assert_eq!(text_of(&told), "Hi");
    let events = bench.stream(chat("odsc-llm", "hello")).await.unwrap();
    assert_eq!(streamed_text(&events), "Hi");
    for (place, path) in ["/predict", "/predictwithresponsestream"].into_iter().enumerate() {
        let (head, body) = bench.sent(place);
        assert!(
            head.starts_with(&format!("post {path} ")) && head.contains("route: /v1/chat/completions"),
            "{head}"
        );
        assert_eq!(head.contains("enable-streaming: true"), place == 1);
        assert!(
            head.contains("authorization: signature version=\"1\",keyid=\"ocid1.t/ocid1.u/aa:bb\""),
            "{head}"
        );
        assert_eq!((&body["model"], body.get("stream").is_some()), (&json!("odsc-llm"), place == 1));
    }
}

#[tokio::test]
async fn a_deployment_embeds() {
    let answer = r#"{"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1]}],"model":"odsc-llm"}"#;
    let (bench, _key) = bench("", vec![Reply::json(200, answer)]).await;
    let inputs = ["a", "b"].map(|text| Input::Text(text.to_owned())).to_vec();
    let told = bench.provider.embed(&bench.context, EmbedRequest::new("odsc-llm", inputs)).await.unwrap();
    assert_eq!(told.vectors.len(), 2);
    let (head, body) = bench.sent(0);
    assert!(head.starts_with("post /predict ") && head.contains("authorization: signature"), "{head}");
    assert_eq!(body, json!({ "model": "odsc-llm", "input": ["a", "b"] }));
}

#[tokio::test]
async fn the_preset_puts_region_and_deployment_into_the_address() {
    let words = [("region", "eu-frankfurt-1"), ("deployment", "ocid1.datasciencemodeldeployment.oc1.fra.x")];
    let config = words.map(|(name, word)| (name.parse().unwrap(), ConfigValue::from(word))).into();
    let written = WrittenProvider { config, ..WrittenProvider::default() };
    let settings = Catalog::shipped().unwrap().complete(&"oci".parse().unwrap(), written).unwrap();
    let address = "https://modeldeployment.eu-frankfurt-1.oci.customer-oci.com/ocid1.datasciencemodeldeployment.oc1.fra.x";
    assert_eq!(settings.config["base-url"], ConfigValue::from(address));
}
