//! Credentials that a config brings along.
//!
//! They stand in a request header that a client sent, and must not come out
//! again in a log, an error or an explanation. Unlike the runtime's `Secret`,
//! this one may have several lines: private keys are written as PEM.

use std::fmt;

use zeroize::Zeroizing;

/// A text that isn't shown. Its memory is cleared when it goes.
#[derive(Clone)]
pub struct Sealed(Zeroizing<String>);

impl Sealed {
    /// Seals a text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself. Never print it, and never hand it to a guest.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_show_in_debug_output() {
        let sealed = Sealed::new("hunter2".to_owned());
        assert_eq!(format!("{sealed:?} {:#?}", Some(&sealed)).matches("hunter2").count(), 0);
        assert_eq!(sealed.expose(), "hunter2");
    }
}
