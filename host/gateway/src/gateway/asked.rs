//! What all requests that are routed have in common: who asks, what its headers
//! say, its body, and the way to an answer.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Response, request};
use http_body::Body as HttpBody;
use jackfield_router::access::Caller;
use jackfield_router::{Attempt, Facts, Failure, FailureKind};

use super::Gateway;
use super::answers::{answered, refused};
use crate::auth;
use crate::call::{Answer, Behalf};
use crate::endpoint::ChatDialect;
use crate::portkey::Wishes;
use crate::wire::body::Body;
use crate::wire::intake;

/// A request that may be made and is all there.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) caller: Arc<Caller>,
    pub(super) wishes: Wishes,
    /// The body; what conditions of routes ask about is looked up in it.
    pub(super) body: Bytes,
}

impl Gateway {
    /// Takes a request in, if its sender may call.
    pub(super) async fn asked<B>(&self, head: &request::Parts, body: B) -> Result<Asked, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let caller = auth::caller(self.inner.keys.as_deref(), &head.headers).await?;
        let wishes = Wishes::read(&head.headers)?;
        let body = self.take(&head.headers, body).await?;
        Ok(Asked { caller, wishes, body })
    }

    pub(super) async fn take<B>(&self, headers: &HeaderMap, body: B) -> Result<Bytes, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let settings = &self.inner.settings;
        intake::take(headers, body, settings.body, settings.body_timeout).await.map_err(|error| {
            Failure::new(FailureKind::InvalidRequest, error.to_string()).with_status(error.status().as_u16())
        })
    }

    /// What targets are tried with.
    pub(super) fn behalf<'r>(&'r self, asked: &'r Asked, head: &'r request::Parts) -> Behalf<'r> {
        Behalf {
            headers: &head.headers,
            caller: &asked.caller,
            providers: &*self.inner.providers,
            answer_limit: self.inner.settings.answer,
        }
    }

    /// Has targets tried as the request's plan says, and answers with what came
    /// of it.
    pub(super) async fn route<A: Attempt<Answer = Answer>>(
        &self,
        asked: &Asked,
        head: &request::Parts,
        dialect: ChatDialect,
        model: Option<&str>,
        attempt: &A,
    ) -> Result<Response<Body>, Failure> {
        let plan = self.plan(&asked.caller, &asked.wishes, model)?;
        let facts = Facts {
            metadata: asked.wishes.metadata.clone(),
            body: asked.body.clone(),
            path: head.uri.path().to_owned().into(),
            headers: head.headers.clone(),
            deadline: None,
        };
        Ok(match self.inner.router.run(&plan, &facts, attempt).await {
            Ok(routed) => answered(routed),
            Err(failed) => refused(dialect, &failed),
        })
    }
}
