//! Callbacks.

use super::{Provider, call};
use crate::api::callback::{Observation, Receipt};
use crate::context::CallContext;
use crate::error::CallError;

impl Provider {
    /// Hands a batch of observations to the plugin.
    pub async fn observe(
        &self,
        context: &CallContext,
        batch: Vec<Observation>,
    ) -> Result<Receipt, CallError> {
        call!(self, context, Callback, callback.call_observe(&batch))
    }

    /// Has the plugin send on what it holds back.
    pub async fn flush(&self, context: &CallContext) -> Result<(), CallError> {
        call!(self, context, Callback, callback.call_flush())
    }
}
