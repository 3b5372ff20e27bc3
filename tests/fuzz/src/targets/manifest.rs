//! Manifests: reading one, binding it without values and with a word for every
//! text never panics, and a grant of all that it asks for leaves nothing denied.

use std::collections::BTreeMap;

use crate::egress::policy::{Granted, Policy};
use crate::manifest::name::Name;
use crate::manifest::{ConfigValue, Manifest};

/// Panics where the property doesn't hold.
pub fn run(text: &str) {
    let manifest = match Manifest::parse(text, "plugin.toml") {
        Ok(manifest) => manifest,
        Err(problems) => {
            assert!(!problems.to_string().is_empty());
            return;
        }
    };
    manifest.batch_limits("model", &std::collections::BTreeMap::new());
    bind(&manifest, &BTreeMap::new());
    let word = ConfigValue::Text("word".to_owned());
    let texts = manifest.config.iter().filter(|(_, field)| field.kind.check(&word).is_ok());
    bind(&manifest, &texts.map(|(name, _)| (name.clone(), word.clone())).collect());
}

fn bind(manifest: &Manifest, values: &BTreeMap<Name, ConfigValue>) {
    let Ok(provider) = "provider".parse() else { return };
    let bound = match manifest.bind(&provider, values) {
        Ok(bound) => bound,
        Err(problems) => {
            assert!(!problems.to_string().is_empty());
            return;
        }
    };
    let asked = bound.asked().to_vec();
    let granted = asked.iter().map(|asked| Granted::origin(asked.origin.clone())).collect();
    let auths = manifest.auth.keys().map(ToString::to_string).collect();
    if let Ok(policy) = Policy::new("provider", asked, granted, auths) {
        assert_eq!(policy.denied().count(), 0, "what is granted as it is asked is not denied");
    }
}
