//! `/v1/feedback`: what people think of answers, by the trace that the answers
//! belong to, in Portkey's shape.
//!
//! It is kept where the store has it ([`FeedbackStore`]), so that it can be
//! changed by its id. Each is an event of the log, too (target
//! `jackfield::feedback`; what is said in its metadata at level debug only), and
//! so is each change, with all that it is then; what is given is counted in the
//! metrics (`jackfield_feedback_total`).
//!
//! [`FeedbackStore`]: jackfield_router::feedback::FeedbackStore
//!
//! <https://portkey.ai/docs/api-reference/admin-api/data-plane/feedback>

mod read;

use std::fmt;

use bytes::Bytes;
use http::{Response, request};
use http_body::Body as HttpBody;
use jackfield_router::access::Caller;
use jackfield_router::feedback::{Feedback, Given};
use jackfield_router::{Failure, FailureKind};
use serde_json::json;

use super::Gateway;
use super::answers::json as answer;
use crate::auth;
use crate::wire::body::Body;

impl Gateway {
    /// One feedback, or a list of them.
    pub(super) async fn feedback<B>(&self, head: &request::Parts, body: B) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let caller = auth::caller(self.inner.keys.as_deref(), &head.headers).await?;
        let body = self.take(&head.headers, body).await?;
        let all = read::new(&body)?;
        let tenant = &caller.tenant;
        let given = all.into_iter().map(|feedback| Given { id: new_id(), tenant: tenant.clone(), feedback });
        let given: Vec<Given> = given.collect();
        self.inner.feedback.keep(given.clone()).await?;
        for Given { id, feedback, .. } in &given {
            self.inner.services.metrics.feedback(feedback.value);
            log(id, feedback, &caller);
        }
        Ok(received(given.iter().map(|given| given.id.as_str())))
    }

    /// Another value, weight or metadata for a feedback that was given before.
    pub(super) async fn feedback_update<B>(
        &self,
        head: &request::Parts,
        body: B,
    ) -> Result<Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send,
        B::Error: fmt::Display,
    {
        let caller = auth::caller(self.inner.keys.as_deref(), &head.headers).await?;
        let body = self.take(&head.headers, body).await?;
        let change = read::change(&body)?;
        let id = head.uri.path().split_once("/feedback/").map_or("", |(_, id)| id);
        let Some(feedback) = self.inner.feedback.change(caller.tenant.as_deref(), id, change).await? else {
            return Err(Failure::new(
                FailureKind::NotFound,
                "no feedback has this id: it was never given, or so long ago that it isn't kept any more; give it \
                 anew with POST /v1/feedback",
            ));
        };
        log(id, &feedback, &caller);
        Ok(received([id].into_iter()))
    }
}

fn log(id: &str, feedback: &Feedback, caller: &Caller) {
    let Feedback { trace_id, value, weight, metadata } = feedback;
    let key = caller.key.as_deref();
    tracing::info!(target: "jackfield::feedback", feedback_id = id, trace_id, value, weight, key, "feedback");
    if let Some(metadata) = metadata {
        tracing::debug!(target: "jackfield::feedback", feedback_id = id, metadata, "metadata of a feedback");
    }
}

fn received<'i>(ids: impl Iterator<Item = &'i str>) -> Response<Body> {
    let ids: Vec<&str> = ids.collect();
    let body = json!({ "status": "success", "message": "Feedback received", "feedback_ids": ids });
    answer(Bytes::from(body.to_string()))
}

/// An id in the form of a random UUID (RFC 9562, version 4).
fn new_id() -> String {
    let random = fastrand::u128(..) & !(0xf << 76) & !(0b11 << 62) | (4 << 76) | (0b10 << 62);
    let digits = format!("{random:032x}");
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_4() {
        for _ in 0..100 {
            let id = new_id();
            let lengths: Vec<_> = id.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
            assert_eq!(&id[14..15], "4", "{id}");
            assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
        }
    }
}
