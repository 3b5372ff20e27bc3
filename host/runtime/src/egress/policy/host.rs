//! What the host itself may send: to the endpoints that auth schemes exchange
//! credentials at. An auth scheme asks for them in the place of an `[[egress]]`
//! entry, so that the plugin can't go there; the grant is the same.

use http::Method;
use url::Url;

use super::{Permit, Policy, PolicyError};
use crate::egress::{
    origin::Origin,
    refusal::{Refusal, Rule},
};

impl Policy {
    /// Whether a request of the host's own may go out, for an auth scheme that
    /// asks for it.
    ///
    /// # Errors
    /// With the first rule of the grant that is broken.
    pub fn check_host(&self, method: &Method, url: &Url) -> Result<Permit, Refusal> {
        let origin = Origin::of(url).map_err(|error| Refusal {
            rule: Rule::Url,
            what: error.to_string(),
            allow_with: "nothing allows it; correct the endpoint's URL".to_owned(),
        })?;
        let mut addresses = self.check_granted(&origin, method, url)?;
        addresses.allow_credentials(&origin);
        Ok(Permit { origin, auth: None, addresses })
    }

    /// Checks that an auth scheme may mint its tokens at this endpoint.
    ///
    /// # Errors
    /// When the endpoint isn't granted.
    pub fn check_endpoint(&self, auth: &str, url: &Url) -> Result<(), PolicyError> {
        self.check_host(&Method::POST, url).map(drop).map_err(|refusal| PolicyError::EndpointOutsideGrant {
            provider: self.provider.to_string(),
            auth: auth.to_owned(),
            refusal,
        })
    }
}
