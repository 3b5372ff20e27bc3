//! `oauth2-client-credentials`: a client id and its secret are exchanged for a
//! bearer token (RFC 6749, section 4.4).
//!
//! Entra ID:
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>,
//! Databricks:
//! <https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m>.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use url::Url;
use zeroize::Zeroizing;

use super::{
    Generation, MintError, SharedSecret, User,
    bearer::{BearerMint, BearerToken},
    endpoint::{TokenRequest, encoded},
    token::{Mint, Minted},
};
use crate::{
    clock::Clock,
    egress::{
        host_sender::HostSender,
        policy::{Endpoint, NamedBy},
    },
    manifest::auth::ClientAuth,
};

/// What `invalid_grant` can only mean where the client itself is the grant.
const INVALID_GRANT: &str = "the client may not get a token as itself; check where it is registered";

/// Exchanges one client's credentials.
#[derive(Debug)]
pub struct ClientCredentialsMint {
    /// Where.
    pub token_url: Url,
    /// Who.
    pub client_id: User,
    /// With what.
    pub client_secret: SharedSecret,
    /// How both are sent.
    pub client_auth: ClientAuth,
    /// `scope` and the like.
    pub parameters: Vec<(String, String)>,
    /// For how long a secret's encoded form is looked for.
    pub clock: Arc<dyn Clock>,
}

impl ClientCredentialsMint {
    fn id(&self) -> Arc<Zeroizing<String>> {
        match &self.client_id {
            User::Text(text) => Arc::new(Zeroizing::new(text.clone())),
            User::Secret(secret) => secret.expose(),
        }
    }

    async fn exchange(&self, host: &HostSender) -> Result<Minted<BearerToken>, MintError> {
        let (id, secret) = (self.id(), self.client_secret.expose());
        for (what, text) in [("id", &id), ("secret", &secret)] {
            if text.is_empty() {
                return Err(MintError::Secret(format!(
                    "the client {what} is empty; check where it comes from"
                )));
            }
        }
        let mut form: Vec<(&str, &str)> = vec![("grant_type", "client_credentials")];
        let mut basic = None;
        match self.client_auth {
            ClientAuth::Basic => {
                basic = Some((id.as_str(), secret.as_str()));
                self.look_for_encoded(&secret, host)?;
            }
            ClientAuth::Post => form.extend([("client_id", id.as_str()), ("client_secret", secret.as_str())]),
        }
        form.extend(self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let url = &self.token_url;
        let request = TokenRequest {
            url,
            named_by: NamedBy::Operator,
            basic,
            form: &form,
            invalid_grant: INVALID_GRANT,
        };
        let granted = request.send(host).await?.outcome?;
        Ok(Minted {
            secrets: vec![granted.token.clone()],
            lifetime: granted.lifetime,
            token: BearerToken { token: granted.token, headers: Vec::new() },
        })
    }

    /// In basic authentication the secret is encoded twice, and in that form an
    /// endpoint may quote it.
    fn look_for_encoded(&self, secret: &str, host: &HostSender) -> Result<(), MintError> {
        const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);
        let encoded = encoded(secret);
        if *encoded == secret {
            return Ok(());
        }
        let now = self.clock.now();
        host.learn([encoded], now + DAY, now)
            .map_err(|_| MintError::Secret("the client secret is too long; check that it is one".to_owned()))
    }
}

impl Mint for ClientCredentialsMint {
    type Token = BearerToken;

    fn mint<'a>(&'a self, host: &'a HostSender) -> BoxFuture<'a, Result<Minted<BearerToken>, MintError>> {
        Box::pin(self.exchange(host))
    }

    fn basis(&self) -> Generation {
        let id = match &self.client_id {
            User::Text(_) => None,
            User::Secret(secret) => Some(secret),
        };
        Generation::of(id.into_iter().chain([&self.client_secret]))
    }
}

impl BearerMint for ClientCredentialsMint {
    fn endpoints(&self) -> Vec<Endpoint> {
        vec![Endpoint::post(&self.token_url)]
    }
}
