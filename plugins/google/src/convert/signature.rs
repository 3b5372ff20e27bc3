//! Signatures. The API signs a part of any kind, and wants each back on the
//! part that it came with, unchanged. The contract has a place for those of
//! thoughts and of calls; that of any other part travels as a thought without
//! text right behind it, whose id says so.
//!
//! <https://ai.google.dev/gemini-api/docs/thought-signatures>

use jackfield_sdk::llm::ReasoningPart;

/// The id of a thought that is nothing but the signature of the part before.
/// Where a client drops ids, the signature goes back as a part of its own
/// without text, which is a form that the API itself uses.
pub(super) const OF_PART_BEFORE: &str = "signature-of-part-before";

/// What the documentation says to sign calls with that another model made.
pub(super) const NOT_OURS: &str = "skip_thought_signature_validator";

/// The signature of a part that has no place for one.
pub(super) fn behind(signature: String) -> ReasoningPart {
    ReasoningPart {
        text: String::new(),
        signature: Some(signature),
        redacted: None,
        id: Some(OF_PART_BEFORE.to_owned()),
    }
}

/// Whether a text can be a signature of this API: base64, in either alphabet.
/// Anything else is another provider's, and would be refused.
pub(super) fn is_ours(signature: &str) -> bool {
    !signature.is_empty()
        && signature.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_of_both_alphabets_are_ours_and_json_is_not() {
        for ours in ["Es8F+/w==", "Cv0EARFNMg-lgc_", NOT_OURS] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in ["", "{\"type\":\"x\"}", "a b", "é"] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
