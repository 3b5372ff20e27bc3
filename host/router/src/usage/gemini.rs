//! Gemini's usage: thoughts are counted beside the answer, and what tools put
//! into the prompt beside the prompt; the contract counts them within.
//!
//! <https://ai.google.dev/api/generate-content#UsageMetadata>

use jackfield_runtime::api::types::Usage;
use serde_json::{Map, Value};

use super::scan::{Place, Want};

/// A reason that isn't one: some servers write it into every chunk.
pub(super) const NO_REASON: &[u8] = b"FINISH_REASON_UNSPECIFIED";

/// What to look for.
pub(super) fn wanted(path: &[&[u8]]) -> Want {
    match path {
        [b"usageMetadata"] => Want::Object(Place::Usage),
        [b"error"] => Want::Object(Place::Error),
        [b"candidates", b"finishReason"] | [b"promptFeedback", b"blockReason"] => Want::Text(Place::Finish),
        [b"candidates", b"content", b"parts", b"text"]
        | [b"candidates", b"content", b"parts", b"functionCall", b"name"] => Want::Length,
        _ => Want::Nothing,
    }
}

/// The contract's counts. `None` where no tokens are told.
pub(super) fn usage(members: &Map<String, Value>) -> Option<Usage> {
    let count = |name: &str| members.get(name)?.as_u64();
    let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (None, None) => None,
        (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
    };
    let audio = |name: &str| {
        let details = members.get(name)?.as_array()?;
        let of_audio = details.iter().find(|one| one.get("modality").is_some_and(|kind| kind == "AUDIO"))?;
        of_audio.get("tokenCount")?.as_u64()
    };
    let usage = Usage {
        input_tokens: sum(count("promptTokenCount"), count("toolUsePromptTokenCount")),
        output_tokens: sum(count("candidatesTokenCount"), count("thoughtsTokenCount")),
        cache_read_tokens: count("cachedContentTokenCount"),
        reasoning_tokens: count("thoughtsTokenCount"),
        audio_input_tokens: audio("promptTokensDetails"),
        audio_output_tokens: audio("candidatesTokensDetails"),
        raw: serde_json::to_string(members).ok(),
        ..super::nothing()
    };
    (usage.input_tokens.is_some() || usage.output_tokens.is_some()).then_some(usage)
}

#[cfg(test)]
mod tests {
    use jackfield_runtime::api::passthrough::{Dialect, Framing};

    use super::super::{Ended, UsageReader, of_whole};

    const ANSWER: &str = r#"{"candidates":[{"content":{"parts":[{"text":"twelve bytes"},{"functionCall":{"name":"f","args":{"usageMetadata":{"promptTokenCount":99}}}}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":3,"thoughtsTokenCount":40,"toolUsePromptTokenCount":500,"cachedContentTokenCount":6,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":7}]},"modelVersion":"m"}"#;

    fn stream(events: &[&str]) -> UsageReader {
        let text: String = events.iter().map(|event| format!("data: {event}\r\n\r\n")).collect();
        let read = |length: usize| {
            let mut reader = UsageReader::new(Dialect::GeminiGenerate, Framing::ServerSentEvents, 77);
            text.as_bytes().chunks(length).for_each(|piece| reader.push(piece));
            reader
        };
        let (whole, cut) = (read(usize::MAX), read(1));
        assert_eq!((whole.counted(), whole.ended()), (cut.counted(), cut.ended()));
        whole
    }

    #[test]
    fn a_whole_answer_tells_its_usage_and_not_that_of_an_argument() {
        let counted = of_whole(Dialect::GeminiGenerate, 77, ANSWER.as_bytes()).unwrap();
        let usage = &counted.usage;
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(510), Some(43)));
        assert_eq!((usage.cache_read_tokens, usage.reasoning_tokens), (Some(6), Some(40)));
        assert_eq!((usage.audio_input_tokens, counted.estimated), (Some(7), false));
        let mut reader = UsageReader::new(Dialect::GeminiGenerate, Framing::Whole, 77);
        reader.push(ANSWER.as_bytes());
        assert_eq!((reader.counted(), reader.finish_reason()), (counted, Some("STOP")));
    }

    #[test]
    fn a_stream_is_whole_once_it_says_why_it_ended() {
        let text = r#"{"candidates":[{"content":{"parts":[{"text":"twelve bytes"}]},"finishReason":"FINISH_REASON_UNSPECIFIED"}],"usageMetadata":{"promptTokenCount":9}}"#;
        let reader = stream(&[text, text]);
        assert_eq!((reader.ended(), reader.counted().usage.input_tokens), (Ended::No, Some(9)));
        let reader = stream(&[text, ANSWER]);
        assert_eq!((reader.ended(), reader.counted().usage.output_tokens), (Ended::Complete, Some(43)));
        assert!(!reader.counted().estimated);
        let reader = stream(&[text, r#"{"error":{"code":503,"message":"busy"}}"#]);
        assert_eq!(reader.ended(), Ended::Failed);
        let reader = stream(&[r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#]);
        assert_eq!((reader.ended(), reader.finish_reason()), (Ended::Complete, Some("SAFETY")));
    }

    #[test]
    fn what_was_delivered_of_a_stream_that_breaks_off_is_estimated() {
        let reader = stream(&[r#"{"candidates":[{"content":{"parts":[{"text":"twelve bytes"}]}}]}"#]);
        let counted = reader.counted();
        assert_eq!((counted.usage.input_tokens, counted.usage.output_tokens), (Some(77), Some(3)));
        assert!(counted.estimated && reader.ended() == Ended::No);
    }
}
