//! What the host itself may send: to the endpoints that auth schemes exchange
//! credentials at. An auth scheme asks for them in the place of an `[[egress]]`
//! entry, so that the plugin can't go there; the grant is the same.
//!
//! Against: a credential that says itself where it is exchanged, as a key file
//! does. A caller who brings one along would choose among all that is granted
//! where the host goes, and be told what is said there. Such an endpoint needs a
//! grant that says what it is for.

use http::Method;
use url::Url;

use super::{Granted, Permit, Policy, PolicyError};
use crate::egress::{
    origin::Origin,
    refusal::{Refusal, Rule},
};

/// Where a credential is exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// How it is asked.
    pub method: Method,
    /// Where it is.
    pub url: Url,
    /// Who says so.
    pub named_by: NamedBy,
}

/// Who says where a credential is exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// The manifest, the operator's values, or those who give such credentials
    /// out. Granting the origin is enough.
    Operator,
    /// The credential and nobody else. The grant must say `tokens = true`.
    Credential,
}

impl Endpoint {
    /// One that is sent a form.
    pub fn post(url: &Url) -> Self {
        Self { method: Method::POST, url: url.clone(), named_by: NamedBy::Operator }
    }

    /// One that is only asked.
    pub fn get(url: &Url) -> Self {
        Self { method: Method::GET, ..Self::post(url) }
    }
}

impl Policy {
    /// Whether a request of the host's own may go out, for an auth scheme that
    /// asks for it.
    ///
    /// # Errors
    /// With the first rule of the grant that is broken.
    pub fn check_host(&self, endpoint: &Endpoint) -> Result<Permit, Refusal> {
        let Endpoint { method, url, named_by } = endpoint;
        let origin = Origin::of(url).map_err(|error| Refusal {
            rule: Rule::Url,
            what: error.to_string(),
            allow_with: "nothing allows it; correct the endpoint's URL".to_owned(),
        })?;
        let counts = |grant: &Granted| *named_by == NamedBy::Operator || grant.tokens;
        let mut matching = self.granted.iter().filter(|grant| grant.origin.matches(&origin));
        if *named_by == NamedBy::Credential && !matching.any(counts) {
            return Err(self.not_for_tokens(&origin, endpoint));
        }
        let mut addresses = self.check_granted(&origin, method, url, counts)?;
        if *named_by == NamedBy::Operator {
            addresses.allow_credentials(&origin);
        }
        Ok(Permit { origin, auth: None, addresses })
    }

    /// Checks that an auth scheme may mint its tokens at this endpoint.
    ///
    /// # Errors
    /// When the endpoint isn't granted.
    pub fn check_endpoint(&self, auth: &str, endpoint: &Endpoint) -> Result<(), PolicyError> {
        self.check_host(endpoint).map(drop).map_err(|refusal| PolicyError::EndpointOutsideGrant {
            provider: self.provider.to_string(),
            auth: auth.to_owned(),
            refusal,
        })
    }

    /// A grant that lets the endpoint through for other things is widened; one
    /// that doesn't stays as it is, beside another.
    fn not_for_tokens(&self, origin: &Origin, endpoint: &Endpoint) -> Refusal {
        let exact = Granted { tokens: true, ..Granted::origin(origin.clone().into()) };
        let same = self.granted.iter().find(|grant| {
            grant.origin == exact.origin
                && grant.methods.is_none_or(|methods| methods.contains(&endpoint.method))
                && grant.path.as_ref().is_none_or(|path| path.covers(&endpoint.url))
        });
        let grant = same.map_or(exact, |same| Granted { tokens: true, ..same.clone() });
        Refusal {
            rule: Rule::Granted,
            what: format!("{origin}, which only the credential names, is not granted for tokens"),
            allow_with: self.line_with(grant, same),
        }
    }
}

#[cfg(test)]
mod tests;
