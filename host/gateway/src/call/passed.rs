//! A request that is passed on: the upstream's own bytes go to the client, whole
//! or, of a chat, as they come.

mod first;
mod messages;
mod stream;
mod whole;

use bytes::Bytes;
use jackfield_router::usage::of_whole;
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::api::passthrough::{Dialect, Framing};

use super::delivery::Delivery;
use super::tries::Turn;
use super::{Answer, JSON, Reply, Target};
use crate::endpoint::ChatDialect;
use crate::wire::body::Body;

/// A chat.
pub(super) async fn attempt(chat: ChatDialect, turn: Turn<'_>) -> Result<Answer, Failure> {
    let (dialect, own) = (chat.passthrough(), chat.headers());
    if !turn.head.stream {
        return whole(dialect, own, turn).await;
    }
    let (target, keep_usage) = (turn.target, turn.head.include_usage);
    let answer = turn.behalf.forward(turn.leaf, target, dialect, true, own, turn.body.clone()).await?;
    if answer.framing != chat.framing() {
        return Err(other(target, "a stream was asked for and the upstream sent something else"));
    }
    let first = match answer.framing {
        Framing::EventStream => messages::until_real(answer.body).await,
        _ => first::until_real(chat, answer.body).await,
    };
    let (first, rest) = first.map_err(|failure| target.blamed(failure))?;
    let begin = move |delivery: Delivery| {
        Body::Pieces(Box::pin(stream::Passing::new(chat, keep_usage, first, rest, delivery)))
    };
    let (status, headers, body) = (answer.status, answer.headers, Reply::Stream(Box::new(begin)));
    let whole = Answer::whole(target, chat.stream_type(), Bytes::new(), Vec::new());
    Ok(Answer { status, headers, body, passed: true, ..whole })
}

/// A request in any dialect that is answered as a whole.
pub(super) async fn whole(dialect: Dialect, own: &[&str], turn: Turn<'_>) -> Result<Answer, Failure> {
    let target = turn.target;
    let answer = turn.behalf.forward(turn.leaf, target, dialect, false, own, turn.body.clone()).await?;
    if answer.framing != Framing::Whole {
        return Err(other(target, "no stream was asked for and the upstream sent one"));
    }
    let body = answer.body.read_all(turn.behalf.services.answer_limit).await?;
    whole::check(&body).map_err(|failure| target.blamed(failure))?;
    let used = of_whole(dialect, turn.prompt, &body);
    let (status, headers) = (answer.status, answer.headers);
    Ok(Answer { status, headers, used, passed: true, ..Answer::whole(target, JSON, body, Vec::new()) })
}

fn other(target: &Target, what: &str) -> Failure {
    target.blamed(Failure::new(FailureKind::BadUpstreamAnswer, what))
}
