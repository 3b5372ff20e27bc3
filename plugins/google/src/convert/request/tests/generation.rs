//! How the answer is to be made.

use jackfield_sdk::llm::{AudioOptions, ReasoningOptions, ResponseFormat, SchemaFormat};

use super::*;
use crate::settings::Schemas;

fn thinking(
    model: &str,
    effort: Option<&str>,
    budget: Option<u32>,
    summary: Option<&str>,
) -> (Value, Vec<String>) {
    let options = ReasoningOptions {
        effort: effort.map(str::to_owned),
        budget_tokens: budget,
        summary: summary.map(str::to_owned),
    };
    let request = ChatRequest { reasoning: Some(options), ..hello(model) };
    let (body, warnings) = written_for(&request, &chat(Platform::Gemini));
    (body["generationConfig"]["thinkingConfig"].clone(), warnings)
}

#[test]
fn every_parameter_has_its_place() {
    let request = ChatRequest {
        max_output_tokens: Some(9),
        temperature: Some(0.25),
        top_p: Some(0.5),
        top_k: Some(4),
        frequency_penalty: Some(0.125),
        presence_penalty: Some(-0.5),
        seed: Some(7),
        stop: vec!["a".to_owned(), String::new()],
        choices: Some(2),
        logprobs: Some(3),
        modalities: vec!["text".to_owned(), "image".to_owned()],
        ..hello("m")
    };
    let expected = json!({"candidateCount": 2, "stopSequences": ["a"], "maxOutputTokens": 9, "temperature": 0.25,
        "topP": 0.5, "topK": 4, "seed": 7, "presencePenalty": -0.5, "frequencyPenalty": 0.125,
        "responseLogprobs": true, "logprobs": 3, "responseModalities": ["TEXT", "IMAGE"]});
    assert_eq!(written(&request)["generationConfig"], expected);
    assert!(warnings(&request).is_empty());
}

#[test]
fn numbers_beyond_what_the_api_takes_are_told() {
    let request = ChatRequest { seed: Some(1 << 40 | 5), logprobs: Some(50), ..hello("m") };
    let config = written(&request)["generationConfig"].clone();
    assert_eq!((&config["seed"], &config["logprobs"]), (&json!(5), &json!(20)));
    assert_eq!(warnings(&request).len(), 2);
    let bare = ChatRequest { logprobs: Some(0), seed: Some(-1), ..hello("m") };
    assert_eq!(written(&bare)["generationConfig"], json!({"responseLogprobs": true, "seed": -1}));
}

#[test]
fn an_answer_follows_a_schema_in_either_form() {
    let schema = r#"{"type":"object","properties":{"a":{"type":"string"}}}"#;
    let format = SchemaFormat {
        name: "n".to_owned(),
        description: Some("d".to_owned()),
        schema: schema.to_owned(),
        strict: Some(true),
    };
    let mut request = ChatRequest { response_format: Some(ResponseFormat::JsonSchema(format)), ..hello("m") };
    let expected = json!({"responseMimeType": "application/json", "responseJsonSchema":
        {"type": "object", "description": "d", "properties": {"a": {"type": "string"}}}});
    assert_eq!(written(&request)["generationConfig"], expected);
    let mut settings = chat(Platform::Gemini);
    settings.schemas = Schemas::OpenApi;
    let (body, _) = written_for(&request, &settings);
    assert_eq!(body["generationConfig"]["responseSchema"]["properties"]["a"]["type"], "STRING");
    request.response_format = Some(ResponseFormat::JsonObject);
    assert_eq!(written(&request)["generationConfig"], json!({"responseMimeType": "application/json"}));
}

#[test]
fn a_voice_is_named_and_another_format_is_told() {
    let audio = AudioOptions { voice: "Kore".to_owned(), format: "mp3".to_owned() };
    let request = ChatRequest { audio: Some(audio), modalities: vec!["audio".to_owned()], ..hello("m") };
    let config = written(&request)["generationConfig"].clone();
    assert_eq!(config["speechConfig"]["voiceConfig"]["prebuiltVoiceConfig"]["voiceName"], "Kore");
    assert!(warnings(&request)[0].contains("audio.format"));
}

#[test]
fn effort_is_a_level_or_a_budget_by_model() {
    for (model, effort, expected) in [
        ("gemini-3-flash", "minimal", json!({"thinkingLevel": "MINIMAL"})),
        ("gemini-3-pro", "low", json!({"thinkingLevel": "LOW"})),
        ("gemini-3-flash", "medium", json!({"thinkingLevel": "MEDIUM"})),
        ("gemini-3-flash", "high", json!({"thinkingLevel": "HIGH"})),
        ("gemini-2.5-flash", "low", json!({"thinkingBudget": 1024})),
        ("gemini-2.5-flash", "high", json!({"thinkingBudget": 24576})),
        ("gemini-2.5-flash", "none", json!({"thinkingBudget": 0})),
    ] {
        let (config, warnings) = thinking(model, Some(effort), None, None);
        assert_eq!((config, warnings), (expected, Vec::new()), "{model} {effort}");
    }
}

#[test]
fn what_a_model_can_not_do_is_told_or_refused() {
    for (model, effort, expected) in [
        ("gemini-3-pro", "minimal", json!({"thinkingLevel": "LOW"})),
        ("gemini-3-pro", "none", json!({"thinkingLevel": "LOW"})),
        ("gemini-3-flash", "none", json!({"thinkingLevel": "MINIMAL"})),
        ("gemini-3-flash", "max", json!({"thinkingLevel": "HIGH"})),
        ("gemini-2.5-pro", "none", json!({"thinkingBudget": 128})),
        ("gemini-2.0-flash", "high", Value::Null),
    ] {
        let (config, warnings) = thinking(model, Some(effort), None, None);
        assert_eq!((config, warnings.len()), (expected, 1), "{model} {effort}");
    }
    assert_eq!(thinking("gemini-2.0-flash", Some("none"), None, None), (Value::Null, Vec::new()));
    for model in ["gemini-3-flash", "gemini-2.5-flash"] {
        let options =
            ReasoningOptions { effort: Some("wild".to_owned()), budget_tokens: None, summary: None };
        let error = refused(&ChatRequest { reasoning: Some(options), ..hello(model) });
        assert!(error.kind == ErrorKind::InvalidRequest && error.message.contains("`wild`"));
    }
}

#[test]
fn a_budget_goes_as_it_is_and_thoughts_are_shown_where_asked_for() {
    assert_eq!(thinking("gemini-3-flash", None, Some(512), None).0, json!({"thinkingBudget": 512}));
    let (config, _) = thinking("gemini-2.5-flash", Some("low"), Some(77), Some("auto"));
    assert_eq!(config, json!({"thinkingBudget": 77, "includeThoughts": true}));
    assert_eq!(thinking("gemini-3-flash", None, None, Some("none")).0, json!({"includeThoughts": false}));
    assert_eq!(thinking("gemini-2.5-flash", None, Some(0), Some("auto")).0, json!({"thinkingBudget": 0}));
    assert_eq!(thinking("gemini-2.5-flash", None, None, None).0, Value::Null);
}
