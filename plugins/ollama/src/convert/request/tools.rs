//! Tools. The API offers them, and that is all: whether one is called is the
//! model's to decide.

use jackfield_sdk::functions::{Definition, definition, is_strict, only};
use jackfield_sdk::llm::{ChatRequest, Tool, ToolChoice};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;

/// What the model may call.
pub(super) fn tools<'a>(request: &'a ChatRequest, notes: &mut Notes) -> Result<Vec<Definition<'a>>, Error> {
    let mut offered: Vec<&Tool> = request.tools.iter().collect();
    match &request.tool_choice {
        None | Some(ToolChoice::Auto) => {}
        // What isn't offered isn't called.
        Some(ToolChoice::None) => offered.clear(),
        Some(ToolChoice::Required) => {
            notes.warn("`tool-choice` was left out: Ollama's models can't be made to call a tool");
        }
        Some(ToolChoice::Named(name)) => {
            offered = only(&request.tools, name)?;
            notes.warn(format!(
                "only `{name}` was offered to be called: Ollama's models can't be made to call a tool"
            ));
        }
    }
    notes.left_out(
        request.parallel_tool_calls == Some(false) && !offered.is_empty(),
        "parallel-tool-calls",
        "Ollama's API can't be told to make one call at a time",
    );
    notes.left_out(
        offered.iter().any(|tool| is_strict(tool)),
        "strict",
        "Ollama doesn't check the arguments of calls",
    );
    offered.into_iter().map(definition).collect()
}
