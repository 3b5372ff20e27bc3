//! Speech in both directions.

use std::sync::Arc;

use bytes::Bytes;

use super::{Provider, call};
use crate::api::speech::{Audio, SpeechRequest};
use crate::api::transcription::{Transcript, TranscriptionEvent, TranscriptionRequest};
use crate::context::CallContext;
use crate::endure::Left;
use crate::error::CallError;
use crate::interface::Interface;
use crate::stream::{ByteStream, EventStream};

/// A streamed transcript.
pub type TranscriptionStream = EventStream<TranscriptionEvent>;

/// Speech as it comes in.
#[derive(Debug)]
pub struct Speech {
    /// Media type of the sound.
    pub mime_type: String,
    /// Samples a second, where the format doesn't tell.
    pub sample_rate: Option<u32>,
    /// What of the request was left out or changed.
    pub warnings: Vec<String>,
    /// The sound.
    pub audio: ByteStream,
}

impl Provider {
    /// Transcribes a recording.
    pub async fn transcribe(
        &self,
        context: &CallContext,
        request: TranscriptionRequest,
    ) -> Result<Transcript, CallError> {
        call!(self, context, Transcription, transcription.call_transcribe(&request))
    }

    /// Transcribes a recording as a stream.
    pub async fn stream_transcription(
        &self,
        context: &CallContext,
        request: TranscriptionRequest,
    ) -> Result<TranscriptionStream, CallError> {
        let mut lease = self.lease(context, Interface::Transcription).await?;
        let deadline = lease.accepting();
        let answer = lease
            .open(
                deadline,
                move |live| {
                    Box::pin(async move {
                        let (guest, store) = live.transcription()?;
                        guest.call_stream_transcription(store, &request).await
                    })
                },
                |answer| answer.map_or(Left::Nothing, Left::Stream),
            )
            .await?;
        match answer {
            Ok(resource) => Ok(EventStream::new(
                lease,
                resource,
                |live, resource| {
                    Box::pin(async move {
                        let (guest, store) = live.transcription()?;
                        guest.transcription_stream().call_next(store, resource).await
                    })
                },
                None,
            )),
            Err(error) => lease.finish(Err(error)),
        }
    }

    /// Speaks a text. Returns when the upstream begins to answer.
    pub async fn speak(&self, context: &CallContext, request: SpeechRequest) -> Result<Speech, CallError> {
        let mut lease = self.lease(context, Interface::Speech).await?;
        let deadline = lease.accepting();
        let answer = lease
            .open(
                deadline,
                move |live| {
                    Box::pin(async move {
                        let (guest, store) = live.speech()?;
                        guest.call_speak(store, &request).await
                    })
                },
                |answer| match answer.map(|answer| answer.audio) {
                    Ok(Audio::Body(body)) => Left::Body(body),
                    Ok(Audio::Decoded(resource)) => Left::Stream(resource),
                    Err(_) => Left::Nothing,
                },
            )
            .await?;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return lease.finish(Err(error)),
        };
        let audio = match answer.audio {
            Audio::Body(body) => lease.hand_over(body)?,
            Audio::Decoded(resource) => {
                let (active, usage) = (Arc::clone(&lease.active), Arc::default());
                let stream = EventStream::new(
                    lease,
                    resource,
                    |live, resource| {
                        Box::pin(async move {
                            let (guest, store) = live.speech()?;
                            let piece = guest.audio_stream().call_next(store, resource).await?;
                            Ok(piece.map(|piece| {
                                let piece: Option<Bytes> = (!piece.is_empty()).then(|| piece.into());
                                piece.into_iter().collect()
                            }))
                        })
                    },
                    Some((
                        |live, resource| {
                            Box::pin(async move {
                                let (guest, store) = live.speech()?;
                                guest.audio_stream().call_usage(store, resource).await
                            })
                        },
                        Arc::clone(&usage),
                    )),
                );
                ByteStream::decoded(stream, active, usage)
            }
        };
        Ok(Speech {
            mime_type: answer.mime_type,
            sample_rate: answer.sample_rate,
            warnings: answer.warnings,
            audio,
        })
    }
}
