//! Answers that are given again, and to whom they never are.

use jackfield_e2e::gateway::provider;
use jackfield_e2e::{Reply, Script, Served};
use serde_json::json;

use crate::wire::{ANTHROPIC, OPENAI, WIRES, Wire, sse};
use crate::{Bench, header};

const CACHE: (&str, &str) = ("x-portkey-config", r#"{"cache":{"mode":"simple"}}"#);

async fn status(bench: &Bench, wire: Wire, stream: bool, headers: &[(&str, &str)]) -> (String, String) {
    let request = if stream { wire.streamed("up/m") } else { wire.request("up/m") };
    let mut ask = bench.served.ask(wire.path, &request);
    for (name, value) in headers {
        ask = ask.header(*name, *value);
    }
    let response = ask.send().await.unwrap();
    let told = header(&response, "x-portkey-cache-status").to_owned();
    (told, response.text().await.unwrap())
}

#[tokio::test]
async fn the_same_request_is_answered_again_without_asking_in_every_dialect_and_mode() {
    for upstream in WIRES {
        for client in WIRES {
            for stream in [false, true] {
                let reply = if stream { sse(&upstream.events(&["a", "b"])) } else { upstream.reply("ab") };
                let bench = Bench::new(upstream, vec![reply]).await;
                let (first, told) = status(&bench, client, stream, &[CACHE]).await;
                let (second, again) = status(&bench, client, stream, &[CACHE]).await;
                assert_eq!((first.as_str(), second.as_str()), ("MISS", "HIT"), "{upstream:?} {client:?}");
                assert_eq!(told, again);
                assert!(told.contains('a'), "{told}");
                assert_eq!(bench.upstream.requests().len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn an_answer_out_of_the_cache_costs_nothing_and_says_where_it_was_from() {
    let bench = Bench::new(OPENAI, vec![OPENAI.reply("a")]).await;
    for known in [false, true] {
        let ask = bench.served.ask(OPENAI.path, &OPENAI.request("up/m")).header(CACHE.0, CACHE.1);
        let response = ask.send().await.unwrap();
        assert_eq!(header(&response, "x-portkey-provider"), "up");
        assert_eq!(header(&response, "content-type"), "application/json");
        assert_eq!(response.headers().contains_key("x-jackfield-output-tokens"), !known);
        assert_eq!(header(&response, "x-jackfield-attempts"), if known { "0" } else { "1" });
    }
    let metrics = bench.served.get("/metrics").await.text().await.unwrap();
    for line in [
        "jackfield_cache_total{status=\"HIT\"} 1\n",
        "jackfield_cache_total{status=\"MISS\"} 1\n",
        "jackfield_tokens_total{provider=\"up\",kind=\"output\"} 2\n",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
}

#[tokio::test]
async fn nothing_is_cached_unless_the_route_says_so() {
    let bench = Bench::new(OPENAI, vec![OPENAI.reply("a"), OPENAI.reply("b")]).await;
    for _ in 0..2 {
        assert_eq!(status(&bench, OPENAI, false, &[]).await.0, "DISABLED");
    }
    assert_eq!(bench.upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_client_can_ask_for_a_fresh_answer_and_keep_its_own_apart() {
    let replies = (0..4).map(|number| OPENAI.reply(&format!("answer {number}"))).collect();
    let bench = Bench::new(OPENAI, replies).await;
    let refresh = ("x-portkey-cache-force-refresh", "true");
    let (mine, yours) = (("x-portkey-cache-namespace", "mine"), ("x-portkey-cache-namespace", "yours"));
    for (headers, told, text) in [
        (vec![CACHE], "MISS", "answer 0"),
        (vec![CACHE, refresh], "REFRESH", "answer 1"),
        (vec![CACHE], "HIT", "answer 1"),
        (vec![CACHE, mine], "MISS", "answer 2"),
        (vec![CACHE, yours], "MISS", "answer 3"),
        (vec![CACHE, mine], "HIT", "answer 2"),
    ] {
        let (status, body) = status(&bench, OPENAI, false, &headers).await;
        assert_eq!(status, told, "{headers:?}");
        assert!(body.contains(text), "{headers:?}: {body}");
    }
}

#[tokio::test]
async fn neither_an_error_nor_half_a_stream_is_kept() {
    let error = || Reply::json(400, r#"{"error":{"message":"no","type":"invalid_request_error"}}"#);
    let half = || sse(&OPENAI.events(&["a", "b"])[..2]);
    for (stream, reply) in [(false, error as fn() -> Reply), (true, half as fn() -> Reply)] {
        let bench = Bench::new(OPENAI, vec![reply(), reply()]).await;
        for _ in 0..2 {
            assert_ne!(status(&bench, OPENAI, stream, &[CACHE]).await.0, "HIT");
        }
        assert_eq!(bench.upstream.requests().len(), 2);
    }
}

#[tokio::test]
async fn tenants_never_get_each_others_answers() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = String::new();
    for name in ["one", "two"] {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("key-of-{name}-0123456789")).unwrap();
        config += &format!("[server.keys.{name}]\nkey = {{ file = \"{}\" }}\n", path.display());
    }
    let replies = vec![OPENAI.reply("of one"), OPENAI.reply("of two")];
    let bench = Bench::with(OPENAI, replies, "", &config).await;
    for (key, told, text) in [
        ("one", "MISS", "of one"),
        ("two", "MISS", "of two"),
        ("one", "HIT", "of one"),
        ("two", "HIT", "of two"),
    ] {
        let key = format!("key-of-{key}-0123456789");
        let (status, body) = status(&bench, OPENAI, false, &[CACHE, ("x-portkey-api-key", &key)]).await;
        assert_eq!(status, told);
        assert!(body.contains(text), "{body}");
    }
}

#[tokio::test]
async fn headers_that_are_sent_on_tell_requests_apart() {
    let replies = vec![ANTHROPIC.reply("plain"), ANTHROPIC.reply("beta")];
    let bench = Bench::new(ANTHROPIC, replies).await;
    assert_eq!(status(&bench, ANTHROPIC, false, &[CACHE]).await.0, "MISS");
    let beta = ("anthropic-beta", "long-context");
    assert_eq!(status(&bench, ANTHROPIC, false, &[CACHE, beta]).await.0, "MISS");
    assert!(status(&bench, ANTHROPIC, false, &[CACHE, beta]).await.1.contains("beta"));
}

#[tokio::test]
async fn identical_requests_at_once_ask_the_upstream_once() {
    for stream in [false, true] {
        let mut reply = if stream { sse(&OPENAI.events(&["a"])) } else { OPENAI.reply("a") };
        reply = reply.after(std::time::Duration::from_millis(300));
        let bench = Bench::new(OPENAI, vec![reply]).await;
        let all = (0..20).map(|_| status(&bench, OPENAI, stream, &[CACHE]));
        let all = futures_util::future::join_all(all).await;
        assert_eq!(all.iter().filter(|(status, _)| status == "MISS").count(), 1);
        assert_eq!(all.iter().filter(|(status, _)| status == "HIT").count(), 19);
        assert!(all.iter().all(|(_, body)| *body == all[0].1));
        assert_eq!(bench.upstream.requests().len(), 1);
    }
}

#[tokio::test]
async fn embeddings_are_cached_too() {
    let answer = json!({
        "object": "list", "model": "m", "data": [{ "object": "embedding", "index": 0, "embedding": [0.5] }],
        "usage": { "prompt_tokens": 3, "total_tokens": 3 },
    });
    let bench = Bench::new(OPENAI, vec![Reply::json(200, &answer.to_string())]).await;
    for told in ["MISS", "HIT"] {
        let ask = bench.served.ask("/v1/embeddings", &json!({ "model": "up/m", "input": "a" }));
        let response = ask.header(CACHE.0, CACHE.1).send().await.unwrap();
        assert_eq!(header(&response, "x-portkey-cache-status"), told);
        assert_eq!(response.text().await.unwrap(), answer.to_string());
    }
}

/// Embeddings of a provider of its own: what begins alike points one way.
#[tokio::test]
async fn a_request_that_means_the_same_is_answered_from_the_cache_unless_its_system_prompt_differs() {
    let vector = |x: f32, y: f32| {
        let data = [json!({ "object": "embedding", "index": 0, "embedding": [x, y] })];
        Reply::json(200, &json!({ "object": "list", "model": "e", "data": data }).to_string())
    };
    let vectors = vec![vector(1.0, 0.0), vector(0.99, 0.01), vector(0.0, 1.0), vector(1.0, 0.0)];
    let meanings = Script::start(vectors).await;
    let chats = Script::start((0..3).map(|number| OPENAI.reply(&format!("answer {number}"))).collect()).await;
    let config = format!(
        "{}{}[server.cache]\nsemantic = {{ model = \"meaning/e\", threshold = 0.9 }}\n",
        provider("up", "openai", &chats.origin(), ""),
        provider("meaning", "openai", &meanings.origin(), "")
    );
    let served = Served::start(&config).await;
    for (system, user, told, text) in [
        ("be kind", "what is the capital of France?", "SEMANTIC MISS", "answer 0"),
        ("be kind", "France's capital is?", "SEMANTIC HIT", "answer 0"),
        ("be kind", "how do I boil an egg?", "SEMANTIC MISS", "answer 1"),
        ("be rude", "what is the capital of France?", "SEMANTIC MISS", "answer 2"),
        ("be kind", "what is the capital of France?", "HIT", "answer 0"),
    ] {
        let messages = json!([{ "role": "system", "content": system }, { "role": "user", "content": user }]);
        let ask = served.ask(OPENAI.path, &json!({ "model": "up/m", "messages": messages }));
        let ask = ask.header("x-portkey-config", r#"{"cache":{"mode":"semantic"}}"#);
        let response = ask.send().await.unwrap();
        assert_eq!(header(&response, "x-portkey-cache-status"), told, "{system}: {user}");
        assert!(response.text().await.unwrap().contains(text), "{system}: {user}");
    }
}

#[tokio::test]
async fn a_semantic_cache_without_a_model_is_refused_with_the_line_to_write() {
    let bench = Bench::new(OPENAI, vec![]).await;
    let ask = bench.served.ask(OPENAI.path, &OPENAI.request("up/m"));
    let response = ask.header("x-portkey-config", r#"{"cache":{"mode":"semantic"}}"#).send().await.unwrap();
    assert_eq!(response.status(), 400);
    let body = response.text().await.unwrap();
    assert!(body.contains("/cache") && body.contains("[server.cache]"), "{body}");
}
