//! What the operator allows a provider: origins, folders, redirects. A plugin
//! gets what it asks for and this allows, so the default is nothing at all.
//! A secret needs no grant of its own: it is granted by saying where it comes
//! from, and it goes only where the manifest and these origins both point.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ipnet::IpNet;

use super::document::Node;
use super::path;
use crate::egress::policy::Granted;
use crate::manifest::egress::read_methods;
use crate::manifest::field::Access;
use crate::manifest::name::Name;

/// `grant` of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grant {
    /// Where requests may go.
    pub origins: Vec<Granted>,
    /// The folders behind the directories that the manifest names.
    pub directories: BTreeMap<Name, GrantedFolder>,
    /// Whether the host follows redirects: each hop must be granted like a
    /// request of its own, and no credential survives a change of origin.
    /// Off by default, as the plugin then sees the answer as it is.
    pub redirects: bool,
}

/// A folder that a plugin may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedFolder {
    /// Where it is.
    pub path: PathBuf,
    /// What may be done there, if the manifest asks for it; reading unless
    /// written otherwise.
    pub access: Access,
}

impl Grant {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let origins = fields.take("origins").and_then(|node| node.list(|entry| origin(&entry)));
        let directories = fields.take("directories");
        let directories = directories.and_then(|node| node.map(|entry| folder(&entry)));
        let redirects = fields.take("redirects").and_then(|node| node.boolean());
        fields.finish();
        Some(Self {
            origins: origins.unwrap_or_default(),
            directories: directories.unwrap_or_default(),
            redirects: redirects.unwrap_or(false),
        })
    }
}

fn origin(node: &Node<'_>) -> Option<Granted> {
    if !node.is_table() {
        return node.parse().map(Granted::origin);
    }
    let mut fields = node.fields()?;
    let origin = fields.require("origin", "\"https://api.example.com\"");
    let origin = origin.and_then(|node| node.parse());
    let methods = fields.take("methods").map(|node| read_methods(&node));
    let path = fields.take("path").map(|node| node.parse());
    let addresses = fields.take("addresses").map(|node| node.list(|entry| network(&entry)));
    let tokens = fields.take("tokens").and_then(|node| node.boolean());
    fields.finish();
    Some(Granted {
        origin: origin?,
        methods: methods.flatten(),
        path: path.flatten(),
        addresses: addresses.flatten().unwrap_or_default(),
        tokens: tokens.unwrap_or(false),
    })
}

fn network(node: &Node<'_>) -> Option<IpNet> {
    let text = node.string()?;
    let address = text.parse::<std::net::IpAddr>().ok().map(IpNet::from);
    let network = address.or_else(|| text.parse().ok());
    match network {
        Some(network) if network.trunc() == network => Some(network),
        Some(network) => {
            node.reject(format!(
                "{text:?} is an address within a network: write \"{}\" for all of it, or the address alone",
                network.trunc()
            ));
            None
        }
        None => {
            node.reject(format!("{text:?} isn't a network: write one such as \"10.0.0.0/8\""));
            None
        }
    }
}

fn folder(node: &Node<'_>) -> Option<GrantedFolder> {
    if !node.is_table() {
        return node.mismatch("a table such as { path = \"data\", access = \"read\" }");
    }
    let mut fields = node.fields()?;
    let path = fields.require("path", "\"data\"").and_then(|node| path(&node));
    let access = fields.take("access").and_then(|node| node.word(Access::WORDS));
    fields.finish();
    Some(GrantedFolder { path: path?, access: access.unwrap_or(Access::Read) })
}
