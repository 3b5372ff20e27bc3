//! The secrets of one provider: read when it is bound, followed when they are
//! rotated, and turned into what authenticates requests. Nothing here hands a
//! secret to a guest.

mod authenticators;
mod former;
mod required;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use zeroize::Zeroizing;

use crate::bound::Services;
use crate::clock::Clock;
use crate::egress::auth::{Authenticator, SharedSecret};
use crate::egress::host_sender::HostSender;
use crate::egress::rotation::Rotation;
use crate::egress::scan::{ScannerError, SecretScanner};
use crate::error::BindError;
use crate::manifest::name::Name;
use crate::manifest::{BoundConfig, Manifest};
use crate::secret::{BoundSecret, Secret, SecretError, SecretForm};
use crate::settings::ProviderSettings;
use authenticators::Materials;
use former::Former;
use required::{chosen, known, missing};

/// How often files are looked at for a rotated secret.
const FOLLOW_EVERY: Duration = Duration::from_secs(2);

/// The secrets of one provider.
#[derive(Debug)]
pub(crate) struct Secrets {
    held: BTreeMap<Name, Held>,
    /// Held for as long as one secret takes another's place.
    former: Mutex<Former>,
    looked: Mutex<Option<Instant>>,
    clock: Arc<dyn Clock>,
}

/// One secret.
#[derive(Debug)]
struct Held {
    /// Where it is read again; nowhere if a caller brought it along.
    source: Option<BoundSecret>,
    form: SecretForm,
    shared: SharedSecret,
}

/// Which files are read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Those that look changed.
    Changed,
    /// All.
    All,
}

impl Held {
    /// What is to be looked for.
    fn parts(&self) -> Vec<Zeroizing<String>> {
        self.form.parts(&self.shared.expose())
    }
}

impl Secrets {
    /// Those that a caller brought along, and no others. One that the plugin
    /// needs and isn't among them is an error.
    pub(crate) fn brought(
        manifest: &Manifest,
        services: &Services,
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
        Ok(Self::holding(held.collect(), services))
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
        let (mut held, mut passed_over) = (BTreeMap::new(), false);
        for (name, field) in &manifest.secrets {
            let Some(source) = settings.secrets.get(name) else {
                if field.optional {
                    continue;
                }
                return Err(missing(manifest, provider, name));
            };
            let may_be_absent = field.optional && settings.may_lack(manifest, name);
            if may_be_absent && !services.secrets.is_set(source) {
                passed_over |= !settings.optional_secrets.contains(name);
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
        if passed_over {
            chosen(manifest, provider, settings, |name| held.contains_key(name))?;
        }
        Ok(Self::holding(held, services))
    }

    fn holding(held: BTreeMap<Name, Held>, services: &Services) -> Self {
        let clock = Arc::clone(&services.clock);
        Self { held, former: Mutex::default(), looked: Mutex::default(), clock }
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
        self.search(&former, &[]).map_err(|error| BindError::Auth {
            provider: provider.to_owned(),
            auth: "secrets".to_owned(),
            reason: error.to_string(),
        })
    }

    /// What finds them, former ones, and one that is about to come.
    fn search(&self, former: &Former, coming: &[Zeroizing<String>]) -> Result<SecretScanner, ScannerError> {
        let held: Vec<_> = self.held.values().flat_map(Held::parts).collect();
        let all = held.iter().chain(former.parts()).chain(coming);
        SecretScanner::new(all.map(|part| part.as_bytes()))
    }

    /// Looks whether the files of secrets have changed, and whether a former
    /// secret is old enough to be forgotten, unless it did so a moment ago.
    pub(crate) async fn follow(&self, host: &HostSender) {
        let now = self.clock.now();
        if self.due(now) {
            self.forget_old(host, now);
            self.look(host, Look::Changed).await;
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

    fn forget_old(&self, host: &HostSender, now: Instant) {
        let mut former = self.former.lock().unwrap_or_else(PoisonError::into_inner);
        if former.forget_old(now)
            && let Err(error) = self.search(&former, &[]).and_then(|search| host.replace_scanner(search))
        {
            tracing::error!(provider = host.provider(), %error, "former secrets are still looked for");
        }
    }

    /// Reads files again. What fails leaves the old secret in use.
    async fn look(&self, host: &HostSender, which: Look) {
        for (name, held) in &self.held {
            let Some(bound) = held.source.as_ref().filter(|bound| bound.is_of_file()) else { continue };
            let read = match which {
                Look::Changed => bound.refresh().await,
                Look::All => bound.read_again().await,
            };
            match read {
                Ok(fresh) => {
                    self.take_over(name, bound, held, host, fresh);
                }
                Err(error) => {
                    tracing::warn!(provider = host.provider(), secret = %name, %error, "a secret can't be read again; the old one stays in use");
                }
            }
        }
    }

    /// Reads all sources again.
    pub(crate) async fn refresh(&self, host: &HostSender) -> Result<bool, BindError> {
        let mut changed = false;
        for (name, held) in &self.held {
            let Some(bound) = &held.source else { continue };
            let unread = |source: SecretError| BindError::Secret {
                provider: host.provider().to_owned(),
                name: name.to_string(),
                source,
            };
            let fresh = bound.refresh().await.map_err(unread)?;
            changed |= self.take_over(name, bound, held, host, fresh);
        }
        Ok(changed)
    }

    /// Puts a secret as it was last read in the place of the one in use, unless
    /// that is the same or it can't be used, of which a `fresh` one warns. To be
    /// asked whatever a look finds: who found it before may not be here yet.
    fn take_over(
        &self,
        name: &Name,
        bound: &BoundSecret,
        held: &Held,
        host: &HostSender,
        fresh: bool,
    ) -> bool {
        let mut former = self.former.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that nothing older follows it.
        let (secret, provider) = (bound.get(), host.provider());
        if held.shared.expose().as_str() == secret.expose().trim() {
            return false;
        }
        if let Err(flaw) = held.form.check(secret.expose()) {
            if fresh {
                tracing::warn!(provider, secret = %name, flaw, "a rotated secret can't be used; the old one stays in use");
            }
            return false;
        }
        let mut later = former.clone();
        later.add(name, held.parts(), self.clock.now());
        // The new one is looked for before it is used.
        let search = self.search(&later, &held.form.parts(secret.expose()));
        if let Err(error) = search.and_then(|search| host.replace_scanner(search)) {
            if fresh {
                tracing::error!(provider, %error, "a rotated secret can't be looked for; the old one stays in use");
            }
            return false;
        }
        held.shared.replace(secret.expose());
        *former = later;
        true
    }
}

impl Rotation for Secrets {
    fn look_again<'a>(&'a self, host: &'a HostSender) -> BoxFuture<'a, ()> {
        Box::pin(self.look(host, Look::All))
    }
}

#[cfg(test)]
mod tests;
