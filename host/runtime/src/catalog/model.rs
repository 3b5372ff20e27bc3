//! What the catalog knows of a model. Whatever isn't certain is absent.

use std::collections::BTreeSet;

use serde::Serialize;

use super::price::Quote;
use crate::settings::document::Node;

/// A model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Model {
    /// The provider's own id of it.
    pub id: String,
    /// What it is for.
    pub kind: ModelKind,
    /// The most tokens that prompt and answer may have together; for an
    /// embedding model, of one input.
    pub context_tokens: Option<u32>,
    /// The most tokens of an answer.
    pub output_tokens: Option<u32>,
    /// The length of its vectors.
    pub dimensions: Option<u32>,
    /// The most inputs that one request for vectors may have. The host splits
    /// larger ones, also where the plugin's manifest allows more.
    pub batch_inputs: Option<u32>,
    /// What it can do, where that is known; empty where it isn't.
    pub abilities: BTreeSet<Ability>,
    /// What it costs.
    pub price: Option<Quote>,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ModelKind {
    /// Chat.
    Llm,
    /// Vectors.
    Embedding,
    /// Reranking.
    Rerank,
    /// Speech to text.
    Transcription,
    /// Text to speech.
    Speech,
    /// Judging of texts and images.
    Moderation,
}

/// What a model can do, and what it takes beside text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ability {
    /// Call tools.
    Tools,
    /// Take images.
    Vision,
    /// Take documents, as PDF.
    Documents,
    /// Take moving pictures.
    VideoInput,
    /// Answer with a JSON object, of no given schema.
    Json,
    /// Answer in a given JSON schema.
    JsonSchema,
    /// Think before it answers.
    Reasoning,
    /// Take sound.
    AudioInput,
}

pub(super) const KINDS: &[(&str, ModelKind)] = &[
    ("llm", ModelKind::Llm),
    ("embedding", ModelKind::Embedding),
    ("rerank", ModelKind::Rerank),
    ("transcription", ModelKind::Transcription),
    ("speech", ModelKind::Speech),
    ("moderation", ModelKind::Moderation),
];

const ABILITIES: &[(&str, Ability)] = &[
    ("tools", Ability::Tools),
    ("vision", Ability::Vision),
    ("documents", Ability::Documents),
    ("video-input", Ability::VideoInput),
    ("json", Ability::Json),
    ("json-schema", Ability::JsonSchema),
    ("reasoning", Ability::Reasoning),
    ("audio-input", Ability::AudioInput),
];

impl ModelKind {
    /// Its name, as in `llm`.
    pub fn name(self) -> &'static str {
        name_in(KINDS, self)
    }
}

impl Ability {
    /// Its name, as in `json-schema`.
    pub fn name(self) -> &'static str {
        name_in(ABILITIES, self)
    }
}

fn name_in<T: PartialEq>(words: &'static [(&'static str, T)], word: T) -> &'static str {
    words.iter().find(|(_, it)| *it == word).map_or("", |(name, _)| name)
}

impl Model {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let id = fields.require("id", "\"tiny-1\"").and_then(|node| node.string());
        let kind = fields.require("kind", "\"llm\"").and_then(|node| node.word(KINDS));
        let mut count = |name| fields.take(name).and_then(|node| node.count(1, u32::MAX));
        let context_tokens = count("context-tokens");
        let output_tokens = count("output-tokens");
        let dimensions = count("dimensions");
        let batch_inputs = count("batch-inputs");
        let abilities = fields.take("abilities");
        let abilities = abilities.and_then(|node| node.list(|ability| ability.word(ABILITIES)));
        let price = fields.take("price").and_then(|node| Quote::read(&node));
        fields.finish();
        Some(Self {
            id: id?.to_owned(),
            kind: kind?,
            context_tokens,
            output_tokens,
            dimensions,
            batch_inputs,
            abilities: abilities.unwrap_or_default().into_iter().collect(),
            price,
        })
    }
}
