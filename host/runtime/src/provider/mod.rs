//! A provider: a plugin bound to one upstream, and every call that it takes.
//!
//! All methods may be called at once from any number of tasks, within a Tokio
//! runtime. Each fails with [`CallError`]; a call whose future is dropped ends
//! the guest and closes the upstream connection.

mod callback;
pub(crate) mod conform;
mod embedding;
mod forward;
mod later;
pub(crate) mod llm;
pub(crate) mod media;
pub(crate) mod order;
mod others;
mod vectors;

use std::sync::{Arc, PoisonError, RwLock};

pub use forward::Forwarded;
pub use later::ProviderRef;
pub use llm::ChatStream;
pub use media::{Speech, TranscriptionStream};

use crate::active::Active;
use crate::context::CallContext;
use crate::error::CallError;
use crate::host::Shared;
use crate::interface::Interface;
use crate::lease::Lease;
use crate::plugin::Plugin;

/// A plugin bound to one upstream: configuration, secrets and grants. Cloning is
/// cheap and gives the same provider.
#[derive(Clone)]
pub struct Provider {
    pub(crate) shared: Arc<Shared>,
    pub(crate) slot: Arc<Slot>,
}

/// Where a provider's binding is kept. A newer one takes its place; calls in
/// progress end on the one that they began with.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) name: Arc<str>,
    /// What it is told apart by from the provider that it is a variant of.
    pub(crate) variant: Option<Box<str>>,
    pub(crate) active: RwLock<Arc<Active>>,
}

impl Slot {
    pub(crate) fn active(&self) -> Arc<Active> {
        Arc::clone(&self.active.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a newer binding in the place of the present one.
    pub(crate) fn replace(&self, newer: Arc<Active>) {
        let older =
            std::mem::replace(&mut *self.active.write().unwrap_or_else(PoisonError::into_inner), newer);
        older.retire();
    }
}

impl Provider {
    /// The name that the operator gave it.
    pub fn name(&self) -> &str {
        &self.slot.name
    }

    /// What it is told apart by, if it is a variant that a caller brought a key,
    /// a host or a setting for: whoever keeps answers or counts by provider must
    /// keep those of each variant apart. It tells nothing of what was brought, and
    /// is another one in another process.
    pub fn variant(&self) -> Option<&str> {
        self.slot.variant.as_deref()
    }

    /// The plugin that serves it now.
    pub fn plugin(&self) -> Plugin {
        self.slot.active().bound.plugin.clone()
    }

    /// Whether its plugin has an interface.
    pub fn has(&self, interface: Interface) -> bool {
        self.slot.active().bound.plugin.has(interface)
    }

    /// Warm instances waiting for a call.
    pub fn idle_instances(&self) -> usize {
        self.slot.active().idle()
    }

    async fn lease(&self, context: &CallContext, interface: Interface) -> Result<Lease, CallError> {
        Lease::take(&self.shared, self.slot.active(), context, interface).await
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("name", &self.name())
            .field("plugin", &self.plugin())
            .finish_non_exhaustive()
    }
}

/// Leases an instance, calls one of its functions, gives the instance back, and
/// holds the answer against the contract, and against the request where a check
/// of that kind stands behind the call.
macro_rules! call {
    ($provider:expr, $context:expr, $interface:ident, $module:ident . $function:ident ( $($argument:expr),* )) => {
        $crate::provider::call!($provider, $context, $interface, $module.$function($($argument),*), |_| Ok(()))
    };
    ($provider:expr, $context:expr, $interface:ident, $module:ident . $function:ident ( $($argument:expr),* ), $fits:expr) => {{
        let mut lease = $provider.lease($context, $crate::interface::Interface::$interface).await?;
        let deadline = lease.deadline;
        let answer = lease
            .run(deadline, move |live| {
                Box::pin(async move {
                    let (guest, store) = live.$module()?;
                    guest.$function(store, $($argument),*).await
                })
            })
            .await?;
        let active = std::sync::Arc::clone(&lease.active);
        lease.finish(answer).and_then(|answer| $crate::provider::conform::check(&active, answer, $fits))
    }};
}
pub(crate) use call;
