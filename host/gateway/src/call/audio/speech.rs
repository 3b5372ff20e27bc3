//! One try of speech at one target. The sound goes to the client as it comes.

use bytes::Bytes;
use futures_util::StreamExt;
use http::HeaderValue;
use jackfield_router::{BoxFuture, Failure, FailureKind};
use jackfield_runtime::ByteStream;

use super::spoken::Spoken;
use crate::call::delivery::Delivery;
use crate::call::tries::{Kind, Turn};
use crate::call::{Answer, EVENTS, Reply};
use crate::dialect::audio::{DecodedSpeech, SpeechEvents, decode_speech};
use crate::wire::body::Body;

/// A text to speak.
#[derive(Debug)]
pub(crate) struct Speaking;

impl Kind for Speaking {
    fn ask<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = turn.target;
            let DecodedSpeech { mut request, events, mime_type, .. } = decode_speech(&turn.named()?)?;
            request.model = target.model.to_string();
            let speech = target.provider.speak(&target.context, request).await?;
            let (first, rest) = first_piece(speech.audio).await?;
            let content_type = if events { EVENTS } else { media_type(&speech.mime_type, &mime_type) };
            let begin = move |delivery: Delivery| {
                let events = events.then(SpeechEvents::default);
                Body::Pieces(Box::pin(Spoken::new(first, rest, events, delivery)))
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
