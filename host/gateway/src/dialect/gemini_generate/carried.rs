//! What clients of this dialect carry for other providers.
//!
//! They send each part of an answer back with the signature that it came with,
//! and look into neither. So signatures of other providers, hidden thoughts,
//! ids of thoughts and whole parts that the dialect has no form for travel in
//! there, in base64, since clients decode signatures and encode them again in
//! whichever alphabet they like.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use jackfield_runtime::api::llm::ReasoningPart;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What tells it from signatures that Google makes.
const MARK: &[u8] = b"jackfield:";

/// What base64 of all that is carried begins with: that of the mark and of the two
/// bytes with which its JSON begins.
pub(in crate::dialect) const CARRIED: &str = "amFja2ZpZWxkOnsi";

/// What is carried.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Carried {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) redacted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    /// A part in its provider's own form, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) native: Option<String>,
}

impl Carried {
    /// What of a thought the dialect has no place for; nothing where there is
    /// nothing.
    pub(super) fn of_thought(thought: &ReasoningPart) -> Option<Self> {
        let carried = Self {
            signature: thought.signature.clone().filter(|text| !text.is_empty()),
            redacted: thought.redacted.clone(),
            id: thought.id.clone(),
            native: None,
        };
        (carried != Self::default()).then_some(carried)
    }

    /// As a signature.
    pub(super) fn write(&self) -> String {
        let mut bytes = MARK.to_vec();
        // Writing into memory can't fail.
        drop(serde_json::to_writer(&mut bytes, self));
        STANDARD.encode(bytes)
    }

    /// Out of a signature; nothing where Google made it.
    pub(super) fn read(signature: &str) -> Option<Self> {
        let bytes = STANDARD_NO_PAD.decode(plain(signature).trim_end_matches('=')).ok()?;
        let carried: Self = serde_json::from_slice(bytes.strip_prefix(MARK)?).ok()?;
        let sound = |json: &String| serde_json::from_str::<&RawValue>(json).is_ok();
        carried.native.as_ref().is_none_or(sound).then_some(carried)
    }
}

/// Base64 in the usual alphabet: some clients write that of addresses.
pub(super) fn plain(text: &str) -> std::borrow::Cow<'_, str> {
    match text.contains(['-', '_']) {
        true => text.replace('-', "+").replace('_', "/").into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_comes_back_in_either_alphabet() {
        let carried = Carried {
            signature: Some("Es8F+/w==?>~\u{fe}".to_owned()),
            redacted: Some("hidden".to_owned()),
            id: Some("rs_1".to_owned()),
            native: Some(r#"{"type":"server_tool_use"}"#.to_owned()),
        };
        let written = carried.write();
        assert!(written.starts_with(CARRIED));
        for form in [written.clone(), written.replace('+', "-").replace('/', "_").replace('=', "")] {
            assert_eq!(Carried::read(&form), Some(carried.clone()), "{form}");
        }
    }

    #[test]
    fn what_google_signed_is_not_taken_apart() {
        for signature in ["", "Cv0EARFNMg-lgc_", "AAEC", "not base64!"] {
            assert_eq!(Carried::read(signature), None, "{signature}");
        }
        let unsound = Carried { native: Some("{".to_owned()), ..Carried::default() };
        assert_eq!(Carried::read(&unsound.write()), None);
    }
}
