//! Whether to think. The API knows yes, no and levels.

use jackfield_sdk::llm::{ChatRequest, ReasoningOptions};
use jackfield_sdk::notes::Notes;
use serde_json::Value;

use crate::settings::Settings;

/// What goes into the body; nothing where the model's habit is wanted.
pub(super) fn think(request: &ChatRequest, settings: &Settings, notes: &mut Notes) -> Option<Value> {
    let Some(ReasoningOptions { effort, budget_tokens, summary }) = &request.reasoning else {
        return settings.think.clone();
    };
    notes.left_out(
        summary.as_deref().is_some_and(|summary| !matches!(summary, "auto" | "detailed")),
        "reasoning.summary",
        "Ollama always tells thoughts in full",
    );
    let mut nearest = |word: &str, level: &'static str| {
        notes.warn(format!("`reasoning.effort` `{word}` became `{level}`, the nearest that Ollama knows"));
        Some(Value::from(level))
    };
    match (budget_tokens, effort.as_deref()) {
        (Some(0), _) | (None, Some("none")) => Some(Value::Bool(false)),
        (_, Some("minimal")) => nearest("minimal", "low"),
        (_, Some("xhigh")) => nearest("xhigh", "max"),
        // Ollama itself refuses words that it doesn't know, and names those it does.
        (_, Some(level)) => Some(Value::from(level)),
        (Some(_), None) => {
            notes.left_out(true, "reasoning.budget-tokens", "Ollama's models think as much as they like");
            Some(Value::Bool(true))
        }
        (None, None) => settings.think.clone(),
    }
}
