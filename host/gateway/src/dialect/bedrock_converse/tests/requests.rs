//! What is asked.

use jackfield_runtime::api::llm::{Part, ResponseFormat, ResultPart, Role, Tool, ToolChoice};
use jackfield_runtime::api::types::{ErrorKind, Source};
use serde_json::{Value, json};

use super::{decoded, path};
use crate::endpoint::PathFacts;

fn user(content: Value) -> Value {
    json!({ "messages": [{ "role": "user", "content": content }] })
}

fn with(name: &str, value: Value) -> Value {
    let mut body = user(json!([{ "text": "hi" }]));
    body[name] = value;
    body
}

/// The parts of the first turn.
fn parts(content: Value) -> Vec<Part> {
    decoded(&user(content)).unwrap().request.messages.swap_remove(0).content
}

#[test]
fn the_model_and_the_form_of_the_answer_stand_in_the_path() {
    let body = user(json!([{ "text": "hi" }])).to_string();
    let decoded = super::super::decode(body.as_bytes(), &path(true)).unwrap();
    assert_eq!((decoded.request.model.as_str(), decoded.stream), ("amazon.nova-lite-v1:0", true));
    assert!(decoded.warnings.is_empty(), "{:?}", decoded.warnings);
    let error = super::super::decode(body.as_bytes(), &PathFacts::default()).unwrap_err();
    assert_eq!(error.path, "modelId");
}

#[test]
fn a_conversation_with_tools_keeps_its_order() {
    let body = json!({
        "system": [{ "text": "be short" }, { "cachePoint": { "type": "default", "ttl": "1h" } }],
        "messages": [
            { "role": "user", "content": [{ "text": "weather?" }] },
            { "role": "assistant", "content": [
                { "reasoningContent": { "reasoningText": { "text": "hm", "signature": "sig" } } },
                { "reasoningContent": { "redactedContent": "QUI=" } },
                { "toolUse": { "toolUseId": "t1", "name": "f", "input": { "a": 1 } } },
            ] },
            { "role": "user", "content": [
                { "toolResult": { "toolUseId": "t1", "content": [{ "json": { "x": 1 } }, { "text": "y" }], "status": "error" } },
                { "text": "and?" },
            ] },
        ],
    });
    let request = decoded(&body).unwrap().request;
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::Tool, Role::User]);
    assert!(
        matches!(&request.messages[0].content[1], Part::CachePoint(point) if point.ttl.as_deref() == Some("1h"))
    );
    let said = &request.messages[2].content;
    assert!(
        matches!(&said[0], Part::Reasoning(part) if part.text == "hm" && part.signature.as_deref() == Some("sig"))
    );
    assert!(matches!(&said[1], Part::Reasoning(part) if part.redacted.as_deref() == Some("QUI=")));
    assert!(matches!(&said[2], Part::ToolCall(call) if call.id == "t1" && call.arguments == r#"{"a":1}"#));
    let Part::ToolResult(result) = &request.messages[3].content[0] else { panic!() };
    assert!(result.is_error && result.call_id == "t1");
    assert!(matches!(&result.content[..], [ResultPart::Json(_), ResultPart::Text(text)] if text == "y"));
}

#[test]
fn media_have_their_types() {
    let parts = parts(json!([
        { "image": { "format": "jpeg", "source": { "bytes": "AAEC" } } },
        { "image": { "format": "png", "source": { "s3Location": { "uri": "s3://b/k" } } } },
        { "audio": { "format": "mp3", "source": { "bytes": "AA==" } } },
        { "video": { "format": "three_gp", "source": { "bytes": "AA==" } } },
        { "document": { "format": "pdf", "name": "n", "source": { "bytes": "AA==" }, "context": "c", "citations": { "enabled": true } } },
        { "document": { "format": "md", "name": "n", "source": { "text": "# t" } } },
    ]));
    assert!(matches!(&parts[0], Part::Image(image) if image.mime_type.as_deref() == Some("image/jpeg")
        && image.source == Source::Data(vec![0, 1, 2])));
    assert!(matches!(&parts[1], Part::Image(image) if image.source == Source::Url("s3://b/k".to_owned())));
    assert!(matches!(&parts[2], Part::Audio(audio) if audio.mime_type.as_deref() == Some("audio/mpeg")));
    assert!(matches!(&parts[3], Part::Document(film) if film.mime_type.as_deref() == Some("video/3gpp")));
    assert!(matches!(&parts[4], Part::Document(document) if document.citations
        && document.mime_type.as_deref() == Some("application/pdf") && document.context.as_deref() == Some("c")));
    assert!(matches!(&parts[5], Part::Document(document) if document.source == Source::Data(b"# t".to_vec())
        && document.mime_type.as_deref() == Some("text/markdown")));
}

#[test]
fn what_the_typed_form_has_no_field_for_passes_in_its_own_form() {
    let blocks = json!([
        { "searchResult": { "source": "s", "title": "t", "content": [{ "text": "x" }] } },
        { "toolUse": { "toolUseId": "t", "name": "n", "input": {}, "type": "server_tool_use" } },
        { "image": { "format": "png", "source": { "s3Location": { "uri": "s3://b/k", "bucketOwner": "1" } } } },
        { "document": { "format": "rtf", "name": "n", "source": { "bytes": "AA==" } } },
        { "toolResult": { "toolUseId": "t", "content": [{ "searchResult": {} }] } },
        { "brandNew": { "x": 1 } },
    ]);
    for (part, block) in parts(blocks.clone()).iter().zip(blocks.as_array().unwrap()) {
        let Part::Native(raw) = part else { panic!("{part:?}") };
        assert_eq!(&serde_json::from_str::<Value>(raw).unwrap(), block);
    }
}

#[test]
fn cited_text_keeps_what_it_cites() {
    let parts = parts(json!([{ "citationsContent": {
        "content": [{ "text": "a" }, { "text": "b" }],
        "citations": [{ "title": "T", "sourceContent": [{ "text": "q" }], "location": { "web": { "url": "https://x" } } }],
    } }]));
    let Part::Text(text) = &parts[0] else { panic!() };
    let citation = &text.citations[0];
    assert_eq!((text.text.as_str(), citation.title.as_deref()), ("ab", Some("T")));
    assert_eq!((citation.quote.as_deref(), citation.url.as_deref()), (Some("q"), Some("https://x")));
}

#[test]
fn options_go_where_they_belong() {
    let mut body = with(
        "inferenceConfig",
        json!({ "maxTokens": 5, "temperature": 0.5, "topP": 0.9, "stopSequences": ["x"] }),
    );
    body["toolConfig"] = json!({
        "tools": [
            { "toolSpec": { "name": "f", "description": "d", "inputSchema": { "json": { "type": "object" } }, "strict": true } },
            { "cachePoint": { "type": "default" } },
            { "systemTool": { "name": "nova_grounding" } },
        ],
        "toolChoice": { "tool": { "name": "f" } },
    });
    body["requestMetadata"] = json!({ "team": "a" });
    body["serviceTier"] = json!({ "type": "flex" });
    body["outputConfig"] = json!({ "effort": "low", "textFormat": { "type": "json_schema", "structure": { "jsonSchema": {
        "schema": "{\"type\":\"object\"}", "name": "n", "description": "d" } } } });
    body["additionalModelRequestFields"] =
        json!({ "top_k": 4, "thinking": { "type": "enabled", "budget_tokens": 2000 } });
    let decoded = decoded(&body).unwrap();
    let request = decoded.request;
    assert!(decoded.warnings.is_empty(), "{:?}", decoded.warnings);
    assert_eq!(
        (request.max_output_tokens, request.temperature, request.top_p),
        (Some(5), Some(0.5), Some(0.9))
    );
    assert_eq!((request.stop, request.top_k), (vec!["x".to_owned()], Some(4)));
    assert!(
        matches!(&request.tools[0], Tool::Function(tool) if tool.cache.is_some() && tool.strict == Some(true)
        && tool.parameters == r#"{"type":"object"}"#)
    );
    assert!(matches!(&request.tools[1], Tool::Native(raw) if raw.contains("nova_grounding")));
    assert!(matches!(request.tool_choice, Some(ToolChoice::Named(name)) if name == "f"));
    assert_eq!(request.metadata, [("team".to_owned(), "a".to_owned())]);
    assert_eq!(request.service_tier.as_deref(), Some("flex"));
    let reasoning = request.reasoning.unwrap();
    assert_eq!((reasoning.effort.as_deref(), reasoning.budget_tokens), (Some("low"), Some(2000)));
    let Some(ResponseFormat::JsonSchema(format)) = request.response_format else { panic!() };
    assert_eq!((format.name.as_str(), format.schema.as_str()), ("n", r#"{"type":"object"}"#));
    assert!(request.extra.is_none());
}

#[test]
fn models_own_words_for_thinking_and_sampling_are_known() {
    let fields = |fields: Value| decoded(&with("additionalModelRequestFields", fields)).unwrap();
    let effort = |fields_: Value| fields(fields_).request.reasoning.and_then(|reasoning| reasoning.effort);
    assert_eq!(effort(json!({ "reasoning_effort": "high" })).as_deref(), Some("high"));
    assert_eq!(effort(json!({ "reasoning_config": "high" })).as_deref(), Some("high"));
    assert_eq!(
        effort(json!({ "output_config": { "effort": "low" }, "thinking": { "type": "adaptive" } }))
            .as_deref(),
        Some("low")
    );
    let nova = json!({ "reasoningConfig": { "type": "enabled", "maxReasoningEffort": "medium" } });
    assert_eq!(effort(nova).as_deref(), Some("medium"));
    assert_eq!(effort(json!({ "reasoningConfig": { "type": "disabled" } })).as_deref(), Some("none"));
    let budget = fields(json!({ "reasoning_config": { "type": "enabled", "budget_tokens": 9 } }));
    assert_eq!(budget.request.reasoning.unwrap().budget_tokens, Some(9));
    assert_eq!(fields(json!({ "inferenceConfig": { "topK": 3 } })).request.top_k, Some(3));
    let sampled = fields(json!({ "seed": 1, "presence_penalty": 0.5, "frequency_penalty": 0.25 })).request;
    assert_eq!(
        (sampled.seed, sampled.presence_penalty, sampled.frequency_penalty),
        (Some(1), Some(0.5), Some(0.25))
    );
    let unknown = fields(json!({ "anthropic_beta": ["x"] }));
    assert!(
        unknown.warnings[0].contains("additionalModelRequestFields.anthropic_beta"),
        "{:?}",
        unknown.warnings
    );
}

#[test]
fn what_is_left_out_is_told() {
    for (name, value, place) in [
        ("performanceConfig", json!({ "latency": "optimized" }), "performanceConfig.latency"),
        ("brandNew", json!(1), "brandNew"),
        ("inferenceConfig", json!({ "topK": 1 }), "inferenceConfig.topK"),
        ("additionalModelResponseFieldPaths", json!(["/x"]), "/x"),
    ] {
        let warnings = decoded(&with(name, value)).unwrap().warnings;
        assert!(matches!(&warnings[..], [one] if one.contains(place)), "{name}: {warnings:?}");
    }
    let guarded = json!([{ "guardContent": { "text": { "text": "x", "qualifiers": ["query"] } } }]);
    let decoded = decoded(&user(guarded)).unwrap();
    assert!(matches!(&decoded.request.messages[0].content[0], Part::Text(text) if text.text == "x"));
    assert_eq!(decoded.warnings.len(), 1);
}

#[test]
fn what_only_bedrock_can_do_is_refused() {
    for (name, value) in [
        ("guardrailConfig", json!({ "guardrailIdentifier": "g" })),
        ("promptVariables", json!({ "a": { "text": "b" } })),
    ] {
        let error = decoded(&with(name, value)).unwrap_err();
        assert_eq!((error.path.as_str(), error.kind), (name, ErrorKind::Unsupported));
    }
}

#[test]
fn errors_name_their_place() {
    for (body, place) in [
        (json!({}), "messages"),
        (json!({ "messages": [{ "content": [] }] }), "messages[0].role"),
        (json!({ "messages": [{ "role": "tool", "content": [] }] }), "messages[0].role"),
        (user(json!([{ "text": "a", "image": {} }])), "messages[0].content[0]"),
        (user(json!([{}])), "messages[0].content[0]"),
        (user(json!([{ "text": 1 }])), "messages[0].content[0].text"),
        (
            user(json!([{ "image": { "source": { "bytes": "AA==" } } }])),
            "messages[0].content[0].image.format",
        ),
        (
            user(json!([{ "image": { "format": "png", "source": { "bytes": "*" } } }])),
            "messages[0].content[0].image.source.bytes",
        ),
        (user(json!([{ "toolUse": { "name": "f" } }])), "messages[0].content[0].toolUse.toolUseId"),
        (
            user(json!([{ "toolResult": { "toolUseId": "t", "status": "odd" } }])),
            "messages[0].content[0].toolResult.status",
        ),
        (
            with("toolConfig", json!({ "tools": [{ "toolSpec": { "name": "f" } }] })),
            "toolConfig.tools[0].toolSpec.inputSchema",
        ),
        (with("toolConfig", json!({ "toolChoice": { "odd": {} } })), "toolConfig.toolChoice"),
        (with("inferenceConfig", json!({ "maxTokens": "x" })), "inferenceConfig.maxTokens"),
        (with("outputConfig", json!({ "textFormat": { "type": "xml" } })), "outputConfig.textFormat.type"),
    ] {
        assert_eq!(decoded(&body).unwrap_err().path, place, "{body}");
    }
    let twice = br#"{"messages":[{"role":"user","content":[{"text":"a"}]}],"messages":[]}"#;
    assert!(super::super::decode(twice, &path(false)).unwrap_err().message.contains("duplicate"));
}
