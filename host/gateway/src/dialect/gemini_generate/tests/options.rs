//! What a request says beside what is said: tools, and how the answer is made.

use jackfield_runtime::api::llm::{ReasoningOptions, ResponseFormat, Tool, ToolChoice};
use serde_json::{Value, json};

use super::requests::{read, refused, request, with};

#[test]
fn functions_have_a_schema_of_either_kind() {
    let tools = json!([
        { "functionDeclarations": [
            { "name": "a", "description": "d", "parameters": { "type": "OBJECT", "properties": { "x": { "type": "STRING" } } } },
            { "name": "b", "parametersJsonSchema": { "type": "object" } },
            { "name": "c" },
        ], "googleSearch": {} },
    ]);
    let request = request(&with("tools", tools));
    let schema = |place: usize| match &request.tools[place] {
        Tool::Function(function) => serde_json::from_str::<Value>(&function.parameters).unwrap(),
        Tool::Native(raw) => serde_json::from_str(raw).unwrap(),
    };
    assert_eq!(schema(0), json!({ "type": "object", "properties": { "x": { "type": "string" } } }));
    assert_eq!(schema(1), json!({ "type": "object" }));
    assert_eq!(schema(2), json!({ "type": "object", "properties": {} }));
    assert_eq!(schema(3), json!({ "googleSearch": {} }));
    let both =
        json!([{ "functionDeclarations": [{ "name": "a", "parameters": {}, "parametersJsonSchema": {} }] }]);
    assert_eq!(refused(&with("tools", both)).path, "tools[0].functionDeclarations[0].parametersJsonSchema");
}

#[test]
fn the_choice_of_functions_is_kept() {
    let body = |calling: Value| {
        let functions = json!([{ "name": "a" }, { "name": "b" }, { "name": "c" }]);
        let mut body = with("tools", json!([{ "functionDeclarations": functions }]));
        body["toolConfig"] = json!({ "functionCallingConfig": calling });
        body
    };
    let named = ToolChoice::Named("a".to_owned());
    for (calling, choice, tools) in [
        (json!({ "mode": "AUTO" }), Some(ToolChoice::Auto), 3),
        (json!({ "mode": "none" }), Some(ToolChoice::None), 3),
        (json!({ "mode": "ANY" }), Some(ToolChoice::Required), 3),
        (json!({ "mode": "ANY", "allowedFunctionNames": ["a"] }), Some(named), 3),
        (json!({ "mode": "ANY", "allowedFunctionNames": ["a", "c"] }), Some(ToolChoice::Required), 2),
        (json!({ "mode": "MODE_UNSPECIFIED" }), None, 3),
        (json!({}), None, 3),
    ] {
        let request = request(&body(calling.clone()));
        assert_eq!((request.tool_choice, request.tools.len()), (choice, tools), "{calling}");
    }
    let validated = read(&body(json!({ "mode": "VALIDATED" }))).unwrap();
    assert_eq!(validated.request.tool_choice, Some(ToolChoice::Auto));
    assert_eq!(validated.warnings.len(), 1);
    assert!(read(&body(json!({ "mode": "SOME" }))).is_err());
}

#[test]
fn how_the_answer_is_made_is_kept() {
    let config = json!({
        "candidateCount": 2, "stopSequences": ["x"], "maxOutputTokens": 9, "temperature": 0.5, "topP": 0.25,
        "topK": 3, "seed": -4, "presencePenalty": 0.1, "frequencyPenalty": 0.2, "responseLogprobs": true,
        "logprobs": 5, "responseModalities": ["TEXT", "IMAGE"],
        "thinkingConfig": { "includeThoughts": true, "thinkingBudget": 1024 },
        "speechConfig": { "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": "Kore" } } },
    });
    let request = request(&with("generationConfig", config));
    assert_eq!((request.choices, request.max_output_tokens, request.seed), (Some(2), Some(9), Some(-4)));
    assert_eq!((request.temperature, request.top_p, request.top_k), (Some(0.5), Some(0.25), Some(3)));
    assert_eq!((request.presence_penalty, request.frequency_penalty), (Some(0.1), Some(0.2)));
    assert_eq!((request.logprobs, request.stop), (Some(5), vec!["x".to_owned()]));
    assert_eq!(request.modalities, ["text", "image"]);
    assert_eq!(request.audio.unwrap().voice, "Kore");
    let thinking =
        ReasoningOptions { effort: None, budget_tokens: Some(1024), summary: Some("auto".to_owned()) };
    assert_eq!(request.reasoning, Some(thinking));
}

#[test]
fn thinking_has_a_budget_or_a_level() {
    for (config, effort, budget) in [
        (json!({ "thinkingLevel": "LOW" }), Some("low"), None),
        (json!({ "thinkingBudget": -1 }), None, None),
        (json!({ "thinkingBudget": 0 }), None, Some(0)),
    ] {
        let body = with("generationConfig", json!({ "thinkingConfig": config }));
        let reasoning = request(&body).reasoning.unwrap();
        assert_eq!((reasoning.effort.as_deref(), reasoning.budget_tokens), (effort, budget), "{config}");
    }
    let body = with("generationConfig", json!({ "thinkingConfig": { "thinkingBudget": -2 } }));
    assert_eq!(refused(&body).path, "generationConfig.thinkingConfig.thinkingBudget");
}

#[test]
fn the_form_of_the_answer_is_json_or_follows_a_schema() {
    let form = |config: Value| request(&with("generationConfig", config)).response_format;
    assert_eq!(form(json!({ "responseMimeType": "text/plain" })), None);
    assert_eq!(form(json!({ "responseMimeType": "application/json" })), Some(ResponseFormat::JsonObject));
    let schema = json!({ "type": "OBJECT", "properties": { "a": { "type": "STRING" } }, "required": ["a"] });
    let config = json!({ "responseMimeType": "application/json", "responseSchema": schema });
    let Some(ResponseFormat::JsonSchema(format)) = form(config) else { panic!() };
    let expected = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"], "additionalProperties": false });
    assert_eq!(serde_json::from_str::<Value>(&format.schema).unwrap(), expected);
    assert_eq!(format.strict, Some(true));
    for config in [
        json!({ "responseMimeType": "text/x.enum", "responseSchema": { "type": "STRING" } }),
        json!({ "responseMimeType": "text/plain", "responseSchema": {} }),
        json!({ "responseSchema": {}, "responseJsonSchema": {} }),
        json!({ "responseJsonSchema": 5 }),
    ] {
        assert!(read(&with("generationConfig", config.clone())).is_err(), "{config}");
    }
}
