//! Turns in the making, of dialects in which results of tools stand in turns of
//! the user. In the typed form they have turns of their own.

use jackfield_runtime::api::llm::{Message as Turn, Part, Role};

/// A turn without a name.
pub(super) fn turn(role: Role, content: Vec<Part>) -> Turn {
    Turn { role, name: None, content }
}

/// Appends a turn of the user as so many turns as keep the order: each run of
/// results is a turn of tools.
pub(super) fn user(content: Vec<Part>, turns: &mut Vec<Turn>) {
    if !content.iter().any(|part| matches!(part, Part::ToolResult(_))) {
        turns.push(turn(Role::User, content));
        return;
    }
    let first = turns.len();
    for part in content {
        let role = match &part {
            Part::ToolResult(_) => Role::Tool,
            // A mark belongs to what it follows.
            Part::CachePoint(_) => turns.last().map_or(Role::User, |turn| turn.role),
            _ => Role::User,
        };
        match turns[first..].last_mut() {
            Some(turn) if turn.role == role => turn.content.push(part),
            _ => turns.push(turn(role, vec![part])),
        }
    }
}
