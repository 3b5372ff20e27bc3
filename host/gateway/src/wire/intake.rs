//! Takes in the body of a request.
//!
//! Against clients that send without end, that announce more than they send, or
//! that send a byte now and then to hold a place: the size and the time between
//! two pieces are limited.

use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body::Body as HttpBody;
use http_body_util::BodyExt;

/// A body that isn't taken.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It is too long.
    #[error("the request's body is longer than {0} bytes; send less, or raise `body` under [server]")]
    TooLong(usize),
    /// It doesn't come.
    #[error("nothing of the request's body came for {0:?}")]
    TooSlow(Duration),
    /// It is compressed.
    #[error("the request's body is encoded as {0:?}; send it as it is, without content-encoding")]
    Encoded(String),
    /// The connection broke.
    #[error("the request's body broke off: {0}")]
    Broken(String),
}

impl IntakeError {
    /// The status that tells the client.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::Encoded(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Broken(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// A body as it comes, held to its size.
#[derive(Debug)]
pub(crate) struct Incoming<'b, B> {
    body: Pin<&'b mut B>,
    limit: usize,
    came: usize,
}

impl<'b, B> Incoming<'b, B>
where
    B: HttpBody<Data = Bytes>,
    B::Error: std::fmt::Display,
{
    /// A body that may be taken, as far as its head tells.
    pub(crate) fn new(headers: &HeaderMap, body: Pin<&'b mut B>, limit: usize) -> Result<Self, IntakeError> {
        if let Some(encoding) = headers.get(header::CONTENT_ENCODING)
            && encoding.as_bytes() != b"identity"
        {
            return Err(IntakeError::Encoded(String::from_utf8_lossy(encoding.as_bytes()).into_owned()));
        }
        // What is announced is refused before any of it is taken in.
        if body.size_hint().lower() > limit as u64 {
            return Err(IntakeError::TooLong(limit));
        }
        Ok(Self { body, limit, came: 0 })
    }

    /// The next piece; nothing behind the last. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, IntakeError> {
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|error| IntakeError::Broken(error.to_string()))?;
            let Ok(piece) = frame.into_data() else { continue };
            self.came = self.came.saturating_add(piece.len());
            if self.came > self.limit {
                return Err(IntakeError::TooLong(self.limit));
            }
            return Ok(Some(piece));
        }
        Ok(None)
    }
}

/// The whole body, at most `limit` bytes of it.
pub async fn take<B>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
    pause: Duration,
) -> Result<Bytes, IntakeError>
where
    B: HttpBody<Data = Bytes>,
    B::Error: std::fmt::Display,
{
    let body = std::pin::pin!(body);
    let mut incoming = Incoming::new(headers, body, limit)?;
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    loop {
        let next = tokio::time::timeout(pause, incoming.next()).await;
        let Some(piece) = next.map_err(|_| IntakeError::TooSlow(pause))?? else { break };
        // Most bodies come in one piece, which is then not copied.
        if first.is_empty() && whole.is_empty() {
            first = piece;
        } else {
            if whole.is_empty() {
                whole.extend_from_slice(&std::mem::take(&mut first));
            }
            whole.extend_from_slice(&piece);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::body::{Body, Broken};
    use futures_util::stream;

    const PAUSE: Duration = Duration::from_secs(30);

    fn pieces(pieces: &[&'static [u8]]) -> Body {
        let pieces: Vec<Result<Bytes, Broken>> =
            pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect();
        Body::Pieces(Box::pin(stream::iter(pieces)))
    }

    #[tokio::test]
    async fn pieces_become_one_body() {
        for (given, whole) in [(&[][..], ""), (&[&b"abc"[..]], "abc"), (&[b"ab", b"", b"c", b"de"], "abcde")]
        {
            let taken = take(&HeaderMap::new(), pieces(given), 5, PAUSE).await.unwrap();
            assert_eq!(taken, whole);
        }
    }

    #[tokio::test]
    async fn what_is_too_long_is_refused_announced_or_not() {
        let error = take(&HeaderMap::new(), pieces(&[b"abc", b"def"]), 5, PAUSE).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let announced = Body::from(Bytes::from_static(b"abcdef"));
        let error = take(&HeaderMap::new(), announced, 5, PAUSE).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stands_still_is_given_up() {
        let body = Body::Pieces(Box::pin(stream::pending()));
        let error = take(&HeaderMap::new(), body, 5, PAUSE).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn a_compressed_body_is_refused() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, http::HeaderValue::from_static("gzip"));
        let error = take(&headers, pieces(&[b"x"]), 5, PAUSE).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
}
