//! What a secret looks like: a word on one line, or a whole file with lines of
//! its own, such as a private key.

use std::fmt;

use zeroize::Zeroizing;

/// The form of a secret, which the auth scheme that uses it decides.
#[derive(Debug, Clone, Copy, Default)]
pub enum SecretForm {
    /// One line that can stand in a header.
    #[default]
    Line,
    /// A file of some format. Where an environment variable has neither JSON
    /// nor PEM in it, it is taken as the path of the file, as in
    /// `GOOGLE_APPLICATION_CREDENTIALS`.
    Document(Document),
}

/// A format of files.
#[derive(Clone, Copy)]
pub struct Document {
    /// Whether a text has this format; else what is wrong with it, in words
    /// and without anything that is secret in it. A file that fails this when
    /// it is read again leaves the old one in use.
    pub check: fn(&str) -> Result<(), String>,
    /// What in it is secret. This is looked for in what guests write, since
    /// nobody ever repeats the file as a whole.
    pub parts: fn(&str) -> Vec<Zeroizing<String>>,
}

impl SecretForm {
    /// Whether a text has this form, with the reason why not.
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        match self {
            Self::Line => Ok(()),
            Self::Document(document) => (document.check)(text),
        }
    }

    /// What is to be looked for of a secret.
    pub(crate) fn parts(&self, text: &str) -> Vec<Zeroizing<String>> {
        match self {
            Self::Line => vec![Zeroizing::new(text.to_owned())],
            Self::Document(document) => (document.parts)(text),
        }
    }

    /// Whether an environment variable names a file instead of having the
    /// secret in it.
    pub(super) fn is_path(&self, text: &str) -> bool {
        let text = text.trim_start();
        matches!(self, Self::Document(_)) && !text.starts_with('{') && !text.starts_with("-----BEGIN")
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document")
    }
}
