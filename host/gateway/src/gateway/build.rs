//! Sets a gateway up.

mod error;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jackfield_router::Router;
use jackfield_router::access::Keys;
use jackfield_router::cache::{Cache, Embed};
use jackfield_router::config::{Config, Hook};
use jackfield_router::feedback::{FeedbackStore, MemoryFeedback};
use jackfield_router::limits::{Condition, Field, LimitStore, Limits, MemoryStore, Pattern};
use jackfield_router::plan::{Meaning, Names, Overrides, Plans, build};
use jackfield_runtime::Clock;
use jackfield_runtime::secret::Secret;

pub use error::BuildError;

use super::around::Around;
use super::{Gateway, Inner};
use crate::guard::Guardrails;
use crate::metrics::Metrics;
use crate::own::Grants;
use crate::providers::Providers;
use crate::services::{Embedder, Services};
use crate::settings::{ClientKeys, ReceiverName, ServerSettings};

/// Plans that are kept, and the most bytes of the texts that they come from.
const PLANS: usize = 4_096;
const PLAN_BYTES: usize = 32 << 20;

/// Sets up a [`Gateway`].
#[derive(Debug)]
pub struct GatewayBuilder {
    providers: Arc<dyn Providers>,
    settings: ServerSettings,
    routes: BTreeMap<String, Config>,
    keys: Option<Arc<dyn Keys>>,
    router: Router,
    limit_store: Option<Arc<dyn LimitStore>>,
    feedback_store: Option<Arc<dyn FeedbackStore>>,
    receiver_secrets: BTreeMap<ReceiverName, Vec<Secret>>,
}

impl GatewayBuilder {
    pub(super) fn new(providers: Arc<dyn Providers>, settings: ServerSettings) -> Self {
        Self {
            providers,
            settings,
            routes: BTreeMap::new(),
            keys: None,
            router: Router::default(),
            limit_store: None,
            feedback_store: None,
            receiver_secrets: BTreeMap::new(),
        }
    }

    /// `[routes]` of the configuration.
    #[must_use]
    pub fn routes(mut self, routes: BTreeMap<String, Config>) -> Self {
        self.routes = routes;
        self
    }

    /// Who may call. Without it everybody may.
    #[must_use]
    pub fn keys(mut self, keys: Arc<dyn Keys>) -> Self {
        self.keys = Some(keys);
        self
    }

    /// The router, for programs that bring time and chance along.
    #[must_use]
    pub fn router(mut self, router: Router) -> Self {
        self.router = router;
        self
    }

    /// Where the numbers of limits are kept. Without it they are kept in memory,
    /// and begin anew with the program.
    #[must_use]
    pub fn limit_store(mut self, store: Arc<dyn LimitStore>) -> Self {
        self.limit_store = Some(store);
        self
    }

    /// Where feedback is kept. Without it the newest is kept in memory, and goes
    /// with the program.
    #[must_use]
    pub fn feedback_store(mut self, store: Arc<dyn FeedbackStore>) -> Self {
        self.feedback_store = Some(store);
        self
    }

    /// The secrets of receivers: what `secret` of each `[server.receivers.NAME]`
    /// names.
    #[must_use]
    pub fn receiver_secrets(mut self, secrets: BTreeMap<ReceiverName, Vec<Secret>>) -> Self {
        self.receiver_secrets = secrets;
        self
    }

    /// Builds it.
    ///
    /// # Errors
    /// A route or a saved config that can't be followed.
    pub fn build(self) -> Result<Gateway, BuildError> {
        let mut names = Names::default();
        let mut listed = BTreeSet::new();
        for (provider, models) in self.providers.list() {
            listed.extend(models.iter().map(|model| format!("{provider}/{model}")));
            names.add_provider(&provider, models.iter().map(String::as_str));
        }
        for provider in self.providers.unbound() {
            names.add_absent(&provider);
        }
        for route in self.routes.keys() {
            names.add_route(route);
            listed.insert(route.clone());
        }
        let grants = grants(&self.settings, self.keys.is_some(), &*self.providers, &names)?;
        let clock = self.router.clock_shared();
        let embed = embedder(&self.settings, &names, &self.providers)?;
        let metrics = Arc::default();
        let services = Services {
            cache: Cache::new(self.settings.cache.options, Arc::clone(&clock), embed),
            limits: limits(&self.settings, self.limit_store, &clock),
            guardrails: guardrails(&self.settings, &metrics)?,
            receivers: super::receivers::receivers(&self.settings, self.receiver_secrets, &names, &clock)?,
            metrics,
            answer_limit: self.settings.answer,
            providers: self.providers,
        };
        let always = always(&self.settings)?;
        let mut inner = Inner {
            unproven: super::asked::unproven_room(self.settings.body),
            settings: self.settings,
            services,
            names,
            listed,
            routes: BTreeMap::new(),
            written: BTreeMap::new(),
            plans: Plans::new(PLANS, PLAN_BYTES),
            grants,
            always,
            feedback: self.feedback_store.unwrap_or_else(|| Arc::new(MemoryFeedback::default())),
            keys: self.keys,
            router: self.router,
            leaving: AtomicBool::new(false),
        };
        let around = Around { gateway: &inner, written_here: true };
        around.usable().map_err(BuildError::Always)?;
        let mut routes = BTreeMap::new();
        for (route, config) in &self.routes {
            let plan = build(config, &format!("routes.{route}"), &Overrides::default(), &around)
                .map_err(|source| BuildError::Route { route: route.clone(), source })?;
            routes.insert(route.clone(), Arc::new(plan));
        }
        for (name, text) in &inner.settings.configs {
            let wrong = |source| BuildError::Config { config: name.clone(), source };
            let config = super::around::parse(text).map_err(wrong)?;
            build(&config, "config", &Overrides::default(), &around).map_err(wrong)?;
        }
        (inner.routes, inner.written) = (routes, self.routes);
        Ok(Gateway { inner: Arc::new(inner) })
    }
}

/// Guardrails of everything: of requests, and of answers.
fn always(settings: &ServerSettings) -> Result<[Vec<Hook>; 2], BuildError> {
    let read = |text: &Option<String>, place| match text {
        None => Ok(Vec::new()),
        Some(text) => Hook::parse_list(text, place).map_err(BuildError::Always),
    };
    let before = read(&settings.input_guardrails, "/input-guardrails")?;
    Ok([before, read(&settings.output_guardrails, "/output-guardrails")?])
}

/// What runs guardrails.
fn guardrails(settings: &ServerSettings, metrics: &Arc<Metrics>) -> Result<Guardrails, BuildError> {
    let read = |(name, text): (&String, &String)| match Hook::parse(text, "") {
        Ok(hook) => Ok((name.clone(), hook)),
        Err(source) => Err(BuildError::Guardrail { guardrail: name.clone(), source }),
    };
    let saved = settings.guardrails.iter().map(read).collect::<Result<_, _>>()?;
    let guardrails = Guardrails::new(&settings.hooks, saved, Arc::clone(metrics))?;
    match guardrails.forbidden() {
        None => Ok(guardrails),
        Some((guardrail, why)) => Err(BuildError::Forbidden { guardrail, why }),
    }
}

/// All limits that are written: those of everybody, and those of single keys,
/// with counters of their own. Nothing where there are none.
fn limits(
    settings: &ServerSettings,
    store: Option<Arc<dyn LimitStore>>,
    clock: &Arc<dyn Clock>,
) -> Option<Limits> {
    let mut all = settings.limits.limits.clone();
    for (name, key) in &settings.keys {
        for limit in key.limits.limits.iter().cloned() {
            let mut own = limit.owned_by(&format!("keys.{name}"));
            let values = vec![Pattern::new(name.as_str())];
            own.conditions.push(Condition { field: Field::ApiKey, values, excludes: Vec::new() });
            all.push(own);
        }
    }
    let in_memory =
        || Arc::new(MemoryStore::new(Arc::clone(clock), MemoryStore::USUAL_COUNTERS)) as Arc<dyn LimitStore>;
    (!all.is_empty()).then(|| Limits::new(all, store.unwrap_or_else(in_memory)))
}

/// What clients may bring along. On a gateway of one's own, which asks for no
/// keys, clients may bring theirs unless it is written otherwise.
fn grants(
    settings: &ServerSettings,
    secured: bool,
    providers: &dyn Providers,
    names: &Names,
) -> Result<Grants, BuildError> {
    let usual = if secured { ClientKeys::None } else { ClientKeys::All };
    let keys = settings.client_keys.clone().unwrap_or(usual);
    let unbound: BTreeSet<Arc<str>> = providers.unbound().into_iter().map(Arc::from).collect();
    if let ClientKeys::Of(wanted) = &keys {
        let known = |name: &str| names.provider(name).is_some() || unbound.contains(name);
        if let Some(name) = wanted.iter().find(|name| !known(name)) {
            let advice = match names.nearest_provider(name) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => "write it under [providers], or name one of the catalog".to_owned(),
            };
            return Err(BuildError::ClientKeys(name.clone(), advice));
        }
    }
    Ok(Grants { keys, hosts: settings.custom_hosts.clone(), unbound })
}

/// What tells which texts mean the same, if the settings name a model for it.
fn embedder(
    settings: &ServerSettings,
    names: &Names,
    providers: &Arc<dyn Providers>,
) -> Result<Option<Arc<dyn Embed>>, BuildError> {
    let Some(model) = &settings.cache.model else { return Ok(None) };
    match names.resolve(model) {
        Ok(Meaning::Model(named)) => Ok(Some(Arc::new(Embedder { providers: Arc::clone(providers), named }))),
        Ok(Meaning::Route) => {
            Err(BuildError::CacheModel(format!("{model:?} is a route; write `provider/model`")))
        }
        Err(error) => Err(BuildError::CacheModel(error.to_string())),
    }
}
