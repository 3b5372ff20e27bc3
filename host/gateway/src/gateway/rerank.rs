//! `/v1/rerank`, which Cohere's newer clients find at `/v2/rerank`.

use std::fmt;

use bytes::Bytes;
use http::{Response, request};
use http_body::Body as HttpBody;
use jackfield_router::Failure;

use super::Gateway;
use crate::call::rerank::Reranking;
use crate::dialect::head;
use crate::endpoint::Endpoint;
use crate::wire::body::Body;

impl Gateway {
    pub(super) async fn rerank<B>(&self, head: &request::Parts, body: B) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let asked = self.asked(head, body).await?;
        let scanned = head::scan(&asked.body)?;
        self.route(asked, head, Endpoint::Rerank, scanned, Reranking).await
    }
}
