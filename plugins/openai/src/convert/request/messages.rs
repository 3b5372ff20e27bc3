//! Turns. One turn of the contract may become several messages: each result of
//! a tool is a message of its own, and what a tool result may not hold here
//! (images, documents) follows in a message of the user's.

use std::borrow::Cow;

use jackfield_sdk::llm::{CachePoint, Message, Part, Role, ToolResult};
use jackfield_sdk::types::Error;

use super::{parts, warn_once};
use crate::convert::ids;
use crate::settings::{CachePoints, ChatSettings, ReasoningInput};
use crate::wire::message as wire;

/// Converts a conversation.
pub(super) fn convert<'a>(
    messages: &'a [Message],
    settings: &'a ChatSettings,
    warnings: &mut Vec<String>,
) -> Result<Vec<wire::Message<'a>>, Error> {
    let mut turns = Turns { settings, warnings, out: Vec::with_capacity(messages.len()), held: Vec::new() };
    for message in messages {
        turns.add(message)?;
    }
    turns.release();
    Ok(turns.out)
}

struct Turns<'a, 'w> {
    settings: &'a ChatSettings,
    warnings: &'w mut Vec<String>,
    out: Vec<wire::Message<'a>>,
    /// Media of tool results: all results of a turn have to stand together, so
    /// these wait until the last of them.
    held: Vec<wire::Part<'a>>,
}

impl<'a> Turns<'a, '_> {
    fn add(&mut self, message: &'a Message) -> Result<(), Error> {
        for part in &message.content {
            if let Part::ToolResult(result) = part {
                self.add_result(result)?;
            }
        }
        if message.role == Role::Tool {
            return match message
                .content
                .iter()
                .all(|part| matches!(part, Part::ToolResult(_) | Part::CachePoint(_)))
            {
                true => Ok(()),
                false => {
                    Err(Error::invalid_request("a message of role `tool` may hold results of tools only"))
                }
            };
        }
        let rest = message.content.iter().filter(|part| !matches!(part, Part::ToolResult(_)));
        if message.content.is_empty() || rest.clone().next().is_some() {
            self.release();
            let turn = match message.role {
                Role::Assistant => self.assistant(message, rest)?,
                role => self.speaker(role, message, rest)?,
            };
            self.out.push(turn);
        }
        Ok(())
    }

    /// A turn of the operator or the user.
    fn speaker(
        &mut self,
        role: Role,
        message: &'a Message,
        rest: impl Iterator<Item = &'a Part>,
    ) -> Result<wire::Message<'a>, Error> {
        let mut content = Vec::new();
        for part in rest {
            match part {
                Part::CachePoint(point) => self.mark(content.last_mut(), point),
                part => content.push(parts::convert(part, self.settings, self.warnings)?),
            }
        }
        let role = match role {
            Role::System => "system",
            Role::Developer => self.settings.developer_role,
            _ => "user",
        };
        Ok(wire::Message {
            role,
            name: message.name.as_deref(),
            content: self.content(content)?,
            ..Default::default()
        })
    }

    /// A turn of the model.
    fn assistant(
        &mut self,
        message: &'a Message,
        rest: impl Iterator<Item = &'a Part>,
    ) -> Result<wire::Message<'a>, Error> {
        let mut turn =
            wire::Message { role: "assistant", name: message.name.as_deref(), ..Default::default() };
        let mut content = Vec::new();
        for part in rest {
            match part {
                Part::Reasoning(thought) => match self.settings.reasoning_input {
                    ReasoningInput::ReasoningContent => append(&mut turn.reasoning_content, &thought.text),
                    ReasoningInput::Reasoning => append(&mut turn.reasoning, &thought.text),
                    ReasoningInput::Thinking => content.push(parts::thinking(thought)),
                    ReasoningInput::None => {
                        warn_once(
                            self.warnings,
                            "the reasoning of earlier turns was left out: this API doesn't take it back",
                        );
                    }
                },
                Part::ToolCall(call) => turn.tool_calls.push(wire::ToolCall {
                    id: ids::fit(&call.id, self.settings.tool_id_length),
                    function: wire::CalledFunction {
                        name: &call.name,
                        arguments: parts::arguments(&call.arguments),
                    },
                }),
                Part::Refusal(text) => append(&mut turn.refusal, text),
                Part::Audio(audio) => match (&audio.id, &audio.transcript) {
                    (Some(id), _) => turn.audio = Some(wire::AudioRef { id }),
                    (None, Some(transcript)) => {
                        warn_once(
                            self.warnings,
                            "a sound of an earlier answer was sent as its transcript: it has no id",
                        );
                        content.push(parts::text(transcript));
                    }
                    (None, None) => {
                        warn_once(self.warnings, "a sound of an earlier answer was left out: it has no id")
                    }
                },
                Part::Image(_) => warn_once(
                    self.warnings,
                    "images of earlier answers were left out: this API doesn't take them back",
                ),
                Part::CachePoint(point) => self.mark(content.last_mut(), point),
                Part::Text(text) => content.push(parts::text(&text.text)),
                Part::Native(json) => content.push(wire::Part::Native(super::raw_json("native", json)?)),
                Part::Document(_) | Part::ToolResult(_) => {
                    return Err(Error::unsupported("a message of role `assistant` can't hold a document"));
                }
            }
        }
        if !content.is_empty() {
            turn.content = self.content(content)?;
        } else if turn.tool_calls.is_empty() && turn.refusal.is_none() && turn.audio.is_none() {
            turn.content = wire::Content::Text(Cow::Borrowed(""));
        }
        Ok(turn)
    }

    /// The result of a tool, as a message of its own.
    fn add_result(&mut self, result: &'a ToolResult) -> Result<(), Error> {
        let (text, media) = parts::result(result, self.settings)?;
        if !media.is_empty() {
            warn_once(
                self.warnings,
                "images and documents of tool results were sent in a message of the user's: this API takes only text as a result",
            );
            self.held.extend(media);
        }
        self.out.push(wire::Message {
            role: "tool",
            tool_call_id: Some(ids::fit(&result.call_id, self.settings.tool_id_length)),
            content: wire::Content::Text(text),
            ..Default::default()
        });
        Ok(())
    }

    /// Sends what waited for the last result of a turn.
    fn release(&mut self) {
        if !self.held.is_empty() {
            let content = wire::Content::Parts(std::mem::take(&mut self.held));
            self.out.push(wire::Message { role: "user", content, ..Default::default() });
        }
    }

    /// One text as such, anything else as a list of parts.
    fn content(&mut self, mut content: Vec<wire::Part<'a>>) -> Result<wire::Content<'a>, Error> {
        if content.len() == 1
            && let Some(text) = content[0].as_plain_text_mut()
        {
            return Ok(wire::Content::Text(std::mem::take(text)));
        }
        if !self.settings.join_text {
            return Ok(wire::Content::Parts(content));
        }
        let mut joined = String::new();
        for part in &mut content {
            let text = part.as_plain_text_mut().ok_or_else(|| {
                Error::unsupported("this provider takes only text (`config.join-text`), but the message holds something else")
            })?;
            if !joined.is_empty() {
                joined.push('\n');
            }
            joined.push_str(text);
        }
        Ok(wire::Content::Text(joined.into()))
    }

    /// Marks the part before a place to cache up to.
    fn mark(&mut self, part: Option<&mut wire::Part<'a>>, point: &'a CachePoint) {
        match (self.settings.cache_points, part) {
            (CachePoints::Breakpoint, Some(wire::Part::Known(part))) => {
                part.prompt_cache_breakpoint = Some(wire::Breakpoint {})
            }
            (CachePoints::CacheControl, Some(wire::Part::Known(part))) => {
                part.cache_control = Some(wire::CacheControl { ttl: point.ttl.as_deref() });
            }
            (CachePoints::None, _) => warn_once(
                self.warnings,
                "cache points were left out: this API caches by itself or not at all",
            ),
            _ => warn_once(
                self.warnings,
                "a cache point was left out: there is no part before it that can carry its mark",
            ),
        }
    }
}

/// Adds a text to one that may be there.
fn append<'a>(to: &mut Option<Cow<'a, str>>, text: &'a str) {
    match to {
        Some(known) => known.to_mut().push_str(text),
        None => *to = Some(Cow::Borrowed(text)),
    }
}
