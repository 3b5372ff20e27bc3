//! One try of a transcription or translation at one target.

use bytes::Bytes;
use http::HeaderValue;
use jackfield_router::usage::Counted;
use jackfield_router::{BoxFuture, Failure, FailureKind, Leaf};
use jackfield_runtime::api::transcription::TranscriptionRequest;

use super::fields;
use super::transcribed::Transcribed;
use crate::call::delivery::Delivery;
use crate::call::tries::{Kind, Turn};
use crate::call::{Answer, EVENTS, Reply, Target};
use crate::dialect::audio::{
    DecodedTranscription, File, Form, Shape, decode_transcription, encode_transcript,
};
use crate::dialect::head::Head;
use crate::wire::body::Body;

/// A recording, as a form says it. What routes ask and change are the texts of
/// the form, as JSON.
#[derive(Debug)]
pub(crate) struct Transcribing {
    pub(crate) asked: DecodedTranscription,
}

impl Kind for Transcribing {
    fn ask<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = turn.target;
            let (mut request, shape, stream) = self.request(turn.leaf, turn.body)?;
            request.model = target.model.to_string();
            if stream { streamed(target, request).await } else { whole(target, request, shape).await }
        })
    }

    /// In a form everything is a text, which a head isn't.
    fn head(&self, _fields: &[u8]) -> Result<Head, Failure> {
        Ok(self.own_head())
    }
}

impl Transcribing {
    /// What routing needs of the form.
    pub(crate) fn own_head(&self) -> Head {
        let model = Some(self.asked.request.model.clone()).filter(|model| !model.is_empty());
        Head { model, ..Head::default() }
    }

    /// What is asked of this target. The recording is copied for each, since
    /// the next one may need it as well.
    fn request(&self, leaf: &Leaf, fields: &[u8]) -> Result<(TranscriptionRequest, Shape, bool), Failure> {
        let asked = &self.asked;
        if leaf.params.is_empty() {
            return Ok((asked.request.clone(), asked.shape, asked.stream));
        }
        let fields = fields::from_json(fields)?;
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

async fn whole(target: &Target, request: TranscriptionRequest, shape: Shape) -> Result<Answer, Failure> {
    let task = request.task;
    let transcript = target.provider.transcribe(&target.context, request).await?;
    let written = encode_transcript(&transcript, shape, task)?;
    let content_type = HeaderValue::from_static(written.content_type);
    let used = transcript.usage.map(|usage| Counted { usage, estimated: false });
    Ok(Answer { used, ..Answer::whole(target, content_type, written.body, transcript.warnings) })
}

async fn streamed(target: &Target, request: TranscriptionRequest) -> Result<Answer, Failure> {
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
    let begin = move |delivery: Delivery| Body::Pieces(Box::pin(Transcribed::new(&first, events, delivery)));
    let answer = Answer::whole(target, EVENTS, Bytes::new(), Vec::new());
    Ok(Answer { body: Reply::Stream(Box::new(begin)), ..answer })
}
