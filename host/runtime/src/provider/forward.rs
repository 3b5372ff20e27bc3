//! Requests of clients that already speak the upstream's dialect.

use std::sync::Arc;

use bytes::Bytes;

use super::conform::broken;
use super::{Provider, call};
use crate::api::passthrough::{Dialect, ForwardRequest, Framing};
use crate::context::CallContext;
use crate::endure::Left;
use crate::error::CallError;
use crate::imports::body::ClientBody;
use crate::interface::Interface;
use crate::stream::ByteStream;

/// An upstream's answer, not decoded.
#[derive(Debug)]
pub struct Forwarded {
    /// HTTP status, 200 to 399.
    pub status: u16,
    /// Headers that the client should see.
    pub headers: Vec<(String, String)>,
    /// How the body is framed.
    pub framing: Framing,
    /// The body, byte for byte.
    pub body: ByteStream,
}

impl Provider {
    /// The dialects that the upstream speaks.
    pub async fn dialects(&self, context: &CallContext) -> Result<Vec<Dialect>, CallError> {
        call!(self, context, Passthrough, passthrough.call_dialects_infallibly())
    }

    /// Whether the upstream speaks a dialect. The plugin is asked once.
    pub async fn speaks(&self, context: &CallContext, dialect: Dialect) -> Result<bool, CallError> {
        let active = self.slot.active();
        if !active.bound.plugin.has(Interface::Passthrough) {
            return Ok(false);
        }
        let dialects = active.dialects.get_or_try_init(|| self.dialects(context)).await?;
        Ok(dialects.contains(&dialect))
    }

    /// Sends a client's request on. Returns when the upstream begins to answer;
    /// the answer's bytes then pass the plugin by.
    pub async fn forward(
        &self,
        context: &CallContext,
        request: ForwardRequest,
        body: Bytes,
    ) -> Result<Forwarded, CallError> {
        let mut lease = self.lease(context, Interface::Passthrough).await?;
        let deadline = lease.accepting();
        let answer = lease
            .open(
                deadline,
                move |live| {
                    Box::pin(async move {
                        let body = live.store.data_mut().table.push(ClientBody { bytes: body })?;
                        let (guest, store) = live.passthrough()?;
                        guest.call_forward(store, &request, body).await
                    })
                },
                |answer| answer.map_or(Left::Nothing, |answer| Left::Body(answer.body)),
            )
            .await?;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return lease.finish(Err(error)),
        };
        let active = Arc::clone(&lease.active);
        let body = lease.hand_over(answer.body)?;
        if !(200..400).contains(&answer.status) {
            let message = format!(
                "it handed an answer of status {} on, which must be an error of its own instead",
                answer.status
            );
            return Err(broken(&active, message));
        }
        Ok(Forwarded { status: answer.status, headers: answer.headers, framing: answer.framing, body })
    }
}

impl crate::api::passthrough::Guest {
    /// Like the other calls, for the macro: this one can't fail.
    async fn call_dialects_infallibly<S: wasmtime::AsContextMut<Data: Send>>(
        &self,
        store: S,
    ) -> wasmtime::Result<Result<Vec<Dialect>, crate::api::types::Error>> {
        self.call_dialects(store).await.map(Ok)
    }
}
