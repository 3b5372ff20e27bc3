//! Turns. What a tool gave is a message of its own; a message of the model's
//! has its plan, what it says, its calls and its citations in members of their
//! own, which are parts in their order in the typed form.

use jackfield_runtime::api::llm::{
    Message as Turn, Part, ReasoningPart, ResultPart, Role, ToolCall as Call, ToolResult,
};
use serde_json::value::RawValue;

use super::{PLAN, citations, content};
use crate::dialect::error::DecodeError;
use crate::dialect::read::{Text, TextOrParts};
use crate::dialect::turns;

object! {
    /// A message.
    Message {
        role: Text<'a> = "role",
        content: TextOrParts<'a> = "content",
        tool_plan: Text<'a> = "tool_plan",
        tool_calls: Vec<ToolCall<'a>> = "tool_calls",
        citations: Vec<&'a RawValue> = "citations",
        tool_call_id: Text<'a> = "tool_call_id",
    }
}

object! {
    /// A call.
    ToolCall {
        id: Text<'a> = "id",
        kind: Text<'a> = "type",
        function: Function<'a> = "function",
        /// Another provider's signature over the call, as answers here have it.
        signature: Text<'a> = "signature",
    }
}

object! {
    /// What is called.
    Function {
        name: Text<'a> = "name",
        arguments: Text<'a> = "arguments",
    }
}

/// Converts the conversation.
pub(super) fn convert(wire: Vec<Message<'_>>, warnings: &mut Vec<String>) -> Result<Vec<Turn>, DecodeError> {
    wire.into_iter()
        .enumerate()
        .map(|(place, message)| turn(&format!("messages[{place}]"), message, warnings))
        .collect()
}

fn turn(path: &str, message: Message<'_>, warnings: &mut Vec<String>) -> Result<Turn, DecodeError> {
    for name in message.rest.names() {
        warnings.push(format!("`{path}.{name}` was left out: it has no place in a typed message"));
    }
    let role = message.role.as_deref().ok_or_else(|| DecodeError::missing(format!("{path}.role")))?;
    let role = match role {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        "tool" => Role::Tool,
        other => {
            return Err(DecodeError::invalid(
                format!("{path}.role"),
                format!("can't be `{other}`: take user, assistant, system or tool"),
            ));
        }
    };
    refuse_misplaced(path, role, &message)?;
    let content = match role {
        Role::Assistant => assistant(path, message, warnings)?,
        Role::Tool => vec![Part::ToolResult(result(path, message, warnings)?)],
        _ => {
            let said = message.content.ok_or_else(|| DecodeError::missing(format!("{path}.content")))?;
            content::read(&format!("{path}.content"), said)?
        }
    };
    Ok(turns::turn(role, content))
}

/// Members that belong to messages of another role would go unread.
fn refuse_misplaced(path: &str, role: Role, message: &Message<'_>) -> Result<(), DecodeError> {
    let (models, tools) = (role == Role::Assistant, role == Role::Tool);
    let misplaced = [
        ("tool_plan", message.tool_plan.is_some() && !models),
        ("tool_calls", message.tool_calls.is_some() && !models),
        ("citations", message.citations.is_some() && !models),
        ("tool_call_id", message.tool_call_id.is_some() && !tools),
    ];
    match misplaced.into_iter().find(|(_, misplaced)| *misplaced) {
        Some((name, _)) => Err(DecodeError::invalid(
            format!("{path}.{name}"),
            format!("has no place in a message of role `{}`", message.role.as_deref().unwrap_or_default()),
        )),
        None => Ok(()),
    }
}

fn assistant(path: &str, message: Message<'_>, warnings: &mut Vec<String>) -> Result<Vec<Part>, DecodeError> {
    let said = message.content.map(|said| content::read(&format!("{path}.content"), said));
    let mut parts = said.transpose()?.unwrap_or_default();
    let records = message.citations.unwrap_or_default();
    citations::attach(&format!("{path}.citations"), &records, &mut parts, warnings);
    // The place of a text that says nothing was needed until here.
    parts.retain(|part| !matches!(part, Part::Text(text) if text.text.is_empty()));
    if let Some(plan) = message.tool_plan.filter(|plan| !plan.is_empty()) {
        let plan = ReasoningPart {
            text: plan.into_string(),
            signature: None,
            redacted: None,
            id: Some(PLAN.to_owned()),
        };
        parts.insert(0, Part::Reasoning(plan));
    }
    for (place, wire) in message.tool_calls.unwrap_or_default().into_iter().enumerate() {
        parts.push(Part::ToolCall(call(&format!("{path}.tool_calls[{place}]"), wire, warnings)?));
    }
    Ok(parts)
}

fn call(path: &str, wire: ToolCall<'_>, warnings: &mut Vec<String>) -> Result<Call, DecodeError> {
    let missing = |name: &str| DecodeError::missing(format!("{path}.{name}"));
    if let Some(other) = wire.kind.as_deref().filter(|kind| *kind != "function") {
        return Err(DecodeError::invalid(
            format!("{path}.type"),
            format!("can't be `{other}`: take function"),
        ));
    }
    let id = wire.id.ok_or_else(|| missing("id"))?;
    let function = wire.function.ok_or_else(|| missing("function"))?;
    let inner = function.rest.names().map(|name| format!("function.{name}"));
    for name in wire.rest.names().map(str::to_owned).chain(inner) {
        warnings.push(format!("`{path}.{name}` was left out: it has no place in a typed call"));
    }
    Ok(Call {
        id: id.into_string(),
        name: function.name.ok_or_else(|| missing("function.name"))?.into_string(),
        arguments: function.arguments.unwrap_or_default().into_string(),
        signature: wire.signature.map(Text::into_string),
    })
}

/// What a tool gave.
fn result(path: &str, message: Message<'_>, warnings: &mut Vec<String>) -> Result<ToolResult, DecodeError> {
    let missing = |name: &str| DecodeError::missing(format!("{path}.{name}"));
    let call_id = message.tool_call_id.ok_or_else(|| missing("tool_call_id"))?;
    let content = match message.content.ok_or_else(|| missing("content"))? {
        TextOrParts::Text(text) => vec![ResultPart::Text(text.into_owned())],
        TextOrParts::Parts(list) => list
            .into_iter()
            .enumerate()
            .map(|(place, raw)| content::result(&format!("{path}.content[{place}]"), raw, warnings))
            .collect::<Result<_, _>>()?,
    };
    Ok(ToolResult { call_id: call_id.into_string(), name: None, content, is_error: false })
}
