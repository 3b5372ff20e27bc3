use jackfield_sdk::llm::FinishReason;
use jackfield_sdk::types::{ErrorKind, Source};
use serde_json::{Value, json};

use super::*;
use crate::convert::signature::OF_PART_BEFORE;

fn told(body: &Value) -> ChatResponse {
    response(&body.to_string(), "asked", CallIds::default(), vec!["w".to_owned()]).unwrap()
}

fn failed(body: &str) -> Error {
    response(body, "asked", CallIds::default(), Vec::new()).unwrap_err()
}

fn parts(parts: Value) -> Vec<Part> {
    let body =
        json!({"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}]});
    told(&body).choices.remove(0).content
}

#[test]
fn an_answer_has_its_head_its_choices_and_its_cost() {
    let body = json!({"candidates": [
            {"index": 0, "content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"},
            {"index": 1, "content": {"parts": [{"text": "b"}]}, "finishReason": "MAX_TOKENS"}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2},
        "modelVersion": "given", "responseId": "r", "createTime": "2000-02-29T12:00:00.5Z"});
    let answer = told(&body);
    assert_eq!(
        (answer.id.as_deref(), answer.model.as_str(), answer.created),
        (Some("r"), "given", Some(951_825_600))
    );
    assert_eq!(answer.choices.iter().map(|choice| choice.index).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(answer.choices[1].finish_reason, FinishReason::Length);
    assert_eq!(answer.usage.unwrap().input_tokens, Some(3));
    assert_eq!((answer.warnings, answer.extra), (vec!["w".to_owned()], None));
    let bare = told(&json!({"candidates": [{"content": {}}]}));
    assert_eq!((bare.model.as_str(), bare.choices[0].content.len()), ("asked", 0));
    assert_eq!(bare.choices[0].finish_reason, FinishReason::Other("unknown".to_owned()));
}

#[test]
fn calls_have_ids_arguments_as_they_came_and_their_signature() {
    let body = r#"{"candidates":[{"content":{"parts":[
        {"functionCall":{"name":"a","args":{"z":1.50,"a":2}},"thoughtSignature":"c2ln"},
        {"functionCall":{"id":"real","name":"b"}},{"functionCall":{"name":"c","args":null}}]},"finishReason":"STOP"}]}"#;
    let choice = response(body, "m", CallIds::default(), Vec::new()).unwrap().choices.remove(0);
    let calls: Vec<_> = choice
        .content
        .iter()
        .map(|part| match part {
            Part::ToolCall(call) => {
                (call.id.as_str(), call.name.as_str(), call.arguments.as_str(), call.signature.as_deref())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        ("call_0", "a", r#"{"z":1.50,"a":2}"#, Some("c2ln")),
        ("real", "b", "{}", None),
        ("call_1", "c", "{}", None),
    ];
    assert_eq!(calls, expected);
    assert_eq!(choice.finish_reason, FinishReason::ToolCalls);
}

#[test]
fn each_signature_says_which_part_it_is_of() {
    let content = parts(json!([
        {"text": "hm", "thought": true, "thoughtSignature": "YQ=="},
        {"text": "so", "thoughtSignature": "Yg=="},
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "thoughtSignature": "Yw=="},
        {"text": "", "thoughtSignature": "ZA=="},
        {"text": ""},
    ]));
    let signatures: Vec<_> = content
        .iter()
        .filter_map(|part| match part {
            Part::Reasoning(thought) => {
                Some((thought.text.as_str(), thought.signature.as_deref(), thought.id.as_deref()))
            }
            _ => None,
        })
        .collect();
    let expected = [
        ("hm", Some("YQ=="), None),
        ("", Some("Yg=="), Some(OF_PART_BEFORE)),
        ("", Some("Yw=="), Some(OF_PART_BEFORE)),
        ("", Some("ZA=="), None),
    ];
    assert_eq!(signatures, expected);
    assert!(matches!(&content[1], Part::Text(text) if text.text == "so"));
    assert!(matches!(&content[3], Part::Image(media) if media.source == Source::Data(vec![0, 0, 0])));
    assert_eq!(content.len(), 6);
}

#[test]
fn sounds_are_parts_and_what_google_ran_itself_passes_in_its_own_form() {
    let native = [
        json!({"executableCode": {"language": "PYTHON", "code": "1"}, "thoughtSignature": "YQ=="}),
        json!({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}}),
        json!({"toolCall": {"toolType": "FILE_SEARCH", "id": "x"}, "thoughtSignature": "Yg=="}),
        json!({"inlineData": {"mimeType": "video/mp4", "data": "AAAA"}}),
        json!({"brandNew": {}}),
    ];
    let content = parts(Value::Array(native.to_vec()));
    for (part, expected) in content.iter().zip(&native) {
        let Part::Native(raw) = part else { panic!("{part:?}") };
        assert_eq!(&serde_json::from_str::<Value>(raw).unwrap(), expected);
    }
    assert_eq!(content.len(), native.len());
    let sound = json!({"inlineData": {"mimeType": "audio/L16;codec=pcm;rate=24000", "data": "AAAA"}});
    let content = parts(json!([sound]));
    assert!(
        matches!(&content[0], Part::Audio(media) if media.mime_type.as_deref() == Some("audio/L16;codec=pcm;rate=24000"))
    );
}

#[test]
fn citations_go_to_the_text_that_they_support() {
    let body = json!({"candidates": [{"content": {"parts": [{"text": "é one "}, {"text": "two"}]}, "finishReason": "STOP",
        "groundingMetadata": {"groundingChunks": [{"web": {"uri": "u1"}}, {"web": {"uri": "u2"}}],
            "groundingSupports": [{"segment": {"startIndex": 3, "endIndex": 6, "text": "one"}, "groundingChunkIndices": [0]},
                {"segment": {"partIndex": 1, "endIndex": 3, "text": "two"}, "groundingChunkIndices": [1]}],
            "webSearchQueries": ["q"]},
        "safetyRatings": [{"category": "X"}]}]});
    let answer = told(&body);
    let urls: Vec<Vec<_>> = answer.choices[0]
        .content
        .iter()
        .filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None })
        .map(|text| text.citations.iter().map(|one| (one.url.as_deref(), one.start, one.end)).collect())
        .collect();
    assert_eq!(urls, [[(Some("u1"), Some(2), Some(5))], [(Some("u2"), Some(6), Some(9))]]);
    let extra: Value = serde_json::from_str(&answer.extra.unwrap()).unwrap();
    assert_eq!(extra["candidates"][0]["index"], 0);
    assert_eq!(extra["candidates"][0]["groundingMetadata"]["webSearchQueries"], json!(["q"]));
    assert_eq!(extra["candidates"][0]["safetyRatings"][0]["category"], "X");
    assert!(extra["candidates"][0].get("content").is_none());
}

#[test]
fn log_probabilities_are_read() {
    let body = json!({"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP",
        "logprobsResult": {"chosenCandidates": [{"token": "a", "logProbability": -0.25}]}}]});
    assert_eq!(told(&body).choices[0].logprobs[0].logprob, -0.25);
}

#[test]
fn a_refused_prompt_is_a_matter_of_content() {
    for body in [
        r#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":3}}"#,
        r#"{"candidates":[],"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}"#,
    ] {
        let error = failed(body);
        assert_eq!(
            (error.kind, error.code.as_deref()),
            (ErrorKind::ContentFilter, Some("PROHIBITED_CONTENT"))
        );
    }
}

#[test]
fn what_is_no_answer_is_the_upstreams_fault() {
    assert_eq!(failed(r#"{"error":{"code":503,"status":"UNAVAILABLE"}}"#).kind, ErrorKind::Overloaded);
    for body in [
        "{}",
        r#"{"candidates":[]}"#,
        r#"{"candidates":{}}"#,
        r#"{"candidates":[7]}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":7}]}}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"*"}}]}}]}"#,
        r#"{"candidates":[{"content":{}}],"usageMetadata":7}"#,
        "nonsense",
    ] {
        assert_eq!(failed(body).kind, ErrorKind::BadUpstreamAnswer, "{body}");
    }
    let partial =
        r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"a","partialArgs":[]}}]}}]}"#;
    assert_eq!(failed(partial).kind, ErrorKind::Unsupported);
}
