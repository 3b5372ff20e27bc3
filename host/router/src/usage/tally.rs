//! The sum that both counters keep: reports, and text since the last of them.

use jackfield_runtime::api::types::Usage;

use super::{Counted, nothing};

/// Reports and estimates of one call.
#[derive(Debug)]
pub(super) struct Tally {
    prompt_tokens: u64,
    /// Bytes of delivered text: ASCII, and others.
    ascii: u64,
    others: u64,
    /// Whether text came since the last report.
    newer: bool,
    pub(super) reported: Option<Usage>,
}

impl Tally {
    pub(super) const fn new(prompt_tokens: u64) -> Self {
        Self { prompt_tokens, ascii: 0, others: 0, newer: false, reported: None }
    }

    /// Counts text that was delivered.
    pub(super) fn text(&mut self, text: &[u8]) {
        let ascii = text.iter().filter(|byte| byte.is_ascii()).count() as u64;
        self.ascii += ascii;
        self.others += text.len() as u64 - ascii;
        self.newer |= !text.is_empty();
    }

    pub(super) fn report(&mut self, usage: Usage) {
        self.reported = Some(usage);
        self.newer = false;
    }

    /// `complete` is whether the answer is: then its report, if there is one,
    /// covers all of it.
    pub(super) fn counted(&self, complete: bool) -> Counted {
        match &self.reported {
            Some(usage) if complete || !self.newer => Counted { usage: usage.clone(), estimated: false },
            // An early report tells of the prompt and of little else.
            reported => {
                let mut usage = reported.clone().unwrap_or_else(nothing);
                usage.input_tokens = usage.input_tokens.or(Some(self.prompt_tokens));
                usage.output_tokens = usage.output_tokens.max(Some(self.output_tokens()));
                Counted { usage, estimated: true }
            }
        }
    }

    /// The measure of [`crate::price::text_tokens`].
    fn output_tokens(&self) -> u64 {
        (self.ascii * 3 + self.others * 4).div_ceil(12)
    }
}
