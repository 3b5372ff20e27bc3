//! Turns. Results of tools stand in turns of the user here and in turns of
//! their own in the typed form: a turn becomes as many as keep the order.

use jackfield_runtime::api::llm::{Message as Turn, Part, Role};

use super::content;
use crate::dialect::error::DecodeError;
use crate::dialect::hidden;
use crate::dialect::read::{Text, TextOrParts};
use crate::dialect::turns::{turn, user};

object! {
    /// A turn.
    Message {
        role: Text<'a> = "role",
        content: TextOrParts<'a> = "content",
    }
}

/// Converts what the operator says, and the conversation.
pub(super) fn convert(
    system: Option<TextOrParts<'_>>,
    wire: Vec<Message<'_>>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Turn>, DecodeError> {
    let mut turns = Vec::with_capacity(wire.len() + 1);
    if let Some(system) = system {
        let content = parts("system", system)?;
        if !content.is_empty() {
            turns.push(turn(Role::System, content));
        }
    }
    for (place, message) in wire.into_iter().enumerate() {
        let path = format!("messages[{place}]");
        for name in message.rest.names() {
            warnings.push(format!("`{path}.{name}` was left out: it has no place in a typed message"));
        }
        let content = message.content.ok_or_else(|| DecodeError::missing(format!("{path}.content")))?;
        let content = parts(&format!("{path}.content"), content)?;
        match message.role.as_deref() {
            Some("user") => user(content, &mut turns),
            Some("assistant") => turns.push(turn(Role::Assistant, content)),
            Some("system") => turns.push(turn(Role::System, content)),
            Some(other) => {
                return Err(DecodeError::invalid(
                    format!("{path}.role"),
                    format!("can't be `{other}`: take user or assistant"),
                ));
            }
            None => return Err(DecodeError::missing(format!("{path}.role"))),
        }
    }
    Ok(turns)
}

fn parts(path: &str, content: TextOrParts<'_>) -> Result<Vec<Part>, DecodeError> {
    let mut out = Vec::with_capacity(1);
    match content {
        TextOrParts::Text(text) => out.push(Part::text(text.into_owned())),
        TextOrParts::Parts(list) => {
            out.reserve(list.len());
            for (place, raw) in list.into_iter().enumerate() {
                content::add(&format!("{path}[{place}]"), raw, &mut out)?;
            }
        }
    }
    Ok(hidden::restored(out))
}
