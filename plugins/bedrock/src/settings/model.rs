//! Ids of models, and tables of what is known by them. An id comes bare
//! (`anthropic.claude-v2:1`), with a region before it (`us.`, `global.`) or as
//! an ARN, whose last segment may be either, or tell nothing of the model.

use jackfield_sdk::patterns::Patterns;
use jackfield_sdk::settings::pairs;
use jackfield_sdk::types::Error;

/// Prefixes of ids that name where a model runs, not which one it is
/// (<https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>).
const REGIONS: [&str; 9] = ["us.", "eu.", "apac.", "global.", "us-gov.", "jp.", "au.", "ca.", "sa."];

/// The body that InvokeModel takes from a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Titan,
    Nova,
    Claude,
    Llama2,
    Llama3,
    Llama4,
    Mistral,
    CohereCommand,
    CohereChat,
    Jurassic,
    ChatCompletions,
    Completions,
    TitanEmbed1,
    TitanEmbed2,
    TitanEmbedImage,
    NovaEmbed,
    CohereEmbed,
    CohereEmbed4,
    Rerank,
    CohereRerank,
}

impl Family {
    pub(crate) const WORDS: [(&'static str, Family); 20] = [
        ("titan", Family::Titan),
        ("nova", Family::Nova),
        ("claude", Family::Claude),
        ("llama2", Family::Llama2),
        ("llama3", Family::Llama3),
        ("llama4", Family::Llama4),
        ("mistral", Family::Mistral),
        ("cohere-command", Family::CohereCommand),
        ("cohere-chat", Family::CohereChat),
        ("jurassic", Family::Jurassic),
        ("chat-completions", Family::ChatCompletions),
        ("completions", Family::Completions),
        ("titan-embed-1", Family::TitanEmbed1),
        ("titan-embed-2", Family::TitanEmbed2),
        ("titan-embed-image", Family::TitanEmbedImage),
        ("nova-embed", Family::NovaEmbed),
        ("cohere-embed", Family::CohereEmbed),
        ("cohere-embed-4", Family::CohereEmbed4),
        ("rerank", Family::Rerank),
        ("cohere-rerank", Family::CohereRerank),
    ];
}

/// The id without the region before it.
pub(crate) fn without_region(id: &str) -> &str {
    REGIONS.iter().find_map(|region| id.strip_prefix(region)).unwrap_or(id)
}

/// The forms of an id that patterns are compared with, the most telling first.
fn forms(id: &str) -> [&str; 2] {
    let last = if id.starts_with("arn:") { id.rsplit('/').next().unwrap_or(id) } else { id };
    [without_region(last), id]
}

/// Whether one of the patterns describes a model.
pub(crate) fn listed(patterns: &Patterns, id: &str) -> bool {
    forms(id).iter().any(|form| patterns.contain(form))
}

/// What is known of models, line by line; the first line that fits decides.
#[derive(Debug, Clone)]
pub(crate) struct Table<T>(Vec<(Patterns, T)>);

impl<T> Table<T> {
    /// Lines `pattern=value` of the list that `config.NAME` holds.
    pub(crate) fn read(
        name: &str,
        lines: &[String],
        value: impl Fn(&str) -> Result<T, Error>,
    ) -> Result<Self, Error> {
        let entries = pairs(name, lines, '=')?.into_iter();
        let entries = entries.map(|(pattern, text)| Ok((Patterns::new(vec![pattern]), value(&text)?)));
        entries.collect::<Result<_, Error>>().map(Table)
    }

    /// What the table has for a model.
    pub(crate) fn of(&self, id: &str) -> Option<&T> {
        self.0.iter().find(|(patterns, _)| listed(patterns, id)).map(|(_, value)| value)
    }
}
