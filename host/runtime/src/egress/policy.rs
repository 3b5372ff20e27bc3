//! Asked ∩ granted: what a bound provider may send where, with which
//! credential.
//!
//! Against: a manifest that asks for more than its operator allows, and a
//! grant that lets a credential travel further than meant. Neither side alone
//! opens anything: a request must match an entry of both. A credential has an
//! audience, the origins of the manifest entries that name it, and a provider
//! whose audience reaches outside its grants does not load at all.

use std::{net::IpAddr, sync::Arc};

use http::Method;
use ipnet::IpNet;
use url::Url;

use super::{
    address::{AddressClass, AddressRule, container_credentials, instance_credentials},
    origin::{Origin, OriginPattern},
    refusal::{Refusal, Rule, TO_ALLOW},
};

mod entry;
mod grants;
mod host;

pub use entry::{Asked, Granted, PolicyError};
pub use host::{Endpoint, NamedBy};

/// The place of an auth scheme in the list given to [`Policy::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AuthId(pub usize);

/// What a permitted request goes out with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    /// Where to.
    pub origin: Origin,
    /// The credential to apply.
    pub auth: Option<AuthId>,
    /// Which addresses the origin may resolve to.
    pub addresses: AddressRule,
}

/// The policy of one bound provider. Pure and immutable.
#[derive(Debug, Clone)]
pub struct Policy {
    provider: Arc<str>,
    asked: Vec<(Asked, Option<AuthId>)>,
    granted: Vec<Granted>,
    auths: Vec<String>,
}

impl Policy {
    /// Binds what a manifest asks for to what an operator grants. `auths` are
    /// the names of the manifest's `[auth.*]` tables.
    ///
    /// # Errors
    /// When a credential's audience is unknown or not granted as a whole, or
    /// a grant names a metadata service.
    pub fn new(
        provider: &str,
        asked: Vec<Asked>,
        granted: Vec<Granted>,
        auths: Vec<String>,
    ) -> Result<Self, PolicyError> {
        let mut policy = Self { provider: provider.into(), asked: Vec::new(), granted, auths };
        for grant in &policy.granted {
            if grant.origin.exact().is_some_and(|origin| is_metadata(&origin, grant.tokens)) {
                return Err(PolicyError::Metadata {
                    provider: provider.to_owned(),
                    origin: grant.origin.clone(),
                });
            }
        }
        for entry in asked {
            let auth = match &entry.auth {
                Some(name) => Some(policy.audience(&entry.origin, name)?),
                None => None,
            };
            policy.asked.push((entry, auth));
        }
        Ok(policy)
    }

    /// Checks that a credential may be meant for an origin.
    fn audience(&self, origin: &OriginPattern, auth: &str) -> Result<AuthId, PolicyError> {
        let id = self.auth_id(auth).ok_or_else(|| PolicyError::UndeclaredAuth {
            provider: self.provider.to_string(),
            origin: origin.clone(),
            auth: auth.to_owned(),
        })?;
        if self.granted.iter().any(|grant| grant.origin.covers(origin)) {
            return Ok(id);
        }
        Err(PolicyError::AudienceOutsideGrant {
            provider: self.provider.to_string(),
            auth: auth.to_owned(),
            origin: origin.clone(),
            allow_with: self.line_with(Granted::origin(origin.clone()), None),
        })
    }

    fn auth_id(&self, name: &str) -> Option<AuthId> {
        self.auths.iter().position(|auth| auth == name).map(AuthId)
    }

    /// The bound provider's name.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The auth schemes' names, in the order of their [`AuthId`]s.
    pub fn auths(&self) -> &[String] {
        &self.auths
    }

    /// What the manifest asks for and no grant covers as a whole. Requests
    /// there are refused unless a narrower grant lets them through.
    pub fn denied(&self) -> impl Iterator<Item = &Asked> {
        self.asked
            .iter()
            .map(|(asked, _)| asked)
            .filter(|asked| !self.granted.iter().any(|grant| grant.origin.covers(&asked.origin)))
    }

    /// Whether a request may go out, and with what. `requested_auth` is the
    /// auth scheme that the plugin named, if it named one.
    ///
    /// # Errors
    /// With the first rule that is broken.
    pub fn check(&self, method: &Method, url: &Url, requested_auth: Option<&str>) -> Result<Permit, Refusal> {
        let origin = Origin::of(url).map_err(|error| Refusal {
            rule: Rule::Url,
            what: error.to_string(),
            allow_with: "nothing allows it; change the plugin".to_owned(),
        })?;
        let entry_auth = self.check_asked(&origin, method, url)?;
        let addresses = self.check_granted(&origin, method, url, |_| true)?;
        let auth = match requested_auth {
            Some(name) => Some(self.check_audience(&origin, name)?),
            None => entry_auth,
        };
        Ok(Permit { origin, auth, addresses })
    }

    /// The credential of the first entry that asks for this.
    fn check_asked(&self, origin: &Origin, method: &Method, url: &Url) -> Result<Option<AuthId>, Refusal> {
        let mut missing = Rule::Asked;
        for (asked, auth) in self.asked.iter().filter(|(asked, _)| asked.origin.matches(origin)) {
            let method_fits = asked.methods.contains(method);
            match &asked.path {
                _ if !method_fits => missing = missing.later(Rule::Method),
                Some(path) if !path.covers(url) => missing = Rule::Path,
                _ => return Ok(*auth),
            }
        }
        let what = match missing {
            Rule::Method => format!("the plugin's manifest doesn't ask for {method} on {origin}"),
            Rule::Path => format!("the plugin's manifest doesn't ask for path {} on {origin}", url.path()),
            _ => format!("the plugin's manifest doesn't ask for {origin}"),
        };
        let mut allow_with = match missing {
            Rule::Method => format!(
                "{TO_ALLOW}add \"{method}\" to the `methods` of its `[[egress]]` entry in plugin.toml"
            ),
            Rule::Path => format!("{TO_ALLOW}widen `path` in its `[[egress]]` entry in plugin.toml"),
            _ => format!(
                "{TO_ALLOW}write `[[egress]]` with `origin = \"{origin}\"` and `methods = [\"{method}\"]` in plugin.toml"
            ),
        };
        if let Err(also) = self.check_granted(origin, method, url, |_| true) {
            let line = also.allow_with.strip_prefix(TO_ALLOW).unwrap_or(&also.allow_with);
            allow_with = format!("{allow_with}, and {line}");
        }
        Err(Refusal { rule: missing, what, allow_with })
    }

    /// Says why none of a name's addresses may be connected to.
    pub(super) fn refuse_addresses(&self, origin: &Origin, dropped: &[(IpAddr, AddressClass)]) -> Refusal {
        let each: Vec<String> = dropped.iter().map(|(ip, class)| format!("{ip} is {class}")).collect();
        let what = format!("{origin} may not be connected to: {}", each.join(", "));
        let grantable = dropped.iter().filter(|(_, class)| *class != AddressClass::Metadata);
        let networks: Vec<IpNet> = grantable.map(|(ip, _)| IpNet::from(ip.to_canonical())).collect();
        let allow_with = if networks.is_empty() {
            "nothing allows it".to_owned()
        } else {
            let old = self.granted.iter().find(|grant| grant.origin.matches(origin));
            let mut new = old.cloned().unwrap_or_else(|| Granted::origin(origin.clone().into()));
            new.addresses.extend(networks);
            self.line_with(new, old)
        };
        Refusal { rule: Rule::Address, what, allow_with }
    }

    fn check_audience(&self, origin: &Origin, name: &str) -> Result<AuthId, Refusal> {
        let refusal = |what: String, allow_with: String| Refusal { rule: Rule::Audience, what, allow_with };
        let Some(id) = self.auth_id(name) else {
            return Err(refusal(
                format!("the plugin names auth `{name}`, which its manifest doesn't declare"),
                format!("{TO_ALLOW}declare `[auth.{name}]` in plugin.toml"),
            ));
        };
        let meant = self.asked.iter().any(|(asked, auth)| *auth == Some(id) && asked.origin.matches(origin));
        if meant {
            return Ok(id);
        }
        Err(refusal(
            format!("credential `{name}` is not meant for {origin}"),
            format!(
                "{TO_ALLOW}write `auth = \"{name}\"` into the `[[egress]]` entry for {origin} in plugin.toml"
            ),
        ))
    }
}

impl Rule {
    /// Of two reasons why entries don't fit, the one that says more.
    fn later(self, other: Self) -> Self {
        if self == Self::Path { self } else { other }
    }
}

/// Whether it is a metadata service that can't be granted; that of a virtual
/// machine can, for its role's credentials.
fn is_metadata(origin: &Origin, tokens: bool) -> bool {
    let class = match origin.host() {
        url::Host::Ipv4(ip) => AddressClass::of((*ip).into()),
        url::Host::Ipv6(ip) => AddressClass::of((*ip).into()),
        url::Host::Domain(_) => return false,
    };
    let machines = || instance_credentials(origin).is_some() && tokens;
    class == AddressClass::Metadata && container_credentials(origin).is_none() && !machines()
}

#[cfg(test)]
mod tests;
