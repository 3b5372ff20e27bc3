//! Whether a delivery is the provider's own.
//!
//! Against anybody who knows the URL: only who has the secret can sign. The
//! bytes of the body are signed, so nothing of them is read before. Every
//! signature is held against every secret in the same time, whichever fits.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use http::{HeaderMap, HeaderName};
use jackfield_runtime::secret::Secret;

/// Signatures that are looked at: one for each secret of a rotation, and some
/// to spare. Each costs a comparison.
const MOST: usize = 8;

/// Bytes of an HMAC-SHA256.
const LENGTH: usize = 32;

/// How deliveries are signed.
pub(super) struct Signer {
    header: HeaderName,
    scheme: String,
    keys: Vec<hmac::Key>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("header", &self.header).field("keys", &self.keys.len()).finish()
    }
}

/// The signatures that a delivery shows.
#[derive(Debug)]
pub(super) struct Shown(Vec<[u8; LENGTH]>);

impl Signer {
    pub(super) fn new(header: HeaderName, scheme: String, secrets: &[Secret]) -> Self {
        let key = |secret: &Secret| hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        Self { header, scheme, keys: secrets.iter().map(key).collect() }
    }

    /// The signatures of this scheme in the headers; nothing where there are
    /// none, so that no body is taken in for them.
    pub(super) fn shown(&self, headers: &HeaderMap) -> Option<Shown> {
        let values = headers.get_all(&self.header).into_iter().filter_map(|value| value.to_str().ok());
        let signatures = values.flat_map(|value| value.split(',')).filter_map(|one| {
            let (scheme, hex) = one.trim().split_once('=')?;
            if scheme == self.scheme { bytes(hex) } else { None }
        });
        let signatures: Vec<_> = signatures.take(MOST).collect();
        (!signatures.is_empty()).then_some(Shown(signatures))
    }

    /// Whether one of them is this body's.
    pub(super) fn fits(&self, shown: &Shown, body: &[u8]) -> bool {
        let mut fits = false;
        for key in &self.keys {
            let own = hmac::sign(key, body);
            for signature in &shown.0 {
                fits |= verify_slices_are_equal(own.as_ref(), signature).is_ok();
            }
        }
        fits
    }
}

/// An HMAC's bytes from their hexadecimal digits, in either case.
fn bytes(hex: &str) -> Option<[u8; LENGTH]> {
    let digits = hex.as_bytes();
    if digits.len() != 2 * LENGTH {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut out = [0; LENGTH];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"{\"request_id\":\"r1\"}";
    /// Of [`BODY`], under `whsec_one` and `whsec_two`, as OpenSSL computes them.
    const ONE: &str = "8bb54bd47d2c05781424fcc123dcbfeaf338a31dd5dd9a00e7c8117971deb532";
    const TWO: &str = "1791bbf7cfc84673f6530bff7692b23f88bc5d71a5ca5d26af0b7d36f0bcf4a5";

    fn signer(secrets: &[&str]) -> Signer {
        let secrets: Vec<_> =
            secrets.iter().map(|text| Secret::new(text.as_bytes().to_vec()).unwrap()).collect();
        Signer::new(HeaderName::from_static("x-signature"), "v1".to_owned(), &secrets)
    }

    fn fits(signer: &Signer, values: &[&str], body: &[u8]) -> bool {
        let name = HeaderName::from_static("x-signature");
        let headers = values.iter().map(|value| (name.clone(), value.parse().unwrap())).collect();
        signer.shown(&headers).is_some_and(|shown| signer.fits(&shown, body))
    }

    #[test]
    fn a_signature_of_the_body_under_the_secret_fits() {
        let signer = signer(&["whsec_one"]);
        assert!(fits(&signer, &[&format!("v1={ONE}")], BODY));
        assert!(fits(&signer, &[&format!("v1={}", ONE.to_uppercase())], BODY));
        assert!(!fits(&signer, &[&format!("v1={ONE}")], b"{\"request_id\":\"r2\"}"), "another body");
        assert!(!fits(&signer, &[&format!("v1={TWO}")], BODY), "another secret");
    }

    #[test]
    fn while_secrets_are_rotated_one_signature_and_one_secret_are_enough() {
        let both = format!("v1={TWO},v1={ONE}");
        assert!(fits(&signer(&["whsec_one"]), &[&both], BODY));
        assert!(fits(&signer(&["whsec_two", "whsec_one"]), &[&format!("v1={ONE}")], BODY));
        assert!(fits(&signer(&["whsec_one"]), &[&format!("v1={TWO}"), &format!(" v1={ONE}")], BODY));
        assert!(!fits(&signer(&["whsec_three"]), &[&both], BODY));
    }

    #[test]
    fn what_is_no_signature_of_the_scheme_is_none() {
        let signer = signer(&["whsec_one"]);
        for value in [
            "",
            "v1=",
            "v1=00",
            ONE,
            &format!("v2={ONE}"),
            &format!("v1={ONE}00"),
            &format!("v1={}g", &ONE[1..]),
        ] {
            assert!(!fits(&signer, &[value], BODY), "{value}");
        }
        assert!(signer.shown(&HeaderMap::new()).is_none());
    }

    #[test]
    fn only_some_signatures_are_looked_at() {
        let signer = signer(&["whsec_one"]);
        let wrong = |count: usize| format!("{}v1={ONE}", format!("v1={TWO},").repeat(count));
        assert!(fits(&signer, &[&wrong(MOST - 1)], BODY));
        assert!(!fits(&signer, &[&wrong(MOST)], BODY));
    }

    #[test]
    fn no_secret_shows_in_debug_output() {
        assert!(!format!("{:?}", signer(&["whsec_one"])).contains("whsec"));
    }
}
