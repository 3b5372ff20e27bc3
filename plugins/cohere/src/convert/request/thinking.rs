//! How much to think. The API knows on, off and a budget in tokens; words of
//! effort become budgets, as configured.

use jackfield_sdk::llm::{ChatRequest, ReasoningOptions};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;

use crate::settings::Settings;
use crate::wire::request::Thinking;

/// What goes into the body; nothing where the model's habit is wanted.
pub(super) fn thinking(
    request: &ChatRequest,
    settings: &Settings,
    notes: &mut Notes,
) -> Result<Option<Thinking>, Error> {
    let Some(ReasoningOptions { effort, budget_tokens, summary }) = &request.reasoning else {
        return Ok(None);
    };
    notes.left_out(
        summary.as_deref().is_some_and(|summary| !matches!(summary, "auto" | "detailed")),
        "reasoning.summary",
        "Cohere's API always tells its thoughts in full",
    );
    Ok(match (budget_tokens, effort.as_deref()) {
        (Some(0), _) => off(request, settings),
        (Some(tokens), _) => Some(Thinking::Enabled { token_budget: Some(*tokens) }),
        (None, Some("none")) => off(request, settings),
        (None, Some(word)) => {
            let Some((_, budget)) = settings.effort_budgets.iter().find(|(known, _)| known == word) else {
                let known: Vec<&str> =
                    settings.effort_budgets.iter().map(|(word, _)| word.as_str()).collect();
                return Err(Error::invalid_request(format!(
                    "`reasoning.effort` is `{word}`, but this provider knows none, {}; others can be added to its `config.effort-budgets`",
                    known.join(", ")
                )));
            };
            // Room for the answer itself, which the limit includes.
            let most = request.max_output_tokens.map_or(u32::MAX, |tokens| (tokens / 2).max(1));
            Some(Thinking::Enabled { token_budget: Some(*budget.min(&most)) })
        }
        (None, None) => None,
    })
}

/// Models that don't think need not be told so, and refuse to be.
fn off(request: &ChatRequest, settings: &Settings) -> Option<Thinking> {
    settings.thinking.contain(&request.model).then_some(Thinking::Disabled)
}
