use jackfield_sdk::embedding::Encoding;
use jackfield_sdk::types::{ErrorKind, Media, Source};

use super::*;
use crate::settings::tests::chat;
use crate::settings::{Auth, Endpoint, Models};

fn texts(count: usize) -> Vec<Input> {
    (0..count).map(|number| Input::Text(format!("t{number}"))).collect()
}

fn settings(platform: Platform) -> Settings {
    let models = |id: &str| Models::new(vec![id.to_owned()]);
    let base = "https://g.example".to_owned();
    Settings {
        endpoint: Endpoint::new(platform, base, None, Some("p".to_owned()), None).unwrap(),
        auth: Auth::Key,
        headers: Vec::new(),
        chat: chat(platform),
        embed_content: models("gemini-embedding-2"),
        one_text: models("gemini-embedding"),
    }
}

fn bodies(request: &EmbedRequest, method: Method) -> Vec<(Value, usize)> {
    prepare(request, method).unwrap().bodies
}

const ALL: Method = Method::Predict { inputs: INSTANCES };

#[test]
fn each_platform_and_family_has_its_method() {
    for (platform, model, expected) in [
        (Platform::Gemini, "gemini-embedding-001", Method::BatchEmbedContents),
        (Platform::Vertex, "gemini-embedding-001", Method::Predict { inputs: 1 }),
        (Platform::Vertex, "gemini-embedding-2-preview", Method::EmbedContent),
        (Platform::Vertex, "text-embedding-005", ALL),
    ] {
        assert_eq!(Method::of(model, &settings(platform)), expected, "{model}");
    }
}

#[test]
fn requests_are_as_large_as_the_method_takes_and_keep_the_order() {
    for (method, sizes) in [
        (Method::BatchEmbedContents, vec![100, 100, 60]),
        (ALL, vec![250, 10]),
        (Method::Predict { inputs: 1 }, vec![1; 260]),
        (Method::EmbedContent, vec![1; 260]),
    ] {
        let bodies = bodies(&EmbedRequest::new("m", texts(260)), method);
        assert_eq!(bodies.iter().map(|(_, size)| *size).collect::<Vec<_>>(), sizes, "{method:?}");
        let all = bodies.iter().map(|(body, _)| body.to_string()).collect::<String>();
        let places: Vec<_> = (0..260).map(|number| all.find(&format!("\"t{number}\"")).unwrap()).collect();
        assert!(places.is_sorted(), "{method:?}");
    }
    assert!(bodies(&EmbedRequest::new("m", Vec::new()), ALL).is_empty());
}

#[test]
fn options_stand_where_each_method_has_them() {
    let mut request = EmbedRequest::new("m", texts(1));
    request.dimensions = Some(256);
    request.purpose = Some(Purpose::Query);
    request.truncation = Some(Truncation::None);
    let content = json!({"parts": [{"text": "t0"}]});
    let batch = prepare(&request, Method::BatchEmbedContents).unwrap();
    let expected = json!({"requests": [{"model": "models/m", "content": content, "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 256}]});
    assert_eq!(batch.bodies[0].0, expected);
    assert!(batch.warnings.len() == 1 && batch.warnings[0].contains("truncation"));
    let expected = json!({"instances": [{"content": "t0", "task_type": "RETRIEVAL_QUERY"}],
        "parameters": {"outputDimensionality": 256, "autoTruncate": false}});
    assert_eq!(bodies(&request, ALL)[0].0, expected);
    let expected = json!({"content": content, "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 256, "autoTruncate": false});
    assert_eq!(bodies(&request, Method::EmbedContent)[0].0, expected);
    let plain = EmbedRequest::new("m", texts(1));
    assert_eq!(bodies(&plain, ALL)[0].0, json!({"instances": [{"content": "t0"}]}));
}

#[test]
fn every_purpose_has_its_word() {
    for (purpose, word) in [
        (Purpose::Document, "RETRIEVAL_DOCUMENT"),
        (Purpose::Query, "RETRIEVAL_QUERY"),
        (Purpose::Classification, "CLASSIFICATION"),
        (Purpose::Clustering, "CLUSTERING"),
        (Purpose::Similarity, "SEMANTIC_SIMILARITY"),
    ] {
        assert_eq!(task_type(purpose), word);
    }
}

#[test]
fn images_are_embedded_where_the_method_takes_parts() {
    let image = || Media {
        source: Source::Data(vec![0, 0, 0]),
        mime_type: Some("image/png".to_owned()),
        detail: None,
        transcript: None,
        id: None,
    };
    let request = EmbedRequest::new("m", vec![Input::Image(image())]);
    let body = &bodies(&request, Method::EmbedContent)[0].0;
    assert_eq!(body["content"]["parts"][0]["inlineData"]["data"], "AAAA");
    assert_eq!(prepare(&request, ALL).unwrap_err().kind, ErrorKind::Unsupported);
}

#[test]
fn what_no_method_can_do_is_refused() {
    let mut request = EmbedRequest::new("m", vec![Input::Tokens(vec![1])]);
    for method in [ALL, Method::BatchEmbedContents, Method::EmbedContent] {
        assert_eq!(prepare(&request, method).unwrap_err().kind, ErrorKind::Unsupported);
    }
    request.inputs = texts(1);
    request.encoding = Some(Encoding::Int8);
    assert_eq!(prepare(&request, ALL).unwrap_err().kind, ErrorKind::Unsupported);
    request.encoding = None;
    request.truncation = Some(Truncation::Start);
    assert_eq!(prepare(&request, ALL).unwrap_err().kind, ErrorKind::Unsupported);
}

fn read(json: &str, expected: usize) -> Result<(Vec<Vector>, Option<Usage>), Error> {
    vectors(serde_json::from_str(json).unwrap(), expected)
}

#[test]
fn answers_of_all_three_methods_are_read() {
    let (found, usage) = read(
        r#"{"embeddings":[{"values":[1,0.5]},{"values":[2]}],"usageMetadata":{"promptTokenCount":4}}"#,
        2,
    )
    .unwrap();
    assert_eq!(found, [Vector::Float32(vec![1.0, 0.5]), Vector::Float32(vec![2.0])]);
    assert_eq!(usage.unwrap().input_tokens, Some(4));
    let (found, usage) = read(
        r#"{"predictions":[{"embeddings":{"values":[1],"statistics":{"token_count":3.0,"truncated":false}}},
            {"embeddings":{"values":[2],"statistics":{"token_count":4}}}],"metadata":{"billableCharacterCount":11}}"#,
        2,
    )
    .unwrap();
    assert_eq!(found.len(), 2);
    let usage = usage.unwrap();
    assert_eq!((usage.input_tokens, usage.units), (Some(7), vec![("characters".to_owned(), 11.0)]));
    assert_eq!(read(r#"{"embedding":{"values":[1]},"truncated":true}"#, 1).unwrap().0.len(), 1);
    for (json, expected) in [("{}", 1), (r#"{"embeddings":[{"values":[1]}]}"#, 2), (r#"{"embedding":{}}"#, 1)]
    {
        assert_eq!(read(json, expected).unwrap_err().kind, ErrorKind::BadUpstreamAnswer, "{json}");
    }
}

#[test]
fn a_text_that_was_cut_is_noticed() {
    for (json, expected) in [
        (r#"{"embedding":{"values":[1]},"truncated":true}"#, true),
        (r#"{"predictions":[{"embeddings":{"values":[1],"statistics":{"truncated":true}}}]}"#, true),
        (r#"{"predictions":[{"embeddings":{"values":[1],"statistics":{"truncated":false}}}]}"#, false),
        (r#"{"embeddings":[{"values":[1]}]}"#, false),
    ] {
        assert_eq!(was_cut(&serde_json::from_str(json).unwrap()), expected, "{json}");
    }
}

#[test]
fn the_cost_of_several_requests_is_their_sum() {
    let one = |tokens| Usage {
        input_tokens: Some(tokens),
        units: vec![("characters".to_owned(), 2.0)],
        ..Usage::default()
    };
    let vector = || vec![Vector::Float32(vec![1.0])];
    let parts = vec![(vector(), Some(one(3))), (vector(), None), (vector(), Some(one(4)))];
    let answer = response("m".to_owned(), parts, Vec::new());
    let usage = answer.usage.unwrap();
    assert_eq!((answer.vectors.len(), usage.input_tokens), (3, Some(7)));
    assert_eq!(usage.units, [("characters".to_owned(), 4.0)]);
}

#[test]
fn a_call_takes_no_more_requests_than_a_host_lets_a_plugin_make() {
    // The default of `limits.requests-per-call`.
    const MOST: usize = 32;
    let manifest = include_str!("../../../plugin.toml");
    let (_, entry) =
        manifest.split_once("models = [\"*gemini-embedding*\"]\nwhen.platform = \"vertex\"").unwrap();
    let of_vertex = entry.lines().find_map(|line| line.strip_prefix("inputs = ")).unwrap().parse().unwrap();
    for (platform, inputs) in [(Platform::Gemini, BATCH), (Platform::Vertex, of_vertex)] {
        for model in ["gemini-embedding-001", "gemini-embedding-2"] {
            let method = Method::of(model, &settings(platform));
            assert!(bodies(&EmbedRequest::new(model, texts(inputs)), method).len() <= MOST, "{model}");
        }
    }
}
