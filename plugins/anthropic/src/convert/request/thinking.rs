//! How much the model thinks. Anthropic's models do so within a budget of
//! tokens, which is part of `max_tokens` and at least 1,024, or, from Claude
//! 4.6 on, as they see fit, steered by a word of effort.
//!
//! <https://docs.claude.com/en/docs/build-with-claude/extended-thinking>,
//! <https://docs.claude.com/en/docs/build-with-claude/adaptive-thinking>

use jackfield_sdk::llm::{ChatRequest, ReasoningOptions};
use jackfield_sdk::types::Error;

use super::notes::Notes;
use crate::settings::Settings;
use crate::wire::request::{Display, Thinking};

/// The least budget that the API takes.
const LEAST: u32 = 1024;

/// What goes into the body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Thought<'a> {
    pub(super) thinking: Option<Thinking>,
    pub(super) effort: Option<&'a str>,
    pub(super) max_tokens: u32,
}

/// Decides from the caller's options. `forced` says that a tool must be
/// called, `resumes` that the turn to go on with doesn't begin with a thought:
/// the API refuses to think in the first case, and within a budget in the
/// second.
pub(super) fn decide<'a>(
    request: &'a ChatRequest,
    settings: &'a Settings,
    forced: bool,
    resumes: bool,
    notes: &mut Notes,
) -> Result<Thought<'a>, Error> {
    let max_tokens = request.max_output_tokens.unwrap_or(settings.default_max_tokens);
    let mut thought = Thought { thinking: None, effort: None, max_tokens };
    let Some(options) = &request.reasoning else { return Ok(thought) };
    let adaptive = settings.adaptive.contain(&request.model);
    if options.effort.as_deref().map_or(options.budget_tokens == Some(0), |effort| effort == "none") {
        thought.thinking = off(adaptive, settings.always_thinking.contain(&request.model), notes);
        return Ok(thought);
    }
    if adaptive {
        thought.effort = effort(options, settings, notes);
    }
    let budget = if adaptive { None } else { budget(options, settings)? };
    if !adaptive && budget.is_none() {
        return Ok(thought);
    }
    if forced {
        notes.warn("the model doesn't think before this answer: Anthropic's API allows no thinking where a tool must be called");
        return Ok(thought);
    }
    let display = display(options);
    let Some(budget) = budget else {
        thought.thinking = Some(Thinking::Adaptive { display });
        return Ok(thought);
    };
    if resumes {
        notes.warn("the model doesn't think before this answer: it began the turn without a thought, or the thought wasn't sent back");
        return Ok(thought);
    }
    if let Some((budget_tokens, max_tokens)) =
        fit(budget, request.max_output_tokens, settings.default_max_tokens, notes)
    {
        if let (None, Some(word)) = (options.budget_tokens, &options.effort) {
            notes.warn(format!(
                "this model takes no word of effort: `{word}` became a budget of {budget_tokens} tokens for thinking"
            ));
        }
        thought.thinking = Some(Thinking::Enabled { budget_tokens, display });
        thought.max_tokens = max_tokens;
    }
    Ok(thought)
}

/// Models with a budget don't think unless told to; the others may.
fn off(adaptive: bool, always: bool, notes: &mut Notes) -> Option<Thinking> {
    if always {
        notes.warn("thinking can't be turned off with this model");
    }
    (adaptive && !always).then_some(Thinking::Disabled)
}

fn display(options: &ReasoningOptions) -> Option<Display> {
    options
        .summary
        .as_deref()
        .map(|summary| if summary == "none" { Display::Omitted } else { Display::Summarized })
}

/// The word of effort for a model that takes one.
fn effort<'a>(options: &'a ReasoningOptions, settings: &'a Settings, notes: &mut Notes) -> Option<&'a str> {
    match (options.effort.as_deref(), options.budget_tokens) {
        (Some("minimal"), _) => {
            notes.warn("effort `minimal` became `low`, the least that Anthropic's API knows");
            Some("low")
        }
        (Some(word), _) => Some(word),
        (None, Some(tokens)) => {
            let known = settings.effort_budgets.iter().filter(|(word, _)| word != "minimal");
            let word =
                known.take_while(|(_, budget)| *budget <= tokens).last().map_or("low", |(word, _)| word);
            notes.warn(format!(
                "this model has no budget for thinking: {tokens} tokens became effort `{word}`"
            ));
            Some(word)
        }
        (None, None) => None,
    }
}

/// The budget for a model that takes one.
fn budget(options: &ReasoningOptions, settings: &Settings) -> Result<Option<u32>, Error> {
    if options.budget_tokens.is_some() {
        return Ok(options.budget_tokens);
    }
    let Some(word) = options.effort.as_deref() else { return Ok(None) };
    let known = || settings.effort_budgets.iter();
    match known().find(|(known, _)| known == word) {
        Some((_, tokens)) => Ok(Some(*tokens)),
        None => {
            let words: Vec<&str> = known().map(|(word, _)| word.as_str()).collect();
            Err(Error::invalid_request(format!(
                "effort `{word}` has no budget for this model: use one of {}, or add it to config.effort-budgets",
                words.join(", ")
            )))
        }
    }
}

/// Budget and `max_tokens` such that the answer has room beside the thought.
/// The caller's limit on the whole goes before the budget.
fn fit(budget: u32, limit: Option<u32>, default_max_tokens: u32, notes: &mut Notes) -> Option<(u32, u32)> {
    let wanted = budget.max(LEAST);
    if wanted > budget {
        notes.warn(format!(
            "the budget for thinking became {LEAST} tokens, the least that Anthropic's API takes"
        ));
    }
    let Some(limit) = limit else { return Some((wanted, wanted.saturating_add(default_max_tokens))) };
    if wanted < limit {
        return Some((wanted, limit));
    }
    if limit <= LEAST {
        notes.warn(format!("the model doesn't think before this answer: {limit} output tokens leave no room for the {LEAST} that it takes at least"));
        return None;
    }
    let lowered = (limit / 2).max(LEAST);
    notes.warn(format!(
        "the budget for thinking became {lowered} tokens, as the answer may have {limit} with it"
    ));
    Some((lowered, limit))
}
