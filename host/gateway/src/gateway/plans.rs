//! Which plan answers a request: the config that it sends or names, or what its
//! model's name means.

use std::sync::Arc;

use jackfield_router::access::Caller;
use jackfield_router::config::ConfigError;
use jackfield_router::plan::{Meaning, build, of_model};
use jackfield_router::{Failure, FailureKind, Node};

use super::Gateway;
use super::around::{Around, parse};
use crate::portkey::Wishes;

impl Gateway {
    /// What the request is to be answered by: its config, or what its model's
    /// name means.
    pub(super) fn plan(
        &self,
        caller: &Caller,
        wishes: &Wishes,
        model: Option<&str>,
    ) -> Result<Arc<Node>, Failure> {
        let inner = &self.inner;
        if wishes.config.is_none() && wishes.overrides.is_empty() {
            let Some(model) = model else {
                return Err(Failure::new(
                    FailureKind::InvalidRequest,
                    "the request names no model: write `\"model\": \"provider/model\"`",
                ));
            };
            if let Some(route) = inner.routes.get(model) {
                return Ok(Arc::clone(route));
            }
            return inner.plans.get("", model, || match inner.names.resolve(model) {
                Ok(Meaning::Model(named)) => Ok(of_model("model", named.provider, named.model)),
                Ok(Meaning::Route) => Err(Failure::internal(format!("the route {model:?} has no plan"))),
                Err(error) => Err(Failure::new(FailureKind::NotFound, error.to_string())),
            });
        }
        self.configured(caller, wishes)
    }

    /// The plan of a config that the client sends or names, with what its other
    /// headers say.
    fn configured(&self, caller: &Caller, wishes: &Wishes) -> Result<Arc<Node>, Failure> {
        let inner = &self.inner;
        let text = match wishes.config.as_deref() {
            None => "{}",
            Some(text) if text.trim_start().starts_with('{') => text,
            Some(name) => inner.settings.configs.get(name).ok_or_else(|| {
                Failure::new(
                    FailureKind::NotFound,
                    format!("no config is saved as {name:?}: write it under [server.configs], or send JSON"),
                )
            })?,
        };
        // Everything that the plan depends on; plans of different callers are never shared.
        let scope = format!("{:?}/{:?}", caller.tenant, caller.key);
        let key = format!("{text}\n{:?}", wishes.overrides);
        let around = Around { gateway: inner };
        inner.plans.get(&scope, &key, || {
            let wrong = |error: ConfigError| {
                Failure::new(FailureKind::InvalidRequest, format!("x-portkey-config: {error}"))
            };
            let config = parse(text).map_err(wrong)?;
            build(&config, "config", &wishes.overrides, &around).map_err(wrong)
        })
    }
}
