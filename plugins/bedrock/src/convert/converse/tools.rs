//! Tools and whether they must be called.

use std::borrow::Cow;

use jackfield_sdk::llm::{ChatRequest, Tool as Offered, ToolChoice as Choice};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;

use super::messages::{cache_point, raw_object};
use crate::wire::request::{InputSchema, Tool, ToolChoice, ToolConfig, ToolSpec};

/// The tools of a request. `has_calls` says whether the conversation has calls
/// or results in it, with which the API demands tools.
pub(super) fn tools<'a>(
    request: &'a ChatRequest,
    has_calls: bool,
    notes: &mut Notes,
) -> Result<Option<ToolConfig<'a>>, Error> {
    let mut tools = Vec::with_capacity(request.tools.len());
    for tool in &request.tools {
        match tool {
            Offered::Native(raw) => tools.push(Tool::Native(raw_object("a native tool", raw)?)),
            Offered::Function(function) => {
                let schema = raw_object("the parameters of a tool", &function.parameters)?;
                tools.push(Tool::ToolSpec(ToolSpec {
                    name: Cow::Borrowed(&function.name),
                    description: function.description.as_deref().filter(|text| !text.is_empty()),
                    input_schema: InputSchema::Json(Cow::Borrowed(schema)),
                    strict: function.strict == Some(true),
                }));
                tools
                    .extend(function.cache.as_ref().map(|point| Tool::CachePoint(cache_point(point, notes))));
            }
        }
    }
    if tools.is_empty() {
        return match &request.tool_choice {
            Some(Choice::Required | Choice::Named(_)) => {
                Err(Error::invalid_request("a tool must be called, but there is none: send `tools`"))
            }
            _ => Ok(None),
        };
    }
    let tool_choice = match &request.tool_choice {
        None => None,
        Some(Choice::Auto) => Some(ToolChoice::Auto {}),
        Some(Choice::Required) => Some(ToolChoice::Any {}),
        Some(Choice::Named(name)) => Some(ToolChoice::Tool { name: Cow::Borrowed(name) }),
        // The API has no word for it. Without tools none can be called, but a
        // conversation with calls in it is refused without them.
        Some(Choice::None) if has_calls => {
            notes.warn("`tool-choice` `none` was left out: Bedrock has no word for it, and wants tools where the conversation has calls of them");
            None
        }
        Some(Choice::None) => return Ok(None),
    };
    Ok(Some(ToolConfig { tools, tool_choice }))
}
