//! Where the SDK's own reading is wrong, and ours has to differ. What is right
//! stands in the recorded answer, at a place that the SDK doesn't look at.

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::recorded::{Exchange, Line};

/// A difference that has to be there.
#[derive(Debug)]
struct Exception {
    file: &'static str,
    lines: RangeInclusive<usize>,
    /// What is wrong, as a JSON pointer into the expectation.
    wrong: &'static str,
    /// What is right, as a JSON pointer into the recorded answer.
    right: &'static str,
    /// Why.
    #[allow(dead_code, reason = "for whoever reads the table or a message that shows the exception")]
    reason: &'static str,
}

const EXCEPTIONS: [Exception; 3] = [
    Exception {
        file: "mistral",
        lines: 13..=18,
        wrong: "/usage/cached",
        right: "/usage/num_cached_tokens",
        reason: "Mistral's own name for them; the SDK knows only OpenAI's",
    },
    Exception {
        file: "huggingface",
        lines: 2..=4,
        wrong: "/usage/cached",
        right: "/usage/cached_tokens",
        reason: "Together's own name for them; the SDK knows only OpenAI's",
    },
    Exception {
        file: "azure-openai",
        lines: 31..=31,
        wrong: "/status",
        right: "/error/status",
        reason: "a refusal that was sent with status 200; the SDK takes it for an answer, but the body says which status it stands for",
    },
];

/// What is expected of an exchange, with what is right in the place of what is
/// wrong.
///
/// # Panics
/// Where there is nothing to put right any more.
pub fn corrected(line: &Line, exchange: &Exchange) -> Value {
    let mut expect = line.expect.clone();
    for exception in &EXCEPTIONS {
        if exception.file == line.file && exception.lines.contains(&line.line) {
            let answer: Value = serde_json::from_slice(&exchange.body).unwrap_or_default();
            let right = answer.pointer(exception.right).unwrap_or_else(|| panic!("{exception:?}: not there"));
            let wrong =
                expect.pointer_mut(exception.wrong).unwrap_or_else(|| panic!("{exception:?}: nowhere"));
            assert_ne!(wrong, right, "{exception:?} is no exception any more");
            *wrong = right.clone();
        }
    }
    expect
}
