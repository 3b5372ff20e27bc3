//! `/v1/audio/speech`, `/v1/audio/transcriptions` and `/v1/audio/translations`.

mod form;

use std::fmt;

use bytes::Bytes;
use http::{Response, header, request};
use http_body::Body as HttpBody;
use jackfield_router::Failure;
use jackfield_runtime::api::transcription::Task;

use super::Gateway;
use crate::call::audio::fields_to_json;
use crate::call::audio::speech::Speaking;
use crate::call::audio::transcription::Transcribing;
use crate::dialect::audio::decode_transcription;
use crate::dialect::head;
use crate::endpoint::Endpoint;
use crate::wire::body::Body;

impl Gateway {
    pub(super) async fn speech<B>(&self, head: &request::Parts, body: B) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let asked = self.asked(head, body).await?;
        let scanned = head::scan(&asked.body)?;
        self.route(asked, head, Endpoint::Speech, scanned, Speaking).await
    }

    pub(super) async fn transcription<B>(
        &self,
        task: Task,
        head: &request::Parts,
        body: B,
    ) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let mut asked = self.asked(head, body).await?;
        let form = form::read(head.headers.get(header::CONTENT_TYPE), std::mem::take(&mut asked.body))?;
        // Routes ask about the form's fields as they do about members of JSON.
        asked.body = fields_to_json(&form.fields);
        let decoded = decode_transcription(form, task)?;
        let endpoint = match task {
            Task::Transcribe => Endpoint::Transcriptions,
            Task::Translate => Endpoint::Translations,
        };
        let kind = Transcribing { asked: decoded };
        self.route(asked, head, endpoint, kind.own_head(), kind).await
    }
}
