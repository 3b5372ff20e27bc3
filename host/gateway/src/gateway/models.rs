//! `/v1/models`: the routes and the models that the catalog knows of.

use bytes::Bytes;
use http::{Response, request};
use jackfield_router::{Failure, FailureKind};
use serde_json::json;

use super::Gateway;
use super::answers::json as answer;
use crate::auth;
use crate::wire::body::Body;

impl Gateway {
    pub(super) async fn models(&self, head: &request::Parts) -> Result<Response<Body>, Failure> {
        let caller = auth::caller(self.inner.keys.as_deref(), &head.headers).await?;
        let usable = |name: &str| match name.split_once('/') {
            Some((provider, model)) if !self.inner.routes.contains_key(name) => {
                caller.may_use(provider, model)
            }
            _ => true,
        };
        let one = |name: &str| {
            let owner = name.split_once('/').map_or("jackfield", |(provider, _)| provider);
            json!({ "id": name, "object": "model", "created": 0, "owned_by": owner })
        };
        let path = head.uri.path();
        let wanted = path.strip_prefix("/v1").unwrap_or(path).strip_prefix("/models/");
        let body = match wanted {
            None => {
                let data: Vec<_> =
                    self.inner.listed.iter().filter(|name| usable(name)).map(|name| one(name)).collect();
                json!({ "object": "list", "data": data })
            }
            Some(name) => match self.inner.listed.get(name).filter(|name| usable(name)) {
                Some(name) => one(name),
                None => {
                    return Err(Failure::new(
                        FailureKind::NotFound,
                        format!("no model {name:?} is listed here"),
                    ));
                }
            },
        };
        Ok(answer(Bytes::from(body.to_string())))
    }
}
