use super::*;
use crate::egress::policy::Granted;
use crate::manifest::value::ConfigValue;
use crate::secret::Secret;

/// Every family of schemes that has an account, and every kind of value.
const MANIFEST: &str = r#"
[plugin]
name = "cloud"
version = "0.1.0"
description = "All of it"
[config.region]
type = "string"
[config.base-url]
type = "url"
default = "https://api.example.com"
[config.control-url]
type = "url"
[config.webhook-url]
type = "url"
[config.sts-url]
type = "url"
[config.container-url]
type = "url"
[config.instance-url]
type = "url"
[config.token-url]
type = "url"
[config.profile]
type = "string"
[config.role-arn]
type = "string"
[config.role-session-name]
type = "string"
[config.external-id]
type = "string"
[config.client-id]
type = "string"
[config.scope]
type = "string"
[config.user]
type = "string"
[config.tenancy]
type = "string"
[config.fingerprint]
type = "string"
[config.headers]
type = "list"
[config.stream-headers]
type = "list"
[config.query]
type = "list"
[secrets.id]
optional = true
[secrets.api-key]
optional = true
[auth.aws]
scheme = "aws-sigv4"
service = "bedrock"
region = "{region}"
access-key-id = "id"
secret-access-key = "api-key"
credentials-file = "id"
profile = "{profile}"
role-arn = "{role-arn}"
role-session-name = "{role-session-name}"
external-id = "{external-id}"
sts-url = "{sts-url}"
container-url = "{container-url}"
instance-url = "{instance-url}"
[auth.oauth]
scheme = "oauth2-client-credentials"
token-url = "{token-url}"
client-id = "{client-id}"
client-secret = "api-key"
scope = "{scope}"
[auth.basic]
scheme = "basic"
user = "{user}"
password = "api-key"
[auth.oci]
scheme = "oci-signature"
private-key = "api-key"
tenancy = "{tenancy}"
user = "{user}"
fingerprint = "{fingerprint}"
[[egress]]
origin = "{base-url}"
methods = ["POST"]
auth = "aws"
[[egress]]
origin = "{base-url}"
methods = ["POST"]
auth = "oauth"
[[egress]]
origin = "{base-url}"
methods = ["POST"]
auth = "basic"
[[egress]]
origin = "{base-url}"
methods = ["POST"]
auth = "oci"
[[egress]]
origin = "{control-url}"
methods = ["GET"]
auth = "aws"
[[egress]]
origin = "https://{region}.example.com"
methods = ["GET"]
"#;

/// What says whose credentials are used, and where.
const ACCOUNT: [&str; 13] = [
    "control-url",
    "webhook-url",
    "sts-url",
    "token-url",
    "profile",
    "role-arn",
    "role-session-name",
    "external-id",
    "client-id",
    "user",
    "tenancy",
    "fingerprint",
    "base-url",
];

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn manifest() -> Manifest {
    Manifest::parse(MANIFEST, "plugin.toml").unwrap()
}

/// Settings in which the operator wrote everything, as a value and as a file.
fn settings() -> ProviderSettings {
    let mut settings = ProviderSettings::new("cloud".parse().unwrap());
    for (name, field) in &manifest().config {
        let value = match field.kind {
            ConfigType::List => ConfigValue::List(vec!["operators: 1".to_owned()]),
            _ => ConfigValue::from("https://operators.example"),
        };
        settings.config.insert(name.clone(), value);
        settings.config_files.insert(name.clone(), "/operators".into());
    }
    settings.grant.origins = vec![Granted::origin("https://operators.example".parse().unwrap())];
    settings
}

fn applied(variant: &Variant) -> Result<ProviderSettings, VariantFlaw> {
    let mut settings = settings();
    variant.apply(&manifest(), &mut settings).map(|_| settings)
}

fn kept(settings: &ProviderSettings) -> Vec<&str> {
    let kept: Vec<&str> = settings.config.keys().map(Name::as_str).collect();
    let files: Vec<&str> = settings.config_files.keys().map(Name::as_str).collect();
    assert!(files.iter().all(|name| kept.contains(name)), "{files:?}");
    kept
}

fn secrets() -> std::collections::BTreeMap<Name, Secret> {
    [(name("api-key"), Secret::new(b"sk-client".to_vec()).unwrap())].into()
}

#[test]
fn with_secrets_of_its_own_a_variant_keeps_what_the_api_is_asked_with() {
    let key = Some(Secret::new(b"sk-client".to_vec()).unwrap());
    for variant in
        [Variant { secrets: secrets(), ..Variant::default() }, Variant { key, ..Variant::default() }]
    {
        let settings = applied(&variant).unwrap();
        assert_eq!(
            kept(&settings),
            ["base-url", "control-url", "headers", "query", "region", "scope", "stream-headers"],
            "all else belongs to the operator's account"
        );
    }
}

#[test]
fn with_a_host_of_its_own_it_keeps_no_header_of_the_operators_either() {
    let host = Some(url::Url::parse("https://clients.example/v1").unwrap());
    let headers = ConfigValue::List(vec!["clients: 1".to_owned()]);
    let config = [(name("headers"), headers.clone())].into();
    for secrets in [Default::default(), secrets()] {
        let plain = Variant { host: host.clone(), secrets, ..Variant::default() };
        let settings = applied(&plain).unwrap();
        assert_eq!(kept(&settings), ["base-url", "query", "region", "scope"]);
        assert_eq!(settings.config[&name("base-url")], "https://clients.example/v1".into());
        // The client's own are sent, and nothing of the operator's list beside them.
        let own = Variant { config: std::collections::BTreeMap::clone(&config), ..plain };
        assert_eq!(applied(&own).unwrap().config[&name("headers")], headers);
    }
}

#[test]
fn what_a_caller_brings_along_with_his_secrets_counts() {
    let config = ACCOUNT.map(|text| (name(text), ConfigValue::from("https://clients.example")));
    let variant = Variant { secrets: secrets(), config: config.into(), ..Variant::default() };
    let settings = applied(&variant).unwrap();
    for text in ACCOUNT {
        assert_eq!(settings.config[&name(text)], "https://clients.example".into(), "{text}");
        assert!(!settings.config_files.contains_key(&name(text)), "{text}");
    }
}

#[test]
fn the_operators_secrets_are_turned_to_no_other_account_or_place() {
    for text in ACCOUNT {
        let config = [(name(text), ConfigValue::from("https://clients.example"))].into();
        let flaw = applied(&Variant { config, ..Variant::default() }).unwrap_err();
        assert_eq!(flaw, VariantFlaw::WithoutSecrets { name: name(text) });
    }
    for text in ["region", "scope"] {
        let config = [(name(text), ConfigValue::from("other"))].into();
        let settings = applied(&Variant { config, ..Variant::default() }).unwrap();
        assert_eq!(settings.config[&name(text)], "other".into());
        assert_eq!(settings.config.len(), manifest().config.len(), "the operator's own stay together");
    }
}

/// Whoever asks from this machine is given its keys: a caller's own secret, of
/// whichever kind, is no leave to ask.
#[test]
fn nobody_brings_along_where_the_machine_is_given_its_credentials() {
    let host = Some(url::Url::parse("https://clients.example/v1").unwrap());
    for text in ["container-url", "instance-url"] {
        let config = || [(name(text), ConfigValue::from("http://169.254.169.254"))].into();
        for variant in [
            Variant { config: config(), ..Variant::default() },
            Variant { config: config(), secrets: secrets(), ..Variant::default() },
            Variant { config: config(), secrets: secrets(), host: host.clone(), ..Variant::default() },
        ] {
            assert_eq!(applied(&variant).unwrap_err(), VariantFlaw::OfMachine { name: name(text) });
        }
    }
}

#[test]
fn who_pays_for_the_operators_key_is_told_with_no_other_and_to_no_other_host() {
    let project = "[config.project]\ntype = \"string\"\n".to_owned();
    let openai = format!("[config.organization]\ntype = \"string\"\n{project}");
    let host = Some(url::Url::parse("https://clients.example/v1").unwrap());
    for (lines, stays) in [(project, true), (openai, false)] {
        let text = MANIFEST.replace("[config.query]", &format!("{lines}[config.query]"));
        let manifest = Manifest::parse(&text, "plugin.toml").unwrap();
        for variant in [
            Variant { secrets: secrets(), ..Variant::default() },
            Variant { host: host.clone(), ..Variant::default() },
        ] {
            let mut settings = settings();
            for text in ["organization", "project"] {
                settings.config.insert(name(text), "operators".into());
                settings.config_files.insert(name(text), "/operators".into());
            }
            variant.apply(&manifest, &mut settings).unwrap();
            assert_eq!(kept(&settings).contains(&"project"), stays, "{variant:?}");
            assert_eq!(kept(&settings).contains(&"organization"), stays, "{variant:?}");
        }
        let config = [(name("project"), ConfigValue::from("clients"))].into();
        let alone = Variant { config, ..Variant::default() }.apply(&manifest, &mut settings());
        assert_eq!(alone.is_ok(), stays, "nor does a caller choose who pays for it");
    }
}

#[test]
fn an_address_that_tokens_come_from_stays_where_it_is_the_apis_own() {
    let text = MANIFEST.replace("token-url = \"{token-url}\"", "token-url = \"{base-url}/token\"");
    let manifest = Manifest::parse(&text, "plugin.toml").unwrap();
    let mut settings = settings();
    let variant = Variant { secrets: secrets(), ..Variant::default() };
    variant.apply(&manifest, &mut settings).unwrap();
    assert!(settings.config.contains_key(&name("base-url")));
}

#[test]
fn the_catalogs_addresses_stay_where_they_are_not_the_accounts_and_the_host_is_the_same() {
    let host = Some(url::Url::parse("https://clients.example/v1").unwrap());
    for (host, stays) in [(None, true), (host, false)] {
        let mut settings = settings();
        settings.preset_config = [name("webhook-url"), name("token-url")].into();
        let variant = Variant { secrets: secrets(), host, ..Variant::default() };
        variant.apply(&manifest(), &mut settings).unwrap();
        assert_eq!(settings.config.contains_key(&name("webhook-url")), stays);
        assert!(!settings.config.contains_key(&name("token-url")), "that is the account's");
    }
}
