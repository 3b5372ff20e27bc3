//! Tools. The API can have one called or none; it can't name one, so a named
//! tool is the only one that is offered.

use jackfield_sdk::functions::{Definition, definition, is_strict, only};
use jackfield_sdk::llm::{ChatRequest, Tool, ToolChoice};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;

/// What the model may call, and whether it must.
#[derive(Debug, Default)]
pub(super) struct Tools<'a> {
    pub(super) list: Vec<Definition<'a>>,
    pub(super) choice: Option<&'static str>,
    /// Whether arguments must follow their schemas exactly.
    pub(super) strict: bool,
}

/// Translates a request's tools and its choice among them.
pub(super) fn tools<'a>(request: &'a ChatRequest, notes: &mut Notes) -> Result<Tools<'a>, Error> {
    let mut offered: Vec<&Tool> = request.tools.iter().collect();
    let choice = match &request.tool_choice {
        None | Some(ToolChoice::Auto) => None,
        Some(ToolChoice::None) => (!offered.is_empty()).then_some("NONE"),
        Some(ToolChoice::Required) => Some("REQUIRED"),
        Some(ToolChoice::Named(name)) => {
            offered = only(&request.tools, name)?;
            if offered.len() < request.tools.len() {
                notes.warn(format!(
                    "the tools other than `{name}` were left out: Cohere's API can't be told which one to call"
                ));
            }
            Some("REQUIRED")
        }
    };
    if choice == Some("REQUIRED") && offered.is_empty() {
        return Err(Error::invalid_request("`tool-choice` wants a tool called, but there are no tools"));
    }
    notes.left_out(
        request.parallel_tool_calls == Some(false) && !offered.is_empty(),
        "parallel-tool-calls",
        "Cohere's API can't be told to make one call at a time",
    );
    let any_strict = offered.iter().any(|tool| is_strict(tool));
    let all_strict = any_strict && offered.iter().all(|tool| is_strict(tool));
    notes.left_out(
        any_strict && !all_strict,
        "strict",
        "Cohere's API takes it for all tools together, and some here aren't strict",
    );
    let list = offered.into_iter().map(definition).collect::<Result<_, Error>>()?;
    Ok(Tools { list, choice, strict: all_strict })
}
