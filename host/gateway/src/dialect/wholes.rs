//! Whole numbers in any spelling, in every dialect: `3.0` is read as `3`, and
//! `3.5` is refused with its place.

use serde_json::{Value, json};

use super::{
    DecodeError, anthropic_messages, bedrock_converse, cohere_chat, gemini_generate, openai_chat,
    openai_completions, openai_embeddings, openai_responses, rerank,
};
use crate::endpoint::PathFacts;

/// What a body asks, as text.
type Read = fn(&[u8]) -> Result<String, DecodeError>;

macro_rules! asked {
    ($decoded:expr) => {
        $decoded.map(|decoded| format!("{:?}", decoded.request))
    };
}

fn named() -> PathFacts {
    PathFacts { model: Some("m".to_owned()), ..PathFacts::default() }
}

/// A dialect's reader, a body, and the places of its whole numbers.
type Case = (Read, Value, &'static [&'static str]);

fn cases() -> Vec<Case> {
    let turns = json!([{ "role": "user", "content": "hi" }]);
    vec![
        (
            |body| asked!(openai_chat::decode(body)),
            json!({ "model": "m", "messages": turns, "logprobs": true }),
            &["/max_tokens", "/max_completion_tokens", "/top_k", "/seed", "/n", "/top_logprobs"],
        ),
        (
            |body| asked!(openai_completions::decode(body)),
            json!({ "model": "m", "prompt": "hi" }),
            &["/max_tokens", "/n", "/logprobs", "/seed"],
        ),
        (
            |body| asked!(openai_responses::decode(body)),
            json!({ "model": "m", "input": "hi" }),
            &["/max_output_tokens", "/top_logprobs"],
        ),
        (
            |body| asked!(anthropic_messages::decode(body)),
            json!({ "model": "m", "max_tokens": 9, "messages": turns, "thinking": { "type": "enabled", "budget_tokens": 2 } }),
            &["/max_tokens", "/top_k", "/thinking/budget_tokens"],
        ),
        (
            |body| asked!(gemini_generate::decode(body, &named())),
            json!({ "contents": [{ "parts": [{ "text": "hi" }] }], "generationConfig": { "responseLogprobs": true, "thinkingConfig": {} } }),
            &[
                "/generationConfig/maxOutputTokens",
                "/generationConfig/candidateCount",
                "/generationConfig/seed",
                "/generationConfig/logprobs",
                "/generationConfig/thinkingConfig/thinkingBudget",
            ],
        ),
        (
            |body| asked!(cohere_chat::decode(body, &PathFacts::default())),
            json!({ "model": "m", "messages": turns, "thinking": { "type": "enabled" } }),
            &["/max_tokens", "/k", "/seed", "/thinking/token_budget"],
        ),
        (
            |body| asked!(bedrock_converse::decode(body, &named())),
            json!({
                "messages": [{ "role": "user", "content": [{ "text": "hi" }] }], "inferenceConfig": {},
                "additionalModelRequestFields": { "thinking": { "type": "enabled", "budget_tokens": 2 } },
            }),
            &[
                "/inferenceConfig/maxTokens",
                "/additionalModelRequestFields/top_k",
                "/additionalModelRequestFields/seed",
                "/additionalModelRequestFields/thinking/budget_tokens",
            ],
        ),
        (
            |body| asked!(openai_embeddings::decode(body)),
            json!({ "model": "m", "input": "hi" }),
            &["/dimensions"],
        ),
        (
            |body| asked!(rerank::decode(body)),
            json!({ "model": "m", "query": "q", "documents": ["d"] }),
            &["/top_n", "/max_tokens_per_doc"],
        ),
    ]
}

#[test]
fn a_whole_number_is_read_in_any_spelling_and_a_part_of_one_is_refused_with_its_place() {
    for (read, body, places) in cases() {
        for place in places {
            let with = |number: &str| {
                let (parent, name) = place.rsplit_once('/').unwrap();
                let mut body = body.clone();
                body.pointer_mut(parent).unwrap()[name] = serde_json::from_str(number).unwrap();
                read(body.to_string().as_bytes())
            };
            let plain = with("3").unwrap_or_else(|error| panic!("{place}: {error:?}"));
            assert_ne!(plain, with("4").unwrap(), "{place} is read");
            assert_eq!(with("3.0").unwrap(), plain, "{place}");
            let error = with("3.5").unwrap_err();
            assert!(error.path.ends_with(place.rsplit('/').next().unwrap()), "{place}: {error:?}");
            assert!(error.message.contains("`3.5`, expected a whole number"), "{place}: {error:?}");
        }
    }
}
