//! `/v1/models`: the routes and the models that the catalog knows of. Clients
//! of Anthropic's protocol, who say so by a header, get its shape.

use std::borrow::Cow;

use http::{HeaderMap, Response, request};
use jackfield_router::{Failure, FailureKind};
use percent_encoding::percent_decode_str;

use super::Gateway;
use super::answers::json as answer;
use crate::auth;
use crate::dialect::models::{self, Model};
use crate::wire::body::Body;

impl Gateway {
    pub(super) async fn models(&self, head: &request::Parts) -> Result<Response<Body>, Failure> {
        let caller = auth::caller(self.inner.keys.as_deref(), &head.headers).await?;
        let usable = |name: &str| match name.split_once('/') {
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
        };
        let one = |name: &str| {
            let owner = name.split_once('/').map_or("jackfield", |(provider, _)| provider);
            Model { id: name.to_owned(), name: None, owner: owner.to_owned(), created: 0 }
        };
        let anthropic = is_anthropic(&head.headers);
        let body = match wanted(head.uri.path()) {
            None => {
                let listed: Vec<_> =
                    self.inner.listed.iter().filter(|name| usable(name)).map(|name| one(name)).collect();
                if anthropic { models::encode_anthropic(&listed) } else { models::encode_openai(&listed) }
            }
            Some(name) => match self.inner.listed.get(&*name).filter(|name| usable(name)) {
                Some(name) if anthropic => models::encode_anthropic_one(&one(name)),
                Some(name) => models::encode_openai_one(&one(name)),
                None => {
                    return Err(Failure::new(
                        FailureKind::NotFound,
                        format!("no model {name:?} is listed here"),
                    ));
                }
            },
        };
        Ok(answer(body))
    }
}

/// Whether a client that asks for models speaks Anthropic's protocol.
pub(super) fn is_anthropic(headers: &HeaderMap) -> bool {
    headers.contains_key("anthropic-version")
}

/// The model that a path asks for. Some clients write the slash in a model's
/// name as it is, others escape it.
fn wanted(path: &str) -> Option<Cow<'_, str>> {
    let path = path.strip_prefix("/v1").unwrap_or(path);
    path.strip_prefix("/models/").map(|name| percent_decode_str(name).decode_utf8_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_name_is_found_escaped_and_plain() {
        for path in ["/v1/models/a/b", "/models/a/b", "/v1/models/a%2Fb", "/models/a%2fb"] {
            assert_eq!(wanted(path).as_deref(), Some("a/b"), "{path}");
        }
        assert_eq!(wanted("/v1/models/%").as_deref(), Some("%"));
        assert_eq!(wanted("/v1/models"), None);
    }
}
