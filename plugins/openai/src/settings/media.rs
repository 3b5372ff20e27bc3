//! How requests for vectors, transcripts and speech differ from OpenAI's own.

use jackfield_sdk::types::Error;

use super::{Edits, Paths, Patterns, Values, lists, misconfigured, one_of};

/// What a request for vectors depends on.
#[derive(Debug, Clone)]
pub(crate) struct EmbeddingSettings {
    pub(crate) path: String,
    pub(crate) transfer: VectorTransfer,
    /// What the vectors are for, in the upstream's words.
    pub(crate) purposes: Vec<(String, String)>,
    pub(crate) purpose_field: String,
    /// The member that says how long inputs are cut.
    pub(crate) truncate_field: Option<String>,
    /// Its words for that; none where they are the usual ones.
    pub(crate) truncations: Vec<(String, String)>,
    /// Where images are embedded, which may be where texts are.
    pub(crate) image_path: Option<String>,
    pub(crate) edits: Edits,
}

/// How vectors travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VectorTransfer {
    /// In base64: a third of the size, and quicker to read.
    Base64,
    /// As numbers.
    Float,
    /// As the upstream likes: the member isn't sent.
    Unsaid,
}

impl EmbeddingSettings {
    pub(crate) fn read(from: &dyn Values) -> Result<Self, Error> {
        Ok(EmbeddingSettings {
            path: Paths::Embeddings.read(from),
            transfer: one_of(
                from,
                "embedding-encoding",
                &[
                    ("base64", VectorTransfer::Base64),
                    ("float", VectorTransfer::Float),
                    ("unsaid", VectorTransfer::Unsaid),
                ],
            )?,
            purposes: lists::pairs(from, "embedding-purposes", '=')?,
            purpose_field: from.text("embedding-purpose-field").unwrap_or_else(|| "input_type".to_owned()),
            truncate_field: from.text("embedding-truncate-field"),
            truncations: lists::pairs(from, "embedding-truncations", '=')?,
            image_path: from.text("image-embeddings-path"),
            edits: Edits::read(from)?,
        })
    }
}

/// What transcription and speech depend on.
#[derive(Debug, Clone)]
pub(crate) struct AudioSettings {
    pub(crate) transcriptions: String,
    pub(crate) translations: String,
    pub(crate) speech: String,
    /// Models that give times.
    pub(crate) timestamp_models: Patterns,
    /// Models that tell speakers apart.
    pub(crate) diarize_models: Patterns,
    /// Samples a second of the formats that don't say.
    pub(crate) pcm_sample_rate: Option<u32>,
}

impl AudioSettings {
    pub(crate) fn read(from: &dyn Values) -> Result<Self, Error> {
        let pcm_sample_rate = from
            .integer("pcm-sample-rate")
            .map(|rate| {
                u32::try_from(rate)
                    .map_err(|_| misconfigured("pcm-sample-rate", "must be a number of samples a second"))
            })
            .transpose()?;
        Ok(AudioSettings {
            transcriptions: Paths::Transcriptions.read(from),
            translations: Paths::Translations.read(from),
            speech: Paths::Speech.read(from),
            timestamp_models: Patterns::read(from, "timestamp-models"),
            diarize_models: Patterns::read(from, "diarize-models"),
            pcm_sample_rate,
        })
    }
}
