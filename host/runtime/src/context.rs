//! What a caller says about one call.

use std::sync::Arc;
use std::time::Instant;

/// Who calls, and until when it makes sense. The default is nobody in
/// particular, for as long as the provider's own limits allow.
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    /// The tenant on whose behalf the call is made. Instances are never shared
    /// between tenants.
    pub tenant: Option<Arc<str>>,
    /// When the answer is of no more use, by the host's
    /// [`Clock`](crate::Clock). It can shorten the provider's timeouts, not
    /// extend them.
    pub deadline: Option<Instant>,
}

impl CallContext {
    /// A call of a tenant's.
    pub fn of_tenant(tenant: impl Into<Arc<str>>) -> Self {
        Self { tenant: Some(tenant.into()), deadline: None }
    }

    /// The same, to be over by `deadline`.
    #[must_use]
    pub fn by(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }
}
