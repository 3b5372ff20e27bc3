//! Turns. What functions gave stands in turns of the user here and in turns of
//! their own in the typed form.

use jackfield_runtime::api::llm::{Message as Turn, Part, Role};
use serde_json::value::RawValue;

use super::part::Reading;
use crate::dialect::error::DecodeError;
use crate::dialect::hidden;
use crate::dialect::read::{self, Text};
use crate::dialect::turns::{turn, user};

object! {
    /// A turn.
    Content {
        role: Text<'a> = "role",
        parts: &'a RawValue = "parts",
    }
}

/// Converts what the operator says, and the conversation.
pub(super) fn convert(
    system: Option<&RawValue>,
    contents: &RawValue,
    reading: &mut Reading,
) -> Result<Vec<Turn>, DecodeError> {
    let contents = items("contents", contents)?;
    if contents.is_empty() {
        return Err(DecodeError::invalid("contents", "holds no content"));
    }
    let mut turns = Vec::with_capacity(contents.len() + 1);
    if let Some(raw) = system {
        let (_, content) = content("systemInstruction", raw, reading)?;
        if !content.is_empty() {
            turns.push(turn(Role::System, content));
        }
    }
    for (place, raw) in contents.into_iter().enumerate() {
        let path = format!("contents[{place}]");
        let (role, content) = content(&path, raw, reading)?;
        match role.as_deref() {
            None | Some("" | "user" | "function") => user(content, &mut turns),
            Some("model") => model(content, &mut turns),
            Some(other) => {
                let message = format!("can't be `{other}`: take user or model");
                return Err(DecodeError::invalid(format!("{path}.role"), message));
            }
        }
    }
    for turn in turns.iter_mut().filter(|turn| turn.role == Role::Assistant) {
        turn.content = hidden::restored(std::mem::take(&mut turn.content));
    }
    Ok(turns)
}

/// A list, or the one item that it would have: clients write both.
fn items<'a>(path: &str, raw: &'a RawValue) -> Result<Vec<&'a RawValue>, DecodeError> {
    match raw.get().starts_with('{') {
        true => Ok(vec![raw]),
        false => read::raw(path, raw),
    }
}

/// What one content says, whoever says it.
pub(in crate::dialect) fn parts(
    path: &str,
    raw: &RawValue,
    warnings: &mut Vec<String>,
) -> Result<Vec<Part>, DecodeError> {
    let mut reading = Reading::default();
    let (_, parts) = content(path, raw, &mut reading)?;
    warnings.append(&mut reading.warnings);
    Ok(parts)
}

fn content<'a>(
    path: &str,
    raw: &'a RawValue,
    reading: &mut Reading,
) -> Result<(Option<Text<'a>>, Vec<Part>), DecodeError> {
    let wire: Content<'a> = read::raw(path, raw)?;
    for name in wire.rest.names() {
        reading.warnings.push(format!("`{path}.{name}` was left out: it has no place in a typed message"));
    }
    let mut out = Vec::new();
    let parts = wire.parts.map_or(Ok(Vec::new()), |raw| items(&format!("{path}.parts"), raw))?;
    for (place, raw) in parts.into_iter().enumerate() {
        reading.part(&format!("{path}.parts[{place}]"), raw, &mut out)?;
    }
    Ok((wire.role, out))
}

/// A turn of the model. Clients that streamed it may have kept each piece as a
/// turn of its own.
fn model(content: Vec<Part>, turns: &mut Vec<Turn>) {
    let Some(last) = turns.last_mut().filter(|last| last.role == Role::Assistant) else {
        turns.push(turn(Role::Assistant, content));
        return;
    };
    for part in content {
        match (last.content.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(more)) => before.text.push_str(&more.text),
            (Some(Part::Reasoning(before)), Part::Reasoning(more))
                if before.signature.is_none() && before.redacted.is_none() && more.redacted.is_none() =>
            {
                before.text.push_str(&more.text);
                before.signature = more.signature;
                before.id = more.id.or(before.id.take());
            }
            (_, part) => last.content.push(part),
        }
    }
}
