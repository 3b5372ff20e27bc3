//! Bodies against the official description, where a checkout has it beside the
//! repository. It is that of Vertex AI, whose messages Gemini's are a part of.

use jackfield_sdk::embedding::{EmbedRequest, Input, Purpose, Truncation};
use jackfield_sdk::llm::{
    AudioOptions, ChatRequest, FunctionTool, Message, Part, ReasoningOptions, ReasoningPart, ResponseFormat,
    ResultPart, Role, SchemaFormat, Tool, ToolCall, ToolChoice, ToolResult,
};
use jackfield_sdk::types::{Document, Media, Source};
use jackfield_spec::{Discovery, Unknown};
use serde_json::Value;

use super::embedding::{self, Method};
use super::request::tests::hello;
use super::request::{count, prepare};
use super::signature::OF_PART_BEFORE;
use crate::settings::tests::chat;
use crate::settings::{ChatSettings, Platform, Schemas};

const FILE: &str = "google/aiplatform.v1.discovery.json";
const SCHEMA: &str = r##"{"type":"object","required":["place"],"additionalProperties":false,"$defs":{"Unit":{"type":"string","enum":["c","f"]}},
    "properties":{"place":{"type":"string","minLength":1},"days":{"type":["integer","null"],"minimum":1},"unit":{"$ref":"#/$defs/Unit"}}}"##;

fn image(source: Source) -> Part {
    let mime_type = Some("image/png".to_owned());
    Part::Image(Media { source, mime_type, detail: None, transcript: None, id: None })
}

fn function(strict: Option<bool>) -> Tool {
    Tool::Function(FunctionTool {
        name: "weather".to_owned(),
        description: Some("tells the weather".to_owned()),
        parameters: SCHEMA.to_owned(),
        strict,
        cache: None,
    })
}

/// What a model said, in every kind of part, and what its tools gave.
fn steps() -> Vec<Message> {
    let thought = |text: &str, id: Option<&str>| {
        let (text, id) = (text.to_owned(), id.map(str::to_owned));
        Part::Reasoning(ReasoningPart { text, signature: Some("c2lnbmVk".to_owned()), redacted: None, id })
    };
    let call = |id: &str, signature: Option<&str>| {
        Part::ToolCall(ToolCall {
            id: id.to_owned(),
            name: "weather".to_owned(),
            arguments: r#"{"place":"Rome"}"#.to_owned(),
            signature: signature.map(str::to_owned),
        })
    };
    let result = |call_id: &str, content| {
        Part::ToolResult(ToolResult { call_id: call_id.to_owned(), name: None, content, is_error: false })
    };
    let picture = Media {
        source: Source::Data(vec![7; 20]),
        mime_type: Some("image/png".to_owned()),
        detail: None,
        transcript: None,
        id: None,
    };
    let said = vec![
        thought("hm", None),
        Part::text("let me see"),
        thought("", Some(OF_PART_BEFORE)),
        call("call_0", Some("c2lnbmVk")),
        call("real", None),
        Part::Native(r#"{"executableCode":{"language":"PYTHON","code":"1"}}"#.to_owned()),
    ];
    let given = vec![
        result("real", vec![ResultPart::Text("warm".to_owned()), ResultPart::Image(picture)]),
        result("call_0", vec![ResultPart::Json(r#"{"deg":21}"#.to_owned())]),
    ];
    vec![Message::new(Role::Assistant, said), Message::new(Role::Tool, given)]
}

/// Every feature, each in a request of its own.
fn matrix(model: &str) -> Vec<(&'static str, ChatRequest)> {
    let ask = || hello(model);
    let with = |more: Vec<Message>| {
        let mut request = ask();
        request.messages.extend(more);
        request
    };
    let media = vec![
        image(Source::Data(vec![1, 2, 3])),
        image(Source::Url("https://a.example/b.png".to_owned())),
        Part::Document(Document {
            source: Source::FileId("gs://bucket/a.pdf".to_owned()),
            mime_type: Some("application/pdf".to_owned()),
            name: None,
            context: None,
            citations: false,
        }),
    ];
    let format = SchemaFormat {
        name: "forecast".to_owned(),
        description: Some("a forecast".to_owned()),
        schema: SCHEMA.to_owned(),
        strict: Some(true),
    };
    let effort = |effort: &str| ReasoningOptions {
        effort: Some(effort.to_owned()),
        budget_tokens: None,
        summary: Some("auto".to_owned()),
    };
    vec![
        ("plain", ask()),
        (
            "system",
            ChatRequest::new(model, vec![Message::text(Role::System, "be"), Message::text(Role::User, "hi")]),
        ),
        ("multi-turn", with(vec![Message::text(Role::Assistant, "a"), Message::text(Role::User, "b")])),
        (
            "tools",
            ChatRequest {
                tools: vec![function(None), Tool::Native(r#"{"googleSearch":{}}"#.to_owned())],
                ..ask()
            },
        ),
        ("strict tools", ChatRequest { tools: vec![function(Some(true))], ..ask() }),
        (
            "a named tool",
            ChatRequest {
                tools: vec![function(None)],
                tool_choice: Some(ToolChoice::Named("weather".to_owned())),
                ..ask()
            },
        ),
        (
            "no tool",
            ChatRequest { tools: vec![function(None)], tool_choice: Some(ToolChoice::None), ..ask() },
        ),
        ("tool results", ChatRequest { tools: vec![function(None)], ..with(steps()) }),
        ("media", with(vec![Message::new(Role::User, media)])),
        ("a schema", ChatRequest { response_format: Some(ResponseFormat::JsonSchema(format)), ..ask() }),
        ("json", ChatRequest { response_format: Some(ResponseFormat::JsonObject), ..ask() }),
        (
            "sampling",
            ChatRequest {
                max_output_tokens: Some(64),
                temperature: Some(0.5),
                top_p: Some(0.9),
                top_k: Some(40),
                frequency_penalty: Some(0.5),
                presence_penalty: Some(-0.5),
                seed: Some(1 << 40),
                stop: vec!["end".to_owned()],
                choices: Some(2),
                logprobs: Some(5),
                ..ask()
            },
        ),
        ("thinking", ChatRequest { reasoning: Some(effort("high")), ..ask() }),
        ("no thinking", ChatRequest { reasoning: Some(effort("none")), ..ask() }),
        (
            "sound",
            ChatRequest {
                modalities: vec!["audio".to_owned()],
                audio: Some(AudioOptions { voice: "Kore".to_owned(), format: "pcm16".to_owned() }),
                ..ask()
            },
        ),
        ("labels", ChatRequest { metadata: vec![("team".to_owned(), "a".to_owned())], ..ask() }),
    ]
}

fn settings() -> Vec<(&'static str, ChatSettings)> {
    let with = |platform, schemas| ChatSettings {
        schemas,
        safety: vec![("HARM_CATEGORY_HARASSMENT".to_owned(), "BLOCK_ONLY_HIGH".to_owned())],
        ..chat(platform)
    };
    vec![
        ("gemini", with(Platform::Gemini, Schemas::Json)),
        ("vertex", with(Platform::Vertex, Schemas::Json)),
        ("vertex, older", with(Platform::Vertex, Schemas::OpenApi)),
    ]
}

#[test]
fn chats_are_written_as_the_description_says() {
    let Some(api) = Discovery::load(FILE) else { return };
    let body = api.schema("GoogleCloudAiplatformV1GenerateContentRequest", Unknown::Refused).unwrap();
    let counted = api.schema("GoogleCloudAiplatformV1CountTokensRequest", Unknown::Refused).unwrap();
    for (place, settings) in settings() {
        for model in ["gemini-2.5-flash", "gemini-3-flash"] {
            for (what, request) in matrix(model) {
                let case = format!("{what}, {model}, {place}");
                let written =
                    prepare(&request, &settings).unwrap_or_else(|error| panic!("{case}: {error:?}"));
                body.assert(&case, &serde_json::from_slice::<Value>(&written.body).unwrap());
                if settings.platform == Platform::Vertex {
                    counted.assert(&case, &count(&request, &settings).unwrap());
                }
            }
        }
    }
}

#[test]
fn embeddings_are_asked_for_as_the_description_says() {
    let Some(api) = Discovery::load(FILE) else { return };
    let mut request = EmbedRequest::new("m", vec![Input::Text("a".to_owned()), Input::Text("b".to_owned())]);
    request.dimensions = Some(256);
    request.purpose = Some(Purpose::Similarity);
    request.truncation = Some(Truncation::End);
    for (method, schema) in [
        (Method::EmbedContent, "GoogleCloudAiplatformV1EmbedContentRequest"),
        (Method::Predict { inputs: 250 }, "GoogleCloudAiplatformV1PredictRequest"),
    ] {
        let check = api.schema(schema, Unknown::Refused).unwrap();
        for (body, _) in embedding::prepare(&request, method).unwrap().bodies {
            check.assert(schema, &body);
        }
    }
}

#[test]
fn a_misspelt_member_would_be_seen() {
    let Some(api) = Discovery::load(FILE) else { return };
    let check = api.schema("GoogleCloudAiplatformV1GenerateContentRequest", Unknown::Refused).unwrap();
    let written = prepare(&hello("m"), &chat(Platform::Gemini)).unwrap();
    let text = String::from_utf8(written.body).unwrap();
    let wrong: Value = serde_json::from_str(&text.replace("\"parts\"", "\"part\"")).unwrap();
    assert!(!check.flaws(&wrong).is_empty());
}
