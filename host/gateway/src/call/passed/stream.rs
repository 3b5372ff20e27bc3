//! A stream that is passed on: pieces as they come, an honest end.
//!
//! Against a stream that breaks off and looks finished: its end is believed only
//! if the dialect's own end was in it. Otherwise an error event follows, which
//! no client takes for an answer.

mod cut;
mod end;
mod usage;

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use jackfield_router::usage::{Ended, UsageReader};
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::ByteStream;
use jackfield_runtime::api::passthrough::Framing;

use super::messages;
use crate::call::delivery::Delivery;
use crate::dialect::{bedrock_converse, cohere_chat, openai_responses};
use crate::endpoint::ChatDialect;
use crate::fault;
use crate::wire::body::Broken;
use cut::Cut;

/// What cuts a stream, by its framing.
#[derive(Debug)]
enum Cutting {
    Events(Cut),
    Messages(messages::Cut),
}

impl Cutting {
    fn of(framing: Framing) -> Self {
        match framing {
            Framing::EventStream => Self::Messages(messages::Cut::new()),
            _ => Self::Events(Cut::default()),
        }
    }

    /// What is whole now, and what is wrong behind it.
    fn push(&mut self, piece: Bytes) -> (Bytes, Option<Failure>) {
        match self {
            Self::Events(cut) => (cut.push(piece), None),
            Self::Messages(cut) => cut.push(piece),
        }
    }

    /// The half event that the stream ended with. Half a message is nothing.
    fn finish(&mut self) -> Bytes {
        match self {
            Self::Events(cut) => cut.finish(),
            Self::Messages(_) => Bytes::new(),
        }
    }
}

pub(super) struct Passing {
    dialect: ChatDialect,
    /// Whether the client asked for the chunk that tells the usage.
    keep_usage: bool,
    cut: Cutting,
    waiting: VecDeque<Bytes>,
    rest: Option<ByteStream>,
    reader: UsageReader,
    /// Whether all of a good answer was there.
    ended: Ended,
    delivery: Delivery,
}

impl Passing {
    pub(super) fn new(
        dialect: ChatDialect,
        keep_usage: bool,
        first: VecDeque<Bytes>,
        rest: ByteStream,
        delivery: Delivery,
    ) -> Self {
        let reader = UsageReader::new(dialect.passthrough(), dialect.framing(), delivery.prompt());
        let mut passing = Self {
            dialect,
            keep_usage,
            cut: Cutting::of(dialect.framing()),
            waiting: VecDeque::new(),
            rest: Some(rest),
            reader,
            ended: Ended::No,
            delivery,
        };
        for piece in first {
            passing.take(piece);
        }
        passing
    }

    fn take(&mut self, piece: Bytes) {
        self.reader.push(&piece);
        let (events, damage) = self.cut.push(piece);
        if !events.is_empty() {
            self.events(events);
        }
        if let Some(failure) = damage {
            self.delivery.broke();
            self.rest = None;
            self.waiting.push_back(error_event(self.dialect, &failure));
            return;
        }
        if let Err(failure) = self.delivery.allowed(|| self.reader.counted()) {
            self.rest = None;
            self.waiting.push_back(error_event(self.dialect, &failure));
        }
    }

    fn events(&mut self, events: Bytes) {
        let events = match self.is_openai_chat() && !self.keep_usage {
            true => usage::without(events),
            false => events,
        };
        if !events.is_empty() {
            self.waiting.push_back(events);
        }
    }

    fn is_openai_chat(&self) -> bool {
        matches!(self.dialect, ChatDialect::OpenaiChat | ChatDialect::OpenaiCompletions)
    }

    /// What follows the last piece.
    fn finish(&mut self, failure: Option<Failure>) {
        self.rest = None;
        // An event that lacks nothing but its empty line gets it; half a one is left out.
        let half = self.cut.finish();
        if end::is_whole(&half) {
            self.events([&half[..], b"\n\n"].concat().into());
        }
        match self.reader.ended() {
            // Behind the dialect's own end nothing is lost any more.
            Ended::Complete => self.ended = Ended::Complete,
            // The upstream's own error was the last that it said.
            Ended::Failed => self.delivery.broke(),
            Ended::No => match failure {
                // Some upstreams leave it out, and many clients wait for it.
                None if self.is_openai_chat() && self.reader.finish_reason().is_some() => {
                    self.waiting.push_back(Bytes::from_static(b"data: [DONE]\n\n"));
                    self.ended = Ended::Complete;
                }
                failure => {
                    self.delivery.broke();
                    let failure = failure.unwrap_or_else(|| {
                        Failure::new(
                            FailureKind::BadUpstreamAnswer,
                            "the upstream's stream broke off before its end",
                        )
                    });
                    self.waiting.push_back(error_event(self.dialect, &failure));
                }
            },
        }
    }

    /// The last piece is with the client, or nobody takes any more.
    fn settle(&mut self) {
        self.delivery.over(|| Some(self.reader.counted()), self.ended);
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        self.ended = Ended::No;
        self.settle();
    }
}

impl Stream for Passing {
    type Item = Result<Bytes, Broken>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(piece) = this.waiting.pop_front() {
                this.delivery.sent(&piece);
                return Poll::Ready(Some(Ok(piece)));
            }
            let Some(rest) = &mut this.rest else {
                this.settle();
                return Poll::Ready(None);
            };
            match ready!(Pin::new(rest).poll_next(cx)) {
                Some(Ok(piece)) => this.take(piece),
                Some(Err(error)) => this.finish(Some(error.into())),
                None => this.finish(None),
            }
        }
    }
}

fn error_event(dialect: ChatDialect, failure: &Failure) -> Bytes {
    let mut error = fault::record(failure);
    error.body = None;
    if dialect == ChatDialect::BedrockConverse {
        return bedrock_converse::encode_exception(&error);
    }
    if dialect == ChatDialect::CohereChat {
        let mut event = BytesMut::new();
        cohere_chat::end_with(&error, None, &mut event);
        return event.freeze();
    }
    if dialect == ChatDialect::OpenaiResponses {
        return openai_responses::broken_event(&error);
    }
    let body = fault::body(dialect, &error, None);
    let mut event = BytesMut::with_capacity(body.len() + 32);
    if dialect == ChatDialect::AnthropicMessages {
        event.extend_from_slice(b"event: error\n");
    }
    event.extend_from_slice(b"data: ");
    event.extend_from_slice(&body);
    event.extend_from_slice(b"\n\n");
    event.freeze()
}
