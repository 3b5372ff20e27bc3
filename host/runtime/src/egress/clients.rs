//! One client, with its own connections, for each origin and credential.
//!
//! Against: a connection that was opened with one credential, or under a wider
//! address rule, and then carries another's request.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    address::AddressRule,
    auth::Generation,
    origin::Origin,
    policy::AuthId,
    resolve::{Dial, Resolver},
    transport::{Client, ClientSettings, Transport, TransportError},
};

/// The most clients of one provider: a wildcard grant has no end of origins.
const MOST: usize = 32;

/// What a client is used for, and for nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Purpose {
    pub(super) origin: Origin,
    pub(super) addresses: AddressRule,
    pub(super) side: Side,
}

/// Whose requests a client carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Side {
    /// The plugin's: with this credential, and which of its values.
    Plugin(Option<(AuthId, Generation)>),
    /// The host's own.
    Host,
}

impl Purpose {
    /// Whether the other is the same but for an older credential.
    fn supersedes(&self, other: &Self) -> bool {
        let newer = match (&self.side, &other.side) {
            (Side::Plugin(Some((own, now))), Side::Plugin(Some((theirs, then)))) => {
                own == theirs && now > then
            }
            _ => false,
        };
        newer && self.origin == other.origin
    }
}

/// The clients of one provider.
#[derive(Debug)]
pub(super) struct Clients {
    transport: Arc<dyn Transport>,
    resolver: Arc<dyn Resolver>,
    settings: ClientSettings,
    /// The most recently used one first.
    open: Mutex<Vec<(Purpose, Arc<dyn Client>)>>,
}

impl Clients {
    pub(super) fn new(
        transport: Arc<dyn Transport>,
        resolver: Arc<dyn Resolver>,
        settings: ClientSettings,
    ) -> Self {
        Self { transport, resolver, settings, open: Mutex::default() }
    }

    pub(super) fn get(&self, purpose: Purpose) -> Result<Arc<dyn Client>, TransportError> {
        if let Some(client) = self.find(&purpose) {
            return Ok(client);
        }
        // Made without the lock: reading root certificates takes a while. Two
        // calls may both make one; the later stays.
        let dial = Dial::new(purpose.origin.clone(), purpose.addresses.clone(), Arc::clone(&self.resolver))?;
        let client = self.transport.connect(dial, self.settings)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(other, _)| *other != purpose && !purpose.supersedes(other));
        open.truncate(MOST - 1);
        open.insert(0, (purpose, Arc::clone(&client)));
        Ok(client)
    }

    fn find(&self, purpose: &Purpose) -> Option<Arc<dyn Client>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let at = open.iter().position(|(own, _)| own == purpose)?;
        open[..=at].rotate_right(1);
        open.first().map(|(_, client)| Arc::clone(client))
    }
}
