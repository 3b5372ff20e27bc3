//! What all requests that are routed have in common: who asks, what its headers
//! say, its body, and the way to an answer.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Response, request};
use http_body::Body as HttpBody;
use jackfield_router::access::Caller;
use jackfield_router::{Facts, Failure};

use super::answers::{answered, refused};
use super::{Gateway, Traced};
use crate::auth;
use crate::call::tries::{Kind, Tries};
use crate::call::{Behalf, Reply};
use crate::dialect::head::Head;
use crate::endpoint::Endpoint;
use crate::portkey::Wishes;
use crate::wire::body::Body;
use crate::wire::intake;
use crate::wire::peer::Peer;
use crate::wire::room::Room;
use crate::wire::unproven::{self, Pace};

/// How fast a body must come before it is known whose it is. What a prompt with
/// pictures takes over a telephone is the slowest that is waited for.
const PACE: Pace =
    Pace { grace: Duration::from_secs(10), rate: 16 << 10, longest: Duration::from_secs(3_600) };

/// Memory for bodies whose signature is known only with them: two of the longest,
/// of which one peer may hold one.
pub(super) fn unproven_room(body: usize) -> Room {
    Room::new(body.saturating_mul(2), body)
}

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
        let (caller, wishes, body) = match auth::signed::claimed(keys, head, SystemTime::now()).await? {
            Some(claimed) => {
                let body = match claimed.is_proven() {
                    true => self.take(&head.headers, body).await?,
                    false => self.take_unproven(head, body).await?,
                };
                (claimed.with_body(&body)?, Wishes::read(&head.headers)?, body)
            }
            None => {
                let auth::Shown { caller, key } = auth::shown(keys, &head.headers).await?;
                let wishes = Wishes { key, ..Wishes::read(&head.headers)? };
                (caller, wishes, self.take(&head.headers, body).await?)
            }
        };
        let trace = head.extensions.get::<Traced>().cloned();
        if self.inner.settings.log_bodies && !wishes.private {
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
        Ok(intake::take(headers, body, settings.body, settings.body_timeout).await?)
    }

    /// Takes a body in whose signature is known only with it.
    async fn take_unproven<B>(&self, head: &request::Parts, body: B) -> Result<Bytes, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let settings = &self.inner.settings;
        let peer = head.extensions.get::<Peer>().copied().unwrap_or_default();
        let place = self.inner.unproven.place(peer);
        let (limit, pause) = (settings.body, settings.body_timeout);
        Ok(unproven::take(&head.headers, body, limit, pause, PACE, &place).await?)
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
        let dialect = endpoint.dialect();
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
                    && !asked.wishes.private
                {
                    tracing::info!(target: "jackfield::body", body = %String::from_utf8_lossy(body), "answered");
                }
                answered(routed)
            }
            Err(failed) => refused(dialect, &failed),
        })
    }
}
