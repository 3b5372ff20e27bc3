//! Temporary keys: from a web identity, a profile's role, a container or a virtual
//! machine, kept and renewed like any token.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use futures_util::future::BoxFuture;
use url::Url;
use zeroize::Zeroizing;

use super::answer::Fresh;
use super::profile::{Files, PlainKeys};
use super::sts::{Proof, Sts};
use super::{Role, StaticKeys, container, instance};
use crate::clock::Clock;
use crate::egress::auth::token::{Mint, Minted};
use crate::egress::auth::{Generation, MintError, SharedSecret};
use crate::egress::host_sender::HostSender;
use crate::egress::policy::Endpoint;

/// How long keys are kept that need no exchange: reading them again costs
/// nothing, and a file that changes is noticed anyway.
const UNEXCHANGED: Duration = Duration::from_secs(3600);

/// What temporary keys are made from.
#[derive(Debug)]
pub enum Base {
    /// Keys that last; with a role.
    Keys(StaticKeys),
    /// A profile of the shared files.
    Profile {
        /// `~/.aws/credentials`.
        credentials: Option<SharedSecret>,
        /// `~/.aws/config`.
        config: Option<SharedSecret>,
        /// Its name.
        name: String,
    },
    /// A token of an identity provider; with a role.
    WebIdentity(SharedSecret),
    /// A container's service.
    Container {
        /// Where.
        url: Url,
        /// What is shown there.
        token: Option<SharedSecret>,
    },
    /// The metadata service of a virtual machine.
    Instance {
        /// Where.
        url: Url,
    },
}

/// Makes temporary keys.
#[derive(Debug)]
pub struct AwsMint {
    /// From what.
    pub base: Base,
    /// The role to assume in the end.
    pub role: Option<Role>,
    /// Where roles are assumed.
    pub sts_url: Url,
    /// The region of that.
    pub region: String,
    /// For signing.
    pub clock: Arc<dyn Clock>,
}

impl AwsMint {
    /// Where it exchanges, with the base as it is at present.
    ///
    /// # Errors
    /// What is wrong with the profile, in words.
    pub fn endpoints(&self) -> Result<Vec<Endpoint>, String> {
        let mut endpoints = Vec::new();
        let assumes = match &self.base {
            Base::Keys(_) | Base::WebIdentity(_) => true,
            Base::Profile { .. } => !self.plan()?.1.is_empty() || self.role.is_some(),
            Base::Container { url, .. } => {
                endpoints.push(Endpoint::get(url));
                self.role.is_some()
            }
            Base::Instance { url } => {
                endpoints.extend(instance::endpoints(url));
                self.role.is_some()
            }
        };
        if assumes {
            endpoints.push(Endpoint::post(&self.sts_url));
        }
        Ok(endpoints)
    }

    /// A profile's keys and roles; nothing for another base.
    fn plan(&self) -> Result<(Option<PlainKeys>, Vec<Role>), String> {
        let Base::Profile { credentials, config, name } = &self.base else { return Ok((None, Vec::new())) };
        let text = |secret: &Option<SharedSecret>| secret.as_ref().map(SharedSecret::expose);
        let (credentials, config) = (text(credentials), text(config));
        let (credentials, config) = (credentials.as_deref(), config.as_deref());
        let files = Files::parse(credentials.map(|text| text.as_str()), config.map(|text| text.as_str()))?;
        files.plan(name).map(|plan| (Some(plan.keys), plan.roles))
    }

    async fn exchange(&self, host: &HostSender) -> Result<Minted<Credentials>, MintError> {
        let sts = Sts { url: &self.sts_url, region: &self.region };
        let lasting = |keys| Fresh { keys, lifetime: Some(UNEXCHANGED) };
        let mut roles = Vec::new();
        let mut own = self.role.as_ref();
        let base = match &self.base {
            Base::Keys(keys) => {
                lasting(keys.credentials().map_err(|error| MintError::Secret(error.to_string()))?)
            }
            Base::Profile { .. } => {
                let (keys, of_profile) = self.plan().map_err(MintError::Secret)?;
                roles = of_profile;
                let keys = keys.ok_or(MintError::Internal("a profile has no keys"))?;
                let token = keys.token.map(|token| token.to_string());
                lasting(Credentials::new(keys.id, keys.secret.as_str(), token, None, "profile"))
            }
            Base::WebIdentity(token) => {
                let role = own.take().ok_or(MintError::Internal("a web identity has no role"))?;
                let token = token.expose();
                sts.assume(role, Proof::WebIdentity(&token), host).await?
            }
            Base::Container { url, token } => {
                let token = token.as_ref().map(SharedSecret::expose);
                container::keys(url, token.as_deref().map(|token| token.as_str()), host).await?
            }
            Base::Instance { url } => instance::keys(url, host).await?,
        };
        let mut secrets = secrets_of(&base.keys);
        let Fresh { mut keys, mut lifetime } = base;
        for role in roles.iter().chain(own) {
            let fresh = sts.assume(role, Proof::Keys(&keys, self.clock.wall()), host).await?;
            // What is in between isn't used any more, and its answer was read here only.
            secrets.extend(secrets_of(&fresh.keys));
            lifetime = fresh.lifetime;
            keys = fresh.keys;
        }
        Ok(Minted { token: keys, lifetime, secrets })
    }
}

fn secrets_of(keys: &Credentials) -> Vec<Zeroizing<String>> {
    let texts = [Some(keys.secret_access_key()), keys.session_token()];
    texts.into_iter().flatten().map(|text| Zeroizing::new(text.to_owned())).collect()
}

impl Mint for AwsMint {
    type Token = Credentials;

    fn mint<'a>(&'a self, host: &'a HostSender) -> BoxFuture<'a, Result<Minted<Credentials>, MintError>> {
        Box::pin(self.exchange(host))
    }

    fn basis(&self) -> Generation {
        match &self.base {
            Base::Keys(keys) => keys.generation(),
            Base::Profile { credentials, config, .. } => {
                Generation::of([credentials, config].into_iter().flatten())
            }
            Base::WebIdentity(token) => token.generation(),
            Base::Container { token, .. } => Generation::of(token),
            Base::Instance { .. } => Generation::default(),
        }
    }
}
