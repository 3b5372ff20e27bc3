//! Chats in any dialect, and the counting of their tokens.

use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Response, header, request};
use http_body::Body as HttpBody;
use jackfield_router::price::prompt_tokens;
use jackfield_router::{Failure, FailureKind};

use super::Gateway;
use super::answers::json;
use crate::call::chat::Chat;
use crate::call::tries::with_model;
use crate::dialect::{anthropic_messages, gemini_generate, head};
use crate::endpoint::{ChatDialect, Endpoint, PathFacts};
use crate::guard::Form;
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
        let path = PathFacts::of(dialect, &head.uri)?;
        let scanned = head::of_chat(dialect, &path, &asked.body)?;
        let list = path.list;
        let answer =
            self.route(asked, head, Endpoint::Chat(dialect), scanned, Chat { dialect, path }).await?;
        Ok(if list { listed(answer) } else { answer })
    }

    /// Counts with the first target that a chat would be sent to. Where its API
    /// can't, the answer is an estimate, and a header says so: clients fit
    /// prompts into a context with it, and can't do without.
    pub(super) async fn count_tokens<B>(
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
        let path = PathFacts::of(dialect, &head.uri)?;
        let model = head::of_chat(dialect, &path, &asked.body)?.model;
        let plan = self.plan(&asked.caller, &asked.wishes, model.as_deref())?;
        let leaves = plan.leaves();
        let Some(leaf) = leaves.first() else {
            return Err(Failure::new(FailureKind::NoTarget, "this route has no target"));
        };
        let behalf = self.behalf(&asked, head, Endpoint::CountTokens(dialect), model.as_deref());
        let target = behalf.target(leaf, model.as_deref()).await?;
        let mut body = match model {
            Some(_) => asked.body.clone(),
            None => with_model(&target.model, &asked.body)?,
        };
        // What is counted is sent as well, so guardrails look at it.
        let (guardrails, form) = (&self.inner.services.guardrails, Form::Chat(dialect));
        guardrails.before(Some(form), leaf, &behalf, &target, false, &mut body).await?;
        let mut request = match dialect {
            ChatDialect::GeminiGenerate => gemini_generate::decode_count(&body, &path)?,
            _ => anthropic_messages::decode_count(&body)?,
        };
        request.model = target.model.to_string();
        let estimate = prompt_tokens(&request);
        let counted = target.provider.count_tokens(&target.context, request).await.map_err(Failure::from);
        let told = |tokens| {
            json(match dialect {
                ChatDialect::GeminiGenerate => gemini_generate::encode_count(tokens),
                _ => anthropic_messages::encode_count(tokens),
            })
        };
        match counted {
            Ok(tokens) => Ok(told(tokens)),
            Err(failure) if failure.kind == FailureKind::Unsupported => {
                let mut response = told(estimate);
                let warning =
                    HeaderValue::from_static("this provider doesn't count tokens: it is an estimate");
                response.headers_mut().insert("x-jackfield-warning", warning);
                Ok(response)
            }
            Err(failure) => Err(failure),
        }
    }
}

/// A stream of events as the JSON list that its client asked for.
fn listed(answer: Response<Body>) -> Response<Body> {
    let (mut head, body) = answer.into_parts();
    let events = head.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
    match body {
        Body::Pieces(pieces) if events => {
            head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Response::from_parts(head, Body::Pieces(Box::pin(gemini_generate::Listed::new(pieces))))
        }
        body => Response::from_parts(head, body),
    }
}
