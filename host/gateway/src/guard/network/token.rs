//! `jwt`: whether a header of the request has a token that one of a service's
//! keys has signed, that isn't over, and that isn't too old.
//!
//! Against: a token that names its own rules. Only signatures by key pairs are
//! taken, the algorithm must be one that the key is of, and a key is found by
//! its id alone. Keys are asked for at most once in a while, however many
//! tokens with unknown ids come.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Method};
use jackfield_router::guard::{CheckError, Finding, Jwt};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::Network;

/// How long a set is believed at least, whatever unknown ids come.
const AT_LEAST: Duration = Duration::from_secs(30);

const TIMEOUT: Duration = Duration::from_secs(3);

/// The most sets that are kept.
const MOST: usize = 64;

/// Sets of keys, and when they were asked for.
#[derive(Default)]
pub(super) struct Kept(Mutex<HashMap<Url, (Instant, Arc<JwkSet>)>>);

#[derive(Deserialize)]
struct Claims {
    iat: Option<f64>,
}

impl Network {
    /// Looks at the request's token.
    pub(in crate::guard) async fn jwt(&self, jwt: &Jwt, headers: &HeaderMap) -> Result<Finding, CheckError> {
        let no = |explanation: &str| Ok(finding(false, explanation));
        let token = headers.get(&jwt.header).and_then(|value| value.to_str().ok()).map(bare);
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return no("the header has no token in it");
        };
        let Ok(head) = decode_header(token) else { return no("the token can't be read") };
        let Some(id) = head.kid else { return no("the token names no key") };
        let mut keys = self.keys(jwt, jwt.keep).await?;
        if keys.find(&id).is_none() {
            keys = self.keys(jwt, AT_LEAST.min(jwt.keep)).await?;
        }
        let Some(key) = keys.find(&id) else { return no("no key has the token's id") };
        if !fits(head.alg, key) {
            return no("the token's algorithm isn't that of its key");
        }
        let Ok(key) = DecodingKey::from_jwk(key) else {
            return Err(CheckError::new("BadKey", "the key of that id can't be used"));
        };
        let mut rules = Validation::new(head.alg);
        rules.leeway = jwt.tolerance.as_secs();
        rules.validate_nbf = true;
        rules.validate_aud = false;
        rules.required_spec_claims.clear();
        let claims = match decode::<Claims>(token, &key, &rules) {
            Ok(token) => token.claims,
            Err(error) => return no(&format!("the token isn't valid: {error}")),
        };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        match claims.iat.map(|began| now - began) {
            None => no("the token doesn't tell when it was issued"),
            Some(age) if age > (jwt.oldest + jwt.tolerance).as_secs_f64() => no("the token is too old"),
            Some(age) if age < -jwt.tolerance.as_secs_f64() => no("the token is issued in the future"),
            Some(_) => Ok(finding(true, "the token is valid")),
        }
    }

    /// The keys, no older than that.
    async fn keys(&self, jwt: &Jwt, oldest: Duration) -> Result<Arc<JwkSet>, CheckError> {
        let lock = || self.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((asked, keys)) = lock().get(&jwt.keys)
            && asked.elapsed() <= oldest
        {
            return Ok(Arc::clone(keys));
        }
        let answer = self.call(Method::GET, &jwt.keys, HeaderMap::new(), Bytes::new(), TIMEOUT).await?;
        let (status, body) = answer;
        if !status.is_success() {
            return Err(CheckError::new(
                "HttpError",
                format!("the keys' address answered with status {status}"),
            ));
        }
        let keys: JwkSet = serde_json::from_slice(&body)
            .map_err(|error| CheckError::new("BadAnswer", format!("what came aren't keys: {error}")))?;
        let keys = Arc::new(keys);
        let mut kept = lock();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(jwt.keys.clone(), (Instant::now(), Arc::clone(&keys)));
        Ok(keys)
    }
}

fn bare(value: &str) -> &str {
    let value = value.trim();
    match value.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("bearer ") => value[7..].trim(),
        _ => value,
    }
}

/// Whether the algorithm is by key pairs and the key is of its kind.
fn fits(algorithm: Algorithm, key: &Jwk) -> bool {
    let declared = key.common.key_algorithm.is_none_or(|own| own.to_string() == format!("{algorithm:?}"));
    let kind = match &key.algorithm {
        AlgorithmParameters::RSA(_) => matches!(
            algorithm,
            Algorithm::RS256
                | Algorithm::RS384
                | Algorithm::RS512
                | Algorithm::PS256
                | Algorithm::PS384
                | Algorithm::PS512
        ),
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => algorithm == Algorithm::ES256,
            EllipticCurve::P384 => algorithm == Algorithm::ES384,
            _ => false,
        },
        AlgorithmParameters::OctetKeyPair(_) => algorithm == Algorithm::EdDSA,
        _ => false,
    };
    declared && kind
}

fn finding(verdict: bool, explanation: &str) -> Finding {
    Finding { verdict, data: json!({ "verdict": verdict, "explanation": explanation }) }
}
