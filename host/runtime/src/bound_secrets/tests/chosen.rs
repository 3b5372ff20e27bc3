//! A provider of a preset, with several ways to authenticate.

use std::ffi::OsString;

use super::*;
use crate::catalog::{Catalog, Preset};
use crate::manifest::name::ProviderName;
use crate::secret::Environment;
use crate::settings::Settings;

const MANIFEST: &str = r#"
[plugin]
name = "acme"
version = "0.1.0"
description = "Two ways to say who asks"
[config.auth]
type = "enum"
values = ["account", "token"]
default = "token"
[secrets.account]
optional = true
[secrets.token]
optional = true
[auth.account]
scheme = "header"
header = "x-account"
secret = "account"
[auth.token]
scheme = "bearer"
secret = "token"
[[egress]]
origin = "https://api.example.com"
methods = ["POST"]
auth = "account"
[[egress]]
origin = "https://api.example.com"
methods = ["POST"]
auth = "token"
"#;

const PRESET: &str = r#"
title = "Acme"
plugin = "acme@^0.1"
documentation = "https://docs.example.com"
origins = ["https://api.example.com"]
secrets.account = ["ACME_ACCOUNT"]
[config]
auth = "account"
"#;

/// An environment in which these variables are set.
#[derive(Debug)]
struct Set(&'static [&'static str]);

impl Environment for Set {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.0.contains(&name).then(|| FIRST.into())
    }
}

/// The names of the secrets that a provider holds which is written so.
fn held(written: &str, set: &'static [&'static str]) -> Result<Vec<String>, BindError> {
    let name: ProviderName = "acme".parse().unwrap();
    let mut catalog = Catalog::default();
    catalog.add(name.clone(), Preset::parse(PRESET, "acme.toml").unwrap());
    let mut settings = Settings::parse(&format!("[providers.acme]\n{written}"), "f", &[]).unwrap();
    let settings = catalog.complete(&name, settings.providers.remove(&name).unwrap()).unwrap();
    let manifest = Manifest::parse(MANIFEST, "plugin.toml").unwrap();
    let services = services(SecretReader::new(Arc::new(Set(set))));
    let secrets = now(Secrets::read(&manifest, &services, "acme", &settings))?;
    Ok(secrets.held.keys().map(Name::to_string).collect())
}

#[test]
fn a_preset_wants_no_secret_that_no_request_will_carry() {
    const TOKEN: &str = "config.auth = \"token\"\nsecrets.token = { env = \"TOKEN\" }";
    assert_eq!(held(TOKEN, &["TOKEN"]).unwrap(), ["token"]);
    assert_eq!(held(TOKEN, &["TOKEN", "ACME_ACCOUNT"]).unwrap(), ["account", "token"]);
    let missing = |written: &str, set: &'static [&'static str]| match held(written, set) {
        Err(BindError::Secret { name, .. }) => name,
        other => panic!("{written}: {other:?}"),
    };
    assert_eq!(missing("", &["TOKEN"]), "account", "it is the preset's way");
    assert_eq!(missing(TOKEN, &[]), "token", "it is the chosen way");
    match held("config.auth = \"token\"", &[]) {
        Err(BindError::MissingSecret { name, .. }) => assert_eq!(name, "token", "nobody wrote it"),
        other => panic!("{other:?}"),
    }
    let both = "config.auth = \"token\"\nsecrets.account = { env = \"ACME_ACCOUNT\" }";
    assert_eq!(missing(both, &[]), "account", "the operator wants it");
}
