//! A chat that is passed on: the upstream's own bytes go to the client, whole
//! or as they come.

mod first;
mod stream;
mod whole;

use std::sync::Arc;

use bytes::Bytes;
use jackfield_router::{Failure, FailureKind, Hold, Leaf};
use jackfield_runtime::api::passthrough::Framing;

use super::chat::Chat;
use super::{Answer, EVENTS, JSON, Reply, Target};
use crate::dialect::head::Head;
use crate::wire::body::Body;

pub(super) async fn attempt(
    chat: &Chat<'_>,
    leaf: &Arc<Leaf>,
    target: Target,
    head: &Head,
    body: Bytes,
) -> Result<Answer, Failure> {
    let (dialect, own) = (chat.dialect.passthrough(), chat.dialect.headers());
    let answer = chat.behalf.forward(leaf, &target, dialect, head.stream, own, body).await?;
    // What the upstream says from here on is its own doing.
    let whose = |failure: Failure| Failure {
        sent: true,
        provider: failure.provider.or_else(|| Some(target.name.as_ref().to_owned())),
        ..failure
    };
    let other = |what: &str| whose(Failure::new(FailureKind::BadUpstreamAnswer, what));
    let (content_type, reply) = match answer.framing {
        Framing::Whole if head.stream => {
            return Err(other("a stream was asked for and the upstream sent something else"));
        }
        Framing::Whole => {
            let whole = answer.body.read_all(chat.behalf.answer_limit).await?;
            whole::check(&whole).map_err(whose)?;
            (JSON, Reply::Whole(whole))
        }
        _ if !head.stream => {
            return Err(other("no stream was asked for and the upstream sent one"));
        }
        _ => {
            let (first, rest) = first::until_real(chat.dialect, answer.body).await.map_err(whose)?;
            let (dialect, keep_usage) = (chat.dialect, head.include_usage);
            let begin = move |hold: Hold| {
                Body::Pieces(Box::pin(stream::Passing::new(dialect, keep_usage, first, rest, hold)))
            };
            (EVENTS, Reply::Stream(Box::new(begin)))
        }
    };
    let (status, headers) = (answer.status, answer.headers);
    let whole = Answer::whole(target, content_type, Bytes::new(), Vec::new());
    Ok(Answer { status, headers, body: reply, passed: true, ..whole })
}
