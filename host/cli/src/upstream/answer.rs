//! What the pretend model says to a prompt, whatever protocol it came in.

#[cfg(test)]
mod tests;

use std::iter::Sum;

use serde_json::{Value, json};

use super::UpstreamOptions;
use super::knobs::Knobs;
use super::sample::sample;
use super::text::Pieces;

/// What the model thinks when a request asks it to reason, a piece a token.
pub(super) const THOUGHTS: [&str; 6] = ["The", " request", " wants", " an", " answer", "."];

/// A prompt, as far as the answer follows from it.
#[derive(Debug, Default)]
pub(super) struct Prompt {
    /// The text of the last user message.
    pub(super) last_user: String,
    /// What a tool returned, where that comes last.
    pub(super) tool_result: Option<String>,
    /// Bytes of text in all of it.
    pub(super) bytes: usize,
    pub(super) tools: Vec<Tool>,
    pub(super) choice: Choice,
    pub(super) format: Format,
    pub(super) reasoning: bool,
    /// The most tokens that the answer may have.
    pub(super) most: Option<u64>,
}

/// A tool on offer.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) name: String,
    /// The schema of its arguments.
    pub(super) schema: Value,
}

/// Whether to call tools.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Choice {
    #[default]
    Auto,
    None,
    Any,
    Named(String),
}

/// What the answer's text has to be.
#[derive(Debug, Default)]
pub(super) enum Format {
    #[default]
    Text,
    /// Any JSON object.
    Json,
    Schema(Value),
}

/// The answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) reasoning: bool,
    pub(super) content: Content,
    pub(super) finish: Finish,
    pub(super) usage: Tokens,
}

#[derive(Debug)]
pub(super) enum Content {
    Text(Pieces),
    Calls(Vec<Call>),
}

/// A call of a tool.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: String,
    /// A JSON object.
    pub(super) arguments: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    Stop,
    Length,
    Calls,
}

/// Token counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tokens {
    pub(super) input: u64,
    /// Reasoning included.
    pub(super) output: u64,
    pub(super) reasoning: u64,
}

impl Prompt {
    /// A quarter of the bytes, rounded up.
    pub(super) fn tokens(&self) -> u64 {
        self.bytes.div_ceil(4) as u64
    }

    /// The answer to it. `key` is the request's credential, for the knob that
    /// echoes it.
    pub(super) fn answer(&self, knobs: &Knobs, options: &UpstreamOptions, key: &str) -> Answer {
        let calls = self.calls();
        let reasoned = if self.reasoning { THOUGHTS.len() as u64 } else { 0 };
        let (content, finish, spent) = if calls.is_empty() {
            let mut pieces = self.pieces(knobs, options, key);
            let cut = self.most.is_some_and(|most| pieces.truncate(most));
            let spent = pieces.count().unwrap_or_default();
            (Content::Text(pieces), if cut { Finish::Length } else { Finish::Stop }, spent)
        } else {
            let spent = calls.iter().map(|call| call.arguments.len().div_ceil(4) as u64 + 1).sum();
            (Content::Calls(calls), Finish::Calls, spent)
        };
        let usage = Tokens { input: self.tokens(), output: spent + reasoned, reasoning: reasoned };
        Answer { reasoning: self.reasoning, content, finish, usage }
    }

    fn calls(&self) -> Vec<Call> {
        let said = || self.last_user.to_ascii_lowercase();
        let asked = |words: &str| self.tool_result.is_none() && said().contains(words);
        let chosen: Vec<_> = match &self.choice {
            Choice::None => Vec::new(),
            Choice::Named(name) => self.tools.iter().filter(|tool| tool.name == *name).collect(),
            Choice::Auto | Choice::Any if asked("call every tool") => self.tools.iter().collect(),
            Choice::Auto if !self.tools.is_empty() && asked("call the tool") => {
                self.tools.iter().take(1).collect()
            }
            Choice::Auto => Vec::new(),
            Choice::Any => self.tools.iter().take(1).collect(),
        };
        chosen.into_iter().map(Tool::call).collect()
    }

    fn pieces(&self, knobs: &Knobs, options: &UpstreamOptions, key: &str) -> Pieces {
        match &self.format {
            Format::Json => Pieces::sliced(&json!({ "echo": self.last_user }).to_string()),
            Format::Schema(schema) => Pieces::sliced(&sample(schema).to_string()),
            Format::Text => {
                let mut first = match &self.tool_result {
                    Some(result) => format!("The tool returned: {result}"),
                    None => format!("You said: {}", self.last_user),
                };
                if knobs.echo_key {
                    first.push_str(" with the key ");
                    first.push_str(key);
                }
                let count = (!knobs.endless).then(|| knobs.chunks.unwrap_or(options.chunks).max(1));
                Pieces::Words { first, count }
            }
        }
    }
}

impl Answer {
    /// Its text; empty where it calls tools.
    pub(super) fn text(&self) -> String {
        match &self.content {
            Content::Text(pieces) => pieces.text(),
            Content::Calls(_) => String::new(),
        }
    }

    /// The pieces of its text.
    pub(super) fn into_pieces(self) -> Box<dyn Iterator<Item = String> + Send> {
        match self.content {
            Content::Text(pieces) => pieces.into_pieces(),
            Content::Calls(_) => Box::new(std::iter::empty()),
        }
    }
}

impl Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self { input: 0, output: 0, reasoning: 0 }, |sum, one| Self {
            input: sum.input + one.input,
            output: sum.output + one.output,
            reasoning: sum.reasoning + one.reasoning,
        })
    }
}

impl Tool {
    fn call(&self) -> Call {
        let arguments = match sample(&self.schema) {
            Value::Object(arguments) => Value::Object(arguments),
            _ => json!({}),
        };
        Call { name: self.name.clone(), arguments: arguments.to_string() }
    }
}
