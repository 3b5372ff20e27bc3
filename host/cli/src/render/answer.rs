//! A chat answer on stdout, as it comes.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use jackfield::runtime::Plugin;
use jackfield::runtime::api::llm::{ChatEvent, ChatResponse, FinishReason, Part};
use jackfield::runtime::api::types::{Media, Source, Usage};

use super::text::plain;
use super::{DIM, json, text};

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The text, for people.
    Text,
    /// JSON, for programs.
    Json,
}

/// Prints one answer. Only the first of several is printed as text.
pub(crate) struct Answer {
    form: Form,
    out: Out,
    /// Whether what was printed last was a thought.
    thinking: bool,
    /// Whether the cursor stands at the beginning of a line.
    line_begins: bool,
}

/// A terminal gets colours and nothing that could control it; a pipe or a file
/// gets the bytes as they are.
enum Out {
    Terminal(anstream::AutoStream<io::Stdout>),
    Other(io::Stdout),
}

impl Answer {
    /// An answer that goes to stdout.
    pub(crate) fn new(form: Form) -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal() && form == Form::Text;
        let out =
            if terminal { Out::Terminal(anstream::AutoStream::auto(stdout)) } else { Out::Other(stdout) };
        Self { form, out, thinking: false, line_begins: true }
    }

    /// Prints a whole answer.
    pub(crate) fn whole(&mut self, response: &ChatResponse) -> io::Result<()> {
        if self.form == Form::Json {
            return self.json(&json::response(response));
        }
        warn(&response.warnings);
        let Some(choice) = response.choices.first() else {
            tracing::warn!("the provider gave no answer");
            return Ok(());
        };
        for part in &choice.content {
            self.part(part)?;
        }
        self.end()?;
        note(&choice.finish_reason);
        Ok(())
    }

    /// Prints events as they come, and flushes.
    pub(crate) fn events(&mut self, events: &[ChatEvent]) -> io::Result<()> {
        for event in events {
            match self.form {
                Form::Json => self.json(&json::event(event))?,
                Form::Text => self.event(event)?,
            }
        }
        self.flush()
    }

    /// Ends the last line.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        if !self.line_begins {
            self.write("\n")?;
        }
        self.thinking = false;
        self.flush()
    }

    fn event(&mut self, event: &ChatEvent) -> io::Result<()> {
        match event {
            ChatEvent::Start(start) => warn(&start.warnings),
            ChatEvent::Text(delta) | ChatEvent::Refusal(delta) if delta.choice == 0 => {
                self.text(&delta.text)?
            }
            ChatEvent::Reasoning(delta) if delta.choice == 0 => self.thought(&delta.text)?,
            ChatEvent::ToolCallStart(start) if start.choice == 0 => {
                self.own_line(&format!("[call of {}] ", start.name))?
            }
            ChatEvent::ToolCallDelta(delta) if delta.choice == 0 => self.text(&delta.arguments)?,
            ChatEvent::Audio(delta) if delta.choice == 0 => self.text(&delta.transcript)?,
            ChatEvent::Part(whole) if whole.choice == 0 => self.part(&whole.part)?,
            ChatEvent::Finish(finish) if finish.choice == 0 => note(&finish.reason),
            _ => {}
        }
        Ok(())
    }

    fn part(&mut self, part: &Part) -> io::Result<()> {
        match part {
            Part::Text(part) => self.text(&part.text),
            Part::Refusal(text) => self.text(text),
            Part::Reasoning(part) => self.thought(&part.text),
            Part::ToolCall(call) => self.own_line(&format!("[call of {}] {}", call.name, call.arguments)),
            Part::Image(media) => self.own_line(&shown("image", media)),
            Part::Audio(media) => match &media.transcript {
                Some(transcript) => self.text(transcript),
                None => self.own_line(&shown("sound", media)),
            },
            Part::Document(_) | Part::ToolResult(_) | Part::CachePoint(_) | Part::Native(_) => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        if self.thinking {
            self.thinking = false;
            self.own_line("\n")?;
        }
        self.write(text)
    }

    /// Text that stands at the beginning of a line.
    fn own_line(&mut self, text: &str) -> io::Result<()> {
        self.thinking = false;
        if !self.line_begins {
            self.write("\n")?;
        }
        self.write(text)
    }

    /// A thought is for a person who watches, not for whoever reads the answer.
    fn thought(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() || matches!(self.out, Out::Other(_)) {
            return Ok(());
        }
        self.thinking = true;
        if let Out::Terminal(out) = &mut self.out {
            self.line_begins = text.ends_with('\n');
            write!(out, "{DIM}{}{DIM:#}", plain(text))?;
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.line_begins = text.ends_with('\n');
        match &mut self.out {
            Out::Terminal(out) => out.write_all(plain(text).as_bytes()),
            Out::Other(out) => out.write_all(text.as_bytes()),
        }
    }

    fn json(&mut self, value: &serde_json::Value) -> io::Result<()> {
        self.write(&format!("{value}\n"))?;
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Terminal(out) => out.flush(),
            Out::Other(out) => out.flush(),
        }
    }
}

fn shown(kind: &str, media: &Media) -> String {
    let what = media.mime_type.as_deref().unwrap_or("of unknown type");
    match &media.source {
        Source::Data(bytes) => format!("[{kind}, {what}, {}]", text::size(bytes.len() as u64)),
        Source::Url(url) => format!("[{kind}, {what}: {url}]"),
        Source::FileId(id) => format!("[{kind}, {what}: file {id}]"),
    }
}

fn warn(warnings: &[String]) {
    for warning in warnings {
        tracing::warn!("{}", plain(warning));
    }
}

/// Says why an answer ended, where that isn't because it was done.
fn note(reason: &FinishReason) {
    match reason {
        FinishReason::Stop | FinishReason::ToolCalls => {}
        FinishReason::Length => {
            tracing::warn!("the answer was cut at the limit of tokens; raise --max-tokens")
        }
        FinishReason::ContentFilter => tracing::warn!("the provider's content filter cut the answer"),
        FinishReason::Refusal => tracing::warn!("the model refused"),
        FinishReason::Pause => tracing::warn!("the model paused in the middle of its turn"),
        FinishReason::ContextLength => tracing::warn!("the model's context window is full"),
        FinishReason::Other(reason) => {
            tracing::warn!("the answer ended for another reason: {}", plain(reason))
        }
    }
}

/// What a call cost, on stderr.
pub(crate) fn print_usage(usage: Option<&Usage>, took: Duration, plugin: &Plugin) {
    let tokens = usage.map_or_else(|| "tokens not reported".to_owned(), tokens);
    let (name, version) = (plugin.name(), plugin.version());
    anstream::eprintln!("{DIM}{tokens}, {:.2} s, plugin {name} {version}{DIM:#}", took.as_secs_f64());
}

fn tokens(usage: &Usage) -> String {
    let count = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let of_which = |count: Option<u64>, what: &str| {
        count.filter(|count| *count > 0).map_or_else(String::new, |count| format!(" ({count} {what})"))
    };
    let mut text = format!(
        "{} tokens in{}, {} out{}",
        count(usage.input_tokens),
        of_which(usage.cache_read_tokens, "cached"),
        count(usage.output_tokens),
        of_which(usage.reasoning_tokens, "reasoning"),
    );
    for (name, amount) in &usage.units {
        text.push_str(&format!(", {amount} {}", plain(name)));
    }
    text
}
