//! Routes change and ask about parameters of every endpoint, of forms too.

use serde_json::{Value, json};

use crate::recording::ask;
use crate::{Bench, header, read};

#[tokio::test]
async fn parameters_of_embeddings_are_changed_passed_through_or_not() {
    let bench = Bench::new().await;
    for provider in ["up", "typed"] {
        let config = json!({ "provider": provider, "override_params": { "dimensions": 7 } }).to_string();
        let body = json!({ "model": "dev-embedding", "input": "x", "dimensions": 3 });
        let request = bench.served.ask("/v1/embeddings", &body).header("x-portkey-config", config);
        let answer = read(request.send().await.unwrap()).await;
        assert_eq!(answer["data"][0]["embedding"].as_array().unwrap().len(), 7, "{provider}");
    }
}

#[tokio::test]
async fn fields_of_a_form_are_changed_like_members_of_json() {
    let bench = Bench::new().await;
    let config = json!({
        "provider": "up",
        "override_params": { "response_format": "verbose_json", "timestamp_granularities": ["word"] },
        "default_params": { "language": "fr" },
    });
    let fields = [("model", "whisper-1"), ("response_format", "text")];
    let request = ask(&bench.served, "/v1/audio/transcriptions", &fields, b"RIFF");
    let answer = request.header("x-portkey-config", config.to_string()).send().await.unwrap();
    let answer = read(answer).await;
    assert_eq!(answer["language"], "fr");
    assert_eq!(answer["words"][0]["word"], "The");
}

#[tokio::test]
async fn conditions_ask_about_fields_of_a_form() {
    let bench = Bench::new().await;
    let config = json!({
        "strategy": {
            "mode": "conditional",
            "conditions": [{ "query": { "params.language": "de" }, "then": "german" }],
            "default": "other",
        },
        "targets": [
            { "name": "german", "provider": "every", "override_params": { "model": "de" } },
            { "name": "other", "provider": "every", "override_params": { "model": "any" } },
        ],
    });
    for (language, model) in [("de", "de"), ("en", "any")] {
        let fields = [("model", "x"), ("language", language)];
        let request = ask(&bench.served, "/v1/audio/transcriptions", &fields, b"RIFF");
        let answer = request.header("x-portkey-config", config.to_string()).send().await.unwrap();
        assert_eq!(header(&answer, "x-jackfield-model"), model);
        assert_eq!(read(answer).await["text"], "4 bytes");
    }
}

#[tokio::test]
async fn a_trace_is_told_back_and_an_unknown_header_refused_everywhere() {
    let bench = Bench::new().await;
    let bodies: [(&str, Value); 3] = [
        ("/v1/embeddings", json!({ "model": "up/dev", "input": "x" })),
        ("/v1/rerank", json!({ "model": "every/length", "query": "q", "documents": ["x"] })),
        ("/v1/audio/speech", json!({ "model": "up/dev", "input": "x", "voice": "y" })),
    ];
    for (path, body) in bodies {
        let answer = bench.served.ask(path, &body).header("x-portkey-trace-id", "t-1").send().await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "x-portkey-trace-id")), (200, "t-1"), "{path}");
        let answer = bench.served.ask(path, &body).header("x-portkey-invented", "v").send().await.unwrap();
        assert_eq!(answer.status(), 400, "{path}");
    }
}
