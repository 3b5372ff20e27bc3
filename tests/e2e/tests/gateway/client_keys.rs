//! Keys that clients bring along: where they go, and where never.

mod bounded;
mod catalog;

use futures_util::{StreamExt, stream};
use jackfield_e2e::Reply;
use serde_json::{Value, json};

use crate::own::{ALL, CLIENT, FEW, KEYS, OPERATORS, Own, refusal};
use crate::wire::{ANTHROPIC, OPENAI, WIRES};
use crate::{Json, body_of, header};

const BEARER: &str = "Bearer sk-client-0123456789";

#[tokio::test]
async fn a_clients_key_arrives_in_the_providers_own_form_and_alone() {
    let own = Own::open().await;
    for wire in WIRES {
        for shown in [("authorization", BEARER), ("x-api-key", CLIENT)] {
            for (name, upstream, sent) in [
                ("a", &own.a, format!("authorization: bearer {CLIENT}\r\n")),
                ("b", &own.b, format!("x-api-key: {CLIENT}\r\n")),
            ] {
                let config = json!({ "provider": name, "api_key": CLIENT }).to_string();
                for headers in [
                    &[("x-portkey-provider", name), shown][..],
                    &[("x-portkey-config", &config)],
                    &[("x-portkey-config", &config), ("authorization", "Bearer sk-of-another-0123")],
                ] {
                    let response = own.ask(wire, "m", headers).await;
                    assert_eq!(response.status(), 200, "{headers:?}");
                    assert_eq!(header(&response, "x-jackfield-provider"), name);
                    let request = Own::last(upstream);
                    assert!(request.contains(&sent), "{headers:?} {request}");
                    assert_eq!(request.matches(CLIENT).count(), 1, "{request}");
                }
            }
        }
    }
    assert!(OPERATORS.iter().all(|key| !own.all().contains(key)));
    assert!(!own.all().contains("x-portkey") && !own.all().contains("sk-of-another"));
}

/// Clients must send some key. What they send with a plain model's name, with a
/// provider as it is bound here, or for want of a key, is none for an upstream.
#[tokio::test]
async fn who_asks_for_the_operators_provider_gets_the_operators_key() {
    let own = Own::with("[server.configs]\nsaved = '{\"provider\":\"a\"}'\n").await;
    let beside = json!({ "provider": "@a" }).to_string();
    for headers in [
        &[("authorization", BEARER)][..],
        &[("x-api-key", CLIENT)],
        &[("authorization", BEARER), ("x-portkey-provider", "@a")],
        &[("authorization", BEARER), ("x-portkey-virtual-key", "a")],
        &[("authorization", BEARER), ("x-portkey-virtual-key", "a"), ("x-portkey-provider", "a")],
        &[("authorization", BEARER), ("x-portkey-config", &beside)],
        &[("authorization", BEARER), ("x-portkey-config", "{\"virtual_key\":\"a\"}")],
        &[("authorization", BEARER), ("x-portkey-config", "saved")],
        &[("authorization", "Bearer dummy"), ("x-portkey-provider", "a")],
        &[("authorization", "Bearer OPENAI_API_KEY"), ("x-portkey-provider", "a")],
        &[("authorization", "Basic sk-client-0123456789"), ("x-portkey-provider", "a")],
        &[("x-portkey-api-key", CLIENT), ("x-portkey-provider", "a")],
        &[("x-portkey-provider", "a")],
    ] {
        let model = if headers.iter().any(|(name, _)| name.starts_with("x-portkey-")) { "m" } else { "a/m" };
        assert_eq!(own.ask(OPENAI, model, headers).await.status(), 200, "{headers:?}");
        let request = Own::last(&own.a);
        assert!(
            request.contains(&format!("authorization: bearer {}", OPERATORS[0])),
            "{headers:?} {request}"
        );
    }
    assert!(!own.all().contains(CLIENT));
}

#[tokio::test]
async fn two_clients_keys_never_mix() {
    let own = Own::open().await;
    let own = &own;
    let asked = (0..160).map(|number| async move {
        let client = number % 8;
        let key = format!("sk-client-number-{client}-000");
        let said = format!("I am {client}.");
        let mut body = OPENAI.request("m");
        body["messages"][0]["content"] = json!(said);
        let config = json!({ "provider": "a", "api_key": key }).to_string();
        let bearer = format!("Bearer {key}");
        let fallback =
            json!({ "strategy": { "mode": "fallback" }, "targets": [{ "provider": "a" }] }).to_string();
        let headers: &[(&str, &str)] = match number % 3 {
            0 => &[("x-portkey-provider", "a"), ("authorization", &bearer)],
            1 => &[("x-portkey-config", &config)],
            _ => &[("x-portkey-config", &fallback), ("authorization", &bearer)],
        };
        assert_eq!(own.send(OPENAI.path, &body, headers).await.status(), 200);
    });
    // Fewer at once than there are instances.
    stream::iter(asked).buffer_unordered(32).collect::<Vec<()>>().await;
    let requests = own.a.requests();
    assert_eq!(requests.len(), 160);
    for request in requests {
        let said = body_of(&request)["messages"][0]["content"].as_str().unwrap().to_owned();
        let client = said.trim_matches(|letter: char| !letter.is_ascii_digit());
        assert!(request.contains(&format!("sk-client-number-{client}-000")), "{request}");
        assert_eq!(request.matches("sk-").count(), 1, "{request}");
    }
}

#[tokio::test]
async fn beside_the_gateways_key_stands_the_clients_and_only_that_goes_upstream() {
    let own = Own::with(&format!("[server]\nclient-keys = true\n{KEYS}")).await;
    let gateways = format!("Bearer {ALL}");
    for (headers, sent) in [
        (&[("x-portkey-api-key", ALL), ("authorization", BEARER), ("x-portkey-provider", "a")][..], CLIENT),
        (&[("x-portkey-api-key", ALL), ("x-api-key", CLIENT), ("x-portkey-provider", "a")], CLIENT),
        (
            &[
                ("authorization", &*gateways),
                ("x-portkey-config", r#"{"provider":"a","api_key":"sk-client-0123456789"}"#),
            ],
            CLIENT,
        ),
        // These are the gateway's own, wherever they stand.
        (&[("authorization", &*gateways), ("x-portkey-provider", "a")], OPERATORS[0]),
        (
            &[("x-portkey-api-key", ALL), ("authorization", &*gateways), ("x-portkey-provider", "a")],
            OPERATORS[0],
        ),
        (&[("x-portkey-api-key", ALL), ("x-api-key", FEW), ("x-portkey-provider", "a")], OPERATORS[0]),
        (&[("authorization", &*gateways), ("x-api-key", CLIENT), ("x-portkey-provider", "a")], OPERATORS[0]),
    ] {
        assert_eq!(own.ask(OPENAI, "m", headers).await.status(), 200, "{headers:?}");
        let request = Own::last(&own.a);
        assert!(request.contains(&format!("authorization: bearer {sent}")), "{headers:?} {request}");
    }
    assert!(!own.all().contains("gateway-"));
    let strangers = [("authorization", BEARER), ("x-portkey-provider", "a")];
    refusal(own.ask(OPENAI, "m", &strangers).await, 401).await;
    let strangers =
        [("x-portkey-api-key", CLIENT), ("authorization", &*gateways), ("x-portkey-provider", "a")];
    refusal(own.ask(OPENAI, "m", &strangers).await, 401).await;
}

#[tokio::test]
async fn keys_are_taken_along_only_for_whom_it_is_granted() {
    let header = [("x-portkey-api-key", ALL), ("authorization", BEARER)];
    let config = |name: &str| json!({ "provider": name, "api_key": CLIENT }).to_string();
    for (lines, a, b) in [
        (KEYS.to_owned(), false, false),
        (format!("[server]\nclient-keys = false\n{KEYS}"), false, false),
        ("[server]\nclient-keys = false\n".to_owned(), false, false),
        (format!("[server]\nclient-keys = [\"b\"]\n{KEYS}"), false, true),
        (format!("[server]\nclient-keys = true\n{KEYS}"), true, true),
        (String::new(), true, true),
    ] {
        let own = Own::with(&lines).await;
        for (name, upstream, operators, granted) in
            [("a", &own.a, OPERATORS[0], a), ("b", &own.b, OPERATORS[1], b)]
        {
            // A header may be there for want of anything better: it isn't used.
            let headers = [header[0], header[1], ("x-portkey-provider", name)];
            assert_eq!(own.ask(OPENAI, "m", &headers).await.status(), 200, "{lines}");
            let request = Own::last(upstream);
            assert_eq!(request.contains(CLIENT), granted, "{lines} {request}");
            assert_eq!(request.contains(operators), !granted, "{lines} {request}");
            // A key in a config is meant.
            let response = own.ask(OPENAI, "m", &[header[0], ("x-portkey-config", &config(name))]).await;
            if granted {
                assert_eq!(response.status(), 200, "{lines}");
                assert!(Own::last(upstream).contains(CLIENT));
            } else {
                let told = refusal(response, 400).await;
                assert!(told.contains("/api_key") && told.contains("client-keys = "), "{told}");
            }
        }
    }
}

#[tokio::test]
async fn a_keys_models_hold_with_a_clients_key_as_well() {
    let own = Own::with(&format!("[server]\nclient-keys = true\n{KEYS}")).await;
    let config = json!({ "provider": "b", "api_key": CLIENT }).to_string();
    for (headers, model) in [
        (&[("x-portkey-provider", "a"), ("authorization", BEARER)][..], "large"),
        (&[("x-portkey-provider", "b"), ("authorization", BEARER)], "small"),
        (&[("x-portkey-config", &*config)], "small"),
        (&[("x-portkey-provider", "groq"), ("authorization", BEARER)], "small"),
    ] {
        let headers = [headers, &[("x-portkey-api-key", FEW)]].concat();
        let told = refusal(own.ask(OPENAI, model, &headers).await, 403).await;
        assert!(told.contains("may not use"), "{told}");
    }
    assert!(own.all().is_empty());
    let headers = [("x-portkey-api-key", FEW), ("x-portkey-provider", "a"), ("authorization", BEARER)];
    assert_eq!(own.ask(OPENAI, "small-1", &headers).await.status(), 200);
    assert!(Own::last(&own.a).contains(CLIENT));
}

#[tokio::test]
async fn a_key_in_the_headers_never_goes_to_two_providers() {
    let own = Own::answering(vec![Reply::json(500, "{}")], vec![ANTHROPIC.reply("b")], "").await;
    let two =
        json!({ "strategy": { "mode": "fallback" }, "targets": [{ "provider": "a" }, { "provider": "b" }] });
    let headers = [("authorization", BEARER), ("x-portkey-config", &*two.to_string())];
    assert_eq!(own.ask(OPENAI, "m", &headers).await.status(), 200);
    assert!(!own.all().contains(CLIENT) && OPERATORS.iter().all(|key| own.all().contains(key)));
    // The header says for which of them it is.
    let headers = [headers[0], headers[1], ("x-portkey-provider", "a")];
    assert_eq!(own.ask(OPENAI, "m", &headers).await.status(), 200);
    assert!(Own::last(&own.a).contains(CLIENT) && !Own::last(&own.b).contains(CLIENT));
    // Each target's own key goes to that target.
    let keyed = |name: &str| json!({ "provider": name, "api_key": format!("sk-client-{name}-012345") });
    let two = json!({ "strategy": { "mode": "fallback" }, "targets": [keyed("a"), keyed("b")] });
    let headers = [("authorization", BEARER), ("x-portkey-config", &*two.to_string())];
    assert_eq!(own.ask(OPENAI, "m", &headers).await.status(), 200);
    let (a, b) = (Own::last(&own.a), Own::last(&own.b));
    assert!(a.contains("sk-client-a-012345") && !a.contains("sk-client-b") && !a.contains(CLIENT));
    assert!(b.contains("sk-client-b-012345") && !b.contains("sk-client-a") && !b.contains(CLIENT));
}

#[tokio::test]
async fn a_key_that_is_not_accepted_is_told_with_the_providers_name_and_not_shown() {
    let openai = json!({ "error": { "message": format!("Incorrect API key provided: {CLIENT}."), "type": "invalid_request_error", "code": "invalid_api_key" } });
    let anthropic = json!({ "type": "error", "error": { "type": "authentication_error", "message": format!("invalid x-api-key {CLIENT}") } });
    let own = Own::answering(
        vec![Reply::json(401, &openai.to_string())],
        vec![Reply::json(401, &anthropic.to_string())],
        "",
    )
    .await;
    for wire in WIRES {
        for name in ["a", "b"] {
            let config = json!({ "provider": name, "api_key": CLIENT }).to_string();
            for headers in [
                &[("x-portkey-provider", name), ("authorization", BEARER)][..],
                &[("x-portkey-config", &config)],
            ] {
                let response = own.ask(wire, "m", headers).await;
                assert_eq!(header(&response, "x-jackfield-provider"), name);
                let told = refusal(response, 401).await;
                let told: Value = serde_json::from_str(&told).unwrap();
                let message = wire.error_message(&told);
                assert!(message.contains(&format!("{name} doesn't accept the key")), "{message}");
            }
        }
        // Whose key it was matters: this one is the operator's.
        let response = own.ask(wire, "m", &[("x-portkey-provider", "@a")]).await;
        assert_eq!(response.status(), 401);
        assert!(!response.json().await.unwrap().to_string().contains("doesn't accept the key"));
    }
}

#[tokio::test]
async fn what_can_be_no_key_is_refused_and_not_repeated() {
    let own = Own::open().await;
    for key in ["", " ", "sk-client-0123456789\nx-evil: 1", " sk-client-0123456789"] {
        let config = json!({ "provider": "a", "api_key": key }).to_string();
        let told = refusal(own.ask(OPENAI, "m", &[("x-portkey-config", &config)]).await, 400).await;
        assert!(told.contains("/api_key"), "{told}");
    }
    assert!(own.all().is_empty());
}

/// An upstream that says the client's own key back tells its clients nothing.
#[tokio::test]
async fn a_clients_key_is_looked_for_in_what_comes_back() {
    let echo = OPENAI.reply(&format!("you sent {CLIENT}"));
    let own = Own::answering(vec![echo], vec![], "").await;
    let headers = [("x-portkey-provider", "a"), ("authorization", BEARER)];
    let told = own.ask(OPENAI, "m", &headers).await.text().await.unwrap();
    assert!(told.contains("you sent") && !told.contains(CLIENT), "{told}");
}

/// An answer that one client's key paid for is no other client's.
#[tokio::test]
async fn no_client_gets_out_of_the_cache_what_another_ones_key_fetched() {
    let refused = Reply::json(401, r#"{"error":{"message":"no","type":"invalid_request_error"}}"#);
    let own = Own::answering(vec![OPENAI.reply("first"), OPENAI.reply("second"), refused], vec![], "").await;
    let keyed =
        |key: &str| json!({ "provider": "a", "cache": { "mode": "simple" }, "api_key": key }).to_string();
    let plain = json!({ "provider": "a", "cache": { "mode": "simple" } }).to_string();
    let (first, second) = (keyed(CLIENT), "Bearer sk-another-client-01");
    let asked = async |headers: &[(&str, &str)]| {
        let response = own.ask(OPENAI, "m", headers).await;
        let status = response.status();
        (status.as_u16(), header(&response, "x-jackfield-cache-status").to_owned())
    };
    assert_eq!(asked(&[("x-portkey-config", &first)]).await, (200, "MISS".to_owned()));
    assert_eq!(asked(&[("x-portkey-config", &first)]).await, (200, "HIT".to_owned()));
    let other = [("x-portkey-config", &*plain), ("authorization", second)];
    assert_eq!(asked(&other).await, (200, "MISS".to_owned()));
    assert_eq!(asked(&other).await, (200, "HIT".to_owned()));
    assert!(Own::last(&own.a).contains("sk-another-client-01"));
    // One whose key nobody accepts gets nothing, and neither does the operator's.
    let wrong = keyed("sk-of-a-wrong-client");
    assert_eq!(asked(&[("x-portkey-config", &wrong)]).await.0, 401);
    assert_eq!(asked(&[("x-portkey-config", &plain)]).await.0, 401);
    assert_eq!(own.a.requests().len(), 4);
}
