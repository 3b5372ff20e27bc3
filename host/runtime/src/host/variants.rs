//! Providers once more, for callers who bring something of their own along.

use std::sync::{Arc, RwLock};

use super::Host;
use crate::active::Active;
use crate::bound;
use crate::error::BindError;
use crate::provider::{Provider, Slot};
use crate::settings::ProviderSettings;
use crate::variant::Variant;

impl Host {
    /// The provider of this name as a caller wants it, if it is kept from an
    /// earlier call. Never waits.
    pub fn variant(&self, name: &str, variant: &Variant) -> Option<Provider> {
        let shared = &self.shared;
        let fingerprint = shared.seal.fingerprint(name, variant);
        let slot = shared.variants.get(fingerprint, shared.services.clock.now())?;
        Some(Provider { shared: Arc::clone(shared), slot })
    }

    /// The same, bound if it isn't kept: the plugin that serves the provider, or
    /// that these settings name where none of this name is bound; their config,
    /// grants and limits; and what the caller brings along in the place of what
    /// the settings say. It has instances and connections of its own and isn't
    /// found by [`Host::provider`]. How many are kept, and how long, says
    /// [`VariantLimits`](crate::VariantLimits).
    ///
    /// Whether a caller may have a key, host or setting of its own is for
    /// whoever calls this to decide.
    ///
    /// # Errors
    /// Where it can't be bound so; [`BindError::is_callers`] tells whose fault
    /// that is.
    pub async fn bind_variant(
        &self,
        name: &str,
        settings: &ProviderSettings,
        variant: &Variant,
    ) -> Result<Provider, BindError> {
        if let Some(kept) = self.variant(name, variant) {
            return Ok(kept);
        }
        let shared = &self.shared;
        let serving = self.provider(name).map(|provider| provider.plugin());
        let bound =
            bound::bind_variant(&shared.registry, &shared.services, serving, name, settings, variant).await?;
        let fingerprint = shared.seal.fingerprint(name, variant);
        let active = RwLock::new(Arc::new(Active::variant(Arc::new(bound))));
        let own = Arc::new(Slot { name: name.into(), variant: Some(fingerprint.to_string().into()), active });
        let now = shared.services.clock.now();
        let slot = shared.variants.put(fingerprint, name, Arc::clone(&own), now);
        if Arc::ptr_eq(&slot, &own) {
            shared.watch(&slot);
        }
        Ok(Provider { shared: Arc::clone(shared), slot })
    }
}
