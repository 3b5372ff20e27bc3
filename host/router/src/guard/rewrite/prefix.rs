//! `addPrefix`: `{prefix, applyToRole, addToExisting, onlyIfEmpty}`; a text
//! before the first message of a role. How a message looks is a question of the
//! client's dialect, so only what is asked for stands here.

use std::sync::Arc;

use crate::config::read::Object;
use crate::guard::Rule;
use crate::guard::rule::{flag, text};

/// Whose message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The user's.
    User,
    /// The system's.
    System,
    /// The model's.
    Assistant,
}

impl Role {
    /// Its name in requests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::System => "system",
            Self::Assistant => "assistant",
        }
    }
}

/// `addPrefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    /// The text.
    pub text: String,
    /// Before whose message.
    pub role: Role,
    /// Whether it becomes part of the message, rather than one of its own
    /// before it.
    pub joins: bool,
    /// Whether a message of that role that says something is left alone.
    pub only_if_empty: bool,
}

impl Prefix {
    pub(in crate::guard) fn read(object: &mut Object<'_>) -> Option<Rule> {
        const ROLES: &[(&str, Role)] =
            &[("user", Role::User), ("system", Role::System), ("assistant", Role::Assistant)];
        let role = object.take("applyToRole").map_or(Some(Role::User), |item| item.word(ROLES));
        let joins = object.take("addToExisting").map_or(Some(true), |item| item.boolean());
        let only_if_empty = flag(object, "onlyIfEmpty");
        let text = text(object, "prefix", "\"Answer briefly: \"")?;
        Some(Rule::Prefix(Arc::new(Self { text, role: role?, joins: joins?, only_if_empty })))
    }
}
