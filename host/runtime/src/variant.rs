//! A provider once more, for a caller who brings something of its own along: a
//! key, the host of another API of the same kind, a setting.
//!
//! Against: one caller's key in another's request, and the operator's key at a
//! host that it was never meant for. A variant has instances, connections and a
//! search for its secrets of its own; nothing is shared with the provider that
//! it was made from, or with another variant of it. As soon as it has a key or
//! a host of its own, no secret of the operator's is in it at all, and `account`
//! takes out what belongs to them.

mod account;
mod kept;

use std::collections::BTreeMap;
use std::fmt;

use rustls::crypto::aws_lc_rs;
use sha2::{Digest, Sha256};
use url::Url;
use zeroize::Zeroizing;

use crate::egress::origin::{Origin, OriginError};
use crate::egress::policy::Granted;
use crate::error::HostError;
use crate::manifest::Manifest;
use crate::manifest::name::Name;
use crate::manifest::value::ConfigValue;
use crate::secret::Secret;
use crate::settings::ProviderSettings;

pub(crate) use kept::Kept;
pub use kept::VariantLimits;

/// The config value that says where an API lives.
const BASE_URL: &str = "base-url";

/// The secret that a caller's key is, where a plugin has several.
const API_KEY: &str = "api-key";

/// What a caller brings along.
#[derive(Debug, Clone, Default)]
pub struct Variant {
    /// Its key: what the operator would set as the provider's only secret, or
    /// as `api-key` where the plugin has several.
    pub key: Option<Secret>,
    /// Secrets by their names in the plugin's manifest.
    pub secrets: BTreeMap<Name, Secret>,
    /// Values in the place of the operator's. To a list of the operator's a list
    /// is added.
    pub config: BTreeMap<Name, ConfigValue>,
    /// Names of what stands in `config` and `secrets`, each with the plugins that
    /// it is meant for: another plugin may have a value of the same name that
    /// means something else.
    pub meant_for: Vec<(&'static str, &'static [&'static str])>,
    /// The base URL in the place of the operator's. Its origin is then the only
    /// one that is granted: whoever passes it on has made sure that it may be.
    pub host: Option<Url>,
}

/// Why a provider can't be had in this variant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VariantFlaw {
    /// The plugin has no secret that a key could be.
    #[error("its plugin has no secret that a key could be; it has {have:?}")]
    NoPlaceForKey {
        /// The secrets that it has.
        have: Vec<String>,
    },
    /// The plugin has no base URL.
    #[error("its plugin has no `base-url`, so it can't be sent to another host")]
    NoBaseUrl,
    /// The URL has no origin.
    #[error("its host can't be used: {0}")]
    Host(OriginError),
    /// What the caller brought is for another plugin.
    #[error("`{what}` is for the plugin {}, and its plugin is {plugin}: leave it out", plugins.join(" or "))]
    OtherPlugin {
        /// What it is.
        what: &'static str,
        /// The plugins that it is for.
        plugins: &'static [&'static str],
        /// The provider's plugin.
        plugin: String,
    },
    /// It would use the operator's credentials for somebody else.
    #[error(
        "config.{name} says whose credentials are used, or where: bring the credentials along, or leave it out"
    )]
    WithoutSecrets {
        /// The value that was brought along alone.
        name: Name,
    },
    /// It would use the credentials of the machine that the host runs on.
    #[error(
        "config.{name} says where this machine is given credentials of its own, which are the operator's alone: leave it out"
    )]
    OfMachine {
        /// The value that was brought along.
        name: Name,
    },
    /// All callers share its one instance, and what it keeps.
    #[error("its plugin has one instance for all, which can't be had once more for one caller")]
    Singleton,
}

impl Variant {
    /// Whether it has nothing in it.
    pub fn is_empty(&self) -> bool {
        self.key.is_none() && self.secrets.is_empty() && self.config.is_empty() && self.host.is_none()
    }

    /// Makes these settings its own, and tells the secrets that then count. None
    /// means: those of the settings.
    pub(crate) fn apply(
        &self,
        manifest: &Manifest,
        settings: &mut ProviderSettings,
    ) -> Result<Option<BTreeMap<Name, Secret>>, VariantFlaw> {
        account::refuse_machine(manifest, self)?;
        if manifest.singleton {
            return Err(VariantFlaw::Singleton);
        }
        for (what, plugins) in &self.meant_for {
            if !plugins.contains(&manifest.name.as_str()) {
                let plugin = manifest.name.to_string();
                return Err(VariantFlaw::OtherPlugin { what, plugins, plugin });
            }
        }
        let mut own = self.secrets.clone();
        if let Some(key) = &self.key {
            own.insert(place_of_key(manifest, settings)?, key.clone());
        }
        let operators = own.is_empty() && self.host.is_none();
        if operators {
            account::refuse(manifest, self)?;
        } else {
            account::leave_out(manifest, self, settings);
        }
        for (name, value) in &self.config {
            let value = match (settings.config.get(name), value) {
                (Some(ConfigValue::List(before)), ConfigValue::List(more)) => {
                    ConfigValue::List([before.as_slice(), more].concat())
                }
                _ => value.clone(),
            };
            settings.config_files.remove(name);
            settings.config.insert(name.clone(), value);
        }
        if let Some(url) = &self.host {
            let name = manifest.config.keys().find(|name| name.as_str() == BASE_URL);
            let name = name.ok_or(VariantFlaw::NoBaseUrl)?;
            let origin = Origin::of(url).map_err(VariantFlaw::Host)?;
            let base = url.as_str().trim_end_matches('/');
            settings.config_files.remove(name);
            settings.config.insert(name.clone(), ConfigValue::Text(base.to_owned()));
            settings.grant.origins = vec![Granted::origin(origin.into())];
        }
        if operators {
            return Ok(None);
        }
        settings.secrets.clear();
        Ok(Some(own))
    }
}

/// The secret that a key stands for: the one that the operator has set, else the
/// only one that there is, else `api-key`.
fn place_of_key(manifest: &Manifest, settings: &ProviderSettings) -> Result<Name, VariantFlaw> {
    let set = only(settings.secrets.keys());
    let usual = || manifest.secrets.keys().find(|name| name.as_str() == API_KEY);
    let place = set.or_else(|| only(manifest.secrets.keys())).or_else(usual);
    place.cloned().ok_or_else(|| VariantFlaw::NoPlaceForKey {
        have: manifest.secrets.keys().map(Name::to_string).collect(),
    })
}

fn only<'n>(mut names: impl Iterator<Item = &'n Name>) -> Option<&'n Name> {
    names.next().filter(|_| names.next().is_none())
}

/// What tells variants apart without telling what is in them: hashes under a key
/// that this process alone has, so that a copy of one says nothing of the
/// credential that it stands for.
#[derive(Clone)]
pub(crate) struct Seal(Zeroizing<[u8; 32]>);

/// Stands for one variant of one provider.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Seal {
    pub(crate) fn new() -> Result<Self, HostError> {
        let mut key = Zeroizing::new([0; 32]);
        let random = aws_lc_rs::default_provider().secure_random;
        random.fill(key.as_mut_slice()).map_err(|_| HostError::NoRandomness)?;
        Ok(Self(key))
    }

    pub(crate) fn fingerprint(&self, provider: &str, variant: &Variant) -> Fingerprint {
        let mut hash = Sha256::new();
        hash.update(self.0.as_slice());
        // With their lengths in front, no two lists of fields look alike.
        let mut field = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        let Variant { key, secrets, config, host, meant_for } = variant;
        field(provider.as_bytes());
        field(&[u8::from(key.is_some()), u8::from(host.is_some())]);
        field(key.as_ref().map_or("", Secret::expose).as_bytes());
        field(host.as_ref().map_or("", Url::as_str).as_bytes());
        field(&(secrets.len() as u64).to_le_bytes());
        for (name, secret) in secrets {
            field(name.as_str().as_bytes());
            field(secret.expose().as_bytes());
        }
        field(&(config.len() as u64).to_le_bytes());
        for (name, value) in config {
            field(name.as_str().as_bytes());
            field(value.to_string().as_bytes());
        }
        // Who was refused for one meaning must not find what another was given.
        for (what, _) in meant_for {
            field(what.as_bytes());
        }
        let inner = hash.finalize();
        // Twice, as in HMAC (RFC 2104): nobody can add to what was hashed.
        let outer = Sha256::new().chain_update(self.0.as_slice()).chain_update(inner);
        Fingerprint(outer.finalize().into())
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
