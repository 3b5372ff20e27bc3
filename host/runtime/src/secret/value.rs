//! A secret's text.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// The most bytes of a secret. The largest that a header can carry are tokens
/// of a few KiB; servers stop at 8 to 64 KiB of headers.
const LONGEST: usize = 64 * 1024;

/// A secret: UTF-8, not empty, one line, no control characters, so that it can
/// stand in a header without beginning another one; or a document, which has
/// lines. Its memory is cleared when it goes. It can't be printed, compared or
/// serialised.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

/// Why some bytes can't be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretFlaw {
    /// There are none, or nothing but white space.
    #[error("is empty; write the secret into it")]
    Empty,
    /// They aren't text.
    #[error("isn't UTF-8 text; write the secret as text")]
    NotUtf8,
    /// They have a line break or another control character in them.
    #[error("has a line break or another control character in it; write the secret alone, on one line")]
    Control,
    /// They have a control character in them that no text file has.
    #[error("has a control character in it, so it is no text; name the right file")]
    Binary,
    /// They begin or end with white space.
    #[error("begins or ends with white space; remove it")]
    Padded,
    /// There are too many.
    #[error("has more than 64 KiB; name the file of the secret itself")]
    TooLong,
}

impl Secret {
    /// Takes a secret's bytes. One line break at the end is dropped, as editors
    /// and `echo` leave one. The bytes are cleared where they are refused.
    pub fn new(bytes: Vec<u8>) -> Result<Self, SecretFlaw> {
        let text = String::from_utf8(bytes).map_err(|error| {
            error.into_bytes().zeroize();
            SecretFlaw::NotUtf8
        })?;
        // Cleared on every way out from here.
        let mut secret = Self(text);
        let bare = secret.0.strip_suffix('\n').unwrap_or(&secret.0);
        let length = bare.strip_suffix('\r').unwrap_or(bare).len();
        // Bytes that are cut off are line breaks and need no clearing.
        secret.0.truncate(length);
        let text = secret.expose();
        if text.len() > LONGEST {
            Err(SecretFlaw::TooLong)
        } else if text.trim().is_empty() {
            Err(SecretFlaw::Empty)
        } else if text.chars().any(char::is_control) {
            Err(SecretFlaw::Control)
        } else if text.trim().len() < text.len() {
            Err(SecretFlaw::Padded)
        } else {
            Ok(secret)
        }
    }

    /// Takes the bytes of a file with lines of its own, as a private key has
    /// them. White space around it is dropped. The bytes are cleared where they
    /// are refused.
    pub fn document(bytes: Vec<u8>) -> Result<Self, SecretFlaw> {
        let text = String::from_utf8(bytes).map_err(|error| {
            error.into_bytes().zeroize();
            SecretFlaw::NotUtf8
        })?;
        let whole = Self(text);
        if whole.0.len() > LONGEST {
            return Err(SecretFlaw::TooLong);
        }
        if whole.0.trim().is_empty() {
            return Err(SecretFlaw::Empty);
        }
        if whole.0.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(SecretFlaw::Binary);
        }
        Ok(Self(whole.0.trim().to_owned()))
    }

    /// The secret itself. Never print it, and never hand it to a guest.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether both are the same. Only for noticing that a secret of our own
    /// has changed; it takes no care of timing.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Result<Secret, SecretFlaw> {
        Secret::new(text.as_bytes().to_vec())
    }

    #[test]
    fn one_line_break_at_the_end_is_dropped() {
        for text in ["sk-1", "sk-1\n", "sk-1\r\n"] {
            assert_eq!(secret(text).unwrap().expose(), "sk-1");
        }
        for text in ["sk-1\n\n", "sk-1\n\r\n"] {
            assert_eq!(secret(text).unwrap_err(), SecretFlaw::Control);
        }
    }

    #[test]
    fn what_could_break_a_header_or_is_no_secret_is_refused() {
        for (text, flaw) in [
            ("", SecretFlaw::Empty),
            ("\n", SecretFlaw::Empty),
            ("  ", SecretFlaw::Empty),
            ("a\r\nx-evil: 1", SecretFlaw::Control),
            ("a\nb", SecretFlaw::Control),
            ("a\rb", SecretFlaw::Control),
            ("a\0b", SecretFlaw::Control),
            ("a\tb", SecretFlaw::Control),
            ("a\u{85}b", SecretFlaw::Control),
            (" a", SecretFlaw::Padded),
            ("a ", SecretFlaw::Padded),
            ("a \n", SecretFlaw::Padded),
        ] {
            assert_eq!(secret(text).unwrap_err(), flaw, "{text:?}");
        }
        assert_eq!(Secret::new(vec![0xff, b'a']).unwrap_err(), SecretFlaw::NotUtf8);
        assert_eq!(Secret::new(vec![b'a'; LONGEST + 1]).unwrap_err(), SecretFlaw::TooLong);
        assert!(Secret::new(vec![b'a'; LONGEST]).is_ok());
    }

    #[test]
    fn a_document_has_lines_and_no_other_control_characters() {
        let document = |text: &str| Secret::document(text.as_bytes().to_vec());
        assert_eq!(document("\n{\r\n\t\"a\": 1\n}\n").unwrap().expose(), "{\r\n\t\"a\": 1\n}");
        for (text, flaw) in
            [("", SecretFlaw::Empty), (" \n\t", SecretFlaw::Empty), ("a\0b", SecretFlaw::Binary)]
        {
            assert_eq!(document(text).unwrap_err(), flaw, "{text:?}");
        }
        assert_eq!(Secret::document(vec![0xff, b'a']).unwrap_err(), SecretFlaw::NotUtf8);
        assert_eq!(Secret::document(vec![b'a'; LONGEST + 1]).unwrap_err(), SecretFlaw::TooLong);
    }

    #[test]
    fn it_does_not_show_in_debug_output() {
        let shown = format!("{:?} {:#?}", secret("hunter2").unwrap(), Some(secret("hunter2")));
        assert!(!shown.contains("hunter2") && shown.contains("[redacted]"), "{shown}");
    }
}
