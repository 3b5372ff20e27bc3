//! How chat requests to this upstream differ from OpenAI's own.

use jackfield_sdk::types::Error;

use super::{Edits, Paths, Patterns, Values, misconfigured, one_of};

/// What a chat request depends on.
#[derive(Debug, Clone)]
pub(crate) struct ChatSettings {
    pub(crate) path: String,
    pub(crate) max_tokens: MaxTokensField,
    pub(crate) reasoning_models: Patterns,
    pub(crate) seed: Field,
    pub(crate) required_word: Field,
    pub(crate) developer_role: Field,
    pub(crate) stream_usage: bool,
    pub(crate) schema: SchemaSupport,
    pub(crate) reasoning_input: ReasoningInput,
    pub(crate) cache_points: CachePoints,
    pub(crate) documents: DocumentPart,
    pub(crate) image_input: bool,
    pub(crate) audio_input: bool,
    pub(crate) join_text: bool,
    pub(crate) top_k: bool,
    pub(crate) tool_strict: bool,
    pub(crate) tool_id_length: Option<usize>,
    pub(crate) edits: Edits,
}

/// A word of the wire.
pub(crate) type Field = &'static str;

/// Which member carries the limit of an answer's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MaxTokensField {
    /// `max_completion_tokens` for reasoning models, else `max_tokens`.
    ByModel,
    /// Always this one.
    Always(Field),
}

/// How a schema is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SchemaSupport {
    /// As `json_schema`.
    Schema,
    /// Only that the answer be JSON can be asked for.
    JsonOnly,
}

/// How thoughts of earlier turns are sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReasoningInput {
    /// Not at all.
    None,
    /// As `reasoning_content`.
    ReasoningContent,
    /// As `reasoning`.
    Reasoning,
    /// As a `thinking` part of the content.
    Thinking,
}

/// How a place to cache up to is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CachePoints {
    /// Not at all.
    None,
    /// With `prompt_cache_breakpoint`.
    Breakpoint,
    /// With `cache_control`.
    CacheControl,
}

/// How a document is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentPart {
    /// As a `file` part: bytes or a file's id.
    File,
    /// As a `document_url` part: bytes or an address.
    DocumentUrl,
    /// Not at all.
    None,
}

impl ChatSettings {
    pub(crate) fn read(from: &dyn Values) -> Result<Self, Error> {
        let tool_id_length = from
            .integer("tool-id-length")
            .map(|length| match usize::try_from(length) {
                Ok(length @ 4..=64) => Ok(length),
                _ => Err(misconfigured("tool-id-length", "must be from 4 to 64")),
            })
            .transpose()?;
        Ok(ChatSettings {
            path: Paths::Chat.read(from),
            max_tokens: one_of(
                from,
                "max-tokens-field",
                &[
                    ("auto", MaxTokensField::ByModel),
                    ("max_tokens", MaxTokensField::Always("max_tokens")),
                    ("max_completion_tokens", MaxTokensField::Always("max_completion_tokens")),
                ],
            )?,
            reasoning_models: Patterns::read(from, "reasoning-models"),
            seed: one_of(from, "seed-field", &[("seed", "seed"), ("random_seed", "random_seed")])?,
            required_word: one_of(from, "tool-choice-required", &[("required", "required"), ("any", "any")])?,
            developer_role: one_of(
                from,
                "developer-role",
                &[("developer", "developer"), ("system", "system")],
            )?,
            stream_usage: from.flag("stream-usage").unwrap_or(true),
            schema: one_of(
                from,
                "schema-format",
                &[("json_schema", SchemaSupport::Schema), ("json_object", SchemaSupport::JsonOnly)],
            )?,
            reasoning_input: one_of(
                from,
                "reasoning-input",
                &[
                    ("none", ReasoningInput::None),
                    ("reasoning_content", ReasoningInput::ReasoningContent),
                    ("reasoning", ReasoningInput::Reasoning),
                    ("thinking", ReasoningInput::Thinking),
                ],
            )?,
            cache_points: one_of(
                from,
                "cache-points",
                &[
                    ("none", CachePoints::None),
                    ("prompt_cache_breakpoint", CachePoints::Breakpoint),
                    ("cache_control", CachePoints::CacheControl),
                ],
            )?,
            documents: one_of(
                from,
                "document-part",
                &[
                    ("file", DocumentPart::File),
                    ("document_url", DocumentPart::DocumentUrl),
                    ("none", DocumentPart::None),
                ],
            )?,
            image_input: from.flag("image-input").unwrap_or(true),
            audio_input: from.flag("audio-input").unwrap_or(true),
            join_text: from.flag("join-text").unwrap_or(false),
            top_k: from.flag("top-k").unwrap_or(false),
            tool_strict: from.flag("tool-strict").unwrap_or(true),
            tool_id_length,
            edits: Edits::read(from)?,
        })
    }

    /// The member that carries the limit of tokens for this model.
    pub(crate) fn max_tokens_field(&self, model: &str) -> Field {
        match self.max_tokens {
            MaxTokensField::Always(field) => field,
            MaxTokensField::ByModel if self.reasoning_models.match_any(model) => "max_completion_tokens",
            MaxTokensField::ByModel => "max_tokens",
        }
    }
}
