//! What every request of a provider goes through, whoever wrote it: the policy,
//! the search for secrets, the connections. A plugin's requests come here from
//! [`Egress`], the host's own from [`HostSender`].
//!
//! [`Egress`]: super::Egress
//! [`HostSender`]: super::host_sender::HostSender

use std::sync::{Arc, OnceLock};

use super::{
    clients::{Clients, Purpose},
    error::EgressError,
    headers,
    known::Known,
    limits::EgressLimits,
    policy::Policy,
    resolve::DialError,
    rotation::Rotation,
    scan::SecretScanner,
    transport::{IncomingResponse, OutgoingRequest, TransportError},
};

/// The shared part of a provider's way out.
pub(super) struct Outlet {
    pub(super) policy: Policy,
    pub(super) known: Known,
    pub(super) clients: Clients,
    pub(super) limits: EgressLimits,
    /// What reads secrets again, where somebody does.
    pub(super) rotation: OnceLock<Arc<dyn Rotation>>,
}

impl Outlet {
    /// What finds the provider's secrets, as of now.
    pub(super) fn scanner(&self) -> Arc<SecretScanner> {
        self.known.scanner()
    }

    /// Steps 5 and 6: sends a request that may go out. The client resolves and
    /// vets addresses whenever it connects. `peer` is what errors call it.
    pub(super) async fn deliver(
        &self,
        peer: &str,
        purpose: Purpose,
        request: OutgoingRequest,
    ) -> Result<IncomingResponse, EgressError> {
        let failed = |error: TransportError| self.transport_error(&error);
        let client = self.clients.get(purpose).map_err(failed)?;
        let answer = client.send(request).await.map_err(failed)?;
        let limits = self.limits.headers;
        if answer.headers.len() > limits.count || headers::size_of(&answer.headers) > limits.bytes {
            let peer = peer.to_owned();
            return Err(failed(TransportError::HeadersTooLarge { peer, limit: limits.bytes }));
        }
        Ok(answer)
    }

    /// A forbidden address is a refusal like any other; the line that allows
    /// it depends on the policy.
    pub(super) fn transport_error(&self, error: &TransportError) -> EgressError {
        let scanner = self.scanner();
        match error {
            TransportError::Refused(DialError::Forbidden { origin, dropped }) => {
                EgressError::refused(&self.policy.refuse_addresses(origin, dropped), &scanner)
            }
            error => EgressError::transport(error, &scanner),
        }
    }
}
