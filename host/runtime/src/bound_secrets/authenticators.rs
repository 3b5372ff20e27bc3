//! What authenticates requests: made from a manifest's schemes, a provider's
//! values and its secrets. What is wrong with a secret, or with the values that
//! say where it is exchanged, is known when the provider is bound.

mod signers;

use std::sync::Arc;

use super::Secrets;
use crate::clock::Clock;
use crate::egress::auth::bearer::Bearer;
use crate::egress::auth::google::GoogleMint;
use crate::egress::auth::oauth2::ClientCredentialsMint;
use crate::egress::auth::token::TokenCache;
use crate::egress::auth::{Authenticator, Scheme, SharedSecret, Unset, User};
use crate::manifest::BoundConfig;
use crate::manifest::auth::{AuthScheme, ClientCredentials, GoogleAccount, Identity};
use crate::manifest::name::Name;
use crate::manifest::template::Template;

/// What authenticators are made from.
pub(super) struct Materials<'a> {
    pub(super) secrets: &'a Secrets,
    pub(super) config: &'a BoundConfig,
    pub(super) clock: &'a Arc<dyn Clock>,
}

/// An authenticator; nothing where an optional secret is absent, and then
/// requests go out without a credential.
type Made<T> = Result<Option<T>, String>;

impl Materials<'_> {
    /// What applies a scheme.
    pub(super) fn make(&self, scheme: &AuthScheme) -> Result<Arc<dyn Authenticator>, String> {
        let made: Option<Arc<dyn Authenticator>> = match scheme {
            AuthScheme::ClientCredentials(client) => self.client_credentials(client)?,
            AuthScheme::Google(account) => self.google(account)?,
            AuthScheme::AwsSigV4(scheme) => Some(self.aws(scheme)?),
            AuthScheme::OciSignature(scheme) => Some(self.oci(scheme)?),
            simple => self.simple(simple)?.map(|scheme| Arc::new(scheme) as _),
        };
        Ok(made.unwrap_or_else(|| Arc::new(Scheme::None)))
    }

    /// A secret, if it is set.
    fn secret(&self, name: &Name) -> Option<SharedSecret> {
        self.secrets.held.get(name).map(|held| held.shared.clone())
    }

    /// Who authenticates.
    fn user(&self, identity: &Identity, what: &str) -> Made<User> {
        match identity {
            Identity::Secret(name) => Ok(self.secret(name).map(User::Secret)),
            Identity::Text(template) => self.text(template, what).map(|text| Some(User::Text(text))),
        }
    }

    fn text(&self, template: &Template, what: &str) -> Result<String, String> {
        self.config.text(template).ok_or_else(|| missing(what, template))
    }

    fn simple(&self, scheme: &AuthScheme) -> Made<Scheme> {
        Ok(match scheme {
            AuthScheme::Bearer { secret } => self.secret(secret).map(Scheme::Bearer),
            AuthScheme::Header { secret, header, prefix } => self
                .secret(secret)
                .map(|secret| Scheme::Header { name: header.clone(), prefix: prefix.clone(), secret }),
            AuthScheme::Query { secret, parameter } => {
                self.secret(secret).map(|secret| Scheme::Query { parameter: parameter.clone(), secret })
            }
            AuthScheme::Basic { user, password } => {
                let Some(password) = self.secret(password) else { return Ok(None) };
                self.user(user, "user")?.map(|user| Scheme::Basic { user, password })
            }
            AuthScheme::None
            | AuthScheme::ClientCredentials(_)
            | AuthScheme::Google(_)
            | AuthScheme::AwsSigV4(_)
            | AuthScheme::OciSignature(_) => None,
        })
    }

    fn client_credentials(&self, client: &ClientCredentials) -> Made<Arc<dyn Authenticator>> {
        let Some(client_secret) = self.secret(&client.client_secret) else { return Ok(None) };
        // Another scheme may be the one that is used.
        let unset = |missing| Ok(Some(Arc::new(Unset::new(missing)) as _));
        let client_id = match self.user(&client.client_id, "client-id") {
            Ok(Some(id)) => id,
            Ok(None) => return Ok(None),
            Err(missing) => return unset(missing),
        };
        let Some(token_url) = client.token_url(self.config)? else {
            return unset(missing("token-url", &client.token_url));
        };
        let parameter = |(name, template): (&String, &Template)| {
            self.config.text(template).map(|value| (name.clone(), value))
        };
        let mint = ClientCredentialsMint {
            token_url,
            client_id,
            client_secret,
            client_auth: client.client_auth,
            parameters: client.parameters.iter().filter_map(parameter).collect(),
            clock: Arc::clone(self.clock),
        };
        Ok(Some(Arc::new(Bearer::new(TokenCache::new(mint, Arc::clone(self.clock))))))
    }

    fn google(&self, account: &GoogleAccount) -> Made<Arc<dyn Authenticator>> {
        let Some(secret) = self.secret(&account.secret) else { return Ok(None) };
        let mint = GoogleMint::new(secret, account.scope.clone(), Arc::clone(self.clock))?;
        Ok(Some(Arc::new(Bearer::new(TokenCache::new(mint, Arc::clone(self.clock))))))
    }
}

fn missing(what: &str, template: &Template) -> String {
    format!("its {what} {template} needs a config value that is not set")
}
