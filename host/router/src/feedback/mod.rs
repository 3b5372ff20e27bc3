//! What people think of answers, by the trace that the answers belong to, and
//! where it is kept.
//!
//! [`MemoryFeedback`] has it until the program ends; a store of tenants
//! implements [`FeedbackStore`] in its place.

mod memory;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub use memory::{Bounds, MemoryFeedback};

use crate::failure::Failure;
use crate::run::BoxFuture;

/// What somebody thinks of the answers of a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    /// The trace, as `x-portkey-trace-id` named it.
    pub trace_id: String,
    /// -10 to 10.
    pub value: i8,
    /// 0 to 1.
    pub weight: f64,
    /// A JSON object.
    pub metadata: Option<String>,
}

/// What is to be otherwise than it was given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// Another value.
    pub value: Option<i8>,
    /// Another weight.
    pub weight: Option<f64>,
    /// A JSON object in place of the one before.
    pub metadata: Option<String>,
}

impl Feedback {
    fn change(&mut self, change: Change) {
        self.value = change.value.unwrap_or(self.value);
        self.weight = change.weight.unwrap_or(self.weight);
        self.metadata = change.metadata.or(self.metadata.take());
    }
}

/// Feedback with what it is called by.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Its id, unique.
    pub id: String,
    /// Whose it is: nobody else can change it.
    pub tenant: Option<Arc<str>>,
    /// What was given.
    pub feedback: Feedback,
}

/// Keeps feedback. All methods may be called from any number of tasks at once.
pub trait FeedbackStore: fmt::Debug + Send + Sync {
    /// Keeps what was given in one request: all of it or, failing, nothing.
    fn keep(&self, given: Vec<Given>) -> BoxFuture<'_, Result<(), Failure>>;

    /// Changes what a tenant gave under this id, and answers what it is then;
    /// nothing for an id that isn't known, or is another tenant's.
    fn change<'a>(
        &'a self,
        tenant: Option<&'a str>,
        id: &'a str,
        change: Change,
    ) -> BoxFuture<'a, Result<Option<Feedback>, Failure>>;
}
