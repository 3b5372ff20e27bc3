//! Why an answer ended.

use jackfield_sdk::llm::FinishReason;

use crate::wire::answer::Word;

/// The names of `FinishReason`, in the order of their numbers: some upstreams
/// write those.
///
/// <https://cloud.google.com/vertex-ai/docs/reference/rest/v1/GenerateContentResponse#FinishReason>
const NUMBERED: [&str; 10] = [
    "FINISH_REASON_UNSPECIFIED",
    "STOP",
    "MAX_TOKENS",
    "SAFETY",
    "RECITATION",
    "OTHER",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MALFORMED_FUNCTION_CALL",
];

/// The contract's reason for a `finishReason`. The API has no reason of its own
/// for calls: `calls` says whether the answer has some.
pub(super) fn reason(word: Option<&Word>, calls: bool) -> FinishReason {
    let name = match word {
        None => "unknown",
        Some(Word::Name(name)) => name.as_str(),
        Some(Word::Number(number)) => {
            let place = usize::try_from(*number).unwrap_or(usize::MAX);
            match NUMBERED.get(place) {
                Some(name) => name,
                None => return FinishReason::Other(number.to_string()),
            }
        }
    };
    match name {
        "STOP" if calls => FinishReason::ToolCalls,
        "STOP" => FinishReason::Stop,
        "MAX_TOKENS" => FinishReason::Length,
        "SAFETY"
        | "RECITATION"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "MODEL_ARMOR"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => FinishReason::ContentFilter,
        // A turn that is continued with the token that came with it.
        "CONTINUATION" => FinishReason::Pause,
        // LANGUAGE, OTHER, MALFORMED_FUNCTION_CALL, UNEXPECTED_TOOL_CALL, NO_IMAGE and the like.
        other => FinishReason::Other(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, calls: bool) -> FinishReason {
        reason(Some(&Word::Name(name.to_owned())), calls)
    }

    #[test]
    fn every_reason_of_the_specification_has_its_meaning() {
        use FinishReason::{ContentFilter, Length, Other, Pause, Stop};
        let other = |name: &str| Other(name.to_owned());
        for (name, expected) in [
            ("FINISH_REASON_UNSPECIFIED", other("FINISH_REASON_UNSPECIFIED")),
            ("STOP", Stop),
            ("MAX_TOKENS", Length),
            ("SAFETY", ContentFilter),
            ("RECITATION", ContentFilter),
            ("LANGUAGE", other("LANGUAGE")),
            ("OTHER", other("OTHER")),
            ("BLOCKLIST", ContentFilter),
            ("PROHIBITED_CONTENT", ContentFilter),
            ("SPII", ContentFilter),
            ("MALFORMED_FUNCTION_CALL", other("MALFORMED_FUNCTION_CALL")),
            ("MODEL_ARMOR", ContentFilter),
            ("IMAGE_SAFETY", ContentFilter),
            ("IMAGE_PROHIBITED_CONTENT", ContentFilter),
            ("IMAGE_RECITATION", ContentFilter),
            ("IMAGE_OTHER", other("IMAGE_OTHER")),
            ("NO_IMAGE", other("NO_IMAGE")),
            ("UNEXPECTED_TOOL_CALL", other("UNEXPECTED_TOOL_CALL")),
            ("TOO_MANY_TOOL_CALLS", other("TOO_MANY_TOOL_CALLS")),
            ("MALFORMED_RESPONSE", other("MALFORMED_RESPONSE")),
            ("MISSING_THOUGHT_SIGNATURE", other("MISSING_THOUGHT_SIGNATURE")),
            ("CONTINUATION", Pause),
        ] {
            assert_eq!(named(name, false), expected, "{name}");
        }
    }

    #[test]
    fn an_answer_with_calls_says_so_only_where_it_is_complete() {
        assert_eq!(named("STOP", true), FinishReason::ToolCalls);
        assert_eq!(named("MAX_TOKENS", true), FinishReason::Length);
        assert_eq!(reason(None, true), FinishReason::Other("unknown".to_owned()));
    }

    #[test]
    fn numbers_stand_for_names() {
        assert_eq!(reason(Some(&Word::Number(1)), false), FinishReason::Stop);
        assert_eq!(reason(Some(&Word::Number(3)), false), FinishReason::ContentFilter);
        assert_eq!(reason(Some(&Word::Number(99)), false), FinishReason::Other("99".to_owned()));
    }
}
