//! What all requests that are routed have in common: who asks, what its headers
//! say, its body, and the way to an answer.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Response, request};
use http_body::Body as HttpBody;
use jackfield_router::access::Caller;
use jackfield_router::{Facts, Failure, FailureKind};

use super::answers::{answered, refused};
use super::{Gateway, Traced};
use crate::auth;
use crate::call::tries::{Kind, Tries};
use crate::call::{Behalf, Reply};
use crate::dialect::head::Head;
use crate::endpoint::{ChatDialect, Endpoint};
use crate::portkey::Wishes;
use crate::wire::body::Body;
use crate::wire::intake;

/// A request that may be made and is all there.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) caller: Arc<Caller>,
    pub(crate) wishes: Wishes,
    /// The body; what conditions of routes ask about is looked up in it.
    pub(crate) body: Bytes,
    pub(crate) trace: Option<Traced>,
}

impl Gateway {
    /// Takes a request in, if its sender may call.
    pub(super) async fn asked<B>(&self, head: &request::Parts, body: B) -> Result<Asked, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let keys = self.inner.keys.as_deref();
        let (caller, wishes, body) = match auth::signed::claimed(keys, &head.headers).await? {
            Some(claimed) => {
                let wishes = Wishes::read(&head.headers)?;
                let body = self.take(&head.headers, body).await?;
                (claimed.verify(head, &body, SystemTime::now())?, wishes, body)
            }
            None => {
                let auth::Shown { caller, key } = auth::shown(keys, &head.headers).await?;
                let wishes = Wishes { key, ..Wishes::read(&head.headers)? };
                (caller, wishes, self.take(&head.headers, body).await?)
            }
        };
        let trace = head.extensions.get::<Traced>().cloned();
        if self.inner.settings.log_bodies {
            tracing::info!(target: "jackfield::body", body = %String::from_utf8_lossy(&body), "asked");
        }
        Ok(Asked { caller, wishes, body, trace })
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
    pub(super) fn behalf<'r>(
        &'r self,
        asked: &'r Asked,
        head: &'r request::Parts,
        endpoint: Endpoint,
        model: Option<&str>,
    ) -> Behalf<'r> {
        let saved = asked.wishes.config.as_ref().filter(|config| !config.trim_start().starts_with('{'));
        let route = model.filter(|model| self.inner.routes.contains_key(*model)).map(str::to_owned);
        let config = if asked.wishes.config.is_some() { saved.cloned() } else { route };
        let services = &self.inner.services;
        Behalf { headers: &head.headers, asked, services, endpoint: endpoint.name(), config }
    }

    /// Has targets tried as the request's plan says, and answers with what came
    /// of it.
    pub(super) async fn route<K: Kind>(
        &self,
        mut asked: Asked,
        head: &request::Parts,
        endpoint: Endpoint,
        scanned: Head,
        kind: K,
    ) -> Result<Response<Body>, Failure> {
        let plan = self.plan(&asked.caller, &asked.wishes, scanned.model.as_deref())?;
        if let Some(user) = &scanned.user {
            // Whose it is can be said in the body as well.
            let metadata = &mut asked.wishes.metadata;
            metadata.entry("_user".to_owned()).or_insert_with(|| user.clone());
        }
        let dialect = match endpoint {
            Endpoint::Chat(dialect) => dialect,
            _ => ChatDialect::OpenaiChat,
        };
        let facts = Facts {
            metadata: asked.wishes.metadata.clone(),
            body: asked.body.clone(),
            path: head.uri.path().to_owned().into(),
            headers: head.headers.clone(),
            deadline: None,
        };
        let behalf = self.behalf(&asked, head, endpoint, scanned.model.as_deref());
        let tries = Tries { kind, body: asked.body.clone(), head: scanned, behalf };
        Ok(match self.inner.router.run(&plan, &facts, &tries).await {
            Ok(routed) => {
                if let Reply::Whole(body) = &routed.answer.body
                    && self.inner.settings.log_bodies
                {
                    tracing::info!(target: "jackfield::body", body = %String::from_utf8_lossy(body), "answered");
                }
                answered(routed)
            }
            Err(failed) => refused(dialect, &failed),
        })
    }
}
