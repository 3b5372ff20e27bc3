//! A chat that is decoded, asked of a provider in typed form, and encoded again
//! in the client's dialect.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use jackfield_router::usage::{Counted, Delivered, Ended};
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::ChatStream;
use jackfield_runtime::api::llm::ChatEvent;

use super::delivery::Delivery;
use super::tries::Turn;
use super::{Answer, JSON, Reply};
use crate::dialect::{self, DecodeError, Decoded, StreamEncoder, hidden};
use crate::endpoint::{ChatDialect, PathFacts};
use crate::fault;
use crate::receive;
use crate::wire::body::{Body, Broken};

pub(super) fn decode(dialect: ChatDialect, body: &[u8], path: &PathFacts) -> Result<Decoded, DecodeError> {
    match dialect {
        ChatDialect::OpenaiChat => dialect::openai_chat::decode(body),
        ChatDialect::OpenaiCompletions => dialect::openai_completions::decode(body),
        ChatDialect::OpenaiResponses => dialect::openai_responses::decode(body),
        ChatDialect::AnthropicMessages => dialect::anthropic_messages::decode(body),
        ChatDialect::GeminiGenerate => dialect::gemini_generate::decode(body, path),
        ChatDialect::CohereChat => dialect::cohere_chat::decode(body, path),
        ChatDialect::BedrockConverse => dialect::bedrock_converse::decode(body, path),
    }
}

/// `own` says whether the target speaks the client's dialect all the same.
pub(super) async fn attempt(
    dialect: ChatDialect,
    path: &PathFacts,
    turn: &Turn<'_>,
    own: bool,
) -> Result<Answer, Failure> {
    let Turn { target, behalf, guarded, .. } = turn;
    let Decoded { mut request, stream, mut warnings, answer: asked } = decode(dialect, &turn.named()?, path)?;
    if own && hidden::unsign(dialect, &mut request.messages) {
        warnings.push(
            "signatures, and parts in forms of other providers, were left out: the target would refuse them"
                .to_owned(),
        );
    }
    request.model = target.model.to_string();
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
        let begin = move |delivery: Delivery| {
            let delivered = Delivered::new(delivery.prompt());
            let out = BytesMut::new();
            let mut stream = Encoding { events, encoder, out, delivered, delivery, over: false };
            stream.take(&first);
            Body::Pieces(Box::pin(stream))
        };
        (dialect.stream_type(), Reply::Stream(Box::new(begin)))
    } else {
        let answer = target.provider.chat(&target.context, request).await?;
        let queued = receive::is_queued(&answer);
        let awaited = match behalf.services.receivers.as_ref().filter(|_| queued) {
            Some(receivers) => {
                receivers.note(&target.provider, &target.model, &target.context, &answer, *guarded)
            }
            None => false,
        };
        warnings.extend_from_slice(&answer.warnings);
        let body = asked.encode(&answer, &identity);
        let used = answer.usage.map(|usage| Counted { usage, estimated: false });
        return Ok(Answer { used, lasting: !queued, awaited, ..Answer::whole(target, JSON, body, warnings) });
    };
    Ok(Answer { body: reply, ..Answer::whole(target, content_type, Bytes::new(), warnings) })
}

/// The events up to the first one that says something. Until then the client
/// has been sent nothing, and another target can take over.
async fn first_real(mut events: ChatStream) -> Result<(Vec<ChatEvent>, ChatStream), Failure> {
    let mut first = Vec::new();
    while let Some(batch) = events.next_batch().await {
        let mut batch = batch?;
        let says = batch.iter().any(says_something);
        first.append(&mut batch);
        if says {
            return Ok((first, events));
        }
        // A sign of life is no answer, and gets no time of its own.
        events.says_nothing_yet();
    }
    Err(Failure::new(FailureKind::BadUpstreamAnswer, "the upstream's stream ended before it said anything"))
}

fn says_something(event: &ChatEvent) -> bool {
    match event {
        ChatEvent::Start(_) | ChatEvent::Usage(_) | ChatEvent::Extra(_) => false,
        ChatEvent::Text(delta) | ChatEvent::Refusal(delta) => !delta.text.is_empty(),
        _ => true,
    }
}

/// Encodes batch by batch, as the client takes them.
struct Encoding {
    events: ChatStream,
    encoder: Box<dyn StreamEncoder>,
    out: BytesMut,
    delivered: Delivered,
    delivery: Delivery,
    over: bool,
}

impl Encoding {
    fn take(&mut self, batch: &[ChatEvent]) {
        self.delivered.add(batch);
        self.encoder.events(batch, &mut self.out);
        if let Err(failure) = self.delivery.allowed(|| self.delivered.counted()) {
            self.fail(&failure);
        }
    }

    fn fail(&mut self, failure: &Failure) {
        self.encoder.error(&fault::record(failure), &mut self.out);
        self.over = true;
    }

    /// What is ready to go to the client.
    fn ready(&mut self) -> Bytes {
        let piece = self.out.split().freeze();
        self.delivery.sent(&piece);
        if self.over {
            self.settle();
        }
        piece
    }

    fn settle(&mut self) {
        let ended = if self.delivered.complete() { Ended::Complete } else { Ended::No };
        self.delivery.over(|| Some(self.delivered.counted()), ended);
    }
}

impl Drop for Encoding {
    fn drop(&mut self) {
        self.settle();
    }
}

impl Stream for Encoding {
    type Item = Result<Bytes, Broken>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if !this.out.is_empty() {
                return Poll::Ready(Some(Ok(this.ready())));
            }
            if this.over {
                return Poll::Ready(None);
            }
            match ready!(this.events.poll_next_batch(cx)) {
                Some(Ok(batch)) => this.take(&batch),
                Some(Err(error)) => {
                    this.delivery.broke();
                    this.fail(&Failure::from(error));
                }
                None => {
                    this.encoder.finish(&mut this.out);
                    this.delivered.end();
                    this.over = true;
                }
            }
        }
    }
}
