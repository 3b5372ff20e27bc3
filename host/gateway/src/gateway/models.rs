//! `/v1/models`: the routes and the models that the catalog knows of. Clients
//! of Anthropic's protocol, who say so by a header, get its shape, and those of
//! Gemini's, who say so too or ask at `/v1beta/models`, that one.

use std::borrow::Cow;

use http::{HeaderMap, Response, request};
use jackfield_router::access::Caller;
use jackfield_router::{Failure, FailureKind};
use percent_encoding::percent_decode_str;

use super::Gateway;
use super::answers::json as answer;
use crate::auth;
use crate::dialect::gemini_models;
use crate::dialect::models::{self, Model};
use crate::endpoint::query;
use crate::providers::ModelFacts;
use crate::wire::body::Body;

/// The most models of one page, as Gemini's API has it.
const PAGE: usize = 1000;

impl Gateway {
    pub(super) async fn models(&self, head: &request::Parts) -> Result<Response<Body>, Failure> {
        let caller = auth::caller(self.inner.keys.as_deref(), &head.headers).await?;
        let one = |name: &str| {
            let owner = name.split_once('/').map_or("jackfield", |(provider, _)| provider);
            Model { id: name.to_owned(), name: None, owner: owner.to_owned(), created: 0 }
        };
        let anthropic = is_anthropic(&head.headers);
        let body = match wanted(head.uri.path()) {
            None => {
                let listed: Vec<_> = self.usable(&caller).map(one).collect();
                if anthropic { models::encode_anthropic(&listed) } else { models::encode_openai(&listed) }
            }
            Some(name) => {
                let model = one(self.listed(&caller, &name)?);
                if anthropic {
                    models::encode_anthropic_one(&model)
                } else {
                    models::encode_openai_one(&model)
                }
            }
        };
        Ok(answer(body))
    }

    /// The same in Gemini's shape.
    pub(super) async fn gemini_models(&self, head: &request::Parts) -> Result<Response<Body>, Failure> {
        let caller = auth::caller(self.inner.keys.as_deref(), &head.headers).await?;
        if let Some(name) = wanted(head.uri.path()) {
            return Ok(answer(gemini_models::encode_one(&self.known(self.listed(&caller, &name)?))));
        }
        let size = match query(&head.uri, "pageSize").filter(|size| !size.is_empty()) {
            None => PAGE,
            Some(size) => size.parse().ok().filter(|size: &i32| *size >= 0).map(page).ok_or_else(|| {
                let message = format!("`pageSize` is {size:?}, but must be a whole number of models");
                let failure = Failure::new(FailureKind::InvalidRequest, message);
                Failure { param: Some("pageSize".into()), ..failure }
            })?,
        };
        // The name that the page before ended with.
        let behind = query(&head.uri, "pageToken").unwrap_or_default();
        let mut rest = self.usable(&caller).skip_while(|name| *name <= behind.as_str()).peekable();
        let mut page: Vec<gemini_models::Model<'_>> = Vec::new();
        while let Some(name) = rest.next_if(|_| page.len() < size) {
            page.push(self.known(name));
        }
        let next = rest.peek().and_then(|_| page.last()).map(|last| last.name);
        Ok(answer(gemini_models::encode(&page, next)))
    }

    /// The names that a caller may give, in their order.
    fn usable<'g>(&'g self, caller: &'g Caller) -> impl Iterator<Item = &'g str> {
        self.inner.listed.iter().map(String::as_str).filter(move |name| self.may_use(caller, name))
    }

    /// One of them.
    fn listed<'g>(&'g self, caller: &Caller, name: &str) -> Result<&'g str, Failure> {
        let listed = self.inner.listed.get(name).filter(|name| self.may_use(caller, name));
        listed
            .map(String::as_str)
            .ok_or_else(|| Failure::new(FailureKind::NotFound, format!("no model {name:?} is listed here")))
    }

    fn may_use(&self, caller: &Caller, name: &str) -> bool {
        match name.split_once('/') {
            Some((provider, model)) if !self.inner.routes.contains_key(name) => {
                caller.may_use(provider, model)
            }
            // Some of what the route may lead to.
            _ => self.inner.routes.get(name).is_none_or(|route| {
                route.leaves().iter().any(|leaf| {
                    let model = leaf.model_for(Some(name)).unwrap_or(name);
                    leaf.provider.as_deref().is_none_or(|provider| caller.may_use(provider, model))
                })
            }),
        }
    }

    /// A name with what the catalog knows; of a route it knows nothing.
    fn known<'g>(&self, name: &'g str) -> gemini_models::Model<'g> {
        let facts = match name.split_once('/') {
            Some((provider, model)) if !self.inner.routes.contains_key(name) => {
                self.inner.services.providers.model(provider, model)
            }
            _ => ModelFacts::default(),
        };
        gemini_models::Model {
            name,
            kind: facts.kind,
            input_tokens: facts.context_tokens,
            output_tokens: facts.output_tokens,
        }
    }
}

/// How many models a client gets that asks for so many; for none, as many as
/// there can be.
fn page(asked: i32) -> usize {
    usize::try_from(asked).ok().filter(|size| *size > 0).map_or(PAGE, |size| size.min(PAGE))
}

/// Whether a client that asks for models speaks Anthropic's protocol.
pub(super) fn is_anthropic(headers: &HeaderMap) -> bool {
    headers.contains_key("anthropic-version")
}

/// The model that a path asks for. Some clients write the slash in a model's
/// name as it is, others escape it.
fn wanted(path: &str) -> Option<Cow<'_, str>> {
    let path = ["/v1beta", "/v1"].iter().find_map(|version| path.strip_prefix(version)).unwrap_or(path);
    path.strip_prefix("/models/").map(|name| percent_decode_str(name).decode_utf8_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_name_is_found_escaped_and_plain() {
        let paths =
            ["/v1/models/a/b", "/models/a/b", "/v1/models/a%2Fb", "/models/a%2fb", "/v1beta/models/a/b"];
        for path in paths {
            assert_eq!(wanted(path).as_deref(), Some("a/b"), "{path}");
        }
        assert_eq!(wanted("/v1/models/%").as_deref(), Some("%"));
        assert_eq!((wanted("/v1/models"), wanted("/v1beta/models")), (None, None));
    }

    #[test]
    fn a_page_is_as_large_as_asked_for_and_no_larger_than_all_pages_can_be() {
        assert_eq!([0, 1, 50, 5_000].map(page), [PAGE, 1, 50, PAGE]);
    }
}
