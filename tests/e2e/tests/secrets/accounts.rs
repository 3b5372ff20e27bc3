//! Callers with credentials of their own: nothing of the operator's account is
//! in what is done for them, neither his credentials nor his names and places.

use std::collections::BTreeMap;

use jackfield_e2e::report::Report;
use jackfield_e2e::{Reply, Script, chat, text_of};
use jackfield_runtime::catalog::Catalog;
use jackfield_runtime::secret::Secret;
use jackfield_runtime::settings::{ProviderSettings, Settings};
use jackfield_runtime::{BindError, CallContext, Provider, Variant};
use serde_json::json;

use crate::minted::{Minted, Minting, SERVICE_ACCOUNT, packed, service_account, token};
use crate::signed::{AWS_KEYS, AWS_WEB_IDENTITY, keys};

/// All that an operator of AWS can set for himself.
const OPERATORS: Minting = Minting {
    settings: |endpoint| {
        format!(
            "config.role-arn = \"arn:aws:iam::1:role/operators\"\nconfig.external-id = \"operators-0123\"\n\
             config.sts-url = \"{endpoint}/\"\nconfig.container-url = \"{endpoint}/credentials\""
        )
    },
    ..AWS_KEYS
};

/// A provider as its operator wrote it, and what a caller makes of it.
struct Own {
    host: jackfield_runtime::Host,
    upstream: Script,
    endpoint: Script,
    settings: ProviderSettings,
}

impl Own {
    /// What the endpoint answers, if it is asked, and the settings.
    async fn new(scheme: Minting, answer: Reply) -> Self {
        let upstream = Script::start(vec![Reply::json(200, "{}")]).await;
        let endpoint = Script::start(vec![answer]).await;
        let host = jackfield_e2e::host();
        host.load_bytes("probe", &packed(scheme)).unwrap();
        let (lines, _files) = Minted::settings(scheme, &upstream, &endpoint, &[&upstream, &endpoint]);
        let settings = Settings::parse(&format!("[providers.p]\n{lines}"), "jackfield.toml", &[]).unwrap();
        let (name, provider) = settings.providers.into_iter().next().unwrap();
        let settings = Catalog::default().complete(&name, provider).unwrap();
        Self { host, upstream, endpoint, settings }
    }

    async fn bind(&self, variant: &Variant) -> Result<Provider, BindError> {
        self.host.bind_variant("p", &self.settings, variant).await
    }

    async fn send(&self, variant: &Variant) -> Report {
        let provider = self.bind(variant).await.unwrap();
        let order = json!({ "url": format!("{}/v1/x", self.upstream.origin()) });
        let answer = provider.chat(&CallContext::default(), chat("send", &order.to_string())).await;
        Report::one(&text_of(&answer.unwrap()))
    }
}

/// With these secrets and these values.
fn bringing(secrets: &[(&str, &str)], config: &[(&str, &str)]) -> Variant {
    let secret = |text: &str| Secret::new(text.as_bytes().to_vec()).unwrap();
    let secrets: BTreeMap<_, _> =
        secrets.iter().map(|(name, text)| (name.parse().unwrap(), secret(text))).collect();
    let config = config.iter().map(|(name, text)| (name.parse().unwrap(), (*text).into())).collect();
    Variant { secrets, config, ..Variant::default() }
}

const CLIENTS: [(&str, &str); 2] = [("id", "AKIDCLIENT0123"), ("api-key", "clients-secret-key-0123")];

#[tokio::test]
async fn a_clients_keys_sign_themselves_and_not_for_the_operators_role() {
    let own = Own::new(OPERATORS, keys()).await;
    assert_eq!(own.send(&bringing(&CLIENTS, &[])).await.status(), Some(200));
    assert!(own.upstream.requests()[0].contains("Credential=AKIDCLIENT0123/"));
    assert!(own.endpoint.requests().is_empty(), "{:?}", own.endpoint.requests());
}

#[tokio::test]
async fn to_a_clients_role_goes_no_name_of_the_operators() {
    let own = Own::new(OPERATORS, keys()).await;
    let sts = format!("{}/clients", own.endpoint.origin());
    let config = [("role-arn", "arn:aws:iam::2:role/clients"), ("sts-url", &*sts)];
    assert_eq!(own.send(&bringing(&CLIENTS, &config)).await.status(), Some(200));
    let asked = own.endpoint.requests().remove(0);
    assert!(asked.starts_with("POST /clients ") && asked.contains("role%2Fclients"), "{asked}");
    assert!(!asked.contains("operators") && !asked.contains("ExternalId"), "{asked}");
}

/// An operator's container gives its keys to whoever asks from this machine.
#[tokio::test]
async fn who_brings_too_few_keys_is_not_helped_out_with_the_containers() {
    let more = "\n[secrets.other]\noptional = true\n\n[auth.other]\nscheme = \"bearer\"\nsecret = \"other\"\n\n\
                [[egress]]\norigin = \"{base-url}\"\nmethods = [\"DELETE\"]\nauth = \"other\"\n";
    let lines: &'static str = format!("{}{more}", OPERATORS.lines).leak();
    let container = Minting {
        lines,
        secrets: |_| Vec::new(),
        settings: |endpoint| format!("config.container-url = \"{endpoint}/credentials\""),
        ..OPERATORS
    };
    let own = Own::new(container, Reply::json(200, "{}")).await;
    let report = own.send(&bringing(&[("other", "clients-token-0123")], &[])).await;
    assert_eq!(report.error(), Some("ErrorKind::Authentication"), "{report:?}");
    assert!(report.message().contains("no keys are set"), "{report:?}");
    assert!(own.endpoint.requests().is_empty() && own.upstream.requests().is_empty());
    // The operator himself is given them: the test above would notice.
    let report = own.send(&bringing(&[], &[])).await;
    assert_eq!(own.endpoint.requests().len(), 1, "{report:?}");
}

#[tokio::test]
async fn without_secrets_of_his_own_a_caller_chooses_no_account_and_no_place() {
    let own = Own::new(AWS_WEB_IDENTITY, keys()).await;
    let endpoint = own.endpoint.origin();
    for (name, value) in [
        ("role-arn", "arn:aws:iam::2:role/clients"),
        ("profile", "other"),
        ("sts-url", &*endpoint),
        ("container-url", &*endpoint),
        ("base-url", &*endpoint),
    ] {
        let error = own.bind(&bringing(&[], &[(name, value)])).await.unwrap_err();
        assert!(error.is_callers() && error.to_string().contains(&format!("config.{name} says")), "{error}");
    }
    assert!(own.endpoint.requests().is_empty());
}

/// Granting an origin to a provider lets no client's key file lead there.
#[tokio::test]
async fn a_clients_service_account_does_not_choose_where_the_host_goes() {
    let own = Own::new(SERVICE_ACCOUNT, token()).await;
    let file = |endpoint: &str| service_account(endpoint).replace('\n', "");
    let elsewhere = file(&own.upstream.origin());
    let error = own.bind(&bringing(&[("api-key", &elsewhere)], &[])).await.unwrap_err();
    assert!(error.is_callers() && error.to_string().contains("is not granted for tokens"), "{error}");
    assert!(own.upstream.requests().is_empty());
    let granted = file(&own.endpoint.origin());
    assert_eq!(own.send(&bringing(&[("api-key", &granted)], &[])).await.status(), Some(200));
}
