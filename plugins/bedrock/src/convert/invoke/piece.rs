//! What a model's own answer, or one chunk of it, says. Most families have the
//! same members in both.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html>

use jackfield_sdk::llm::FinishReason;
use jackfield_sdk::types::{Error, Usage};
use serde_json::{Map, Value};

use crate::convert::converse::answer::GUARDRAIL_ACTION;
use crate::convert::{finish, usage};
use crate::settings::model::Family;

/// What InvokeModel adds to the last chunk of a model.
const METRICS: &str = "amazon-bedrock-invocationMetrics";
/// What it adds where a guardrail is to be traced.
const TRACE: &str = "amazon-bedrock-trace";

/// An answer, or a part of one.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) finish: Option<FinishReason>,
    /// The stop text that it ran into.
    pub(crate) stop: Option<String>,
    pub(crate) usage: Option<Usage>,
    pub(crate) extra: Map<String, Value>,
    /// A guardrail intervened.
    pub(crate) intervened: bool,
}

/// Reads an answer or a chunk.
pub(crate) fn read(family: Family, told: &Value) -> Result<Piece, Error> {
    let mut piece = match family {
        Family::Titan => titan(told),
        Family::Llama2 | Family::Llama3 | Family::Llama4 => llama(told),
        Family::Mistral => one_of(told, "outputs", "text", "stop_reason"),
        Family::CohereCommand => cohere_command(told),
        Family::CohereChat => cohere_chat(told),
        Family::Jurassic => jurassic(told),
        Family::ChatCompletions => chat_completions(told),
        Family::Completions => one_of(told, "choices", "text", "finish_reason"),
        _ => None,
    }
    .ok_or_else(|| {
        let beginning: String = told.to_string().chars().take(200).collect();
        Error::bad_answer(format!("the answer isn't as models of this family give it: {beginning}"))
    })?;
    if let Some(metrics) = told.get(METRICS).and_then(Value::as_object) {
        let counts = usage::of_object(metrics);
        piece.usage = Some(Usage { raw: None, ..counts });
    }
    if let Some(trace) = told.get(TRACE) {
        piece.extra.insert(TRACE.to_owned(), trace.clone());
    }
    if let Some(action) = told.get(GUARDRAIL_ACTION) {
        piece.extra.insert(GUARDRAIL_ACTION.to_owned(), action.clone());
        piece.intervened = action == "INTERVENED";
        if piece.intervened && piece.finish.is_some() {
            piece.finish = Some(FinishReason::ContentFilter);
        }
    }
    Ok(piece)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn ended(value: &Value) -> Option<FinishReason> {
    value.as_str().filter(|word| !word.is_empty()).map(finish::of_model)
}

fn counts(input: &Value, output: &Value) -> Option<Usage> {
    let (input_tokens, output_tokens) = (input.as_u64(), output.as_u64());
    (input_tokens.is_some() || output_tokens.is_some()).then(|| Usage {
        input_tokens,
        output_tokens,
        ..Usage::default()
    })
}

/// Whole: `results[0]`; a chunk: its own members.
fn titan(told: &Value) -> Option<Piece> {
    let result = told.get("results").map_or(told, |results| &results[0]);
    let output = result.get("tokenCount").unwrap_or(&told["totalOutputTextTokenCount"]);
    Some(Piece {
        text: text(&result["outputText"])?,
        finish: ended(&result["completionReason"]),
        usage: counts(&told["inputTextTokenCount"], output),
        ..Piece::default()
    })
}

fn llama(told: &Value) -> Option<Piece> {
    Some(Piece {
        text: text(&told["generation"])?,
        finish: ended(&told["stop_reason"]),
        usage: counts(&told["prompt_token_count"], &told["generation_token_count"])
            .filter(|_| !told["stop_reason"].is_null()),
        ..Piece::default()
    })
}

/// A list of answers, of which there is one. A last chunk may have none.
fn one_of(told: &Value, list: &str, word: &str, reason: &str) -> Option<Piece> {
    let answers = told.get(list)?.as_array()?;
    let usage = told.get("usage");
    Some(Piece {
        text: answers.first().and_then(|first| text(&first[word])).unwrap_or_default(),
        finish: answers.first().and_then(|first| {
            let other = if reason == "stop_reason" { "finish_reason" } else { "stop_reason" };
            ended(&first[reason]).or_else(|| ended(&first[other]))
        }),
        usage: usage.and_then(|usage| counts(&usage["prompt_tokens"], &usage["completion_tokens"])),
        ..Piece::default()
    })
}

/// Whole: `generations[0]`; a chunk: its own members.
fn cohere_command(told: &Value) -> Option<Piece> {
    let generation = told.get("generations").map_or(told, |generations| &generations[0]);
    let finish = ended(&generation["finish_reason"]);
    let text = match text(&generation["text"]) {
        Some(text) => text,
        None if finish.is_some() => String::new(),
        None => return None,
    };
    Some(Piece { text, finish, ..Piece::default() })
}

/// Whole: `text`; chunks are events, of which the last repeats the whole.
fn cohere_chat(told: &Value) -> Option<Piece> {
    match told.get("event_type").and_then(Value::as_str) {
        Some("text-generation") => Some(Piece { text: text(&told["text"])?, ..Piece::default() }),
        Some("stream-end") => Some(Piece { finish: ended(&told["finish_reason"]), ..Piece::default() }),
        Some(_) => Some(Piece::default()),
        None => Some(Piece {
            text: text(&told["text"])?,
            finish: ended(&told["finish_reason"]),
            ..Piece::default()
        }),
    }
}

fn jurassic(told: &Value) -> Option<Piece> {
    let completion = &told["completions"][0];
    Some(Piece {
        text: text(&completion["data"]["text"])?,
        finish: ended(&completion["finishReason"]["reason"]),
        ..Piece::default()
    })
}

/// Whole: `message`; a chunk: `delta`.
fn chat_completions(told: &Value) -> Option<Piece> {
    let choices = told.get("choices")?.as_array()?;
    let usage = told.get("usage");
    let choice = choices.first().unwrap_or(&Value::Null);
    let said = choice.get("message").or_else(|| choice.get("delta")).unwrap_or(&Value::Null);
    let thought = ["reasoning_content", "reasoning"].iter().find_map(|name| text(&said[*name]));
    Some(Piece {
        text: text(&said["content"]).unwrap_or_default(),
        reasoning: thought.unwrap_or_default(),
        finish: ended(&choice["finish_reason"]).or_else(|| ended(&choice["stop_reason"])),
        usage: usage.and_then(|usage| counts(&usage["prompt_tokens"], &usage["completion_tokens"])),
        ..Piece::default()
    })
}
