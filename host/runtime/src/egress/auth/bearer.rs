//! Sends a minted token: `Authorization: Bearer TOKEN` (RFC 6750), with the
//! headers that belong to it.

use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use zeroize::Zeroizing;

use super::{
    AuthError, Authenticator, Generation, Writes, simple,
    token::{Mint, TokenCache},
};
use crate::egress::{host_sender::HostSender, policy::Endpoint, transport::OutgoingRequest};

/// A token that goes into the `authorization` header.
pub struct BearerToken {
    /// The token itself.
    pub token: Zeroizing<String>,
    /// Headers that go along; only such as [`BearerMint::headers`] names.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl std::fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Mints bearer tokens.
pub trait BearerMint: Mint<Token = BearerToken> {
    /// Where, with the credential as it is at present.
    fn endpoints(&self) -> Vec<Endpoint>;

    /// The headers that may go along with a token.
    fn headers(&self) -> Vec<HeaderName> {
        Vec::new()
    }
}

/// Authenticates with what a mint makes.
#[derive(Debug)]
pub struct Bearer<M: BearerMint>(TokenCache<M>);

impl<M: BearerMint> Bearer<M> {
    /// With the tokens of this cache.
    pub fn new(tokens: TokenCache<M>) -> Self {
        Self(tokens)
    }
}

impl<M: BearerMint> Authenticator for Bearer<M> {
    fn authenticate<'a>(
        &'a self,
        request: &'a mut OutgoingRequest,
        host: &'a HostSender,
    ) -> BoxFuture<'a, Result<Generation, AuthError>> {
        Box::pin(async move {
            let token = self.0.get(host).await?;
            simple::set(&mut request.headers, AUTHORIZATION, "Bearer ", &token.value().token)?;
            for (name, value) in &token.value().headers {
                request.headers.insert(name.clone(), value.clone());
            }
            Ok(token.generation())
        })
    }

    fn writes(&self) -> Writes {
        let mut headers = self.0.mint().headers();
        headers.push(AUTHORIZATION);
        Writes { headers, parameters: Vec::new() }
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.0.mint().endpoints()
    }

    fn refused(&self, generation: Generation) {
        self.0.forget(generation);
    }
}
