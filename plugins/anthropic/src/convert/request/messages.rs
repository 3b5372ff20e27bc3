//! The conversation: Anthropic's API takes what the operator says apart from
//! the turns, wants users and assistants to alternate, and results of tools at
//! the front of the user's turn that follows the calls.

use jackfield_sdk::llm::{Message, Part, Role};
use jackfield_sdk::types::Error;

use super::notes::Notes;
use super::parts;
use crate::wire::request::{Block, CacheControl, Speaker, Turn};

/// A conversation in the API's form.
#[derive(Debug, Default)]
pub(super) struct Conversation<'a> {
    pub(super) system: Vec<Block<'a>>,
    pub(super) turns: Vec<Turn<'a>>,
}

/// Translates all messages.
pub(super) fn conversation<'a>(
    messages: &'a [Message],
    notes: &mut Notes,
) -> Result<Conversation<'a>, Error> {
    let mut conversation = Conversation::default();
    for message in messages {
        if message.name.is_some() {
            notes.warn("names of speakers were left out: Anthropic's API has none");
        }
        let speaker = match message.role {
            Role::System | Role::Developer => {
                if !conversation.turns.is_empty() {
                    notes.warn("what a system message in the middle of the conversation says was moved to its beginning");
                }
                None
            }
            Role::User | Role::Tool => Some(Speaker::User),
            Role::Assistant => Some(Speaker::Assistant),
        };
        for part in &message.content {
            if let Part::CachePoint(point) = part {
                conversation.cache(CacheControl { ttl: point.ttl.as_deref() }, speaker, notes);
            } else if let Some(speaker) = speaker {
                if let Some(block) = parts::block(part, speaker, notes)? {
                    conversation.push(speaker, block);
                }
            } else if let Some(block) = system_block(part)? {
                conversation.system.push(block);
            }
        }
    }
    if conversation.turns.is_empty() {
        return Err(Error::invalid_request(
            "the conversation says nothing: Anthropic's API needs at least one message of a user with some content",
        ));
    }
    for turn in
        conversation.turns.iter_mut().filter(|turn| turn.role == Speaker::User && turn.content.len() > 1)
    {
        let is_result = |block: &Block<'_>| matches!(block, Block::ToolResult { .. });
        if !turn.content.is_sorted_by_key(|block| !is_result(block)) {
            let (mut results, rest): (Vec<_>, Vec<_>) = turn.content.drain(..).partition(is_result);
            results.extend(rest);
            turn.content = results;
        }
    }
    Ok(conversation)
}

impl<'a> Conversation<'a> {
    fn push(&mut self, speaker: Speaker, block: Block<'a>) {
        match self.turns.last_mut() {
            Some(turn) if turn.role == speaker => turn.content.push(block),
            _ => self.turns.push(Turn { role: speaker, content: vec![block] }),
        }
    }

    /// Marks the last block so far that can be marked.
    fn cache(&mut self, control: CacheControl<'a>, speaker: Option<Speaker>, notes: &mut Notes) {
        let turns = self.turns.iter_mut().rev().flat_map(|turn| turn.content.iter_mut().rev());
        let in_turns = speaker.is_some() && turns.into_iter().any(|block| block.cache(control));
        if !in_turns && !self.system.iter_mut().rev().any(|block| block.cache(control)) {
            notes.warn("a cache point was left out: there is nothing before it that could be cached");
        }
    }

    /// Whether the model is to go on after calls of tools in a turn that
    /// doesn't begin with its thoughts, as when a client dropped them. Models
    /// that think within a budget refuse to think then.
    pub(super) fn resumes_without_thought(&self) -> bool {
        let [.., assistant, user] = self.turns.as_slice() else { return false };
        user.content.iter().any(|block| matches!(block, Block::ToolResult { .. }))
            && !matches!(
                assistant.content.first(),
                Some(Block::Thinking { .. } | Block::RedactedThinking { .. } | Block::Native(_))
            )
    }
}

fn system_block(part: &Part) -> Result<Option<Block<'_>>, Error> {
    match part {
        Part::Text(text) => {
            Ok(Some(text.text.as_str()).filter(|text| !text.trim().is_empty()).map(Block::text))
        }
        Part::Native(json) => parts::native(json).map(Some),
        _ => Err(Error::unsupported(
            "Anthropic's API takes nothing but text in a system message: put media into a message of the user",
        )),
    }
}
