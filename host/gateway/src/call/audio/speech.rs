//! One try of speech at one target. The sound goes to the client as it comes.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use http::HeaderValue;
use jackfield_router::{Attempt, BoxFuture, Failure, FailureKind, Hold, Leaf};
use jackfield_runtime::ByteStream;

use super::spoken::Spoken;
use crate::call::{Answer, Behalf, EVENTS, Reply};
use crate::dialect::audio::{DecodedSpeech, SpeechEvents, decode_speech};
use crate::wire::body::Body;

/// A text to speak, to be tried at targets.
#[derive(Debug)]
pub(crate) struct Speaking<'r> {
    pub(crate) body: Bytes,
    pub(crate) model: Option<String>,
    pub(crate) behalf: Behalf<'r>,
}

impl Attempt for Speaking<'_> {
    type Answer = Answer;

    fn attempt<'a>(&'a self, leaf: &'a Arc<Leaf>, _number: u32) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = self.behalf.target(leaf, self.model.as_deref()).await?;
            let body = leaf.params.apply(&self.body)?;
            let DecodedSpeech { mut request, events, mime_type, .. } = decode_speech(&body)?;
            request.model.clone_from(&target.model);
            let speech = target.provider.speak(&target.context, request).await?;
            let (first, rest) = first_piece(speech.audio).await?;
            let content_type = if events { EVENTS } else { media_type(&speech.mime_type, &mime_type) };
            let begin = move |hold: Hold| {
                let events = events.then(SpeechEvents::default);
                Body::Pieces(Box::pin(Spoken::new(first, rest, events, hold)))
            };
            let mut headers = Vec::new();
            if let Some(rate) = speech.sample_rate {
                headers.push(("x-jackfield-sample-rate".to_owned(), rate.to_string()));
            }
            let answer = Answer::whole(target, content_type, Bytes::new(), speech.warnings);
            Ok(Answer { headers, body: Reply::Stream(Box::new(begin)), ..answer })
        })
    }
}

/// The first bytes of the sound. Until they are there the client has been sent
/// nothing, and another target can take over.
async fn first_piece(mut audio: ByteStream) -> Result<(Bytes, ByteStream), Failure> {
    while let Some(piece) = audio.next().await {
        let piece = piece?;
        if !piece.is_empty() {
            return Ok((piece, audio));
        }
    }
    Err(Failure { sent: true, ..Failure::new(FailureKind::BadUpstreamAnswer, "the upstream sent no sound") })
}

/// What the provider says the sound is, where that can be told to a client;
/// otherwise what was asked for.
fn media_type(told: &str, asked: &str) -> HeaderValue {
    let told = HeaderValue::from_str(told).ok().filter(|_| told.contains('/'));
    told.or_else(|| HeaderValue::from_str(asked).ok())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_that_is_none_is_not_told() {
        assert_eq!(media_type("audio/wav", "audio/mpeg"), "audio/wav");
        for told in ["", "mp3", "audio/wav\r\nx: y"] {
            assert_eq!(media_type(told, "audio/mpeg"), "audio/mpeg", "{told:?}");
        }
        assert_eq!(media_type("", "audio/\n"), "application/octet-stream");
    }
}
