//! `jackfield embed`: texts into vectors.

use std::io::{IsTerminal, Read, Write};

use jackfield::runtime::CallContext;
use jackfield::runtime::api::embedding::{EmbedRequest, Input, Purpose, Vector};
use serde_json::{Value, json};

use super::target::Target;
use crate::exit::usage;
use crate::render::json::usage as usage_json;
use crate::render::text::plain;
use crate::session::Session;

/// What it takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without --json it prints each vector's length and first values.

Examples:
  jackfield embed -m openai/text-embedding-3-small \"a passage\" \"another\"
  jackfield embed -m openai/text-embedding-3-small --json < lines.txt > vectors.jsonl")]
pub(crate) struct Arguments {
    /// The model
    #[arg(short, long, value_name = "PROVIDER/MODEL")]
    model: Target,
    /// The texts; without any, the lines of stdin
    #[arg(value_name = "TEXT")]
    texts: Vec<String>,
    /// Print one JSON object per text
    #[arg(long)]
    json: bool,
    /// The length of the vectors, for models that can shorten them
    #[arg(long, value_name = "N")]
    dimensions: Option<u32>,
    /// What the vectors are for
    #[arg(long, value_enum)]
    purpose: Option<Use>,
}

/// What vectors are for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Use {
    Document,
    Query,
    Classification,
    Clustering,
    Similarity,
}

impl From<Use> for Purpose {
    fn from(it: Use) -> Self {
        match it {
            Use::Document => Self::Document,
            Use::Query => Self::Query,
            Use::Classification => Self::Classification,
            Use::Clustering => Self::Clustering,
            Use::Similarity => Self::Similarity,
        }
    }
}

pub(crate) async fn run(session: &Session, arguments: Arguments) -> anyhow::Result<()> {
    let texts = if arguments.texts.is_empty() { lines_of_stdin()? } else { arguments.texts };
    let provider = session.open()?.provider(&arguments.model.provider).await?;
    let inputs = texts.iter().cloned().map(Input::Text).collect();
    let request = EmbedRequest {
        dimensions: arguments.dimensions,
        purpose: arguments.purpose.map(Into::into),
        ..EmbedRequest::new(arguments.model.model, inputs)
    };
    let answer = provider.embed(&CallContext::default(), request).await?;
    for warning in &answer.warnings {
        tracing::warn!("{}", plain(warning));
    }
    if let Some(usage) = &answer.usage {
        tracing::info!(usage = %usage_json(usage), model = %plain(&answer.model), "embedded");
    }
    let mut out = anstream::stdout().lock();
    for (index, (text, vector)) in texts.iter().zip(&answer.vectors).enumerate() {
        if arguments.json {
            let line = json!({ "index": index, "model": answer.model, "embedding": values(vector) });
            writeln!(out, "{line}")?;
        } else {
            writeln!(out, "{}  {}", summary(vector), text.replace('\n', " "))?;
        }
    }
    Ok(())
}

fn lines_of_stdin() -> anyhow::Result<Vec<String>> {
    if std::io::stdin().is_terminal() {
        return Err(usage("there is nothing to embed: name texts, or pipe in one per line"));
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let lines: Vec<String> = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    if lines.is_empty() {
        Err(usage("there is nothing to embed: stdin has no line with text"))
    } else {
        Ok(lines)
    }
}

fn values(vector: &Vector) -> Value {
    match vector {
        Vector::Float32(values) => json!(values),
        Vector::Int8(values) => json!(values),
        Vector::Uint8(values) => json!(values),
        Vector::PerToken(rows) => json!(rows),
        Vector::Sparse(weights) => json!(weights),
    }
}

/// Length and first values.
fn summary(vector: &Vector) -> String {
    const SHOWN: usize = 4;
    let (length, first): (usize, Vec<String>) = match vector {
        Vector::Float32(values) => {
            (values.len(), values.iter().take(SHOWN).map(|value| format!("{value:+.4}")).collect())
        }
        Vector::Int8(values) => (values.len(), values.iter().take(SHOWN).map(ToString::to_string).collect()),
        Vector::Uint8(values) => (values.len(), values.iter().take(SHOWN).map(ToString::to_string).collect()),
        Vector::PerToken(rows) => {
            return format!("{} tokens of {}", rows.len(), rows.first().map_or(0, Vec::len));
        }
        Vector::Sparse(weights) => (
            weights.len(),
            weights.iter().take(SHOWN).map(|(index, weight)| format!("{index}:{weight:.4}")).collect(),
        ),
    };
    let more = if length > SHOWN { ", ..." } else { "" };
    format!("{length}  [{}{more}]", first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_shows_the_length_and_the_beginning() {
        assert_eq!(summary(&Vector::Float32(vec![0.5, -0.25])), "2  [+0.5000, -0.2500]");
        assert_eq!(summary(&Vector::Int8(vec![1, 2, 3, 4, 5])), "5  [1, 2, 3, 4, ...]");
        assert_eq!(summary(&Vector::PerToken(vec![vec![0.0; 3]; 2])), "2 tokens of 3");
    }
}
