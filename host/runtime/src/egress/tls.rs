//! Whom the host believes, read once.
//!
//! Reading a machine's root certificates takes about 12 ms and a megabyte;
//! done for every client it would stall each provider's first request. What
//! is shared is the verifier. Sessions are not: one that was begun for one
//! credential is never resumed for another.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use rustls::{
    ClientConfig,
    client::Resumption,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

/// How many hosts' sessions one client remembers. It has one host.
const SESSIONS: usize = 4;

/// Makes TLS settings that trust what the machine trusts, and more if told so.
#[derive(Default)]
pub(super) struct Tls {
    extra: Vec<CertificateDer<'static>>,
    made: OnceLock<Result<ClientConfig, String>>,
}

impl Tls {
    /// Trusts these certificates as well.
    pub(super) fn trust(&mut self, pem: &[u8]) -> Result<(), String> {
        let roots = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let roots = roots.map_err(|error| format!("the root certificates are no valid PEM: {error:?}"))?;
        if roots.is_empty() {
            return Err("the file of root certificates has no PEM certificate in it".to_owned());
        }
        self.extra.extend(roots);
        self.made = OnceLock::new();
        Ok(())
    }

    /// Settings for one client.
    pub(super) fn config(&self) -> Result<ClientConfig, String> {
        let made =
            self.made.get_or_init(|| self.make().map_err(|error| format!("no TLS on this machine: {error}")));
        let mut config = made.clone()?;
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Ok(config)
    }

    fn make(&self) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = match self.extra.as_slice() {
            [] => Verifier::new(Arc::clone(&provider))?,
            extra => Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&provider))?,
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("extra", &self.extra.len()).finish_non_exhaustive()
    }
}
