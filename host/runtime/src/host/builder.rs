//! Sets up a host: everything that reaches outside is handed in here.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use wasmtime::component::Linker;

use super::{Host, Shared};
use crate::bound::Services;
use crate::clock::{Clock, SystemClock};
use crate::code_cache::CodeCache;
use crate::count::Count;
use crate::egress::hyper_transport::HyperTransport;
use crate::egress::observe::EgressObserver;
use crate::egress::resolve::{Resolver, SystemResolver};
use crate::egress::transport::Transport;
use crate::engine::{self, PoolSizes};
use crate::error::HostError;
use crate::imports;
use crate::registry::Registry;
use crate::secret::{SecretReader, SecretStore};
use crate::variant::{Kept, Seal, VariantLimits};

/// Sets up a [`Host`]. Everything that reaches outside is handed in here.
#[derive(Debug)]
pub struct HostBuilder {
    pool: PoolSizes,
    code_cache: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    resolver: Arc<dyn Resolver>,
    transport: Arc<dyn Transport>,
    secrets: SecretReader,
    observer: Option<Arc<dyn EgressObserver>>,
    variants: VariantLimits,
}

impl HostBuilder {
    pub(super) fn new() -> Self {
        Self {
            pool: PoolSizes::default(),
            code_cache: None,
            clock: Arc::new(SystemClock),
            resolver: Arc::new(SystemResolver),
            transport: Arc::new(HyperTransport::default()),
            secrets: SecretReader::of_process(),
            observer: None,
            variants: VariantLimits::default(),
        }
    }

    /// Sizes of the instance pool.
    #[must_use]
    pub fn pool(mut self, pool: PoolSizes) -> Self {
        self.pool = pool;
        self
    }

    /// The folder for compiled code; without one, every start compiles. It must
    /// be writable by this user alone: code from it runs unchecked.
    #[must_use]
    pub fn code_cache(mut self, folder: impl Into<PathBuf>) -> Self {
        self.code_cache = Some(folder.into());
        self
    }

    /// The source of time; the machine's by default.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How names become addresses; the machine's resolver by default. Whatever
    /// it answers passes the address rules before a connection is made.
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = resolver;
        self
    }

    /// How requests are sent; by hyper by default.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = transport;
        self
    }

    /// Where secrets come from that are neither in a file nor in the
    /// environment.
    #[must_use]
    pub fn secret_store(mut self, store: Arc<dyn SecretStore>) -> Self {
        self.secrets = self.secrets.with_store(store);
        self
    }

    /// How secrets are read, environment included; the process's by default.
    #[must_use]
    pub fn secrets(mut self, secrets: SecretReader) -> Self {
        self.secrets = secrets;
        self
    }

    /// Who is shown each request as the plugin wrote it and as it goes out.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn EgressObserver>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// How many variants of providers are kept for callers, and how long.
    #[must_use]
    pub fn variants(mut self, limits: VariantLimits) -> Self {
        self.variants = limits;
        self
    }

    /// Builds the host.
    pub fn build(self) -> Result<Host, HostError> {
        let engine = engine::build(self.pool)?;
        let mut linker = Linker::new(&engine);
        imports::link(&mut linker).map_err(|error| HostError::Engine { message: format!("{error:#}") })?;
        let shared = Arc::new(Shared {
            linker,
            cache: CodeCache::open(self.code_cache)?,
            registry: Registry::default(),
            providers: RwLock::default(),
            slots: RwLock::default(),
            variants: Kept::new(self.variants),
            seal: Seal::new()?,
            instances: self.pool.instances,
            count: Count::default(),
            services: Services {
                clock: self.clock,
                resolver: self.resolver,
                transport: self.transport,
                secrets: self.secrets,
                observer: self.observer,
            },
            engine,
        });
        engine::start_ticking(&shared.engine, &shared)?;
        Ok(Host { shared })
    }
}
