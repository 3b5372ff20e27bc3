//! What the catalog knows of a model. Whatever isn't certain is absent.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::settings::document::{Fields, Node};

/// A model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// What it can do, where that is known; empty where it isn't.
    pub abilities: BTreeSet<Ability>,
    /// What it costs.
    pub price: Option<Price>,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

/// What a chat model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ability {
    /// Call tools.
    Tools,
    /// Take images.
    Vision,
    /// Answer in a given JSON schema.
    JsonSchema,
    /// Think before it answers.
    Reasoning,
    /// Take sound.
    AudioInput,
}

/// US dollars for a million tokens, as the provider publishes them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Price {
    /// Input tokens that no cache is involved in.
    pub input: f64,
    /// Input tokens read from the provider's prompt cache.
    pub cache_read: Option<f64>,
    /// Input tokens written to the provider's prompt cache.
    pub cache_write: Option<f64>,
    /// Output tokens; absent for models that have none.
    pub output: Option<f64>,
}

const KINDS: &[(&str, ModelKind)] = &[
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
    ("json-schema", Ability::JsonSchema),
    ("reasoning", Ability::Reasoning),
    ("audio-input", Ability::AudioInput),
];

impl Model {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let id = fields.require("id", "\"tiny-1\"").and_then(|node| node.string());
        let kind = fields.require("kind", "\"llm\"").and_then(|node| node.word(KINDS));
        let mut count = |name| fields.take(name).and_then(|node| node.count(1, u32::MAX));
        let context_tokens = count("context-tokens");
        let output_tokens = count("output-tokens");
        let dimensions = count("dimensions");
        let abilities = fields.take("abilities");
        let abilities = abilities.and_then(|node| node.list(|ability| ability.word(ABILITIES)));
        let price = fields.take("price").and_then(|node| Price::read(&node));
        fields.finish();
        Some(Self {
            id: id?.to_owned(),
            kind: kind?,
            context_tokens,
            output_tokens,
            dimensions,
            abilities: abilities.unwrap_or_default().into_iter().collect(),
            price,
        })
    }
}

impl Price {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let input = fields.require("input", "0.15").and_then(|node| dollars(&node));
        let cache_read = optional(&mut fields, "cache-read");
        let cache_write = optional(&mut fields, "cache-write");
        let output = optional(&mut fields, "output");
        fields.finish();
        Some(Self { input: input?, cache_read, cache_write, output })
    }
}

fn optional<'d>(fields: &mut Fields<'d>, name: &'d str) -> Option<f64> {
    fields.take(name).and_then(|node| dollars(&node))
}

fn dollars(node: &Node<'_>) -> Option<f64> {
    let amount = node.number()?;
    if amount < 0.0 {
        node.reject("a price can't be below zero: write US dollars for a million tokens");
    }
    Some(amount)
}
