//! How much to think, in words: this API takes no budget of tokens, so one
//! becomes the word of effort that others' APIs would spend about as much on.

use jackfield_sdk::llm::ReasoningOptions;

/// The least budget of each word but the last, largest first: those that the
/// plugins whose APIs take budgets give the words, so that a budget that was
/// made of a word becomes the same word again.
const WORDS: [(u32, &str); 2] = [(16_384, "high"), (8_192, "medium")];
const LEAST: &str = "low";

/// The word for what the caller wants, and a warning where the caller wants
/// more than that says. `thinks` is whether the model is known to think: others
/// refuse to be told how much.
pub(super) fn of<'a>(
    wanted: &'a ReasoningOptions,
    thinks: bool,
    warnings: &mut Vec<String>,
) -> Option<&'a str> {
    let effort = wanted.effort.as_deref();
    let Some(tokens) = wanted.budget_tokens else { return effort };
    let became = match effort {
        Some(word) => format!("was left out: this API takes only words of effort, and `{word}` was given"),
        None if tokens == 0 => return Some("none"),
        None if !thinks => {
            "was left out: this API takes only words of effort, and config.reasoning-models doesn't have the model"
                .to_owned()
        }
        None => format!("became effort `{}`: this API takes only words", word(tokens)),
    };
    warnings.push(format!("the budget of {tokens} reasoning tokens {became}"));
    effort.or_else(|| thinks.then(|| word(tokens)))
}

fn word(tokens: u32) -> &'static str {
    WORDS.iter().find(|(least, _)| tokens >= *least).map_or(LEAST, |(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(effort: Option<&str>, budget_tokens: Option<u32>, thinks: bool) -> (Option<String>, Vec<String>) {
        let wanted = ReasoningOptions { effort: effort.map(str::to_owned), budget_tokens, summary: None };
        let mut warnings = Vec::new();
        let word = of(&wanted, thinks, &mut warnings).map(str::to_owned);
        (word, warnings)
    }

    #[test]
    fn a_budget_becomes_the_largest_word_that_it_covers_and_that_is_told() {
        for (tokens, word) in [
            (1, "low"),
            (1_024, "low"),
            (8_191, "low"),
            (8_192, "medium"),
            (16_383, "medium"),
            (16_384, "high"),
            (u32::MAX, "high"),
        ] {
            let warning = format!(
                "the budget of {tokens} reasoning tokens became effort `{word}`: this API takes only words"
            );
            assert_eq!(told(None, Some(tokens), true), (Some(word.to_owned()), vec![warning]));
        }
    }

    #[test]
    fn a_word_goes_before_a_budget_and_needs_no_warning_alone() {
        let (word, warnings) = told(Some("minimal"), Some(9_000), true);
        assert_eq!(word.as_deref(), Some("minimal"));
        assert!(warnings[0].contains("9000") && warnings[0].contains("left out"), "{warnings:?}");
        assert_eq!(told(Some("xhigh"), None, false), (Some("xhigh".to_owned()), Vec::new()));
        assert_eq!(told(None, None, true), (None, Vec::new()));
        assert_eq!(told(None, Some(0), false), (Some("none".to_owned()), Vec::new()));
    }

    #[test]
    fn a_model_that_is_not_known_to_think_is_not_told_how_much() {
        let (word, warnings) = told(None, Some(9_000), false);
        assert_eq!((word, warnings.len()), (None, 1));
        assert!(warnings[0].contains("config.reasoning-models"), "{warnings:?}");
    }
}
