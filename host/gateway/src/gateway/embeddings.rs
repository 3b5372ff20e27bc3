//! `/v1/embeddings`, and the embeddings of Gemini's dialect.

use std::fmt;

use bytes::Bytes;
use http::{Response, request};
use http_body::Body as HttpBody;
use jackfield_router::Failure;

use super::Gateway;
use crate::call::embeddings::Embeddings;
use crate::call::gemini_embeddings::ContentEmbeddings;
use crate::dialect::gemini_embeddings::Method;
use crate::dialect::head;
use crate::endpoint::{ChatDialect, Endpoint, PathFacts};
use crate::wire::body::Body;

impl Gateway {
    pub(super) async fn embeddings<B>(
        &self,
        head: &request::Parts,
        body: B,
    ) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let asked = self.asked(head, body).await?;
        let scanned = head::scan(&asked.body)?;
        self.route(asked, head, Endpoint::Embeddings, scanned, Embeddings).await
    }

    pub(super) async fn embed_contents<B>(
        &self,
        method: Method,
        endpoint: Endpoint,
        head: &request::Parts,
        body: B,
    ) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let asked = self.asked(head, body).await?;
        let path = PathFacts::of(ChatDialect::GeminiGenerate, &head.uri)?;
        let scanned = head::of_chat(ChatDialect::GeminiGenerate, &path, &asked.body)?;
        self.route(asked, head, endpoint, scanned, ContentEmbeddings { method, path }).await
    }
}
