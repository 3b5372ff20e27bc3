//! How much the model thinks: by a level from Gemini 3 on, within a budget of
//! tokens before, and not at all before that.
//!
//! <https://ai.google.dev/gemini-api/docs/thinking>

use jackfield_sdk::llm::{ChatRequest, ReasoningOptions};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;

use crate::settings::ChatSettings;
use crate::wire::request::{Level, ThinkingConfig};

/// The least that models think which can't be told not to.
const LEAST: u32 = 128;

/// Decides from the caller's options.
pub(super) fn decide(
    request: &ChatRequest,
    settings: &ChatSettings,
    notes: &mut Notes,
) -> Result<Option<ThinkingConfig>, Error> {
    let Some(options) = &request.reasoning else { return Ok(None) };
    let model = request.model.as_str();
    if settings.unthinking.contain(model) {
        notes.left_out(!off(options), "reasoning", "this model can't think");
        return Ok(None);
    }
    let mut config = ThinkingConfig {
        include_thoughts: options.summary.as_deref().map(|summary| summary != "none"),
        ..ThinkingConfig::default()
    };
    if off(options) {
        // Whoever wants no thoughts at all doesn't want to see them.
        config.include_thoughts = None;
    }
    if settings.level_models.contain(model) && options.budget_tokens.is_none_or(|tokens| tokens == 0) {
        config.thinking_level = level(model, options, settings, notes)?;
    } else {
        config.thinking_budget = budget(model, options, settings, notes)?;
    }
    Ok((config != ThinkingConfig::default()).then_some(config))
}

/// Whether the model is told not to think.
fn off(options: &ReasoningOptions) -> bool {
    options.effort.as_deref().map_or(options.budget_tokens == Some(0), |effort| effort == "none")
}

fn level(
    model: &str,
    options: &ReasoningOptions,
    settings: &ChatSettings,
    notes: &mut Notes,
) -> Result<Option<Level>, Error> {
    let least = if settings.no_minimal.contain(model) { Level::Low } else { Level::Minimal };
    if off(options) {
        notes.warn(format!("thinking can't be turned off with this model: it became {least:?}"));
        return Ok(Some(least));
    }
    let Some(effort) = options.effort.as_deref() else { return Ok(None) };
    Ok(Some(match effort {
        "minimal" => {
            if least != Level::Minimal {
                notes.warn("effort `minimal` became `low`, the least of this model");
            }
            least
        }
        "low" => Level::Low,
        "medium" => Level::Medium,
        "high" => Level::High,
        "xhigh" | "max" => {
            notes.warn(format!("effort `{effort}` became `high`, the most of this model"));
            Level::High
        }
        other => {
            return Err(Error::invalid_request(format!(
                "effort `{other}` isn't one of this model: use none, minimal, low, medium or high"
            )));
        }
    }))
}

fn budget(
    model: &str,
    options: &ReasoningOptions,
    settings: &ChatSettings,
    notes: &mut Notes,
) -> Result<Option<u32>, Error> {
    if off(options) {
        let always = settings.always_thinking.contain(model);
        if always {
            notes.warn(format!(
                "thinking can't be turned off with this model: its budget became {LEAST} tokens"
            ));
        }
        return Ok(Some(if always { LEAST } else { 0 }));
    }
    if options.budget_tokens.is_some() {
        return Ok(options.budget_tokens);
    }
    let Some(effort) = options.effort.as_deref() else { return Ok(None) };
    let known = || settings.effort_budgets.iter();
    match known().find(|(word, _)| word == effort) {
        Some((_, tokens)) => Ok(Some(*tokens)),
        None => {
            let words: Vec<&str> = known().map(|(word, _)| word.as_str()).collect();
            Err(Error::invalid_request(format!(
                "effort `{effort}` has no budget for this model: use one of {}, or add it to config.effort-budgets",
                words.join(", ")
            )))
        }
    }
}
