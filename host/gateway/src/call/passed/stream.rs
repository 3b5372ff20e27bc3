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
use jackfield_router::{Failure, FailureKind, Hold};
use jackfield_runtime::ByteStream;

use crate::endpoint::ChatDialect;
use crate::fault;
use crate::wire::body::Broken;
use cut::Cut;
use end::End;

pub(super) struct Passing {
    dialect: ChatDialect,
    /// Whether the client asked for the chunk that tells the usage.
    keep_usage: bool,
    cut: Cut,
    waiting: VecDeque<Bytes>,
    rest: Option<ByteStream>,
    end: End,
    hold: Option<Hold>,
}

impl Passing {
    pub(super) fn new(
        dialect: ChatDialect,
        keep_usage: bool,
        first: VecDeque<Bytes>,
        rest: ByteStream,
        hold: Hold,
    ) -> Self {
        let mut passing = Self {
            dialect,
            keep_usage,
            cut: Cut::default(),
            waiting: VecDeque::new(),
            rest: Some(rest),
            end: End::default(),
            hold: Some(hold),
        };
        for piece in first {
            passing.take(piece);
        }
        passing
    }

    fn take(&mut self, piece: Bytes) {
        let events = self.cut.push(piece);
        if !events.is_empty() {
            self.events(events);
        }
    }

    fn events(&mut self, events: Bytes) {
        self.end.see(self.dialect, &events);
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
        let hold = self.hold.take();
        // An event that lacks nothing but its empty line gets it; half a one is left out.
        let half = self.cut.finish();
        if end::is_whole(&half) {
            self.events([&half[..], b"\n\n"].concat().into());
        }
        let failure = failure.or_else(|| {
            (!self.end.came()).then(|| {
                Failure::new(FailureKind::BadUpstreamAnswer, "the upstream's stream broke off before its end")
            })
        });
        // Behind the dialect's own end nothing is lost any more.
        if let Some(failure) = failure.filter(|_| !self.end.done) {
            if let Some(hold) = hold {
                hold.broke(std::time::Instant::now());
            }
            if !self.end.told_of_an_error(self.dialect) {
                self.waiting.push_back(error_event(self.dialect, &failure));
            }
        } else if self.is_openai_chat() && !self.end.done {
            // Some upstreams leave it out, and many clients wait for it.
            self.waiting.push_back(Bytes::from_static(b"data: [DONE]\n\n"));
        }
    }
}

impl Stream for Passing {
    type Item = Result<Bytes, Broken>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(piece) = this.waiting.pop_front() {
                return Poll::Ready(Some(Ok(piece)));
            }
            let Some(rest) = &mut this.rest else { return Poll::Ready(None) };
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
    let body = fault::body(dialect, &error, None);
    let mut event = BytesMut::with_capacity(body.len() + 32);
    if matches!(dialect, ChatDialect::AnthropicMessages | ChatDialect::OpenaiResponses) {
        event.extend_from_slice(b"event: error\n");
    }
    event.extend_from_slice(b"data: ");
    event.extend_from_slice(&body);
    event.extend_from_slice(b"\n\n");
    event.freeze()
}
