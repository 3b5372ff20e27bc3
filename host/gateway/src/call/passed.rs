//! A chat that is passed on: the upstream's own bytes go to the client, whole
//! or as they come.

mod first;
mod stream;
mod whole;

pub(super) use whole::check;

use bytes::Bytes;
use jackfield_router::usage::of_whole;
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::api::passthrough::Framing;

use super::delivery::Delivery;
use super::tries::Turn;
use super::{Answer, EVENTS, JSON, Reply};
use crate::endpoint::ChatDialect;
use crate::wire::body::Body;

pub(super) async fn attempt(chat: ChatDialect, turn: Turn<'_>) -> Result<Answer, Failure> {
    let Turn { behalf, leaf, target, body, head, prompt } = turn;
    let (dialect, own) = (chat.passthrough(), chat.headers());
    let answer = behalf.forward(leaf, target, dialect, head.stream, own, body.clone()).await?;
    // What the upstream says from here on is its own doing.
    let whose = |failure: Failure| Failure {
        sent: true,
        provider: failure.provider.or_else(|| Some(target.name.as_ref().to_owned())),
        ..failure
    };
    let other = |what: &str| whose(Failure::new(FailureKind::BadUpstreamAnswer, what));
    let mut counted = None;
    let (content_type, reply) = match answer.framing {
        Framing::Whole if head.stream => {
            return Err(other("a stream was asked for and the upstream sent something else"));
        }
        Framing::Whole => {
            let whole = answer.body.read_all(behalf.services.answer_limit).await?;
            whole::check(&whole).map_err(whose)?;
            counted = of_whole(dialect, prompt, &whole);
            (JSON, Reply::Whole(whole))
        }
        _ if !head.stream => {
            return Err(other("no stream was asked for and the upstream sent one"));
        }
        _ => {
            let (first, rest) = first::until_real(chat, answer.body).await.map_err(whose)?;
            let keep_usage = head.include_usage;
            let begin = move |delivery: Delivery| {
                Body::Pieces(Box::pin(stream::Passing::new(chat, keep_usage, first, rest, delivery)))
            };
            (EVENTS, Reply::Stream(Box::new(begin)))
        }
    };
    let (status, headers) = (answer.status, answer.headers);
    let whole = Answer::whole(target, content_type, Bytes::new(), Vec::new());
    Ok(Answer { status, headers, body: reply, passed: true, used: counted, ..whole })
}
