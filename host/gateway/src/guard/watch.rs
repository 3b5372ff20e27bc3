//! Streams and guardrails.
//!
//! A guardrail that denies can't take back what a client has read, so a stream
//! that one looks at is held until its end, judged, and then replayed. Where
//! nothing is to be denied the stream goes on as it comes, and what its
//! guardrails say follows at its end; of one whose client leaves, what the client
//! has got is judged all the same, for those who read reports.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use jackfield_router::cache::Recording;
use jackfield_router::usage::Ended;
use jackfield_router::{BoxFuture, Failure, FailureKind};
use tokio::runtime::Handle;

use crate::call::delivery::Delivery;
use crate::wire::body::{Body, Broken, Pieces};

/// What OpenAI's streams end with; clients read no further.
const DONE: &[u8] = b"data: [DONE]\n\n";

/// Takes all of a stream.
///
/// # Errors
/// It broke off, or has more bytes than that.
pub(super) async fn all(body: Body, most: usize) -> Result<Vec<Bytes>, Failure> {
    let broke = |what: String| Failure { sent: true, ..Failure::new(FailureKind::BadUpstreamAnswer, what) };
    let mut pieces = match body {
        Body::Whole(bytes) => return Ok(bytes.into_iter().collect()),
        Body::Pieces(pieces) => pieces,
    };
    let (mut taken, mut size) = (Vec::new(), 0_usize);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|broken| broke(broken.to_string()))?;
        size = size.saturating_add(piece.len());
        if size > most {
            return Err(broke(format!(
                "a guardrail looks at the whole stream, which has more than {most} bytes; raise `answer` under [server]"
            )));
        }
        taken.push(piece);
    }
    Ok(taken)
}

/// Hands a stream that was held into the cache.
pub(super) fn keep(recording: Option<Recording>, pieces: &[Bytes]) {
    let Some(mut recording) = recording else { return };
    if pieces.iter().all(|piece| recording.frame(piece)) {
        recording.finish(Ended::Complete);
    }
}

/// A stream that was held, as it came.
pub(super) fn replay(pieces: Vec<Bytes>, delivery: Delivery) -> Body {
    // Its call counts as in progress until the client has all of it.
    let pieces = stream::iter(pieces).map(move |piece| {
        let _held = &delivery;
        Ok(piece)
    });
    Body::Pieces(Box::pin(pieces))
}

/// A stream with something before its first event.
pub(super) fn headed(first: Bytes, body: Body) -> Body {
    let rest: Pieces = match body {
        Body::Whole(bytes) => Box::pin(stream::iter(bytes.map(Ok))),
        Body::Pieces(pieces) => pieces,
    };
    Body::Pieces(Box::pin(stream::iter([Ok(first)]).chain(rest)))
}

/// What went to the client.
#[derive(Debug)]
pub(super) struct Seen {
    /// Nothing of what was too long to be kept.
    pub(super) bytes: Option<Bytes>,
    /// Whether nobody waits for the last word.
    pub(super) left: bool,
}

/// What is to be said once a stream is through.
pub(super) type Last = Box<dyn FnOnce(Seen) -> BoxFuture<'static, Option<Bytes>> + Send>;

/// A stream that goes on as it comes, with its last word.
pub(super) fn watched(body: Body, most: usize, last: Last) -> Body {
    let pieces: Pieces = match body {
        Body::Whole(bytes) => Box::pin(stream::iter(bytes.map(Ok))),
        Body::Pieces(pieces) => pieces,
    };
    let watch = Watch { pieces, seen: Some(BytesMut::new()), most, done: false, last: Some(last) };
    Body::Pieces(Box::pin(stream::unfold(watch, Watch::next)))
}

struct Watch {
    pieces: Pieces,
    seen: Option<BytesMut>,
    most: usize,
    /// Whether the dialect's end is kept back.
    done: bool,
    last: Option<Last>,
}

impl Watch {
    async fn next(mut self) -> Option<(Result<Bytes, Broken>, Self)> {
        loop {
            match self.pieces.next().await {
                Some(Ok(piece)) if piece.is_empty() => {}
                Some(Ok(piece)) => {
                    let mut piece = self.see(piece);
                    let early = std::mem::take(&mut self.done);
                    if let Some(rest) = piece.as_ref().strip_suffix(DONE) {
                        piece = piece.slice(..rest.len());
                        self.done = true;
                    }
                    if early {
                        piece = [DONE, &piece].concat().into();
                    }
                    if !piece.is_empty() {
                        return Some((Ok(piece), self));
                    }
                }
                // Nobody takes any more, so it is judged when this is dropped.
                Some(Err(broken)) => return Some((Err(broken), self)),
                None => {
                    let last = self.last.take()?;
                    let seen = Seen { bytes: self.seen.take().map(BytesMut::freeze), left: false };
                    // A task of its own, which goes on when the client leaves in the middle of it.
                    let said = tokio::spawn(last(seen)).await.ok().flatten().unwrap_or_default();
                    let done = if std::mem::take(&mut self.done) { DONE } else { b"" };
                    let end: Bytes = [&said, done].concat().into();
                    return (!end.is_empty()).then_some((Ok(end), self));
                }
            }
        }
    }

    fn see(&mut self, piece: Bytes) -> Bytes {
        if let Some(seen) = &mut self.seen {
            if seen.len() + piece.len() > self.most {
                self.seen = None;
            } else {
                seen.extend_from_slice(&piece);
            }
        }
        piece
    }
}

impl Drop for Watch {
    /// The client has left, or the stream can't be brought to its end.
    fn drop(&mut self) {
        let Some(last) = self.last.take() else { return };
        let bytes = self.seen.take().map(BytesMut::freeze);
        if bytes.as_ref().is_some_and(Bytes::is_empty) {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(last(Seen { bytes, left: true }));
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    /// Tells what was judged, and whether the client had left by then.
    fn telling() -> (Last, oneshot::Receiver<(Option<String>, bool)>) {
        let (tell, told) = oneshot::channel();
        let last: Last = Box::new(move |Seen { bytes, left }| {
            Box::pin(async move {
                let bytes = bytes.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
                let _ = tell.send((bytes, left));
                Some(Bytes::from_static(b"data: last\n\n"))
            })
        });
        (last, told)
    }

    fn body(pieces: Vec<Result<&'static str, Broken>>) -> Body {
        let pieces = pieces.into_iter().map(|piece| piece.map(|text| Bytes::from_static(text.as_bytes())));
        Body::Pieces(Box::pin(stream::iter(pieces)))
    }

    async fn through(pieces: &[&'static str], most: usize) -> (String, Option<String>) {
        let (last, told) = telling();
        let body = watched(body(pieces.iter().map(|piece| Ok(*piece)).collect()), most, last);
        let all = all(body, 1_000).await.unwrap().concat();
        let (seen, left) = told.await.unwrap();
        assert!(!left);
        (String::from_utf8(all).unwrap(), seen)
    }

    #[tokio::test]
    async fn the_last_word_comes_before_the_dialects_own_end() {
        for pieces in [
            &["data: a\n\n", "data: [DONE]\n\n"][..],
            &["data: a\n\ndata: [DONE]\n\n"],
            &["data: a\n\n", "data: [DONE]\n\n", ""],
        ] {
            let (out, seen) = through(pieces, 100).await;
            assert_eq!(out, "data: a\n\ndata: last\n\ndata: [DONE]\n\n", "{pieces:?}");
            assert_eq!(seen.unwrap(), "data: a\n\ndata: [DONE]\n\n");
        }
        assert_eq!(through(&["x"], 100).await.0, "xdata: last\n\n");
    }

    #[tokio::test]
    async fn a_stream_that_is_too_long_is_not_kept() {
        let (out, seen) = through(&["0123456789"], 5).await;
        assert_eq!((out.as_str(), seen), ("0123456789data: last\n\n", None));
    }

    #[tokio::test]
    async fn what_a_client_got_that_left_is_judged() {
        let (last, told) = telling();
        let endless = stream::iter([Ok(Bytes::from_static(b"data: a\n\n"))]).chain(stream::pending());
        let Body::Pieces(mut pieces) = watched(Body::Pieces(Box::pin(endless)), 100, last) else { panic!() };
        pieces.next().await.unwrap().unwrap();
        drop(pieces);
        assert_eq!(told.await.unwrap(), (Some("data: a\n\n".to_owned()), true));

        let (last, told) = telling();
        drop(watched(Body::Pieces(Box::pin(stream::pending())), 100, last));
        assert!(told.await.is_err(), "nothing was sent");
    }

    #[tokio::test]
    async fn what_came_of_a_stream_that_breaks_is_judged() {
        let (last, told) = telling();
        let broken = vec![Ok("data: a\n\n"), Err(Broken("no".to_owned()))];
        assert!(all(watched(body(broken), 100, last), 1_000).await.is_err());
        assert_eq!(told.await.unwrap(), (Some("data: a\n\n".to_owned()), true));
    }

    #[tokio::test]
    async fn a_client_that_leaves_while_it_is_judged_does_not_end_that() {
        let (go, wait) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let last: Last = Box::new(move |_| {
            Box::pin(async move {
                let _ = wait.await;
                let _ = tell.send(());
                None
            })
        });
        let Body::Pieces(mut pieces) = watched(body(vec![]), 100, last) else { panic!() };
        assert!(futures_util::poll!(pieces.next()).is_pending());
        drop(pieces);
        go.send(()).unwrap();
        told.await.unwrap();
    }
}
