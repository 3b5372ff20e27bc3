//! Bodies that no client writes: cut short, with bytes changed, or with values
//! of the wrong kind. Each is read or refused; none may end in a panic.

use super::{
    anthropic_messages, audio, bedrock_converse, cohere_chat, gemini_generate, head, openai_chat,
    openai_completions, openai_embeddings, openai_responses, rerank,
};

use crate::endpoint::{ChatDialect, PathFacts};

const SAMPLES: [&str; 9] = [
    r#"{"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"t"},{"inlineData":{"mimeType":"image/png","data":"AAEC"}},
        {"fileData":{"fileUri":"u","mimeType":"application/pdf"}}]},{"role":"model","parts":[{"text":"h","thought":true,"thoughtSignature":"AAEC"},{"functionCall":{"name":"f","args":{}}}]},
        {"parts":[{"functionResponse":{"name":"f","response":{"result":"5"},"parts":[]}}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true}}}}],"googleSearch":{}}],
        "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},"generationConfig":{"topK":1.0,"responseSchema":{"type":"ARRAY","items":{}},"thinkingConfig":{"thinkingBudget":-1}},"labels":{"a":"b"},"new":[1]}"#,
    r#"{"model":"m","stream":true,"stream_options":{"include_usage":true,"x":1},"messages":[{"role":"system","content":"s"},
        {"role":"user","content":[{"type":"text","text":"é\n","cache_control":{"type":"ephemeral"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC"}}]},
        {"role":"assistant","content":null,"thinking_blocks":[{"type":"thinking","thinking":"t","signature":"s"}],"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"a","content":"5"}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":"auto",
        "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}},"stop":["a"],"metadata":{"a":"b"},"seed":1,"new":[1]}"#,
    r#"{"model":"m","max_tokens":9,"system":[{"type":"text","text":"s"}],"thinking":{"type":"enabled","budget_tokens":2000},"output_config":{"effort":"low"},
        "messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","data":"d"}},{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"x"}]}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"tool_use","id":"a","name":"f","input":{}}]}],
        "tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"tool","name":"f"},"metadata":{"user_id":"u"}}"#,
    r#"{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"t"},{"type":"input_image","image_url":"u"}]},{"type":"reasoning","summary":[]},
        {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"5"}],
        "text":{"format":{"type":"text"}},"tools":[{"type":"function","name":"f"}],"reasoning":{"effort":"low"}}"#,
    r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC","detail":"low"}}]},
        {"role":"assistant","tool_plan":"p","content":[{"type":"thinking","thinking":"t"},{"type":"text","text":"é"}],"citations":[{"start":0,"end":1,"content_index":1,"sources":[{"type":"document","document":{"title":"t"}}]}],
        "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":[{"type":"document","document":{"data":{"x":1}}}]}],
        "documents":["d",{"id":"i","data":{"text":"x"}}],"citation_options":{"mode":"FAST"},"thinking":{"type":"enabled","token_budget":9},"strict_tools":true,"seed":1,"k":2}"#,
    r#"{"model":"m","input":["a",[1,2]],"prompt":"p","encoding_format":"base64","dimensions":3,"logprobs":2}"#,
    r#"{"model":"m","query":"q","documents":["a",{"text":"b"}],"top_n":1,"return_documents":true}"#,
    r#"{"model":"m","input":"hi","voice":{"id":"v"},"speed":1.5,"stream_format":"sse"}"#,
    r#"{"messages":[{"role":"user","content":[{"text":"é"},{"image":{"format":"png","source":{"bytes":"AAEC"}}},{"document":{"format":"txt","name":"n","source":{"text":"t"},"citations":{"enabled":true}}},{"guardContent":{"text":{"text":"g"}}}]},
        {"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},{"reasoningContent":{"redactedContent":"QUI="}},{"toolUse":{"toolUseId":"a","name":"f","input":{}}},{"citationsContent":{"content":[{"text":"c"}],"citations":[{"location":{"web":{"url":"u"}}}]}}]},
        {"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"json":{"x":1}},{"text":"y"}],"status":"error"}},{"cachePoint":{"type":"default"}}]}],"system":[{"text":"s"}],
        "inferenceConfig":{"maxTokens":9,"stopSequences":["x"]},"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{}}}}],"toolChoice":{"tool":{"name":"f"}}},"requestMetadata":{"a":"b"},
        "additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":9},"inferenceConfig":{"topK":1}},"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{}"}}}}}"#,
];

fn read_by_all(body: &[u8]) {
    drop(head::scan(body));
    drop(bedrock_converse::decode(body, &PathFacts { model: Some("m".to_owned()), ..PathFacts::default() }));
    drop(openai_chat::decode(body));
    drop(anthropic_messages::decode(body));
    drop(anthropic_messages::decode_count(body));
    drop(cohere_chat::decode(body, &PathFacts::default()));
    let named = PathFacts { model: Some("m".to_owned()), ..PathFacts::default() };
    drop(gemini_generate::decode(body, &named));
    drop(gemini_generate::decode_count(body, &named));
    drop(head::of_chat(ChatDialect::GeminiGenerate, &named, body));
    drop(openai_responses::decode(body));
    drop(openai_completions::decode(body));
    drop(openai_embeddings::decode(body));
    drop(rerank::decode(body));
    drop(audio::decode_speech(body));
}

#[test]
fn bodies_that_are_cut_short_do_no_harm() {
    for sample in SAMPLES {
        for end in 0..sample.len() {
            read_by_all(&sample.as_bytes()[..end]);
        }
    }
}

#[test]
fn bodies_with_changed_bytes_do_no_harm() {
    for sample in SAMPLES {
        let mut body = sample.as_bytes().to_vec();
        for place in 0..body.len() {
            let kept = body[place];
            for byte in [b'"', b'{', b'}', b'[', b',', b'0', b'-', b'\\', 0, 0xff] {
                body[place] = byte;
                read_by_all(&body);
            }
            body[place] = kept;
        }
    }
}

#[test]
fn values_of_the_wrong_kind_do_no_harm() {
    for sample in SAMPLES {
        let whole: serde_json::Value = serde_json::from_str(sample).unwrap();
        for pointer in pointers(&whole, String::new()) {
            for wrong in
                ["null", "true", "-1", "1e400", "1.5", "\"\"", "[]", "{}", "[[]]", "[null]", "{\"type\":5}"]
            {
                let Ok(wrong) = serde_json::from_str::<serde_json::Value>(wrong) else { continue };
                let mut changed = whole.clone();
                *changed.pointer_mut(&pointer).unwrap() = wrong;
                read_by_all(changed.to_string().as_bytes());
            }
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        for body in [
            deep.clone(),
            format!(r#"{{"model":"m","input":"i","messages":{deep}}}"#),
            format!(r#"{{"new":{deep}}}"#),
        ] {
            read_by_all(body.as_bytes());
        }
    }
}

/// The places of all values.
fn pointers(value: &serde_json::Value, at: String) -> Vec<String> {
    let inner: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(members) => {
            members.iter().map(|(name, value)| (format!("{at}/{name}"), value)).collect()
        }
        serde_json::Value::Array(items) => {
            items.iter().enumerate().map(|(place, value)| (format!("{at}/{place}"), value)).collect()
        }
        _ => Vec::new(),
    };
    let mut all = vec![at];
    all.extend(inner.into_iter().flat_map(|(at, value)| pointers(value, at)));
    all
}
