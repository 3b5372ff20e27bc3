//! The conversation: the API takes what the operator says apart from the
//! turns, knows two speakers, and wants the results of calls made together
//! together, in the order of the calls.

use jackfield_sdk::llm::{ChatRequest, Part, Role, ToolCall};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;

use super::parts::{self, Context};
use crate::convert::signature::{NOT_OURS, OF_PART_BEFORE, is_ours};
use crate::settings::ChatSettings;
use crate::wire::request::{Content, Data, KnownPart, Part as WirePart, Speaker};

/// A conversation in the API's form.
#[derive(Debug, Default)]
pub(super) struct Conversation<'a> {
    pub(super) system: Option<Content<'a>>,
    pub(super) turns: Vec<Content<'a>>,
}

/// Translates all messages.
pub(super) fn conversation<'a>(
    request: &'a ChatRequest,
    settings: &'a ChatSettings,
    notes: &mut Notes,
) -> Result<Conversation<'a>, Error> {
    let calls: Vec<&ToolCall> = request
        .messages
        .iter()
        .flat_map(|message| &message.content)
        .filter_map(|part| if let Part::ToolCall(call) = part { Some(call) } else { None })
        .collect();
    let context = Context {
        calls,
        platform: settings.platform,
        media_in_results: settings.media_results.contain(&request.model),
    };
    let mut conversation = Conversation::default();
    for message in &request.messages {
        notes.left_out(message.name.is_some(), "name", "Google's API knows no names of speakers");
        let speaker = match message.role {
            Role::System | Role::Developer => {
                if !conversation.turns.is_empty() {
                    notes.warn("what a system message in the middle of the conversation says was moved to its beginning");
                }
                for part in &message.content {
                    conversation.instruct(part, notes)?;
                }
                continue;
            }
            Role::User | Role::Tool => Speaker::User,
            Role::Assistant => Speaker::Model,
        };
        for part in &message.content {
            if let Part::Reasoning(thought) = part
                && thought.id.as_deref() == Some(OF_PART_BEFORE)
                && let Some(signature) = thought.signature.as_deref().filter(|text| is_ours(text))
            {
                conversation.sign(speaker, signature);
                continue;
            }
            for translated in parts::parts(part, speaker, &context, notes)? {
                conversation.push(speaker, translated);
            }
        }
    }
    if conversation.turns.is_empty() {
        return Err(Error::invalid_request(
            "the conversation says nothing: Google's API needs at least one message of a user with some content",
        ));
    }
    conversation.turns.iter_mut().for_each(sort_results);
    if settings.signed_calls.contain(&request.model) {
        conversation.sign_calls(notes);
    }
    Ok(conversation)
}

impl<'a> Conversation<'a> {
    fn push(&mut self, speaker: Speaker, part: WirePart<'a>) {
        match self.turns.last_mut() {
            Some(turn) if turn.role == speaker => turn.parts.push(part),
            _ => self.turns.push(Content { role: speaker, parts: vec![part] }),
        }
    }

    /// Puts a signature on the part before, or, where that is gone, on a part
    /// of its own.
    fn sign(&mut self, speaker: Speaker, signature: &'a str) {
        let last =
            self.turns.last_mut().filter(|turn| turn.role == speaker).and_then(|turn| turn.parts.last_mut());
        match last {
            Some(WirePart::Known(part)) if part.thought_signature.is_none() => {
                part.thought_signature = Some(signature);
            }
            _ => self.push(speaker, parts::signed(Data::Text(""), Some(signature))),
        }
    }

    fn instruct(&mut self, part: &'a Part, notes: &mut Notes) -> Result<(), Error> {
        let part = match part {
            Part::Text(text) if text.text.is_empty() => return Ok(()),
            Part::Text(text) => Data::Text(&text.text).into(),
            Part::Native(json) => parts::native(json)?,
            Part::CachePoint(_) => {
                parts::no_cache_points(notes);
                return Ok(());
            }
            _ => {
                return Err(Error::unsupported(
                    "Google's API takes nothing but text in a system message: put media into a message of the user",
                ));
            }
        };
        // The API ignores the role; Vertex AI's documentation gives this one.
        let system = self.system.get_or_insert(Content { role: Speaker::User, parts: Vec::new() });
        system.parts.push(part);
        Ok(())
    }

    /// Models that insist on signatures refuse a call of the current turn, the
    /// first of each step, that has none: one that another model made, or whose
    /// signature a client dropped.
    fn sign_calls(&mut self, notes: &mut Notes) {
        let begins = |turn: &Content<'_>| turn.role == Speaker::User && !turn.parts.iter().any(is_result);
        let current = self.turns.iter().rposition(begins).unwrap_or(0);
        for turn in self.turns[current..].iter_mut().filter(|turn| turn.role == Speaker::Model) {
            let first = turn.parts.iter_mut().find_map(|part| match part {
                WirePart::Known(part @ KnownPart { data: Data::FunctionCall(_), .. }) => Some(part),
                _ => None,
            });
            if let Some(call) = first.filter(|call| call.thought_signature.is_none()) {
                call.thought_signature = Some(NOT_OURS);
                notes.warn("a call of a tool came back without its signature, so the model goes on without the thoughts that led to it");
            }
        }
    }
}

fn is_result(part: &WirePart<'_>) -> bool {
    matches!(part, WirePart::Known(KnownPart { data: Data::FunctionResponse(_), .. }))
}

/// Results first, in the order of their calls, which is all that tells those
/// apart that have no id; then what else the turn says.
fn sort_results(turn: &mut Content<'_>) {
    turn.parts.sort_by_key(|part| match part {
        WirePart::Known(KnownPart { data: Data::FunctionResponse(response), .. }) => response.place,
        _ => usize::MAX,
    });
}
