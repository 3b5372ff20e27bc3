//! The texts in requests and answers, each with the place in the bytes where it
//! stands, so that one can be replaced and every other byte stays as it was.
//!
//! Against a guardrail that looks at one thing while the upstream gets another:
//! a member that is there twice is an error, never the first or the last.

mod answer;
mod bedrock;
pub(super) mod delivered;
mod events;
mod gemini;
mod request;

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use jackfield_router::guard::Kind;
use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) use answer::read as of_answer;
pub(super) use events::read as of_events;
pub(super) use request::read as of_request;

use crate::endpoint::ChatDialect;

/// A form of requests and their answers whose texts are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A chat, by its dialect.
    Chat(ChatDialect),
    /// Embeddings.
    Embeddings,
    /// Embeddings of contents, in Gemini's dialect.
    ContentEmbeddings,
}

impl Form {
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Chat(
                ChatDialect::OpenaiChat
                | ChatDialect::GeminiGenerate
                | ChatDialect::CohereChat
                | ChatDialect::BedrockConverse,
            ) => Kind::Chat,
            Self::Chat(ChatDialect::OpenaiCompletions) => Kind::Completion,
            Self::Chat(ChatDialect::OpenaiResponses) => Kind::Response,
            Self::Chat(ChatDialect::AnthropicMessages) => Kind::Messages,
            Self::Embeddings | Self::ContentEmbeddings => Kind::Embedding,
        }
    }
}

/// One text and where it stands, as a JSON string with its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) span: Range<usize>,
    pub(super) text: String,
}

/// What is judged as one: a message, or one choice of an answer.
pub(super) type Part = Vec<Piece>;

/// A part as one text.
pub(super) fn joined(part: &Part) -> String {
    let texts: Vec<&str> =
        part.iter().map(|piece| piece.text.as_str()).filter(|text| !text.is_empty()).collect();
    texts.join("\n")
}

/// A text whose form isn't what its dialect says.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unreadable(String);

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

/// Reads strings out of one text.
#[derive(Debug, Clone, Copy)]
struct Source<'b>(&'b [u8]);

/// How deep content may lie within content, as in the result of a tool.
const DEPTH: usize = 4;

impl<'b> Source<'b> {
    fn parse<T: Deserialize<'b>>(self) -> Result<T, Unreadable> {
        if self.0.trim_ascii_start().first() != Some(&b'{') {
            return Err(Unreadable("it must be a JSON object".to_owned()));
        }
        Ok(serde_json::from_slice(self.0)?)
    }

    /// Where a value stands that was read from here.
    fn span(self, raw: &'b RawValue) -> Range<usize> {
        let start = (raw.get().as_ptr() as usize).saturating_sub(self.0.as_ptr() as usize);
        start..start + raw.get().len()
    }

    /// The text of a string that was read from here.
    fn piece(self, raw: &'b RawValue) -> Result<Piece, Unreadable> {
        Ok(Piece { span: self.span(raw), text: serde_json::from_str(raw.get())? })
    }

    /// The texts of a content: a string, or a list of parts.
    fn content(self, raw: &'b RawValue, part: &mut Part) -> Result<(), Unreadable> {
        self.content_at(raw, part, 0)
    }

    fn content_at(self, raw: &'b RawValue, part: &mut Part, depth: usize) -> Result<(), Unreadable> {
        #[derive(Deserialize)]
        struct Block<'a> {
            #[serde(borrow)]
            text: Option<&'a RawValue>,
            #[serde(borrow)]
            content: Option<&'a RawValue>,
        }
        match raw.get().as_bytes().first() {
            Some(b'"') => part.push(self.piece(raw)?),
            Some(b'[') if depth < DEPTH => {
                for raw in serde_json::from_str::<Vec<&'b RawValue>>(raw.get())? {
                    self.content_at(raw, part, depth)?;
                }
            }
            Some(b'{') if depth < DEPTH => {
                let block: Block<'b> = serde_json::from_str(raw.get())?;
                for raw in [block.text, block.content].into_iter().flatten() {
                    self.content_at(raw, part, depth + 1)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The bytes with some texts replaced. Clients write members in any order, so the
/// pieces are in none.
pub(super) fn replaced<'p>(body: &[u8], edits: impl Iterator<Item = (&'p Range<usize>, String)>) -> Bytes {
    let mut edits: Vec<_> = edits.collect();
    edits.sort_unstable_by_key(|(span, _)| span.start);
    let mut out = BytesMut::with_capacity(body.len() + 256);
    let mut from = 0;
    for (span, text) in edits {
        out.extend_from_slice(&body[from..span.start]);
        out.extend_from_slice(quoted(&text).as_bytes());
        from = span.end;
    }
    out.extend_from_slice(&body[from..]);
    out.freeze()
}

/// A text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
