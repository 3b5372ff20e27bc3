//! Counts bytes that pass by undecoded.

use std::ops::Range;

use jackfield_runtime::api::passthrough::{Dialect, Framing};
use serde_json::{Map, Value};

use super::messages::{Message, Messages};
use super::scan::{Found, Place, Scanner};
use super::sse::{Cutter, Piece};
use super::tally::Tally;
use super::template::Template;
use super::wire;
use super::{Counted, cohere, gemini};

/// How an answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// More must come; where the bytes have ended, the upstream broke off.
    No,
    /// It is whole.
    Complete,
    /// It says itself that it failed.
    Failed,
}

/// Reads usage, finish reason and completeness from an upstream's bytes on
/// their way to the client, in pieces cut anywhere. It keeps at most some
/// kilobytes, whatever comes, and never fails: what isn't understood isn't
/// counted.
///
/// Understands the dialects of OpenAI (chat, completions, responses,
/// embeddings), Anthropic's messages, Gemini's contents and Cohere's chats,
/// whole or as server-sent events, and Bedrock's Converse, whole or as an AWS
/// event stream. Of anything else it counts nothing, and
/// [`UsageReader::understands`] says so.
#[derive(Debug)]
pub struct UsageReader {
    dialect: Dialect,
    scanner: Option<Scanner>,
    cutter: Option<Cutter>,
    messages: Option<Messages>,
    marker: Marker,
    template: Template,
    progress: Progress,
}

/// What was found so far.
#[derive(Debug)]
struct Progress {
    tally: Tally,
    members: Map<String, Value>,
    finish: Option<String>,
    /// What the present event says of the answer, which counts once it is whole.
    said: Ended,
    ended: Ended,
}

/// The data that ends a stream in OpenAI's older dialects. It is no JSON.
const DONE: &[u8] = b"[DONE]";

/// How much of [`DONE`] the present event's data matches.
#[derive(Debug, Clone, Copy)]
enum Marker {
    So(usize),
    Never,
}

impl UsageReader {
    /// A reader of an answer in this dialect. `prompt_tokens` is the estimate
    /// that stands in for input tokens while none are reported.
    pub fn new(dialect: Dialect, framing: Framing, prompt_tokens: u64) -> Self {
        let messages = framing == Framing::EventStream && dialect == Dialect::BedrockConverse;
        let framed = messages || matches!(framing, Framing::Whole | Framing::ServerSentEvents);
        let wanted = wire::wanted(dialect).filter(|_| framed);
        Self {
            dialect,
            scanner: wanted.map(Scanner::new),
            cutter: (framing == Framing::ServerSentEvents).then(Cutter::new),
            messages: messages.then(Messages::new),
            marker: Marker::So(0),
            template: Template::default(),
            progress: Progress {
                tally: Tally::new(prompt_tokens),
                members: Map::new(),
                finish: None,
                said: Ended::No,
                ended: Ended::No,
            },
        }
    }

    /// Whether it can tell anything of this dialect.
    pub const fn understands(&self) -> bool {
        self.scanner.is_some()
    }

    /// Reads bytes that are on their way.
    pub fn push(&mut self, bytes: &[u8]) {
        let Self { dialect, scanner: Some(scanner), cutter, messages, marker, template, progress } = self
        else {
            return;
        };
        if let Some(messages) = messages {
            return messages.feed(bytes, |message| match message {
                Message::Event(kind, payload) => {
                    scanner.restart();
                    scanner.feed(payload, |found| progress.take(*dialect, found));
                    // What follows it are counts.
                    if kind == "messageStop" && scanner.whole() {
                        progress.end(Ended::Complete);
                    }
                }
                Message::Failure => progress.end(Ended::Failed),
            });
        }
        let Some(cutter) = cutter else {
            scanner.feed(bytes, |found| progress.take(*dialect, found));
            if scanner.whole() {
                progress.end(Ended::Complete);
            }
            return;
        };
        cutter.feed(bytes, |piece| match piece {
            Piece::Line(line) if scanner.untouched() => {
                if let Some(text) = template.text(line) {
                    // No event that was learnt is the mark of the end.
                    *marker = Marker::Never;
                    return progress.tally.text(text);
                }
                marker.match_more(line);
                let (mut text, mut others) = (None, false);
                scanner.feed(line, |found| {
                    match found {
                        Found::Delivered(part) if text.is_none() => text = Some(within(line, part)),
                        // It says the same in each event that looks the same.
                        Found::Text(Place::Type, _) => {}
                        _ => others = true,
                    }
                    progress.take(*dialect, found);
                });
                if let Some(text) = text.filter(|_| scanner.whole() && !others && progress.said == Ended::No)
                {
                    template.learn(line, text);
                }
            }
            Piece::Line(data) | Piece::Data(data) => {
                marker.match_more(data);
                scanner.feed(data, |found| progress.take(*dialect, found));
            }
            Piece::End => {
                if marker.found() {
                    progress.end(Ended::Complete);
                }
                let said = std::mem::replace(&mut progress.said, Ended::No);
                if scanner.whole() && said != Ended::No {
                    progress.end(said);
                }
                *marker = Marker::So(0);
                scanner.restart();
            }
        });
    }

    /// How the answer stands. Ask when the bytes have ended.
    pub fn ended(&self) -> Ended {
        let Progress { said, ended, .. } = self.progress;
        let whole = self.scanner.as_ref().is_some_and(Scanner::whole);
        match ended {
            // Some upstreams leave out the empty line behind the last event.
            Ended::No if self.cutter.is_some() && self.marker.found() => Ended::Complete,
            Ended::No if self.cutter.is_some() && whole => said,
            _ => ended,
        }
    }

    /// Why the answer ended, in the dialect's word; of several answers, the
    /// last that did.
    pub fn finish_reason(&self) -> Option<&str> {
        self.progress.finish.as_deref()
    }

    /// What was used so far.
    pub fn counted(&self) -> Counted {
        self.progress.tally.counted(self.ended() == Ended::Complete)
    }
}

/// Where a part of a line stands in it.
fn within(line: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(line.as_ptr().addr()).min(line.len());
    start..(start + part.len()).min(line.len())
}

impl Marker {
    fn found(self) -> bool {
        matches!(self, Self::So(matched) if matched == DONE.len())
    }

    fn match_more(&mut self, data: &[u8]) {
        let Self::So(mut matched) = *self else { return };
        for byte in data {
            match DONE.get(matched) {
                Some(expected) if expected == byte => matched += 1,
                None | Some(b'[') if byte.is_ascii_whitespace() => {}
                _ => return *self = Self::Never,
            }
        }
        *self = Self::So(matched);
    }
}

impl Progress {
    fn take(&mut self, dialect: Dialect, found: Found<'_>) {
        match found {
            Found::Delivered(text) => self.tally.text(text),
            Found::Object(Place::Usage, object) => {
                if wire::merge(&mut self.members, object)
                    && let Some(usage) = wire::usage(dialect, &self.members)
                {
                    self.tally.report(usage);
                }
            }
            Found::Object(Place::Error, _) => self.end(Ended::Failed),
            Found::Text(Place::Finish, gemini::NO_REASON) if dialect == Dialect::GeminiGenerate => {}
            Found::Text(Place::Finish, reason) if cohere::failed(dialect, reason) => {
                self.finish = Some(String::from_utf8_lossy(reason).into_owned());
                self.end(Ended::Failed);
            }
            Found::Text(Place::Finish, reason) => {
                if dialect == Dialect::GeminiGenerate {
                    // Nothing else tells that one of its streams is whole.
                    self.said = Ended::Complete;
                }
                self.finish = Some(String::from_utf8_lossy(reason).into_owned());
            }
            Found::Text(Place::Status, b"completed") => {
                self.finish.get_or_insert_with(|| "completed".to_owned());
            }
            Found::Text(Place::Status, b"failed") => self.end(Ended::Failed),
            Found::Text(Place::Type, kind) => match kind {
                b"message_stop" | b"message-end" | b"response.completed" | b"response.incomplete" => {
                    self.said = Ended::Complete
                }
                b"error" | b"response.failed" => self.said = Ended::Failed,
                _ => {}
            },
            _ => {}
        }
    }

    /// A failure stays one, whatever comes behind it.
    fn end(&mut self, ended: Ended) {
        if self.ended != Ended::Failed {
            self.ended = ended;
        }
    }
}
