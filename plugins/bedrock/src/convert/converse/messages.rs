//! Messages as turns of two speakers. System texts go beside them; results of
//! tools are the user's, before whatever else the user says in that turn.

use std::borrow::Cow;

use jackfield_sdk::calls::arguments;
use jackfield_sdk::llm::{CachePoint as Point, ChatRequest, Part, ResultPart, Role, ToolResult as Told};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use serde_json::value::RawValue;

use super::media::{self, Names};
use crate::settings::{ReasoningStyle, Settings};
use crate::wire::block::{Block, CachePoint, Reasoning, ResultBlock, ToolResult, ToolUse};
use crate::wire::request::{Speaker, Turn};

/// A conversation as the API takes it.
#[derive(Debug, Default)]
pub(super) struct Conversation<'a> {
    pub(super) system: Vec<Block<'a>>,
    pub(super) turns: Vec<Turn<'a>>,
    /// Whether there are calls or results of tools in it.
    pub(super) has_calls: bool,
}

pub(super) fn conversation<'a>(
    request: &'a ChatRequest,
    settings: &Settings,
    notes: &mut Notes,
) -> Result<Conversation<'a>, Error> {
    let mut conversation = Conversation::default();
    let mut names = Names::default();
    let checks = matches!(
        settings.reasoning.of(&request.model),
        Some(ReasoningStyle::ClaudeBudget | ReasoningStyle::ClaudeAdaptive)
    );
    for message in &request.messages {
        let mut blocks = Vec::with_capacity(message.content.len());
        for part in &message.content {
            if checks && is_unsigned(part) {
                notes.warn("thoughts without a signature were left out: Claude takes none but its own");
                continue;
            }
            conversation.has_calls |= matches!(part, Part::ToolCall(_) | Part::ToolResult(_));
            blocks.extend(block(part, message.role, &mut names, notes)?);
        }
        notes.left_out(message.name.is_some(), "name", "Bedrock knows no speakers but user and assistant");
        let speaker = match message.role {
            Role::System | Role::Developer if conversation.turns.is_empty() => {
                conversation.system.extend(blocks);
                continue;
            }
            Role::System | Role::Developer => {
                notes.warn("a system message in the middle of the conversation was sent at its beginning: Bedrock has no other place for it");
                conversation.system.extend(blocks);
                continue;
            }
            Role::Assistant => Speaker::Assistant,
            Role::User | Role::Tool => Speaker::User,
        };
        if blocks.is_empty() {
            continue;
        }
        match conversation.turns.last_mut() {
            Some(turn) if turn.role == speaker => turn.content.extend(blocks),
            _ => conversation.turns.push(Turn { role: speaker, content: blocks }),
        }
    }
    if conversation.turns.is_empty() {
        return Err(Error::invalid_request(
            "the conversation has nothing but system messages: Bedrock needs one of the user's",
        ));
    }
    Ok(conversation)
}

/// Whether it is a thought that Claude didn't have.
fn is_unsigned(part: &Part) -> bool {
    let Part::Reasoning(thought) = part else { return false };
    thought.redacted.is_none() && thought.signature.as_deref().unwrap_or_default().is_empty()
}

fn block<'a>(
    part: &'a Part,
    role: Role,
    names: &mut Names,
    notes: &mut Notes,
) -> Result<Option<Block<'a>>, Error> {
    let block = match part {
        // Blank texts are refused by the API.
        Part::Text(text) if text.text.trim().is_empty() => return Ok(None),
        Part::Text(text) => Block::Text(Cow::Borrowed(&text.text)),
        Part::Refusal(text) => Block::Text(Cow::Borrowed(text)),
        Part::CachePoint(point) => Block::CachePoint(cache_point(point, notes)),
        Part::Native(raw) => Block::Native(raw_object("a native part", raw)?),
        _ if matches!(role, Role::System | Role::Developer) => {
            return Err(Error::unsupported("Bedrock takes texts and cache points only in system messages"));
        }
        Part::Image(image) => Block::Image(media::image(image)?),
        Part::Audio(audio) => Block::Audio(media::audio(audio)?),
        Part::Document(document) => media::document(document, names)?,
        Part::Reasoning(thought) => match (&thought.redacted, thought.text.is_empty()) {
            (Some(redacted), _) => Block::ReasoningContent(Reasoning::RedactedContent(redacted)),
            (None, true) => return Ok(None),
            (None, false) => Block::ReasoningContent(Reasoning::ReasoningText {
                text: &thought.text,
                signature: thought.signature.as_deref(),
            }),
        },
        Part::ToolCall(call) => Block::ToolUse(ToolUse {
            tool_use_id: &call.id,
            name: &call.name,
            input: arguments(&call.arguments).map_err(|text| {
                Error::invalid_request(format!(
                    "the arguments of the call `{}` must be a JSON object, but are: {}",
                    call.id,
                    text.chars().take(80).collect::<String>()
                ))
            })?,
        }),
        Part::ToolResult(result) => Block::ToolResult(tool_result(result, names)?),
    };
    Ok(Some(block))
}

fn tool_result<'a>(result: &'a Told, names: &mut Names) -> Result<ToolResult<'a>, Error> {
    let content = result.content.iter().map(|part| {
        Ok(match part {
            ResultPart::Text(text) => ResultBlock::Text(text),
            // The API takes objects here, nothing else.
            ResultPart::Json(json) => match raw_object("a JSON result", json) {
                Ok(raw) => ResultBlock::Json(raw),
                Err(_) => ResultBlock::Text(json),
            },
            ResultPart::Image(image) => ResultBlock::Image(media::image(image)?),
            ResultPart::Document(document) => match media::document(document, names)? {
                Block::Document(document) => ResultBlock::Document(document),
                Block::Video(video) => ResultBlock::Video(video),
                _ => return Err(Error::internal("a document became another block")),
            },
        })
    });
    let mut content = content.collect::<Result<Vec<_>, Error>>()?;
    if content.is_empty() {
        content.push(ResultBlock::Text(""));
    }
    Ok(ToolResult { tool_use_id: &result.call_id, content, status: result.is_error.then_some("error") })
}

/// A cache point with a time to live that the API knows.
pub(super) fn cache_point<'a>(point: &'a Point, notes: &mut Notes) -> CachePoint<'a> {
    match point.ttl.as_deref() {
        None => CachePoint { ttl: None },
        ttl @ Some("5m" | "1h") => CachePoint { ttl },
        Some(other) => {
            notes.warn(format!("a cache point's ttl `{other}` was left out: Bedrock knows `5m` and `1h`"));
            CachePoint { ttl: None }
        }
    }
}

/// A JSON object of the caller's that is sent as it came.
pub(super) fn raw_object<'a>(what: &str, json: &'a str) -> Result<&'a RawValue, Error> {
    match serde_json::from_str::<&RawValue>(json) {
        Ok(raw) if raw.get().starts_with('{') => Ok(raw),
        Ok(_) => Err(Error::invalid_request(format!("{what} must be a JSON object"))),
        Err(error) => Err(Error::invalid_request(format!("{what} must be a JSON object: {error}"))),
    }
}
