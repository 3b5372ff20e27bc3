//! `/v1/moderations`. A request that names no model asks for OpenAI's usual one:
//! a route can have its name.

use std::fmt;

use bytes::Bytes;
use http::{Response, request};
use http_body::Body as HttpBody;
use jackfield_router::{Failure, FailureKind};

use super::Gateway;
use crate::call::moderations::{Moderations, USUAL_MODEL};
use crate::dialect::head;
use crate::endpoint::Endpoint;
use crate::wire::body::Body;

impl Gateway {
    pub(super) async fn moderations<B>(
        &self,
        head: &request::Parts,
        body: B,
    ) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let asked = self.asked(head, body).await?;
        let mut scanned = head::scan(&asked.body)?;
        let unnamed = scanned.model.is_none();
        scanned.model.get_or_insert_with(|| USUAL_MODEL.to_owned());
        let answer = self.route(asked, head, Endpoint::Moderations, scanned, Moderations).await;
        answer.map_err(|failure| match unnamed && failure.kind == FailureKind::NotFound {
            true => {
                let message = format!("the request names no model, which is to say: {}", failure.message);
                Failure { message, ..failure }
            }
            false => failure,
        })
    }
}
