//! `/v1/rerank`, which Cohere's newer clients find at `/v2/rerank`.

use std::fmt;

use bytes::Bytes;
use http::{Response, request};
use http_body::Body as HttpBody;
use jackfield_router::Failure;

use super::Gateway;
use crate::call::rerank::Reranking;
use crate::dialect::head;
use crate::endpoint::ChatDialect;
use crate::wire::body::Body;

/// In whose terms errors are told.
const DIALECT: ChatDialect = ChatDialect::OpenaiChat;

impl Gateway {
    pub(super) async fn rerank<B>(&self, head: &request::Parts, body: B) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let asked = self.asked(head, body).await?;
        let model = head::scan(&asked.body)?.model;
        let attempt = Reranking { body: asked.body.clone(), model, behalf: self.behalf(&asked, head) };
        self.route(&asked, head, DIALECT, attempt.model.as_deref(), &attempt).await
    }
}
