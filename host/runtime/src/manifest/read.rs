//! Reads the sections of a manifest, each with what the ones before it declare.

use std::collections::{BTreeMap, BTreeSet};

use super::auth::AuthScheme;
use super::batch::Batch;
use super::egress::Egress;
use super::field::{Access, ConfigField, DirectoryField, SecretField, text};
use super::name::Name;
use super::{Declared, Manifest};
use crate::settings::document::{Fields, Node};

pub(super) fn manifest(mut fields: Fields<'_>) -> Option<Manifest> {
    let plugin = fields.take("plugin");
    let config = fields.take("config").and_then(|node| node.map(|entry| ConfigField::read(&entry)));
    let config: BTreeMap<Name, ConfigField> = config.unwrap_or_default();
    let secret_fields = fields.take("secrets");
    let secrets = secret_fields.as_ref().and_then(|node| node.map(|entry| SecretField::read(&entry)));
    let secrets: BTreeMap<Name, SecretField> = secrets.unwrap_or_default();
    let kinds = config.iter().map(|(name, field)| (name.clone(), field.kind.clone())).collect();
    let mut declared = Declared { config: kinds, auth: BTreeSet::new() };

    let schemes = fields.take("auth");
    let auth = read_auth(schemes.as_ref(), &secrets, &mut declared);
    let entries = fields.take("egress").and_then(|node| node.array()).unwrap_or_default();
    let read = entries.iter().map(|entry| Egress::read(entry, &declared));
    let egress: Vec<Egress> = read.flatten().collect();
    // With an entry missing, nobody knows which scheme it would have named.
    if let (Some(schemes), true) = (&schemes, egress.len() == entries.len()) {
        check_schemes_are_used(schemes, &auth, &egress);
    }
    if let Some(secrets) = &secret_fields {
        check_secrets_are_used(secrets, &auth, &declared);
    }

    let directories = read_directories(fields.take("directory"));
    let embedding_batches = read_batches(fields.take("embedding"), &declared);
    let plugin = match plugin {
        Some(node) => node.fields(),
        None => {
            fields.reject("[plugin] is missing: begin with [plugin], name, version and description");
            None
        }
    };
    fields.finish();

    let mut plugin = plugin?;
    let name = plugin.require("name", "\"my-plugin\"").and_then(|node| node.parse());
    let version = plugin.require("version", "\"0.1.0\"").and_then(|node| {
        let text = node.string()?;
        let wrong =
            |error| node.reject(format!("{text:?} isn't a version ({error}): write one such as \"0.1.0\""));
        text.parse().map_err(wrong).ok()
    });
    let description = plugin.require("description", "\"...\"").and_then(|node| node.string());
    let license = text(&mut plugin, "license");
    let homepage = plugin.take("homepage").and_then(|node| {
        let text = node.string()?;
        let wrong = |error| node.reject(format!("{text:?} isn't a URL ({error}): write it whole"));
        text.parse().map_err(wrong).ok()
    });
    let authors =
        plugin.take("authors").and_then(|node| node.list(|author| author.string().map(str::to_owned)));
    let singleton = plugin.take("singleton").and_then(|node| node.boolean()).unwrap_or(false);
    plugin.finish();

    Some(Manifest {
        name: name?,
        version: version?,
        description: description?.to_owned(),
        license,
        homepage,
        authors: authors.unwrap_or_default(),
        singleton,
        config,
        secrets,
        auth,
        egress,
        directories,
        embedding_batches,
    })
}

fn read_auth(
    section: Option<&Node<'_>>,
    secrets: &BTreeMap<Name, SecretField>,
    declared: &mut Declared,
) -> BTreeMap<Name, AuthScheme> {
    let mut names = BTreeSet::new();
    let read = |node: Node<'_>| {
        let scheme = AuthScheme::read(&node)?;
        for secret in scheme.secrets() {
            if !secrets.contains_key(secret) {
                node.reject_name(format!(
                    "no [secrets.{secret}] is declared here: declare it, or correct the name"
                ));
            }
        }
        for name in scheme.templates().into_iter().flat_map(|template| template.names()) {
            let _ = declared.kind_of(&node, name);
        }
        Some(scheme)
    };
    let auth = section.and_then(|node| node.map(read)).unwrap_or_default();
    // A scheme that couldn't be read was still declared: those who refer to it
    // are not at fault.
    if let Some(mut fields) = section.and_then(|node| node.fields()) {
        names.extend(fields.take_all().filter_map(|(name, _)| name.parse().ok()));
        fields.finish();
    }
    declared.auth = names;
    auth
}

/// A scheme that no entry of `egress` names could never be applied: the host
/// sends a secret only to the origins that are listed with it.
fn check_schemes_are_used(node: &Node<'_>, auth: &BTreeMap<Name, AuthScheme>, egress: &[Egress]) {
    let Some(mut fields) = node.fields() else { return };
    for (name, node) in fields.take_all() {
        let read = auth.contains_key(name);
        if read && !egress.iter().any(|entry| entry.auth.as_ref().is_some_and(|a| a.as_str() == name)) {
            node.reject_name(format!(
                "no [[egress]] names this scheme, so it would never be applied: add `auth = \"{name}\"` to the origins it is meant for, or remove it"
            ));
        }
    }
    fields.finish();
}

/// A secret that no scheme uses would be asked of the operator for nothing.
fn check_secrets_are_used(node: &Node<'_>, auth: &BTreeMap<Name, AuthScheme>, declared: &Declared) {
    // With a scheme missing, nobody knows what it would have used.
    if auth.len() < declared.auth.len() {
        return;
    }
    let Some(mut fields) = node.fields() else { return };
    for (name, node) in fields.take_all() {
        let used = |scheme: &AuthScheme| scheme.secrets().iter().any(|used| used.as_str() == name);
        if !auth.values().any(used) {
            node.reject_name(format!(
                "no [auth.NAME] uses this secret: add `[auth.key] scheme = \"bearer\", secret = \"{name}\"` or the like, or remove it"
            ));
        }
    }
    fields.finish();
}

fn read_directories(node: Option<Node<'_>>) -> BTreeMap<Name, DirectoryField> {
    let mut directories = BTreeMap::new();
    for node in node.and_then(|node| node.array()).unwrap_or_default() {
        let Some(mut fields) = node.fields() else { continue };
        let name_node = fields.require("name", "\"index\"");
        let name = name_node.as_ref().and_then(|node| node.parse::<Name>());
        let access = fields.require("access", "\"read\"").and_then(|node| node.word(Access::WORDS));
        let description = text(&mut fields, "description");
        fields.finish();
        let (Some(name), Some(access)) = (name, access) else { continue };
        let double = directories.insert(name, DirectoryField { access, description }).is_some();
        if let (true, Some(node)) = (double, name_node) {
            node.reject("two directories have this name: rename one");
        }
    }
    directories
}

fn read_batches(node: Option<Node<'_>>, declared: &Declared) -> Vec<Batch> {
    let Some(mut fields) = node.and_then(|node| node.fields()) else { return Vec::new() };
    let batches = fields.take("batch").and_then(|node| node.list(|entry| Batch::read(&entry, declared)));
    fields.finish();
    batches.unwrap_or_default()
}
