//! Chats in any dialect, and the counting of their tokens.

use std::fmt;

use bytes::Bytes;
use http::{Response, request};
use http_body::Body as HttpBody;
use jackfield_router::{Failure, FailureKind};

use super::Gateway;
use super::answers::json;
use crate::call::chat::Chat;
use crate::dialect::{anthropic_messages, head};
use crate::endpoint::ChatDialect;
use crate::wire::body::Body;

impl Gateway {
    pub(super) async fn chat<B>(
        &self,
        dialect: ChatDialect,
        head: &request::Parts,
        body: B,
    ) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let asked = self.asked(head, body).await?;
        let scanned = head::scan(&asked.body)?;
        let chat =
            Chat { dialect, body: asked.body.clone(), head: scanned, behalf: self.behalf(&asked, head) };
        self.route(&asked, head, dialect, chat.head.model.as_deref(), &chat).await
    }

    /// Counts with the first target that a chat would be sent to.
    pub(super) async fn count_tokens<B>(
        &self,
        head: &request::Parts,
        body: B,
    ) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let asked = self.asked(head, body).await?;
        let mut request = anthropic_messages::decode_count(&asked.body)?;
        let plan = self.plan(&asked.caller, &asked.wishes, Some(&request.model))?;
        let leaves = plan.leaves();
        let Some(leaf) = leaves.first() else {
            return Err(Failure::new(FailureKind::NoTarget, "this route has no target"));
        };
        let target = self.behalf(&asked, head).target(leaf, Some(&request.model)).await?;
        request.model.clone_from(&target.model);
        let tokens = target.provider.count_tokens(&target.context, request).await?;
        Ok(json(anthropic_messages::encode_count(tokens)))
    }
}
