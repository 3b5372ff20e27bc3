//! What of an operator's values belongs to his credentials or to his host, and
//! goes with nobody else's.
//!
//! Against: a caller's secret at a place that was the operator's choice for his
//! own, as where tokens are exchanged; the credentials of the machine, as those
//! of its container, for a caller who brought too few of his own; the operator's
//! name for himself, as the external id of his role or his organization, in a
//! stranger's request. And the other way round: a caller's role, profile or place
//! with the operator's secrets, and credentials that the machine gives to whoever
//! asks from it.

use std::collections::BTreeSet;

use super::{BASE_URL, Variant, VariantFlaw};
use crate::manifest::Manifest;
use crate::manifest::egress::OriginAsk;
use crate::manifest::name::Name;
use crate::manifest::template::Template;
use crate::manifest::value::ConfigType;
use crate::settings::ProviderSettings;

/// Lists of headers that go to the operator's host. They are never credentials
/// of the API's, but they may say who the operator is to whatever stands before
/// it.
const HEADERS: [&str; 2] = ["headers", "stream-headers"];

/// OpenAI's names for who pays within a key's account: the organization, and a
/// project of it (<https://platform.openai.com/docs/api-reference/authentication>).
/// They are sent as headers, so no template of the manifest has them in it.
const ORGANIZATION: &str = "organization";
const PROJECT: &str = "project";

/// Refuses what would ask the machine for its credentials: whoever brings a
/// secret of his own along would sign with them all the same.
pub(super) fn refuse_machine(manifest: &Manifest, variant: &Variant) -> Result<(), VariantFlaw> {
    let schemes = manifest.auth.values();
    let names = schemes.flat_map(|scheme| scheme.of_machine()).flat_map(Template::names);
    let machines: BTreeSet<&Name> = names.collect();
    match variant.config.keys().find(|name| machines.contains(*name)) {
        Some(name) => Err(VariantFlaw::OfMachine { name: name.clone() }),
        None => Ok(()),
    }
}

/// Refuses what would turn the operator's secrets to another account or place.
pub(super) fn refuse(manifest: &Manifest, variant: &Variant) -> Result<(), VariantFlaw> {
    let operators = |name: &&Name| is_place(manifest, name) || of_credentials(manifest).contains(*name);
    match variant.config.keys().find(operators) {
        Some(name) => Err(VariantFlaw::WithoutSecrets { name: name.clone() }),
        None => Ok(()),
    }
}

/// Takes out what goes with the operator's secrets, and for another host what
/// goes with his. What the caller brings along comes afterwards.
pub(super) fn leave_out(manifest: &Manifest, variant: &Variant, settings: &mut ProviderSettings) {
    let (api, credentials) = (of_api(manifest), of_credentials(manifest));
    let elsewhere = variant.host.is_some();
    let preset = std::mem::take(&mut settings.preset_config);
    // Where the API lives is what the caller asked for, and so are its other
    // public addresses; every other address that the operator wrote is his.
    let stays = |name: &Name| {
        name.as_str() == BASE_URL || !elsewhere && (api.contains(name) || preset.contains(name))
    };
    let goes = |name: &Name| {
        credentials.contains(name)
            || is_place(manifest, name) && !stays(name)
            || elsewhere && HEADERS.contains(&name.as_str())
    };
    settings.config.retain(|name, _| !goes(name));
    settings.config_files.retain(|name, _| !goes(name));
}

/// The values that say whose credentials are used, and where they come from or
/// are exchanged.
fn of_credentials(manifest: &Manifest) -> BTreeSet<&Name> {
    let api = of_api(manifest);
    let schemes = manifest.auth.values();
    let names = schemes.flat_map(|scheme| scheme.account()).flat_map(Template::names);
    names.chain(of_payer(manifest)).filter(|name| !api.contains(name)).collect()
}

/// The values that say who pays. A project alone is another thing: Google's is a
/// part of the API's address.
fn of_payer(manifest: &Manifest) -> impl Iterator<Item = &Name> {
    let has = manifest.config.keys().any(|name| name.as_str() == ORGANIZATION);
    let names = manifest.config.keys().filter(|name| [ORGANIZATION, PROJECT].contains(&name.as_str()));
    names.filter(move |_| has)
}

/// The values that say where the API itself lives: its addresses, or its region.
fn of_api(manifest: &Manifest) -> BTreeSet<&Name> {
    let origins = manifest.egress.iter().flat_map(|egress| match &egress.origin {
        OriginAsk::Filled(template) => template.names().collect(),
        OriginAsk::OfUrl(name) => vec![name],
        OriginAsk::Fixed(_) => Vec::new(),
    });
    let paths = manifest.egress.iter().filter_map(|egress| egress.path.as_ref()).flat_map(Template::names);
    origins.chain(paths).collect()
}

/// Whether a value is an address.
fn is_place(manifest: &Manifest, name: &Name) -> bool {
    manifest.config.get(name).is_some_and(|field| matches!(field.kind, ConfigType::Url))
}

#[cfg(test)]
mod tests;
