//! A provider to come back to: after minutes or days, for what was begun with it.
//!
//! Against: a variant that is kept for as long as somebody remembers it, with the
//! caller's key in it. How many are kept, and how long, is for
//! [`VariantLimits`](crate::VariantLimits) alone to say.

use std::sync::{Arc, Weak};

use super::{Provider, Slot};
use crate::host::Shared;

/// Finds a provider again. Of a variant it keeps nothing: neither what the caller
/// brought along nor an instance.
#[derive(Clone)]
pub struct ProviderRef {
    shared: Arc<Shared>,
    kept: Kept,
}

#[derive(Clone)]
enum Kept {
    Own(Arc<Slot>),
    Variant(Weak<Slot>),
}

impl Provider {
    /// What finds it again.
    pub fn to_ref(&self) -> ProviderRef {
        let kept = match self.slot.variant {
            None => Kept::Own(Arc::clone(&self.slot)),
            Some(_) => Kept::Variant(Arc::downgrade(&self.slot)),
        };
        ProviderRef { shared: Arc::clone(&self.shared), kept }
    }
}

impl ProviderRef {
    /// The provider; nothing for a variant that the host doesn't keep any more. One
    /// that it keeps counts as used.
    pub fn get(&self) -> Option<Provider> {
        let slot = match &self.kept {
            Kept::Own(slot) => Arc::clone(slot),
            Kept::Variant(slot) => self.shared.kept_variant(slot)?,
        };
        Some(Provider { shared: Arc::clone(&self.shared), slot })
    }
}

impl std::fmt::Debug for ProviderRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let variant = matches!(self.kept, Kept::Variant(_));
        f.debug_struct("ProviderRef").field("variant", &variant).finish_non_exhaustive()
    }
}
