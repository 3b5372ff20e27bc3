//! RSA signatures with SHA-256 (RSASSA-PKCS1-v1_5, RFC 8017): `RS256` of a JWT,
//! `rsa-sha256` of signed requests.

use std::{fmt, sync::Arc};

use rustls::{
    SignatureAlgorithm, SignatureScheme,
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{PrivateKeyDer, pem::PemObject},
    sign::SigningKey,
};
use zeroize::{Zeroize, Zeroizing};

/// Signs with one private key. Cheap to clone.
#[derive(Clone)]
pub struct RsaSigner(Arc<dyn SigningKey>);

/// Why a text isn't a private key that can be used. Says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFlaw {
    /// It isn't PEM.
    #[error("isn't a private key in PEM (-----BEGIN PRIVATE KEY-----); copy it whole, with its line breaks")]
    Pem,
    /// The key is encrypted.
    #[error("is encrypted with a passphrase; write it without one, as `openssl pkey` does")]
    Encrypted,
    /// It isn't RSA, or too short.
    #[error("isn't an RSA key of 2048 to 8192 bits; make a new one")]
    NotRsa,
}

impl RsaSigner {
    /// Takes a private key: PKCS#8 or PKCS#1, in PEM.
    ///
    /// # Errors
    /// Where it isn't one.
    pub fn from_pem(pem: &str) -> Result<Self, KeyFlaw> {
        if pem.contains("BEGIN ENCRYPTED PRIVATE KEY") || pem.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(KeyFlaw::Encrypted);
        }
        let mut der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| KeyFlaw::Pem)?;
        let key = any_supported_type(&der).map_err(|_| KeyFlaw::NotRsa);
        der.zeroize();
        let key = key?;
        if key.algorithm() != SignatureAlgorithm::RSA {
            return Err(KeyFlaw::NotRsa);
        }
        Ok(Self(key))
    }

    /// The signature of these bytes, which it hashes itself. Nothing where the
    /// machine has no randomness.
    pub fn sign(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.0.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])?.sign(bytes).ok()
    }
}

/// What is looked for of a private key in PEM: its lines. In whichever way they
/// are joined, each of them is found.
pub(super) fn lines(pem: &str) -> Vec<Zeroizing<String>> {
    let lines = pem.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("-----"));
    lines.map(|line| Zeroizing::new(line.to_owned())).collect()
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
