//! Token counts. The API counts thoughts, and what its own tools put into the
//! prompt, beside the answer and the prompt; the contract counts them within.
//!
//! <https://ai.google.dev/api/generate-content#UsageMetadata>

use jackfield_sdk::types::{Error, Usage};
use serde_json::value::RawValue;

use crate::wire::answer::{Counts, ModalityCount, Word};

/// The number of `AUDIO` among the modalities, for upstreams that write those.
const AUDIO: u64 = 4;

/// The contract's usage. Nothing where nothing was counted, as in the first
/// chunks of a stream of Vertex AI.
pub(super) fn usage(raw: &RawValue) -> Result<Option<Usage>, Error> {
    let counts: Option<Counts> = serde_json::from_str(raw.get()).map_err(|error| {
        Error::bad_answer(format!("`usageMetadata` isn't as the upstream's API says: {error}"))
    })?;
    Ok(counts.and_then(|counts| of_counts(&counts, Some(raw.get().to_owned()))))
}

pub(super) fn of_counts(counts: &Counts, raw: Option<String>) -> Option<Usage> {
    let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (None, None) => None,
        (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
    };
    let input_tokens = sum(counts.prompt_token_count, counts.tool_use_prompt_token_count);
    let output_tokens = sum(counts.candidates_token_count, counts.thoughts_token_count);
    if input_tokens.is_none() && output_tokens.is_none() {
        return None;
    }
    Some(Usage {
        input_tokens,
        output_tokens,
        cache_read_tokens: counts.cached_content_token_count,
        cache_write_tokens: None,
        reasoning_tokens: counts.thoughts_token_count,
        audio_input_tokens: audio(counts.prompt_tokens_details.as_deref()),
        audio_output_tokens: audio(counts.candidates_tokens_details.as_deref()),
        units: Vec::new(),
        raw,
    })
}

fn audio(details: Option<&[ModalityCount]>) -> Option<u64> {
    let is_audio = |modality: &Word| match modality {
        Word::Name(name) => name == "AUDIO",
        Word::Number(number) => *number == AUDIO,
    };
    details?.iter().find(|count| count.modality.as_ref().is_some_and(is_audio))?.token_count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Usage> {
        usage(serde_json::from_str(json).unwrap()).unwrap()
    }

    #[test]
    fn thoughts_are_output_and_what_tools_put_into_the_prompt_is_input() {
        let json = r#"{"promptTokenCount":10,"candidatesTokenCount":3,"thoughtsTokenCount":40,
            "toolUsePromptTokenCount":500,"cachedContentTokenCount":6,"totalTokenCount":553,
            "promptTokensDetails":[{"modality":"TEXT","tokenCount":3},{"modality":"AUDIO","tokenCount":7}],
            "candidatesTokensDetails":[{"modality":4,"tokenCount":2}]}"#;
        let usage = read(json).unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(510), Some(43)));
        assert_eq!((usage.cache_read_tokens, usage.reasoning_tokens), (Some(6), Some(40)));
        assert_eq!((usage.audio_input_tokens, usage.audio_output_tokens), (Some(7), Some(2)));
        assert_eq!(usage.raw.as_deref(), Some(json));
    }

    #[test]
    fn what_was_not_counted_is_absent() {
        assert!(read(r#"{"trafficType":"ON_DEMAND"}"#).is_none() && read("null").is_none());
        let usage = read(r#"{"promptTokenCount":1,"totalTokenCount":1}"#).unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens, usage.reasoning_tokens), (Some(1), None, None));
        assert!(super::usage(serde_json::from_str(r#"{"promptTokenCount":"x"}"#).unwrap()).is_err());
    }
}
