//! Secrets that a preset names for one of several ways to authenticate.

use super::*;

/// A preset with the words that it needs, and this way to authenticate.
fn completed(preset: &str, auth: Option<&str>) -> ProviderSettings {
    let mut config = catalog().get(preset).unwrap().needs.clone();
    if let Some(auth) = auth {
        config.insert("auth".parse().unwrap(), auth.into());
    }
    catalog().complete(&name(preset), WrittenProvider { config, ..WrittenProvider::default() }).unwrap()
}

#[test]
fn what_is_for_another_way_to_authenticate_than_the_chosen_one_may_be_missing() {
    for (preset, auth, secret, may_lack) in [
        ("vertex", None, "service-account", false),
        ("vertex", Some("service-account"), "service-account", false),
        ("vertex", Some("token"), "service-account", true),
        ("vertex-anthropic", None, "service-account", false),
        ("vertex-anthropic", Some("token"), "service-account", true),
        ("gemini", None, "api-key", false),
        ("gemini", Some("token"), "api-key", true),
        // Another header, and the same key.
        ("azure", Some("key"), "api-key", false),
        ("azure", Some("entra"), "api-key", true),
        // Without a choice there is nothing to tell by.
        ("cohere", None, "api-key", false),
    ] {
        let settings = completed(preset, auth);
        let Some((path, text)) = manifest_of(settings.plugin.name.as_str()) else { continue };
        let manifest = Manifest::parse(&text, &path.display().to_string())
            .unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(settings.may_lack(&manifest, &secret.parse().unwrap()), may_lack, "{preset} {auth:?}");
    }
}
