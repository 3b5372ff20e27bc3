//! Guardrails that ask other services: only where the operator says.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jackfield_e2e::{Reply, Script, Step};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::portkey::Two;
use crate::wire::OPENAI;
use crate::{Json, body_of};

/// A gateway whose guardrails may call this service.
async fn granting(service: &Script) -> Two {
    let grant = format!("[server.hooks]\norigins = [\"{}\"]\n", service.origin());
    Two::new(vec![OPENAI.reply("from a")], vec![OPENAI.reply("from b")], &grant).await
}

fn webhook(service: &Script, more: Value) -> Value {
    let mut parameters = json!({ "webhookURL": format!("{}/verdict", service.origin()) });
    if let (Some(parameters), Value::Object(more)) = (parameters.as_object_mut(), more) {
        parameters.extend(more);
    }
    json!({ "default.webhook": parameters, "deny": true })
}

#[tokio::test]
async fn nothing_is_called_that_is_not_granted() {
    let service = Script::start(vec![Reply::json(200, r#"{"verdict":true}"#)]).await;
    let two = Two::good().await;
    let url = format!("{}/x", service.origin());
    for (guard, expected) in [
        (
            webhook(&service, json!({})),
            format!("write `origins = [\\\"{}\\\"]` under [server.hooks]", service.origin()),
        ),
        (json!({ "default.log": { "logURL": url } }), "under [server.hooks]".to_owned()),
        (json!({ "default.jwt": { "jwksUri": url } }), "under [server.hooks]".to_owned()),
        (json!({ "default.validUrls": {} }), "under [server.hooks]".to_owned()),
        (
            json!({ "default.validUrls": { "onlyDNS": true } }),
            "write `dns = true` under [server.hooks]".to_owned(),
        ),
    ] {
        let response = two.ask(&json!({ "provider": "a", "input_guardrails": [guard] }), &[]).await;
        assert_eq!(response.status(), 400, "{guard}");
        let told = response.text().await.unwrap();
        assert!(told.contains(&expected), "{told}");
    }
    // Another port of the same host is another origin.
    let other = Script::start(vec![Reply::json(200, r#"{"verdict":true}"#)]).await;
    let two = granting(&service).await;
    let response =
        two.ask(&json!({ "provider": "a", "input_guardrails": [webhook(&other, json!({}))] }), &[]).await;
    assert_eq!(response.status(), 400);
    assert_eq!((service.accepted(), other.accepted()), (0, 0));
}

#[tokio::test]
async fn a_webhook_judges_and_is_told_nothing_of_the_clients_headers() {
    for (verdict, status) in [(true, 200), (false, 446)] {
        let service = Script::start(vec![Reply::json(
            200,
            &json!({ "verdict": verdict, "data": { "why": 1 } }).to_string(),
        )])
        .await;
        let two = granting(&service).await;
        let own = json!({ "headers": { "authorization": "Bearer of-the-hook" } });
        let config = json!({ "provider": "a", "input_guardrails": [webhook(&service, own)] });
        let headers = [("x-client", "sk-of-the-client"), ("x-portkey-metadata", r#"{"team":"blue"}"#)];
        assert_eq!(two.ask(&config, &headers).await.status(), status);
        let request = service.requests().remove(0);
        assert!(request.starts_with("POST /verdict ") && request.contains("Bearer of-the-hook"), "{request}");
        assert!(!request.contains("sk-of-the-client"), "{request}");
        let told = body_of(&request);
        assert_eq!(told["eventType"], "beforeRequestHook");
        assert_eq!((&told["requestType"], &told["provider"]), (&json!("chatComplete"), &json!("a")));
        assert_eq!(told["request"]["text"], "hello");
        assert_eq!(told["request"]["json"]["messages"][0]["content"], "hello");
        assert_eq!(told["metadata"]["team"], "blue");
    }
}

#[tokio::test]
async fn a_webhook_rewrites_the_request_and_the_answer() {
    let rewritten = json!({ "model": "m", "messages": [{ "role": "user", "content": "better" }] });
    let reply = json!({ "verdict": true, "transformedData": {
        "request": { "json": rewritten }, "response": { "json": OPENAI.answer("rewritten") },
    } });
    let service = Script::start(vec![Reply::json(200, &reply.to_string())]).await;
    let two = granting(&service).await;
    let hook = webhook(&service, json!({}));
    let config = json!({ "provider": "a", "input_guardrails": [hook], "output_guardrails": [hook] });
    let body = two.ask(&config, &[]).await.json().await.unwrap();
    assert_eq!(OPENAI.text(&body), "rewritten");
    assert_eq!(body_of(&two.a.requests()[0])["messages"][0]["content"], "better");
    assert_eq!(body_of(&service.requests()[1])["response"]["text"], "from a");
}

#[tokio::test]
async fn a_service_that_does_not_answer_lets_pass_unless_the_check_says_otherwise() {
    let huge = "x".repeat(2 << 20);
    for (what, reply) in [
        ("an error", Reply::json(500, "{}")),
        ("a redirect", Reply::head(302, "location: http://127.0.0.1:1/\r\ncontent-length: 0\r\n")),
        ("no verdict", Reply::json(200, "{}")),
        ("no JSON", Reply::of(200, "text/html", "<html>")),
        ("too much", Reply::json(200, &huge)),
        ("silence", Reply(vec![Step::Hang])),
        ("a closed connection", Reply(vec![Step::Close])),
    ] {
        let service = Script::start(vec![reply]).await;
        let two = granting(&service).await;
        for (strict, status) in [(false, 200), (true, 446)] {
            let hook = webhook(&service, json!({ "timeout": 300, "failOnError": strict }));
            let config =
                json!({ "provider": "a", "input_guardrails": [hook], "strict_open_ai_compliance": false });
            let response = two.ask(&config, &[]).await;
            assert_eq!(response.status(), status, "{what}");
            let body = response.json().await.unwrap();
            let check = &body["hook_results"]["before_request_hooks"][0]["checks"][0];
            assert!(check["error"]["message"].is_string() && check["verdict"] == false, "{what}: {body}");
        }
    }
}

#[tokio::test]
async fn a_log_is_told_of_request_and_answer() {
    let service = Script::start(vec![Reply::json(200, "{}")]).await;
    let two = granting(&service).await;
    let config = json!({ "provider": "a", "output_guardrails": [{ "default.log": { "logURL": format!("{}/log", service.origin()) } }] });
    assert_eq!(two.ask(&config, &[]).await.status(), 200);
    let told = body_of(&service.requests()[0]);
    assert_eq!(told["response"]["text"], "from a");
    assert_eq!(told["request"]["json"]["messages"][0]["content"], "hello");
}

#[tokio::test]
async fn urls_in_answers_are_called_only_where_they_may_be() {
    let service = Script::start(vec![
        Reply::head(200, "content-length: 0\r\n"),
        Reply::head(404, "content-length: 0\r\n"),
    ])
    .await;
    let hidden = Script::start(vec![Reply::json(200, "{}")]).await;
    let grant = format!("[server.hooks]\norigins = [\"{}\"]\n", service.origin());
    for (url, status) in [(service.origin(), 200), (service.origin(), 446), (hidden.origin(), 200)] {
        let two =
            Two::new(vec![OPENAI.reply(&format!("see {url}/page, please"))], vec![OPENAI.reply("b")], &grant)
                .await;
        let config =
            json!({ "provider": "a", "output_guardrails": [{ "default.validUrls": {}, "deny": true }] });
        assert_eq!(two.ask(&config, &[]).await.status(), status, "{url}");
    }
    assert_eq!(service.requests().len(), 2);
    assert!(service.requests()[0].starts_with("HEAD /page "), "{:?}", service.requests());
    assert_eq!(hidden.accepted(), 0);
}

#[tokio::test]
async fn names_in_answers_are_looked_up_where_that_is_allowed() {
    let grant = "[server.hooks]\ndns = true\n";
    for (text, status) in
        [("see http://127.0.0.1/x", 200), ("see https://nowhere.invalid/x", 446), ("no URL", 446)]
    {
        let two = Two::new(vec![OPENAI.reply(text)], vec![OPENAI.reply("b")], grant).await;
        let config = json!({ "provider": "a", "output_guardrails": [{ "default.validUrls": { "onlyDNS": true }, "deny": true }] });
        assert_eq!(two.ask(&config, &[]).await.status(), status, "{text}");
    }
}

/// A key pair, and the public half as a set of keys.
fn keys(id: &str) -> (EncodingKey, String) {
    let pair = rcgen::KeyPair::generate().unwrap();
    let point = rcgen::PublicKeyData::der_bytes(&pair);
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let set = json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": id,
        "x": part(&point[1..33]), "y": part(&point[33..65]),
    }] });
    (EncodingKey::from_ec_der(&pair.serialize_der()), set.to_string())
}

fn token(key: &EncodingKey, algorithm: Algorithm, id: &str, began: i64, ends: i64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let now = i64::try_from(now).unwrap();
    let header = Header { kid: Some(id.to_owned()), ..Header::new(algorithm) };
    encode(&header, &json!({ "sub": "s", "iat": now + began, "exp": now + ends }), key).unwrap()
}

#[tokio::test]
async fn a_token_must_be_signed_by_a_key_of_the_service_and_be_of_these_days() {
    let (key, set) = keys("k");
    let (stranger, _) = keys("k");
    let service = Script::start(vec![Reply::json(200, &set)]).await;
    let two = granting(&service).await;
    let config = json!({ "provider": "a", "input_guardrails": [{ "default.jwt": {
        "jwksUri": format!("{}/keys", service.origin()), "headerKey": "x-user-token",
    }, "deny": true }] });
    let good = token(&key, Algorithm::ES256, "k", -10, 60);
    let bearer = format!("Bearer {good}");
    let secret = EncodingKey::from_secret(set.as_bytes());
    for (what, token, status) in [
        ("a good one", good.as_str(), 200),
        ("a good one with its scheme", &bearer, 200),
        ("none", "", 446),
        ("no token", "a.b.c", 446),
        ("another's", &token(&stranger, Algorithm::ES256, "k", -10, 60), 446),
        ("one that is over", &token(&key, Algorithm::ES256, "k", -100, -50), 446),
        ("one that is too old", &token(&key, Algorithm::ES256, "k", -90_000, 60), 446),
        ("one from the future", &token(&key, Algorithm::ES256, "k", 500, 600), 446),
        ("one of an unknown key", &token(&key, Algorithm::ES256, "other", -10, 60), 446),
        ("one signed with what is public", &token(&secret, Algorithm::HS256, "k", -10, 60), 446),
    ] {
        let headers = [("x-user-token", token)];
        assert_eq!(two.ask(&config, &headers).await.status(), status, "{what}");
    }
    assert!(service.requests().len() <= 2, "keys are kept: {:?}", service.requests());
}
