//! A scheme that can't be used as the provider is configured.
//!
//! A manifest may declare several schemes, of which the configuration chooses
//! one: the values of the others are then absent, and that is no error until
//! one of them is used. Then nothing goes out: a request without the credential
//! that was asked for would say to its upstream who the caller isn't.

use futures_util::future::BoxFuture;
use http::header::AUTHORIZATION;

use super::{AuthError, Authenticator, Generation, Writes};
use crate::egress::{host_sender::HostSender, transport::OutgoingRequest};

/// Refuses every request that would go out with it.
#[derive(Debug)]
pub struct Unset(String);

impl Unset {
    /// With what is missing, in words.
    pub fn new(missing: String) -> Self {
        Self(missing)
    }
}

impl Authenticator for Unset {
    fn authenticate<'a>(
        &'a self,
        _: &'a mut OutgoingRequest,
        _: &'a HostSender,
    ) -> BoxFuture<'a, Result<Generation, AuthError>> {
        Box::pin(std::future::ready(Err(AuthError::Unset(self.0.clone()))))
    }

    fn writes(&self) -> Writes {
        Writes { headers: vec![AUTHORIZATION], parameters: Vec::new() }
    }
}
