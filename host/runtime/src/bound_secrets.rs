//! The secrets of one provider: read when it is bound, followed when they are
//! rotated, and turned into what authenticates requests. Nothing here hands a
//! secret to a guest.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::bound::Services;
use crate::egress::Egress;
use crate::egress::auth::{Authenticator, Scheme, SharedSecret, User};
use crate::egress::scan::SecretScanner;
use crate::error::BindError;
use crate::manifest::auth::{AuthScheme, BasicUser};
use crate::manifest::name::Name;
use crate::manifest::{BoundConfig, Manifest};
use crate::secret::{BoundSecret, Secret, SecretSource};
use crate::settings::ProviderSettings;

/// How often files are looked at for a rotated secret.
const FOLLOW_EVERY: Duration = Duration::from_secs(2);

/// The secrets of one provider.
#[derive(Debug)]
pub(crate) struct Secrets {
    held: BTreeMap<Name, Held>,
    /// What upstreams may still know: a secret that was replaced goes on being
    /// looked for.
    former: Mutex<Vec<SharedSecret>>,
    looked: Mutex<Option<Instant>>,
}

/// One secret.
#[derive(Debug)]
struct Held {
    /// Where it is read again; nowhere if a caller brought it along.
    source: Option<BoundSecret>,
    shared: SharedSecret,
}

impl Held {
    /// What is read again, if it comes from a file.
    fn file(&self) -> Option<&BoundSecret> {
        self.source.as_ref().filter(|bound| matches!(bound.source(), SecretSource::File(_)))
    }
}

impl Secrets {
    /// Those that a caller brought along, and no others. One that the plugin
    /// needs and isn't among them is an error.
    pub(crate) fn brought(
        manifest: &Manifest,
        provider: &str,
        own: &BTreeMap<Name, Secret>,
    ) -> Result<Self, BindError> {
        known(manifest, provider, own.keys())?;
        for (name, field) in manifest.secrets.iter().filter(|(name, _)| !own.contains_key(*name)) {
            if !field.optional {
                return Err(BindError::NotBrought { provider: provider.to_owned(), name: name.to_string() });
            }
        }
        let held = own.iter().map(|(name, secret)| {
            (name.clone(), Held { source: None, shared: SharedSecret::new(secret.expose()) })
        });
        Ok(Self { held: held.collect(), former: Mutex::default(), looked: Mutex::default() })
    }

    /// Reads what the operator set. A secret that the plugin needs and nobody
    /// set, or that the plugin doesn't know, is an error.
    pub(crate) async fn read(
        manifest: &Manifest,
        services: &Services,
        provider: &str,
        settings: &ProviderSettings,
    ) -> Result<Self, BindError> {
        known(manifest, provider, settings.secrets.keys())?;
        let mut held = BTreeMap::new();
        for (name, field) in &manifest.secrets {
            let Some(source) = settings.secrets.get(name) else {
                if field.optional {
                    continue;
                }
                return Err(BindError::MissingSecret {
                    provider: provider.to_owned(),
                    name: name.to_string(),
                    env: field
                        .env
                        .as_ref()
                        .map_or_else(|| "VARIABLE".to_owned(), |env| env.as_str().to_owned()),
                });
            };
            let bound = BoundSecret::bind(&services.secrets, source.clone()).await;
            let bound = bound.map_err(|source| BindError::Secret {
                provider: provider.to_owned(),
                name: name.to_string(),
                source,
            })?;
            let shared = SharedSecret::new(bound.get().expose());
            held.insert(name.clone(), Held { source: Some(bound), shared });
        }
        Ok(Self { held, former: Mutex::default(), looked: Mutex::default() })
    }

    /// What applies each auth scheme of the manifest. One whose secret is
    /// optional and absent adds nothing.
    pub(crate) fn authenticators(
        &self,
        manifest: &Manifest,
        config: &BoundConfig,
        provider: &str,
    ) -> Result<BTreeMap<String, Arc<dyn Authenticator>>, BindError> {
        let mut all: BTreeMap<String, Arc<dyn Authenticator>> = BTreeMap::new();
        for (name, scheme) in &manifest.auth {
            let scheme = self.scheme(scheme, config).map_err(|reason| BindError::Auth {
                provider: provider.to_owned(),
                auth: name.to_string(),
                reason,
            })?;
            all.insert(name.to_string(), Arc::new(scheme));
        }
        Ok(all)
    }

    fn scheme(&self, scheme: &AuthScheme, config: &BoundConfig) -> Result<Scheme, String> {
        let secret = |name: &Name| self.held.get(name).map(|held| held.shared.clone());
        let missing = Ok(Scheme::None);
        Ok(match scheme {
            AuthScheme::None => Scheme::None,
            AuthScheme::Bearer { secret: name } => match secret(name) {
                Some(secret) => Scheme::Bearer(secret),
                None => return missing,
            },
            AuthScheme::Header { secret: name, header, prefix } => match secret(name) {
                Some(secret) => Scheme::Header { name: header.clone(), prefix: prefix.clone(), secret },
                None => return missing,
            },
            AuthScheme::Query { secret: name, parameter } => match secret(name) {
                Some(secret) => Scheme::Query { parameter: parameter.clone(), secret },
                None => return missing,
            },
            AuthScheme::Basic { user, password } => {
                let Some(password) = secret(password) else { return missing };
                let user = match user {
                    BasicUser::Secret(name) => match secret(name) {
                        Some(secret) => User::Secret(secret),
                        None => return missing,
                    },
                    BasicUser::Text(template) => User::Text(config.user(user).ok_or_else(|| {
                        format!("its user {template} needs a config value that is not set")
                    })?),
                };
                Scheme::Basic { user, password }
            }
        })
    }

    /// What finds these secrets in texts.
    pub(crate) fn scanner(&self, provider: &str) -> Result<SecretScanner, BindError> {
        let former = self.former.lock().unwrap_or_else(PoisonError::into_inner);
        let values: Vec<_> = self
            .held
            .values()
            .map(|held| held.shared.expose())
            .chain(former.iter().map(SharedSecret::expose))
            .collect();
        SecretScanner::new(values.iter().map(|value| value.as_bytes())).map_err(|error| BindError::Auth {
            provider: provider.to_owned(),
            auth: "secrets".to_owned(),
            reason: error.to_string(),
        })
    }

    /// Looks whether the files of secrets have changed, unless it did so a
    /// moment ago.
    pub(crate) async fn follow(&self, egress: &Egress, now: Instant) {
        let files = self.held.values().any(|held| held.file().is_some());
        if !files || !self.due(now) {
            return;
        }
        let provider = egress.policy().provider().to_owned();
        for (name, held) in &self.held {
            let Some(bound) = held.file() else { continue };
            match bound.refresh().await {
                Ok(false) => {}
                Ok(true) => self.take_over(bound, &held.shared, egress, &provider),
                Err(error) => {
                    tracing::warn!(provider, secret = %name, %error, "a secret can't be read again; the old one stays in use");
                }
            }
        }
    }

    fn due(&self, now: Instant) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let due = looked.is_none_or(|before| now.saturating_duration_since(before) >= FOLLOW_EVERY);
        if due {
            *looked = Some(now);
        }
        due
    }

    /// Reads all sources again.
    pub(crate) async fn refresh(&self, egress: &Egress, provider: &str) -> Result<bool, BindError> {
        let mut changed = false;
        for (name, held) in &self.held {
            let Some(bound) = &held.source else { continue };
            let fresh = bound.refresh().await.map_err(|source| BindError::Secret {
                provider: provider.to_owned(),
                name: name.to_string(),
                source,
            })?;
            if fresh {
                self.take_over(bound, &held.shared, egress, provider);
                changed = true;
            }
        }
        Ok(changed)
    }

    fn take_over(&self, bound: &BoundSecret, shared: &SharedSecret, egress: &Egress, provider: &str) {
        let secret = bound.get();
        {
            let mut former = self.former.lock().unwrap_or_else(PoisonError::into_inner);
            former.push(SharedSecret::new(&shared.expose()));
            // The new one is looked for before it is used.
            former.push(SharedSecret::new(secret.expose()));
        }
        match self.scanner(provider) {
            Ok(scanner) => {
                egress.replace_scanner(scanner);
                shared.replace(secret.expose());
            }
            Err(error) => {
                tracing::error!(provider, %error, "a rotated secret can't be looked for; the old one stays in use");
            }
        }
    }
}

/// A secret that the plugin doesn't know is a slip.
fn known<'n>(
    manifest: &Manifest,
    provider: &str,
    mut names: impl Iterator<Item = &'n Name>,
) -> Result<(), BindError> {
    match names.find(|name| !manifest.secrets.contains_key(*name)) {
        None => Ok(()),
        Some(name) => Err(BindError::UnknownSecret {
            provider: provider.to_owned(),
            name: name.to_string(),
            declared: manifest.secrets.keys().map(Name::to_string).collect(),
        }),
    }
}
