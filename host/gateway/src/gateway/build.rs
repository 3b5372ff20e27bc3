//! Sets a gateway up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jackfield_router::Router;
use jackfield_router::access::Keys;
use jackfield_router::config::{Config, ConfigError};
use jackfield_router::plan::{Names, Overrides, Plans, build};

use super::around::Around;
use super::{Gateway, Inner};
use crate::metrics::Metrics;
use crate::providers::Providers;
use crate::settings::ServerSettings;

/// Plans that are kept, and the most bytes of the texts that they come from.
const PLANS: usize = 4_096;
const PLAN_BYTES: usize = 32 << 20;

/// A gateway can't be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A route asks for what isn't there.
    #[error("[routes.{route}]: {source}")]
    Route {
        /// The route.
        route: String,
        /// What.
        #[source]
        source: ConfigError,
    },
    /// A saved config can't be used.
    #[error("[server.configs] {config}: {source}")]
    Config {
        /// Its name.
        config: String,
        /// Why.
        #[source]
        source: ConfigError,
    },
}

/// Sets up a [`Gateway`].
#[derive(Debug)]
pub struct GatewayBuilder {
    providers: Arc<dyn Providers>,
    settings: ServerSettings,
    routes: BTreeMap<String, Config>,
    keys: Option<Arc<dyn Keys>>,
    router: Router,
}

impl GatewayBuilder {
    pub(super) fn new(providers: Arc<dyn Providers>, settings: ServerSettings) -> Self {
        Self { providers, settings, routes: BTreeMap::new(), keys: None, router: Router::default() }
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
        for route in self.routes.keys() {
            names.add_route(route);
            listed.insert(route.clone());
        }
        let mut inner = Inner {
            settings: self.settings,
            providers: self.providers,
            names,
            listed,
            routes: BTreeMap::new(),
            plans: Plans::new(PLANS, PLAN_BYTES),
            keys: self.keys,
            router: self.router,
            metrics: Metrics::default(),
            leaving: AtomicBool::new(false),
        };
        let around = Around { gateway: &inner };
        let mut routes = BTreeMap::new();
        for (route, config) in self.routes {
            let plan = build(&config, &format!("routes.{route}"), &Overrides::default(), &around)
                .map_err(|source| BuildError::Route { route: route.clone(), source })?;
            routes.insert(route, Arc::new(plan));
        }
        for (name, text) in &inner.settings.configs {
            let wrong = |source| BuildError::Config { config: name.clone(), source };
            let config = super::around::parse(text).map_err(wrong)?;
            build(&config, "config", &Overrides::default(), &around).map_err(wrong)?;
        }
        inner.routes = routes;
        Ok(Gateway { inner: Arc::new(inner) })
    }
}
