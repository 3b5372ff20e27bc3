//! Providers by the names under which the operator bound them, in Portkey's
//! spellings; and what a key of the gateway's sees and reaches of them.

use serde_json::{Value, json};

use crate::own::{ALL, CLIENT, FEW, KEYS, OPERATORS, Own, refusal};
use crate::wire::OPENAI;
use crate::{Json, body_of, header};

const BEARER: &str = "Bearer sk-client-0123456789";

#[tokio::test]
async fn a_virtual_key_is_a_provider_as_it_is_bound_here() {
    let own = Own::open().await;
    for headers in [
        &[("x-portkey-virtual-key", "b")][..],
        &[("x-portkey-virtual-key", "@b")],
        &[("x-portkey-virtual-key", "b"), ("x-portkey-provider", "a")],
        &[("x-portkey-provider", "@b"), ("authorization", BEARER)],
        &[("x-portkey-config", r#"{"virtual_key":"b"}"#), ("authorization", BEARER)],
        &[("x-portkey-config", r#"{"provider":"@b"}"#), ("authorization", BEARER)],
        &[("x-portkey-config", r#"{"provider":"a","virtual_key":"b"}"#)],
    ] {
        let response = own.ask(OPENAI, "m", headers).await;
        assert_eq!(response.status(), 200, "{headers:?}");
        assert_eq!(header(&response, "x-portkey-provider"), "b", "{headers:?}");
        assert!(Own::last(&own.b).contains(OPERATORS[1]), "{headers:?}");
    }
    assert!(!own.all().contains(CLIENT));
}

#[tokio::test]
async fn one_that_is_not_there_is_refused_by_name() {
    let own = Own::open().await;
    for (headers, name) in [
        (&[("x-portkey-virtual-key", "team-x")][..], "team-x"),
        (&[("x-portkey-provider", "@team-x")], "team-x"),
        (&[("x-portkey-config", r#"{"virtual_key":"team-x"}"#)], "team-x"),
        // The catalog knows it; nobody bound it.
        (&[("x-portkey-virtual-key", "groq"), ("authorization", BEARER)], "groq"),
        (&[("x-portkey-config", r#"{"provider":"@groq"}"#), ("authorization", BEARER)], "groq"),
        (&[("x-portkey-virtual-key", "")], "x-portkey-virtual-key"),
    ] {
        let told = refusal(own.ask(OPENAI, "m", headers).await, 400).await;
        assert!(told.contains(name), "{told}");
    }
    refusal(own.ask(OPENAI, "@team-x/m", &[]).await, 404).await;
    assert!(own.all().is_empty());
}

#[tokio::test]
async fn a_key_reaches_by_them_only_what_it_may_use() {
    let own = Own::with(KEYS).await;
    let asked = |slug: &'static str, model: &'static str| {
        let headers = [("x-portkey-api-key", FEW), ("x-portkey-virtual-key", slug)];
        let own = &own;
        async move { own.ask(OPENAI, model, &headers).await }
    };
    refusal(asked("b", "small").await, 403).await;
    refusal(asked("a", "large").await, 403).await;
    assert!(own.all().is_empty());
    assert_eq!(asked("a", "small-1").await.status(), 200);
}

/// Where a config names no provider, the model's name does, as without one.
#[tokio::test]
async fn a_models_name_names_its_provider_beside_a_config_too() {
    let own = Own::open().await;
    let config = r#"{"retry":{"attempts":1}}"#;
    for (model, headers) in [
        ("@a/m", &[("x-portkey-config", config), ("authorization", BEARER)][..]),
        ("a/m", &[("x-portkey-config", config)]),
        ("a/m", &[("x-portkey-request-timeout", "5000")]),
        ("@a/m", &[]),
    ] {
        let response = own.ask(OPENAI, model, headers).await;
        assert_eq!(response.status(), 200, "{model} {headers:?}");
        let request = own.a.requests().pop().unwrap();
        assert_eq!(body_of(&request)["model"], "m", "{model}");
        assert!(request.contains(OPERATORS[0]) && !request.contains(CLIENT), "{request}");
    }
}

#[tokio::test]
async fn a_list_of_models_has_what_the_key_may_use_and_nothing_else() {
    let lines = format!(
        "[providers.oa]\npreset = \"openai\"\nsecrets.api-key = {{ file = \"a\" }}\n\
         [routes.cheap]\nstrategy = \"fallback\"\ntargets = [{{ model = \"a/small\" }}, {{ model = \"b/x\" }}]\n\
         [routes.dear]\nstrategy = \"fallback\"\ntargets = [{{ model = \"b/x\" }}, {{ model = \"a/large\" }}]\n{KEYS}\
         [server.keys.mini]\nkey = {{ file = \"b\" }}\nmodels = [\"oa/gpt-4o-mini\"]\n"
    );
    let own = Own::with(&lines).await;
    let get = |path: &'static str, key: &'static str| {
        let ask = own.served.client().get(own.served.url(path)).bearer_auth(key);
        async move { ask.send().await.unwrap() }
    };
    let ids = |told: Value| -> Vec<String> {
        let models = told["data"].as_array().unwrap().iter();
        models.map(|model| model["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids(get("/v1/models", ALL).await.json().await.unwrap());
    for name in ["cheap", "dear", "oa/gpt-4o-mini", "oa/text-embedding-3-small"] {
        assert!(all.contains(&name.to_owned()), "{name}: {all:?}");
    }
    assert_eq!(ids(get("/v1/models", FEW).await.json().await.unwrap()), ["cheap"]);
    assert_eq!(ids(get("/v1/models", OPERATORS[1]).await.json().await.unwrap()), ["oa/gpt-4o-mini"]);
    for (path, key, status) in [
        ("/v1/models/dear", ALL, 200),
        ("/v1/models/dear", FEW, 404),
        ("/v1/models/cheap", FEW, 200),
        ("/v1/models/oa/gpt-4o-mini", FEW, 404),
        ("/v1/models/oa/gpt-4o-mini", OPERATORS[1], 200),
    ] {
        assert_eq!(get(path, key).await.status(), status, "{path}");
    }
    assert_eq!(own.served.get("/v1/models").await.status(), 401);

    // The same in Gemini's shape, page by page.
    let page = async |query: &str, key: &str| -> Value {
        let url = own.served.url(&format!("/v1beta/models{query}"));
        own.served.client().get(url).header("x-goog-api-key", key).send().await.unwrap().json().await.unwrap()
    };
    let names = |told: &Value| -> Vec<String> {
        let models = told["models"].as_array().unwrap().iter();
        models
            .map(|model| model["name"].as_str().unwrap().strip_prefix("models/").unwrap().to_owned())
            .collect()
    };
    let (mut paged, mut query) = (Vec::new(), "?pageSize=7".to_owned());
    loop {
        let told = page(&query, ALL).await;
        paged.extend(names(&told));
        let Some(token) = told["nextPageToken"].as_str() else { break };
        assert_eq!(told["models"].as_array().unwrap().len(), 7);
        query = format!("?pageSize=7&pageToken={token}");
    }
    assert_eq!(paged, all);
    assert_eq!(names(&page("", FEW).await), ["cheap"]);
    let known = page("/oa/gpt-4o-mini", OPERATORS[1]).await;
    assert_eq!(
        (&known["name"], &known["inputTokenLimit"]),
        (&json!("models/oa/gpt-4o-mini"), &json!(128_000))
    );
    assert_eq!(known["supportedGenerationMethods"][0], "generateContent");
    for (query, key, status) in [
        ("/oa/gpt-4o-mini", FEW, "NOT_FOUND"),
        ("/dear", FEW, "NOT_FOUND"),
        ("", "nobody", "UNAUTHENTICATED"),
        ("?pageSize=x", ALL, "INVALID_ARGUMENT"),
    ] {
        assert_eq!(page(query, key).await["error"]["status"], status, "{query}");
    }
}

#[tokio::test]
async fn a_header_that_can_not_be_sent_on_is_named() {
    let own = Own::open().await;
    for (asked, named) in [
        ("x-fine, authorization", "authorization"),
        ("x-portkey-config", "x-portkey-config"),
        ("x-fine, not fine", "not fine"),
    ] {
        let headers = [("x-portkey-provider", "a"), ("x-portkey-forward-headers", asked)];
        let told = refusal(own.ask(OPENAI, "m", &headers).await, 400).await;
        assert!(told.contains(named) && told.contains("forward"), "{told}");
    }
    let config = json!({ "provider": "a", "forward_headers": ["x-fine", "cookie"] }).to_string();
    let told = refusal(own.ask(OPENAI, "m", &[("x-portkey-config", &config)]).await, 400).await;
    assert!(told.contains("cookie"), "{told}");
}
