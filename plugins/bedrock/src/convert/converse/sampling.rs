//! What only the model itself has words for: how much to think, and top-k. The
//! configuration says where each model takes them, among the fields that
//! Converse hands on unread.

use jackfield_sdk::llm::{ChatRequest, ReasoningOptions};
use jackfield_sdk::notes::Notes;
use serde_json::{Map, Value, json};

use crate::settings::{ReasoningStyle, Settings};

/// The smallest thinking budget of Claude's
/// (<https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html>).
const SMALLEST_BUDGET: u32 = 1024;

/// Fills in how much to think. Whether the model is a Claude that thinks, with
/// which sampling can't be chosen. `forced` says whether a tool must be called.
pub(super) fn reasoning(
    request: &ChatRequest,
    settings: &Settings,
    forced: bool,
    fields: &mut Map<String, Value>,
    notes: &mut Notes,
) -> bool {
    let Some(wanted) = &request.reasoning else { return false };
    notes.left_out(
        wanted.summary.as_deref().is_some_and(|summary| summary != "auto"),
        "reasoning.summary",
        "Bedrock shows thoughts as the model gives them",
    );
    if wanted.effort.is_none() && wanted.budget_tokens.is_none() {
        return false;
    }
    let off = wanted.effort.as_deref() == Some("none") || wanted.budget_tokens == Some(0);
    let style = settings.reasoning.of(&request.model).copied().unwrap_or(ReasoningStyle::None);
    match style {
        ReasoningStyle::None => {
            notes.left_out(true, "reasoning", "config.reasoning-styles has no line for this model");
            false
        }
        ReasoningStyle::ClaudeBudget | ReasoningStyle::ClaudeAdaptive if off => false,
        ReasoningStyle::ClaudeBudget | ReasoningStyle::ClaudeAdaptive if forced => {
            notes.left_out(true, "reasoning", "Claude can't think where it must call a tool");
            false
        }
        ReasoningStyle::ClaudeBudget => match budget(wanted, request.max_output_tokens, settings) {
            Ok(tokens) => {
                fields.insert("thinking".to_owned(), json!({"type": "enabled", "budget_tokens": tokens}));
                true
            }
            Err(because) => {
                notes.left_out(true, "reasoning", &because);
                false
            }
        },
        ReasoningStyle::ClaudeAdaptive => {
            fields.insert("thinking".to_owned(), json!({"type": "adaptive"}));
            let effort = effort(wanted, settings);
            fields.insert("output_config".to_owned(), json!({ "effort": effort }));
            true
        }
        ReasoningStyle::Nova => {
            let config = if off {
                json!({"type": "disabled"})
            } else {
                json!({"type": "enabled", "maxReasoningEffort": three(effort(wanted, settings))})
            };
            fields.insert("reasoningConfig".to_owned(), config);
            false
        }
        ReasoningStyle::Effort | ReasoningStyle::Qwen => {
            let name = if style == ReasoningStyle::Qwen { "reasoning_config" } else { "reasoning_effort" };
            if off {
                notes.left_out(true, "reasoning", "this model always thinks");
            } else {
                fields.insert(name.to_owned(), Value::from(three(effort(wanted, settings))));
            }
            false
        }
    }
}

/// A budget that leaves room for an answer.
fn budget(wanted: &ReasoningOptions, most: Option<u32>, settings: &Settings) -> Result<u32, String> {
    let known = |effort: &str| settings.effort_budgets.iter().find(|(word, _)| word == effort);
    let tokens = match (wanted.budget_tokens, wanted.effort.as_deref()) {
        (Some(tokens), _) => tokens,
        (None, Some(effort)) => match known(effort) {
            Some((_, tokens)) => *tokens,
            None => return Err(format!("config.effort-budgets has no budget for `{effort}`")),
        },
        (None, None) => SMALLEST_BUDGET,
    };
    let tokens = tokens.max(SMALLEST_BUDGET).min(most.unwrap_or(u32::MAX).saturating_sub(1));
    if tokens < SMALLEST_BUDGET {
        return Err(format!("`max-output-tokens` leaves no room for the smallest budget, {SMALLEST_BUDGET}"));
    }
    Ok(tokens)
}

/// The word, or the one whose budget comes next to what was asked for.
fn effort<'a>(wanted: &'a ReasoningOptions, settings: &'a Settings) -> &'a str {
    if let Some(effort) = &wanted.effort {
        return effort;
    }
    let tokens = wanted.budget_tokens.unwrap_or(0);
    let budgets = &settings.effort_budgets;
    let fits = budgets.iter().find(|(_, budget)| tokens <= *budget).or(budgets.last());
    fits.map_or("medium", |(word, _)| word)
}

/// One of the three words that most models know.
fn three(effort: &str) -> &str {
    match effort {
        "minimal" => "low",
        "xhigh" | "max" => "high",
        effort => effort,
    }
}

/// Puts top-k where the model takes it.
pub(super) fn top_k(
    request: &ChatRequest,
    settings: &Settings,
    thinks: bool,
    fields: &mut Map<String, Value>,
    notes: &mut Notes,
) {
    let Some(top_k) = request.top_k else { return };
    let path = settings.top_k.of(&request.model);
    match path.and_then(|path| path.split_last()) {
        _ if thinks => notes.left_out(true, "top-k", "Claude takes none while it thinks"),
        None => notes.left_out(true, "top-k", "config.top-k-fields has no line for this model"),
        Some((last, nested)) => {
            let mut place = fields;
            for name in nested {
                let inner = place.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
                let Value::Object(inner) = inner else { return };
                place = inner;
            }
            place.insert(last.clone(), Value::from(top_k));
        }
    }
}
