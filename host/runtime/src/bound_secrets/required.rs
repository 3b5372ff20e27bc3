//! What must be set, and what may not.

use crate::error::BindError;
use crate::manifest::Manifest;
use crate::manifest::name::Name;
use crate::settings::ProviderSettings;

/// A secret that the plugin doesn't know is a slip.
pub(super) fn known<'n>(
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

/// Where another way to authenticate was chosen than the preset has secrets for, a
/// secret of that way.
pub(super) fn chosen(
    manifest: &Manifest,
    provider: &str,
    settings: &ProviderSettings,
    is_held: impl Fn(&Name) -> bool,
) -> Result<(), BindError> {
    let secrets = manifest.chosen_secrets(&settings.config);
    match secrets.first() {
        Some(first) if !secrets.iter().any(|name| is_held(name)) => Err(missing(manifest, provider, first)),
        _ => Ok(()),
    }
}

/// A secret that the plugin can't do without.
pub(super) fn missing(manifest: &Manifest, provider: &str, name: &Name) -> BindError {
    let env = manifest.secrets.get(name).and_then(|field| field.env.as_ref());
    BindError::MissingSecret {
        provider: provider.to_owned(),
        name: name.to_string(),
        env: env.map_or_else(|| "VARIABLE".to_owned(), |env| env.as_str().to_owned()),
    }
}
