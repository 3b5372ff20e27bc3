//! What the operator says, and the conversation.

use jackfield_runtime::api::llm::{Message as Turn, Part, Role};
use serde_json::value::RawValue;

use super::content;
use crate::dialect::error::DecodeError;
use crate::dialect::hidden;
use crate::dialect::read::Text;
use crate::dialect::turns::{turn, user};

object! {
    /// A turn.
    Message {
        role: Text<'a> = "role",
        content: Vec<&'a RawValue> = "content",
    }
}

/// Converts both.
pub(super) fn convert(
    system: Vec<&RawValue>,
    wire: Vec<Message<'_>>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Turn>, DecodeError> {
    let mut turns = Vec::with_capacity(wire.len() + 1);
    let system = parts("system", system, warnings)?;
    if !system.is_empty() {
        turns.push(turn(Role::System, system));
    }
    for (place, message) in wire.into_iter().enumerate() {
        let path = format!("messages[{place}]");
        for name in message.rest.names() {
            warnings.push(format!("`{path}.{name}` was left out: it has no place in a typed message"));
        }
        let role = message.role.ok_or_else(|| DecodeError::missing(format!("{path}.role")))?;
        let content = message.content.ok_or_else(|| DecodeError::missing(format!("{path}.content")))?;
        let content = parts(&format!("{path}.content"), content, warnings)?;
        match &*role {
            "user" => user(content, &mut turns),
            "assistant" => turns.push(turn(Role::Assistant, content)),
            "system" => turns.push(turn(Role::System, content)),
            other => {
                let message = format!("can't be `{other}`: take user or assistant");
                return Err(DecodeError::invalid(format!("{path}.role"), message));
            }
        }
    }
    Ok(turns)
}

fn parts(path: &str, content: Vec<&RawValue>, warnings: &mut Vec<String>) -> Result<Vec<Part>, DecodeError> {
    let parts = content.into_iter().enumerate();
    let parts = parts.map(|(place, raw)| content::part(&format!("{path}[{place}]"), raw, warnings));
    Ok(hidden::restored(parts.collect::<Result<_, _>>()?))
}
