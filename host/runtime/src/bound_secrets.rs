//! The secrets of one provider: read when it is bound, followed when they are
//! rotated, and turned into what authenticates requests. Nothing here hands a
//! secret to a guest.

mod authenticators;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::bound::Services;
use crate::clock::Clock;
use crate::egress::Egress;
use crate::egress::auth::{Authenticator, SharedSecret};
use crate::egress::scan::SecretScanner;
use crate::error::BindError;
use crate::manifest::name::Name;
use crate::manifest::{BoundConfig, Manifest};
use crate::secret::{BoundSecret, Secret, SecretForm, SecretSource};
use crate::settings::ProviderSettings;
use authenticators::Materials;

/// How often files are looked at for a rotated secret.
const FOLLOW_EVERY: Duration = Duration::from_secs(2);

/// The secrets of one provider.
#[derive(Debug)]
pub(crate) struct Secrets {
    held: BTreeMap<Name, Held>,
    /// What upstreams may still know: a secret that was replaced goes on being
    /// looked for.
    former: Mutex<Vec<Zeroizing<String>>>,
    looked: Mutex<Option<Instant>>,
}

/// One secret.
#[derive(Debug)]
struct Held {
    /// Where it is read again; nowhere if a caller brought it along.
    source: Option<BoundSecret>,
    form: SecretForm,
    shared: SharedSecret,
}

impl Held {
    /// What is to be looked for.
    fn parts(&self) -> Vec<Zeroizing<String>> {
        self.form.parts(&self.shared.expose())
    }

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
            let form = manifest.secret_form(name);
            (name.clone(), Held { source: None, form, shared: SharedSecret::new(secret.expose()) })
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
            let may_be_absent = field.optional && settings.optional_secrets.contains(name);
            if may_be_absent && !services.secrets.is_set(source) {
                continue;
            }
            let form = manifest.secret_form(name);
            let bound = BoundSecret::bind(&services.secrets, source.clone(), form).await;
            let bound = bound.map_err(|source| BindError::Secret {
                provider: provider.to_owned(),
                name: name.to_string(),
                source,
            })?;
            let shared = SharedSecret::new(bound.get().expose());
            held.insert(name.clone(), Held { source: Some(bound), form, shared });
        }
        Ok(Self { held, former: Mutex::default(), looked: Mutex::default() })
    }

    /// What applies each auth scheme of the manifest. One whose secret is
    /// optional and absent adds nothing.
    pub(crate) fn authenticators(
        &self,
        manifest: &Manifest,
        config: &BoundConfig,
        clock: &Arc<dyn Clock>,
        provider: &str,
    ) -> Result<BTreeMap<String, Arc<dyn Authenticator>>, BindError> {
        let materials = Materials { secrets: self, config, clock };
        let mut all: BTreeMap<String, Arc<dyn Authenticator>> = BTreeMap::new();
        for (name, scheme) in &manifest.auth {
            let made = materials.make(scheme).map_err(|reason| BindError::Auth {
                provider: provider.to_owned(),
                auth: name.to_string(),
                reason,
            })?;
            all.insert(name.to_string(), made);
        }
        Ok(all)
    }

    /// What finds these secrets in texts.
    pub(crate) fn scanner(&self, provider: &str) -> Result<SecretScanner, BindError> {
        let former = self.former.lock().unwrap_or_else(PoisonError::into_inner);
        let held = self.held.values().flat_map(Held::parts);
        let values: Vec<_> = held.chain(former.iter().cloned()).collect();
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
                Ok(true) => {
                    self.take_over(name, bound, held, egress, &provider);
                }
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
                changed |= self.take_over(name, bound, held, egress, provider);
            }
        }
        Ok(changed)
    }

    /// Puts a secret that was read again in the place of the old one, unless it
    /// can't be used.
    fn take_over(
        &self,
        name: &Name,
        bound: &BoundSecret,
        held: &Held,
        egress: &Egress,
        provider: &str,
    ) -> bool {
        let secret = bound.get();
        if let Err(flaw) = held.form.check(secret.expose()) {
            tracing::warn!(provider, secret = %name, flaw, "a rotated secret can't be used; the old one stays in use");
            return false;
        }
        {
            let mut former = self.former.lock().unwrap_or_else(PoisonError::into_inner);
            // The new one is looked for before it is used.
            for part in held.parts().into_iter().chain(held.form.parts(secret.expose())) {
                if !former.contains(&part) {
                    former.push(part);
                }
            }
        }
        let replaced = self.scanner(provider).map_err(|error| error.to_string());
        match replaced.and_then(|scanner| egress.replace_scanner(scanner).map_err(|error| error.to_string()))
        {
            Ok(()) => {
                held.shared.replace(secret.expose());
                true
            }
            Err(error) => {
                tracing::error!(
                    provider,
                    error,
                    "a rotated secret can't be looked for; the old one stays in use"
                );
                false
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
