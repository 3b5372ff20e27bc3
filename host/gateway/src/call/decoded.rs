//! A chat that is decoded, asked of a provider in typed form, and encoded again
//! in the client's dialect.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use jackfield_router::{Failure, FailureKind, Hold};
use jackfield_runtime::ChatStream;
use jackfield_runtime::api::llm::ChatEvent;

use super::chat::Chat;
use super::{Answer, EVENTS, JSON, Reply, Target};
use crate::dialect::{self, Decoded, StreamEncoder};
use crate::endpoint::ChatDialect;
use crate::fault;
use crate::wire::body::{Body, Broken};

pub(super) async fn attempt(chat: &Chat<'_>, target: Target, body: &Bytes) -> Result<Answer, Failure> {
    let decoded = match chat.dialect {
        ChatDialect::OpenaiChat => dialect::openai_chat::decode(body),
        ChatDialect::OpenaiCompletions => dialect::openai_completions::decode(body),
        ChatDialect::OpenaiResponses => dialect::openai_responses::decode(body),
        ChatDialect::AnthropicMessages => dialect::anthropic_messages::decode(body),
    };
    let Decoded { mut request, stream, mut warnings, answer: asked } = decoded?;
    request.model.clone_from(&target.model);
    let identity = crate::identity::new(format!("{}/{}", target.name, target.model));
    let (content_type, reply) = if stream {
        let events = target.provider.stream_chat(&target.context, request).await?;
        let encoder = asked.stream(identity);
        let (first, events) = first_real(events).await?;
        for event in &first {
            if let ChatEvent::Start(start) = event {
                warnings.extend_from_slice(&start.warnings);
            }
        }
        let begin = move |hold: Hold| {
            let mut stream =
                Encoding { events, encoder, out: BytesMut::new(), hold: Some(hold), over: false };
            stream.encoder.events(&first, &mut stream.out);
            Body::Pieces(Box::pin(stream))
        };
        (EVENTS, Reply::Stream(Box::new(begin)))
    } else {
        let answer = target.provider.chat(&target.context, request).await?;
        warnings.extend_from_slice(&answer.warnings);
        (JSON, Reply::Whole(asked.encode(&answer, &identity)))
    };
    Ok(Answer { body: reply, ..Answer::whole(target, content_type, Bytes::new(), warnings) })
}

/// The events up to the first one that says something. Until then the client
/// has been sent nothing, and another target can take over.
async fn first_real(mut events: ChatStream) -> Result<(Vec<ChatEvent>, ChatStream), Failure> {
    let mut first = Vec::new();
    loop {
        match events.next_batch().await {
            Some(batch) => first.append(&mut batch?),
            None if first.iter().any(says_something) => return Ok((first, events)),
            None => {
                return Err(Failure::new(
                    FailureKind::BadUpstreamAnswer,
                    "the upstream's stream ended before it said anything",
                ));
            }
        }
        if first.iter().any(says_something) {
            return Ok((first, events));
        }
    }
}

fn says_something(event: &ChatEvent) -> bool {
    !matches!(event, ChatEvent::Start(_) | ChatEvent::Usage(_) | ChatEvent::Extra(_))
}

/// Encodes batch by batch, as the client takes them.
struct Encoding {
    events: ChatStream,
    encoder: Box<dyn StreamEncoder>,
    out: BytesMut,
    hold: Option<Hold>,
    over: bool,
}

impl Stream for Encoding {
    type Item = Result<Bytes, Broken>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if !this.out.is_empty() {
                return Poll::Ready(Some(Ok(this.out.split().freeze())));
            }
            if this.over {
                return Poll::Ready(None);
            }
            match ready!(this.events.poll_next_batch(cx)) {
                Some(Ok(batch)) => this.encoder.events(&batch, &mut this.out),
                Some(Err(error)) => {
                    let failure = Failure::from(error);
                    this.encoder.error(&fault::record(&failure), &mut this.out);
                    this.over = true;
                    if let Some(hold) = this.hold.take() {
                        hold.broke(std::time::Instant::now());
                    }
                }
                None => {
                    this.encoder.finish(&mut this.out);
                    this.over = true;
                    this.hold = None;
                }
            }
        }
    }
}
