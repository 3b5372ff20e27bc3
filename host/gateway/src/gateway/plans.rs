//! Which plan answers a request: the config that it sends or names, or what its
//! model's name means.

use std::sync::Arc;
use std::time::Duration;

use jackfield_router::access::Caller;
use jackfield_router::config::{Config, ConfigError};
use jackfield_router::plan::{Meaning, Overrides, build, of_model};
use jackfield_router::{Failure, FailureKind, Node};
use jackfield_runtime::secret::Secret;
use sha2::{Digest, Sha256};

use super::Gateway;
use super::around::{Around, parse};
use crate::portkey::Wishes;

/// How long a plan with a client's key in it is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(3_600);

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
                let message = "the request names no model: write `\"model\": \"provider/model\"`";
                let failure = Failure::new(FailureKind::InvalidRequest, message);
                return Err(Failure { param: Some("model".into()), ..failure });
            };
            if let Some(route) = inner.routes.get(model) {
                return Ok(Arc::clone(route));
            }
            return inner.plans.get("", model, || match inner.names.resolve(model) {
                Ok(Meaning::Model(named)) => {
                    let around = Around { gateway: inner, written_here: true };
                    let plan = of_model("model", named.provider, named.model, &around);
                    // They were tried when the gateway was set up.
                    plan.map_err(|error| Failure::internal(error.to_string()))
                }
                Ok(Meaning::Route) => Err(Failure::internal(format!("the route {model:?} has no plan"))),
                Err(error) => Err(Failure::new(FailureKind::NotFound, error.to_string())),
            });
        }
        let route = model.filter(|_| wishes.config.is_none() && wishes.overrides.provider.is_none());
        if let Some((name, config)) = route.and_then(|name| inner.written.get_key_value(name)) {
            return self.routed(caller, wishes, name, config);
        }
        let plan = self.configured(caller, wishes, None)?;
        // Where neither the config nor a header names a provider, the model's name
        // does, as it does without them.
        match (&*plan, model) {
            (Node::Leaf(leaf), Some(model)) if leaf.provider.is_none() && leaf.model.is_none() => {
                match inner.names.resolve(model) {
                    Ok(Meaning::Model(_)) => self.configured(caller, wishes, Some(model)),
                    Ok(Meaning::Route) | Err(_) => Ok(plan),
                }
            }
            _ => Ok(plan),
        }
    }

    /// The plan of a route, with what the client's headers say over it, which may
    /// be credentials.
    fn routed(
        &self,
        caller: &Caller,
        wishes: &Wishes,
        name: &str,
        config: &Config,
    ) -> Result<Arc<Node>, Failure> {
        let scope = format!("route {:?}/{:?}", caller.tenant, caller.key);
        let path = format!("routes.{name}");
        self.of_client(&scope, &digest(&path, None, &wishes.overrides, None), || {
            let around = Around { gateway: &self.inner, written_here: false };
            build(config, &path, &wishes.overrides, &around).map_err(|error| {
                Failure::new(FailureKind::InvalidRequest, format!("the request's headers: {error}"))
            })
        })
    }

    /// A plan in which a client's credentials may be: it isn't kept for as long as
    /// the others.
    fn of_client(
        &self,
        scope: &str,
        text: &str,
        make: impl FnOnce() -> Result<Node, Failure>,
    ) -> Result<Arc<Node>, Failure> {
        self.inner.plans.expire(self.inner.router.clock().now(), IDLE);
        self.inner.plans.get(scope, text, make)
    }

    /// The plan of a config that the client sends or names, with what its other
    /// headers say. `model` is the one of a config that is a single target and
    /// names none.
    fn configured(
        &self,
        caller: &Caller,
        wishes: &Wishes,
        model: Option<&str>,
    ) -> Result<Arc<Node>, Failure> {
        let inner = &self.inner;
        let sent = wishes.config.as_deref();
        let inline = sent.is_some_and(|text| text.trim_start().starts_with('{'));
        let text = match sent {
            None => "{}",
            Some(text) if inline => text,
            Some(name) => inner.settings.configs.get(name).ok_or_else(|| {
                Failure::new(
                    FailureKind::NotFound,
                    format!("no config is saved as {name:?}: write it under [server.configs], or send JSON"),
                )
            })?,
        };
        let mut overrides = wishes.overrides.clone();
        // The operator's own configs mean the operator's keys, unless a header names
        // the provider that the key beside it is for.
        overrides.header_key = wishes.key.is_some() && (inline || overrides.provider.is_some());
        let key = wishes.key.as_ref().filter(|_| overrides.header_key);
        // Plans of different callers are never shared.
        let scope = format!("{:?}/{:?}", caller.tenant, caller.key);
        self.of_client(&scope, &digest(text, model, &overrides, key), || {
            let wrong = |error: ConfigError| {
                let whose = if sent.is_some() { "x-portkey-config" } else { "the request's headers" };
                Failure::new(FailureKind::InvalidRequest, format!("{whose}: {error}"))
            };
            let mut config: Config = parse(text).map_err(wrong)?;
            if let Some(model) = model {
                config.model = Some(model.to_owned());
            }
            let around = Around { gateway: inner, written_here: false };
            build(&config, "config", &overrides, &around).map_err(wrong)
        })
    }
}

/// Stands for everything that a plan depends on. A digest: the texts have
/// clients' keys in them, and what is kept must not.
fn digest(text: &str, model: Option<&str>, overrides: &Overrides, key: Option<&Secret>) -> String {
    let mut hash = Sha256::new();
    // With their lengths in front, no two lists of fields look alike.
    let mut field = |bytes: Option<&[u8]>| {
        hash.update(bytes.map_or(u64::MAX, |bytes| bytes.len() as u64).to_le_bytes());
        hash.update(bytes.unwrap_or_default());
    };
    field(Some(text.as_bytes()));
    field(model.map(str::as_bytes));
    // Secrets don't show in it, so they follow.
    field(Some(format!("{overrides:?}").as_bytes()));
    for (name, secret) in overrides.options.secrets() {
        field(Some(name.field().as_bytes()));
        field(Some(secret.expose().as_bytes()));
    }
    field(key.map(|key| key.expose().as_bytes()));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::Mutex;
    use std::time::{Instant, SystemTime};

    use super::*;
    use jackfield_router::config::{OptionName, OptionValue};
    use jackfield_router::sealed::Sealed;
    use jackfield_router::{Router, SystemRandom};
    use jackfield_runtime::Clock;

    use crate::ServerSettings;
    use crate::gateway::explain::tests::Named;

    /// A clock that stands still until it is put forward.
    #[derive(Debug)]
    struct Hand(Mutex<Instant>);

    impl Clock for Hand {
        fn now(&self) -> Instant {
            *self.0.lock().unwrap()
        }

        fn wall(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn sleep_until(&self, _deadline: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(std::future::pending())
        }
    }

    /// Headers with a secret in them.
    fn secret(text: &str) -> Overrides {
        let mut overrides = Overrides::default();
        let sealed = OptionValue::Secret(Sealed::new(text.to_owned()));
        overrides.options.set(OptionName::AwsSecretAccessKey, sealed);
        overrides
    }

    /// By a config of the client's own, and by headers over a route.
    #[test]
    fn a_plan_with_a_clients_credential_is_dropped_once_nobody_has_used_it_for_a_while() {
        let of_config = |key: &str| {
            let config = format!(r#"{{"provider":"a","api_key":"{key}"}}"#);
            Wishes { config: Some(config), ..Wishes::default() }
        };
        let of_headers = |key: &str| Wishes { overrides: secret(key), ..Wishes::default() };
        let ways: [&dyn Fn(&str) -> Wishes; 2] = [&of_config, &of_headers];
        for way in ways {
            let clock = Arc::new(Hand(Mutex::new(Instant::now())));
            let shared: Arc<Hand> = Arc::clone(&clock);
            let route = Config::parse(r#"{"provider":"a"}"#).unwrap();
            let builder = Gateway::builder(Arc::new(Named), ServerSettings::default())
                .routes([("r".to_owned(), route)].into())
                .router(Router::new(shared, Arc::new(SystemRandom)));
            let gateway = builder.build().unwrap();
            let plan = |key: &str| gateway.plan(&Caller::default(), &way(key), Some("r")).unwrap();
            let left = Arc::downgrade(&plan("client-key-1"));
            let used = Arc::downgrade(&plan("client-key-2"));
            for _ in 0..2 {
                assert!(left.upgrade().is_some(), "it isn't that long ago");
                *clock.0.lock().unwrap() += IDLE;
                drop(plan("client-key-2"));
            }
            assert!(left.upgrade().is_none());
            assert!(used.upgrade().is_some());
        }
    }

    #[test]
    fn plans_differ_with_everything_that_they_depend_on_secrets_too() {
        let none = Overrides::default();
        let key = |text: &str| Secret::new(text.as_bytes().to_vec()).unwrap();
        let all = [
            digest("{}", None, &none, None),
            digest("{ }", None, &none, None),
            digest("{}", Some("m"), &none, None),
            digest("{}", None, &Overrides { bound: true, ..Overrides::default() }, None),
            digest("{}", None, &none, Some(&key("one"))),
            digest("{}", None, &none, Some(&key("two"))),
            digest("{}", None, &secret("one"), None),
            digest("{}", None, &secret("two"), None),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(!all[..place].contains(one), "{place}");
            assert_eq!(one.len(), 64);
        }
    }
}
