//! Clients of Gemini's API: passed on to Google, decoded for everybody else.

mod crossed;

use jackfield_e2e::{Reply, Script, Served};
use serde_json::{Value, json};

use crate::guardrails::no;
use crate::wire::{data, payloads, sse};
use crate::{Json, body_of, header};

const KEY: &str = "gateway-key-0123456789";

/// The path of a method of a model.
fn path(model: &str, method: &str) -> String {
    format!("/v1beta/models/{model}:{method}")
}

fn request() -> Value {
    json!({ "contents": [{ "role": "user", "parts": [{ "text": "hello" }] }] })
}

fn chunk(text: &str, finish: Option<&str>) -> Value {
    let mut candidate = json!({ "content": { "role": "model", "parts": [{ "text": text }] }, "index": 0 });
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    json!({
        "candidates": [candidate], "modelVersion": "m",
        "usageMetadata": { "promptTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 3 },
    })
}

/// The text of an answer, or of all chunks of a stream.
fn text(answers: &[Value]) -> String {
    let parts = answers.iter().filter_map(|answer| answer.pointer("/candidates/0/content/parts")?.as_array());
    parts.flatten().filter_map(|part| part["text"].as_str()).collect()
}

/// The lines of a provider that speaks Gemini's dialect.
fn google(name: &str, origin: &str) -> String {
    format!(
        "[providers.{name}]\nplugin = \"google\"\nconfig.base-url = \"{origin}\"\nconfig.auth = \"none\"\n\
         grant.origins = [\"{origin}\"]\n"
    )
}

/// A gateway over an upstream of the client's own dialect.
async fn own(replies: Vec<Reply>, config: &str) -> (Script, Served) {
    let upstream = Script::start(replies).await;
    let served = Served::start(&format!("{}{config}", google("up", &upstream.origin()))).await;
    (upstream, served)
}

#[tokio::test]
async fn a_request_and_its_answer_are_passed_on_as_they_are() {
    let odd = chunk("hi", Some("STOP")).to_string().replacen('{', "{ \"odd\" :\t1.00e+02 ,\n ", 1);
    let (upstream, served) = own(vec![Reply::json(200, &odd)], "").await;
    let mut asked = request();
    asked["invented"] = json!({ "by": ["a", "client"] });
    asked["contents"][0]["parts"][0]["weather"] = json!("fair");
    let response = served.post(&path("up/mod.el-1%3A0", "generateContent"), &asked).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-jackfield-mode"), "passthrough");
    assert_eq!(header(&response, "x-jackfield-input-tokens"), "5");
    assert_eq!(header(&response, "x-jackfield-output-tokens"), "5");
    assert_eq!(response.text().await.unwrap(), odd);
    let requests = upstream.requests();
    assert!(
        requests[0].starts_with("POST /v1beta/models/mod.el-1%3A0:generateContent HTTP/1.1\r\n"),
        "{requests:?}"
    );
    assert_eq!(body_of(&requests[0]), asked);
}

/// Google would refuse signatures that it never made.
#[tokio::test]
async fn what_another_provider_signed_does_not_reach_google_as_it_is() {
    let (upstream, served) = own(vec![Reply::json(200, &chunk("hi", Some("STOP")).to_string())], "").await;
    // Base64 of `jackfield:{"redacted":"enc"}` and of `jackfield:{"signature":"Es8F+/w=="}`.
    let hidden = "amFja2ZpZWxkOnsicmVkYWN0ZWQiOiJlbmMifQ==";
    let signed = "amFja2ZpZWxkOnsic2lnbmF0dXJlIjoiRXM4Risvdz09In0=";
    let call = json!({ "functionCall": { "id": "c1", "name": "f", "args": {} }, "thoughtSignature": signed });
    let thought = json!({ "text": "hm", "thought": true, "thoughtSignature": hidden });
    let given = json!({ "functionResponse": { "id": "c1", "name": "f", "response": { "result": "ok" } } });
    let mut asked = request();
    asked["contents"].as_array_mut().unwrap().extend([
        json!({ "role": "model", "parts": [thought, call] }),
        json!({ "role": "user", "parts": [given] }),
    ]);
    let response = served.post(&path("up/m", "generateContent"), &asked).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-jackfield-mode"), "decoded");
    assert!(
        header(&response, "x-jackfield-warning")
            .contains("signatures, and parts in forms of other providers, were left out")
    );
    let sent = upstream.requests().remove(0);
    assert!(sent.contains("functionCall") && sent.contains("functionResponse"), "{sent}");
    assert!(!sent.contains("thoughtSignature") && !sent.contains("amFja2ZpZWxk"), "{sent}");
    // Google's own go to it, and with them whatever else it alone knows.
    asked["contents"][1]["parts"][0]["thoughtSignature"] = json!("AAEC");
    asked["contents"][1]["parts"][1]["thoughtSignature"] = json!("Es8F+/w==");
    let response = served.post(&path("up/m", "generateContent"), &asked).await;
    assert_eq!(header(&response, "x-jackfield-mode"), "passthrough");
    assert_eq!(body_of(&upstream.requests()[1]), asked);
}

#[tokio::test]
async fn a_stream_is_passed_on_as_it_is_or_as_a_list() {
    let mut last = chunk("lo", Some("STOP"));
    last["invented"] = json!([1.5]);
    let events = [": hi\n\n".to_owned(), data(&chunk("hel", None)), data(&last).replace('\n', "\r\n")];
    let whole = events.concat();
    for size in [1, 50, whole.len()] {
        let reply = || whole.as_bytes().chunks(size).fold(Reply::events(), |reply, piece| reply.send(piece));
        let (upstream, served) = own(vec![reply(), reply()], "").await;
        let stream = path("up/m", "streamGenerateContent");
        let response = served.post(&format!("{stream}?alt=sse"), &request()).await;
        assert!(header(&response, "content-type").starts_with("text/event-stream"));
        assert_eq!(response.text().await.unwrap(), whole, "by {size}");
        let response = served.post(&stream, &request()).await;
        assert_eq!(header(&response, "content-type"), "application/json");
        let list: Vec<Value> = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(list, [chunk("hel", None), last.clone()], "by {size}");
        let asked = upstream.requests().join("\n");
        assert_eq!(
            asked.matches("POST /v1beta/models/m:streamGenerateContent?alt=sse ").count(),
            2,
            "{asked}"
        );
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_with_an_error() {
    for (query, list) in [("?alt=sse", false), ("", true)] {
        let (_upstream, served) = own(vec![sse(&[data(&chunk("hel", None))])], "").await;
        let path = format!("{}{query}", path("up/m", "streamGenerateContent"));
        let said = served.post(&path, &request()).await.text().await.unwrap();
        let events: Vec<Value> = if list { serde_json::from_str(&said).unwrap() } else { payloads(&said) };
        assert_eq!(events[0], chunk("hel", None));
        assert_eq!(events[1]["error"]["code"], 502, "{said}");
    }
}

#[tokio::test]
async fn an_error_at_the_beginning_of_a_stream_is_one_before_it() {
    let error = json!({ "error": { "code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED" } });
    let retry = "[routes.r]\nstrategy = \"single\"\nretry.attempts = 0\ntargets = [{ model = \"up/m\" }]\n";
    let (_upstream, served) = own(vec![sse(&[data(&error)])], retry).await;
    let response = served.post(&path("r", "streamGenerateContent"), &request()).await;
    assert_eq!(response.status(), 429);
    let told = response.json().await.unwrap();
    assert!(told["error"]["message"].as_str().unwrap().contains("slow"), "{told}");
    assert_eq!(told["error"]["status"], "RESOURCE_EXHAUSTED");
}

#[tokio::test]
async fn the_gateways_key_is_shown_as_google_has_it_and_goes_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, KEY).unwrap();
    let keys = format!("[server.keys.all]\nkey = {{ file = \"{}\" }}\n", file.display());
    let reply = || Reply::json(200, &chunk("hi", Some("STOP")).to_string());
    let (upstream, served) = own(vec![reply(), reply(), reply()], &keys).await;
    let whole = path("up/m", "generateContent");
    for (path, header) in [
        (whole.clone(), Some(("x-goog-api-key", KEY.to_owned()))),
        (whole.clone(), Some(("authorization", format!("Bearer {KEY}")))),
        (format!("{whole}?key={KEY}"), None),
    ] {
        let mut ask = served.ask(&path, &request());
        if let Some((name, value)) = &header {
            ask = ask.header(*name, value);
        }
        assert_eq!(ask.send().await.unwrap().status(), 200, "{header:?}");
    }
    assert!(!upstream.requests().concat().contains(KEY));
    for path in [whole.clone(), format!("{whole}?key=wrong-key-0123456789"), format!("{whole}?key=")] {
        let response = served.post(&path, &request()).await;
        assert_eq!(response.status(), 401, "{path}");
        let told = response.json().await.unwrap();
        assert_eq!(told["error"]["status"], "UNAUTHENTICATED", "{told}");
    }
    // Only Google's clients show a key there.
    let openai = served.post(&format!("/v1/chat/completions?key={KEY}"), &request()).await;
    assert_eq!(openai.status(), 401);
}

/// Sends a request under a config.
async fn configured(served: &Served, path: &str, asked: &Value, config: &Value) -> reqwest::Response {
    let ask = served.ask(path, asked).header("x-portkey-config", config.to_string());
    ask.send().await.unwrap()
}

#[tokio::test]
async fn whole_answers_and_streams_are_cached_apart() {
    let config = json!({ "provider": "up", "cache": { "mode": "simple" } });
    let replies = vec![
        Reply::json(200, &chunk("whole", Some("STOP")).to_string()),
        sse(&[data(&chunk("streamed", Some("STOP")))]),
    ];
    let (upstream, served) = own(replies, "").await;
    for _ in 0..2 {
        let ask = |method: &str| {
            let path = path("m", method);
            let (served, config) = (&served, &config);
            async move { configured(served, &path, &request(), config).await.text().await.unwrap() }
        };
        assert_eq!(text(&[serde_json::from_str(&ask("generateContent").await).unwrap()]), "whole");
        assert_eq!(text(&payloads(&ask("streamGenerateContent?alt=sse").await)), "streamed");
        let list: Vec<Value> = serde_json::from_str(&ask("streamGenerateContent").await).unwrap();
        assert_eq!(text(&list), "streamed");
    }
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn guardrails_read_the_dialect() {
    let replies = vec![
        Reply::json(200, &chunk("hi", Some("STOP")).to_string()),
        Reply::json(200, &chunk("a secret", Some("STOP")).to_string()),
        sse(&[data(&chunk("a sec", None)), data(&chunk("ret", Some("STOP")))]),
    ];
    let (upstream, served) = own(replies, "").await;
    let config = json!({ "provider": "up", "input_guardrails": [no("forbidden")], "output_guardrails": [no("secret")] });
    let whole = path("m", "generateContent");
    let mut asked = request();
    let told = configured(&served, &whole, &asked, &config).await;
    assert_eq!(told.status(), 200, "{:?}", told.text().await);
    let stream = path("m", "streamGenerateContent?alt=sse");
    for path in [&whole, &stream] {
        let response = configured(&served, path, &asked, &config).await;
        assert_eq!(response.status(), 446, "{path}");
    }
    asked["contents"][0]["parts"][0]["text"] = json!("what is forbidden");
    let response = configured(&served, &whole, &asked, &config).await;
    assert_eq!(response.status(), 446);
    let told = response.json().await.unwrap();
    assert_eq!((&told["error"]["code"], told["hook_results"].is_object()), (&json!(446), true), "{told}");
    assert_eq!(upstream.requests().len(), 3);
}
