//! What of a request was left out or changed, for the caller. The contract
//! wants nothing dropped in silence, and a caller wants nothing told twice.

/// Warnings, each once, in the order in which they came up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes(Vec<String>);

impl Notes {
    /// Tells the caller something, in a sentence.
    pub fn warn(&mut self, warning: impl Into<String>) {
        let warning = warning.into();
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }

    /// Tells the caller that a field was left out, where it was `given`.
    /// `because` goes behind a colon, as in "this API has nothing like it".
    pub fn left_out(&mut self, given: bool, field: &str, because: &str) {
        if given {
            self.warn(format!("`{field}` was left out: {because}"));
        }
    }

    /// All of them, as `warnings` of an answer.
    pub fn into_warnings(self) -> Vec<String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_warning_is_told_once() {
        let mut notes = Notes::default();
        notes.warn("a");
        notes.left_out(true, "seed", "there is none");
        notes.left_out(false, "user", "there is none");
        notes.warn("a");
        assert_eq!(notes.into_warnings(), ["a", "`seed` was left out: there is none"]);
    }
}
