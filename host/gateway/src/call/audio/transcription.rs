//! One try of a transcription or translation at one target.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use jackfield_router::{Attempt, BoxFuture, Failure, FailureKind, Hold, Leaf};
use jackfield_runtime::api::transcription::TranscriptionRequest;

use super::fields;
use super::transcribed::Transcribed;
use crate::call::{Answer, Behalf, EVENTS, Reply, Target};
use crate::dialect::audio::{
    DecodedTranscription, File, Form, Shape, decode_transcription, encode_transcript,
};
use crate::wire::body::Body;

/// A recording, to be tried at targets.
#[derive(Debug)]
pub(crate) struct Transcribing<'r> {
    /// What the form says.
    pub(crate) asked: DecodedTranscription,
    /// The texts of the form as JSON, for routes that change some of them.
    pub(crate) fields: Bytes,
    pub(crate) behalf: Behalf<'r>,
}

impl Attempt for Transcribing<'_> {
    type Answer = Answer;

    fn attempt<'a>(&'a self, leaf: &'a Arc<Leaf>, _number: u32) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = self.behalf.target(leaf, Some(&self.asked.request.model)).await?;
            let (mut request, shape, stream) = self.request(leaf)?;
            request.model.clone_from(&target.model);
            if stream { streamed(target, request).await } else { whole(target, request, shape).await }
        })
    }
}

impl Transcribing<'_> {
    /// What is asked of this target. The recording is copied for each, since
    /// the next one may need it as well.
    fn request(&self, leaf: &Leaf) -> Result<(TranscriptionRequest, Shape, bool), Failure> {
        let asked = &self.asked;
        if leaf.params.is_empty() {
            return Ok((asked.request.clone(), asked.shape, asked.stream));
        }
        let fields = fields::from_json(&leaf.params.apply(&self.fields)?)?;
        let file = File {
            name: asked.request.file_name.clone(),
            mime_type: asked.request.mime_type.clone(),
            data: asked.request.audio.clone(),
        };
        let form = Form { fields, file: Some(file) };
        let asked = decode_transcription(form, asked.request.task)?;
        Ok((asked.request, asked.shape, asked.stream))
    }
}

async fn whole(target: Target, request: TranscriptionRequest, shape: Shape) -> Result<Answer, Failure> {
    let task = request.task;
    let transcript = target.provider.transcribe(&target.context, request).await?;
    let written = encode_transcript(&transcript, shape, task)?;
    let content_type = HeaderValue::from_static(written.content_type);
    Ok(Answer::whole(target, content_type, written.body, transcript.warnings))
}

async fn streamed(target: Target, request: TranscriptionRequest) -> Result<Answer, Failure> {
    let mut events = target.provider.stream_transcription(&target.context, request).await?;
    // Every event says something, so the first batch begins the answer.
    let Some(first) = events.next_batch().await.transpose()? else {
        return Err(Failure {
            sent: true,
            ..Failure::new(
                FailureKind::BadUpstreamAnswer,
                "the upstream's stream ended before it said anything",
            )
        });
    };
    let begin = move |hold: Hold| Body::Pieces(Box::pin(Transcribed::new(&first, events, hold)));
    let answer = Answer::whole(target, EVENTS, Bytes::new(), Vec::new());
    Ok(Answer { body: Reply::Stream(Box::new(begin)), ..answer })
}
