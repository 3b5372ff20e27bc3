//! Bodies against the official descriptions, where they are at hand: that of
//! Text Embeddings Inference, and those of the hosted API's tasks.

use jackfield_sdk::embedding::{EmbedRequest, Input, Purpose, Truncation};
use jackfield_sdk::rerank::RerankRequest;
use jackfield_sdk::vectors::Pooling;
use jackfield_spec::{Check, OpenApi, Unknown};

use super::embed::{prepare, tests::request};
use super::rank::{body, tests::request as ranking};
use crate::settings::tests::settings;
use crate::settings::{Api, Settings, Vectors};

/// Requests that use all that there is.
fn matrix(api: Api) -> Vec<(&'static str, EmbedRequest)> {
    let texts = || request(&["one", "two"]);
    let mut cases = vec![
        ("plain", texts()),
        ("one", request(&["one"])),
        ("query", EmbedRequest { purpose: Some(Purpose::Query), ..texts() }),
        ("cut at the start", EmbedRequest { truncation: Some(Truncation::Start), ..texts() }),
        ("cut at the end", EmbedRequest { truncation: Some(Truncation::End), ..texts() }),
        ("not cut", EmbedRequest { truncation: Some(Truncation::None), ..texts() }),
        (
            "extra",
            EmbedRequest { extra: Some(r#"{"normalize":false,"pooling":"cls"}"#.to_owned()), ..texts() },
        ),
    ];
    if api == Api::Tei {
        cases.push(("short", EmbedRequest { dimensions: Some(64), ..texts() }));
        let tokens = vec![Input::Tokens(vec![1, 2]), Input::Text("a".to_owned())];
        cases.push(("tokens", EmbedRequest { inputs: tokens, ..texts() }));
    }
    cases
}

fn embeds(settings: &Settings, check: &Check) {
    for (what, request) in matrix(settings.api) {
        check.assert(what, &prepare(&request, settings).unwrap().body);
    }
}

fn full(api: Api) -> Settings {
    Settings {
        normalize: Some(true),
        truncate: Some(true),
        pooling: Pooling::Cls,
        prompts: vec![(Purpose::Query, "query".to_owned())],
        ..settings(api)
    }
}

#[test]
fn bodies_for_a_server_are_what_its_description_says() {
    let Some(api) = OpenApi::load("huggingface/tei-openapi.json") else { return };
    for (vectors, path) in
        [(Vectors::Dense, "/embed"), (Vectors::Sparse, "/embed_sparse"), (Vectors::Tokens, "/embed_all")]
    {
        let check = api.request("post", path, Unknown::Refused).unwrap();
        for settings in [settings(Api::Tei), full(Api::Tei)] {
            embeds(&Settings { vectors, ..settings }, &check);
        }
    }
    let check = api.request("post", "/rerank", Unknown::Refused).unwrap();
    for settings in [settings(Api::Tei), Settings { raw_scores: true, ..full(Api::Tei) }] {
        let request = RerankRequest { extra: Some(r#"{"return_text":true}"#.to_owned()), ..ranking() };
        check.assert("rerank", &body(&request, &request.documents, &settings).unwrap());
    }
}

#[test]
fn bodies_for_the_hosted_api_are_what_its_tasks_say() {
    if let Some(task) = OpenApi::load("huggingface/task-feature-extraction-input.json") {
        let check = task.whole(Unknown::Refused).unwrap();
        embeds(&settings(Api::Hosted), &check);
        embeds(&full(Api::Hosted), &check);
    }
    if let Some(task) = OpenApi::load("huggingface/task-sentence-similarity-input.json") {
        let check = task.whole(Unknown::Refused).unwrap();
        let request = ranking();
        check.assert("rank", &body(&request, &request.documents, &settings(Api::Hosted)).unwrap());
    }
}
