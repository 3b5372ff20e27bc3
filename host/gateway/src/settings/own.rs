//! `client-keys` and `custom-hosts` of `[server]`: what clients may bring along.

use std::collections::BTreeSet;

use jackfield_runtime::egress::address::AddressClass;
use jackfield_runtime::egress::origin::{Origin, OriginPattern};
use jackfield_runtime::settings::document::Node;
use url::Host;

/// For which providers the keys of clients are taken along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientKeys {
    /// For all: those of the configuration, and those of the catalog that need
    /// nothing but a key.
    All,
    /// For none.
    None,
    /// For these.
    Of(BTreeSet<String>),
}

impl ClientKeys {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        if node.value().is_array() {
            let names = node.list(|node| node.string().map(str::to_owned))?;
            return Some(Self::Of(names.into_iter().collect()));
        }
        Some(if node.boolean()? { Self::All } else { Self::None })
    }
}

/// One of `custom-hosts`: one origin, since it is a client that says where its
/// request goes. A service of machines' own credentials can't be granted.
pub(super) fn host(node: &Node<'_>) -> Option<Origin> {
    let pattern = node.parse::<OriginPattern>()?;
    let Some(origin) = pattern.exact() else {
        node.reject("this is more than one host: write each of them");
        return None;
    };
    let address = match origin.host() {
        Host::Ipv4(ip) => Some((*ip).into()),
        Host::Ipv6(ip) => Some((*ip).into()),
        Host::Domain(_) => None,
    };
    if address.is_some_and(|ip| AddressClass::of(ip) == AddressClass::Metadata) {
        node.reject("this is a metadata service, which hands out the machine's own credentials: remove it");
        return None;
    }
    Some(origin)
}
