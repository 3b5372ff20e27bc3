//! Chat.

use super::{Provider, call};
use crate::api::llm::{ChatEvent, ChatRequest, ChatResponse};
use crate::context::CallContext;
use crate::endure::Left;
use crate::error::CallError;
use crate::interface::Interface;
use crate::stream::EventStream;

/// A streamed chat answer.
pub type ChatStream = EventStream<ChatEvent>;

impl Provider {
    /// Answers a request, whole.
    pub async fn chat(&self, context: &CallContext, request: ChatRequest) -> Result<ChatResponse, CallError> {
        call!(self, context, Llm, llm.call_chat(&request))
    }

    /// Answers a request as a stream. Returns when the upstream has accepted the
    /// request, so that a refusal is an error here and not in the stream.
    pub async fn stream_chat(
        &self,
        context: &CallContext,
        request: ChatRequest,
    ) -> Result<ChatStream, CallError> {
        let mut lease = self.lease(context, Interface::Llm).await?;
        let deadline = lease.accepting();
        let answer = lease
            .open(
                deadline,
                move |live| {
                    Box::pin(async move {
                        let (guest, store) = live.llm()?;
                        guest.call_stream_chat(store, &request).await
                    })
                },
                |answer| answer.map_or(Left::Nothing, Left::Stream),
            )
            .await?;
        match answer {
            Ok(resource) => Ok(EventStream::new(
                lease,
                resource,
                |live, resource| {
                    Box::pin(async move {
                        let (guest, store) = live.llm()?;
                        guest.chat_stream().call_next(store, resource).await
                    })
                },
                None,
            )),
            Err(error) => lease.finish(Err(error)),
        }
    }

    /// How many input tokens a request has, as the provider counts them.
    pub async fn count_tokens(&self, context: &CallContext, request: ChatRequest) -> Result<u64, CallError> {
        call!(self, context, Llm, llm.call_count_tokens(&request))
    }
}
