//! Schemes that exchange or sign: neither the secret nor what is minted from it
//! is ever in a guest's memory, and whatever an upstream says back of it is
//! redacted. A new scheme is a new row of [`MINTED`].

use std::sync::LazyLock;

use jackfield_e2e::guests::builder;
use jackfield_e2e::report::Report;
use jackfield_e2e::{Reply, Script, bind, chat, guest, text_of};
use jackfield_runtime::{CallContext, Host, Provider, component_section};
use serde_json::json;

use crate::signed::{AWS_KEYS, AWS_WEB_IDENTITY, OCI};
use crate::{KEY, MANIFEST, clean_of, forms_of, found, log, search};

/// What token endpoints give out here.
pub(crate) const TOKEN: &str = "ya29.Minted/0123+4567=token-of-the-test";

/// A private key of a service account, made anew for each run.
pub(crate) static PEM: LazyLock<String> = LazyLock::new(|| {
    let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    pair.unwrap().serialize_pem()
});

/// A way to authenticate in which the secret itself isn't sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minting {
    pub(crate) name: &'static str,
    /// Below `[auth.key]` in the manifest.
    pub(crate) lines: &'static str,
    /// The secrets: name and what its file has, with the endpoint's origin.
    pub(crate) secrets: fn(&str) -> Vec<(&'static str, String)>,
    /// What else the operator writes, with the endpoint's origin.
    pub(crate) settings: fn(&str) -> String,
    /// Whether the secret itself says where it is exchanged.
    pub(crate) names_endpoint: bool,
    /// What the endpoint answers to every request.
    pub(crate) answer: fn() -> Reply,
    /// All that is secret, before and after.
    pub(crate) canaries: fn() -> Vec<String>,
    /// Whether the upstream got the credential, in this request.
    pub(crate) sent: fn(&str) -> bool,
}

impl Minting {
    /// The element of `grant.origins` for this origin.
    pub(crate) fn grant(&self, origin: &str, endpoint: &str) -> String {
        match self.names_endpoint && origin == endpoint {
            true => format!("{{ origin = \"{origin}\", tokens = true }}"),
            false => format!("\"{origin}\""),
        }
    }
}

/// An OAuth token.
pub(crate) fn token() -> Reply {
    let body = json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600 });
    Reply::json(200, &body.to_string())
}

fn bearer(request: &str) -> bool {
    request.contains(&format!("authorization: Bearer {TOKEN}\r\n"))
}

/// A service account's key file whose tokens come from this origin.
pub(crate) fn service_account(endpoint: &str) -> String {
    let file = json!({
        "type": "service_account", "private_key": *PEM, "private_key_id": "key-1",
        "client_email": "robot@acme.example", "token_uri": format!("{endpoint}/token"),
    });
    // As Google writes it: on many lines.
    serde_json::to_string_pretty(&file).unwrap()
}

fn person(endpoint: &str) -> String {
    let file = json!({
        "type": "authorized_user", "client_id": "gcloud", "client_secret": KEY,
        "refresh_token": format!("1//{KEY}-refresh"), "token_uri": format!("{endpoint}/token"),
    });
    file.to_string()
}

/// Whole lines of the private key: enough to know it by.
pub(crate) fn key_lines() -> Vec<String> {
    PEM.lines().skip(2).step_by(6).filter(|line| line.len() > 40).map(str::to_owned).collect()
}

pub(crate) const CLIENT_CREDENTIALS: Minting = Minting {
    name: "oauth2-client-credentials",
    lines: "scheme = \"oauth2-client-credentials\"\ntoken-url = \"{token-url}\"\nclient-id = \"probe\"\n\
            client-secret = \"api-key\"\nscope = \"all\"\n\n[config.token-url]\ntype = \"url\"\nrequired = true",
    secrets: |_| vec![("api-key", KEY.to_owned())],
    settings: |endpoint| format!("config.token-url = \"{endpoint}/token\""),
    names_endpoint: false,
    answer: token,
    canaries: || vec![KEY.to_owned(), TOKEN.to_owned()],
    sent: bearer,
};

pub(crate) const SERVICE_ACCOUNT: Minting = Minting {
    name: "google-service-account",
    lines: "scheme = \"google-service-account\"\nsecret = \"api-key\"",
    secrets: |endpoint| vec![("api-key", service_account(endpoint))],
    settings: |_| String::new(),
    names_endpoint: true,
    answer: token,
    canaries: || [key_lines(), vec![TOKEN.to_owned()]].concat(),
    sent: bearer,
};

/// The schemes, each with what the test needs to know of it.
pub(crate) const MINTED: [Minting; 7] = [
    CLIENT_CREDENTIALS,
    Minting {
        name: "oauth2-client-credentials, in the form",
        lines: "scheme = \"oauth2-client-credentials\"\ntoken-url = \"{token-url}\"\nclient-id-secret = \"id\"\n\
                client-secret = \"api-key\"\nclient-auth = \"post\"\n\n[secrets.id]\n\n\
                [config.token-url]\ntype = \"url\"\nrequired = true",
        secrets: |_| vec![("api-key", KEY.to_owned()), ("id", "client-id-0123456789".to_owned())],
        canaries: || vec![KEY.to_owned(), TOKEN.to_owned(), "client-id-0123456789".to_owned()],
        ..CLIENT_CREDENTIALS
    },
    SERVICE_ACCOUNT,
    Minting {
        name: "google-service-account, a person's",
        secrets: |endpoint| vec![("api-key", person(endpoint))],
        canaries: || vec![KEY.to_owned(), TOKEN.to_owned(), format!("1//{KEY}-refresh")],
        ..SERVICE_ACCOUNT
    },
    AWS_KEYS,
    AWS_WEB_IDENTITY,
    OCI,
];

/// The probe, bound with one scheme to an upstream and a token endpoint.
pub(crate) struct Minted {
    pub(crate) upstream: Script,
    pub(crate) endpoint: Script,
    pub(crate) provider: Provider,
    pub(crate) host: Host,
    pub(crate) secrets: Vec<tempfile::NamedTempFile>,
}

impl Minted {
    pub(crate) async fn new(scheme: Minting, upstream: Vec<Reply>, endpoint: Vec<Reply>) -> Self {
        Self::over(builder(128).build().unwrap(), scheme, upstream, endpoint).await
    }

    pub(crate) async fn over(
        host: Host,
        scheme: Minting,
        upstream: Vec<Reply>,
        endpoint: Vec<Reply>,
    ) -> Self {
        log::keep();
        let (upstream, endpoint) = (Script::start(upstream).await, Script::start(endpoint).await);
        host.load_bytes("probe", &packed(scheme)).unwrap();
        let (lines, secrets) = Self::settings(scheme, &upstream, &endpoint, &[&upstream, &endpoint]);
        let provider = bind(&host, "minted", &lines).await;
        Self { upstream, endpoint, provider, host, secrets }
    }

    /// What the operator writes, and the files that it names.
    pub(crate) fn settings(
        scheme: Minting,
        upstream: &Script,
        endpoint: &Script,
        granted: &[&Script],
    ) -> (String, Vec<tempfile::NamedTempFile>) {
        let granted: Vec<String> =
            granted.iter().map(|script| scheme.grant(&script.origin(), &endpoint.origin())).collect();
        let mut lines = format!(
            "plugin = \"probe\"\nconfig.base-url = \"{}/v1\"\ngrant.origins = [{}]\n\
             timeouts.total = \"20s\"\nlimits = {{ concurrency = 128, queue = 128 }}\n{}\n",
            upstream.origin(),
            granted.join(", "),
            (scheme.settings)(&endpoint.origin()),
        );
        let mut files = Vec::new();
        for (name, text) in (scheme.secrets)(&endpoint.origin()) {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            lines.push_str(&format!("secrets.{name} = {{ file = \"{}\" }}\n", file.path().display()));
            files.push(file);
        }
        (lines, files)
    }

    pub(crate) async fn send(&self, mut order: serde_json::Value) -> Report {
        order["url"] = format!("{}/v1/x", self.upstream.origin()).into();
        self.send_as_is(order).await
    }

    /// The same to wherever the order says.
    pub(crate) async fn send_as_is(&self, order: serde_json::Value) -> Report {
        let chat = chat("send", &order.to_string());
        let answer = self.provider.chat(&CallContext::default(), chat).await;
        Report::one(&text_of(&answer.unwrap()))
    }
}

/// The probe with a scheme in its manifest.
pub(crate) fn packed(scheme: Minting) -> Vec<u8> {
    let manifest = MANIFEST.replace("scheme = \"bearer\"\nsecret = \"api-key\"", scheme.lines);
    let probe = std::fs::read(guest("probe")).unwrap();
    component_section::write(&probe, &manifest).unwrap()
}

/// An upstream that says all of it back.
pub(crate) fn echo(scheme: Minting, status: u16) -> Reply {
    let said = (scheme.canaries)().join(" ");
    let body = json!({ "error": { "message": format!("you sent {said}") } }).to_string();
    let head = format!(
        "content-type: application/json\r\nx-canary: canary-{status}\r\nx-echo: {said}\r\n\
         content-length: {}\r\n",
        body.len()
    );
    Reply::head(status, &head).send(body)
}

#[tokio::test]
async fn a_guests_whole_memory_has_neither_the_secret_nor_the_minted_token() {
    for scheme in MINTED {
        let minted =
            Minted::new(scheme, vec![echo(scheme, 200), echo(scheme, 401)], vec![(scheme.answer)()]).await;
        let forms: Vec<String> = (scheme.canaries)().iter().flat_map(|secret| forms_of(secret)).collect();
        for status in [200, 401] {
            // What the guest received is found in its memory; what is secret is in no form.
            let received = vec![format!("canary-{status}"), "[redacted]".to_owned()];
            let report = minted.send(json!({ "search": search(&[received, forms.clone()].concat()) })).await;
            assert_eq!(report.status(), Some(status), "{}: {report:?}", scheme.name);
            let counts = found(&report);
            assert!(counts[..2].iter().all(|count| *count > 0), "{}: it finds nothing", scheme.name);
            for (form, count) in forms.iter().zip(&counts[2..]) {
                assert_eq!(*count, 0, "{}: {form} is in the guest's memory", scheme.name);
            }
            clean_of(scheme.name, &report.0.to_string(), &forms);
        }
        for request in minted.upstream.requests() {
            assert!((scheme.sent)(&request), "{}: {request}", scheme.name);
        }
        // What a guest knows all the same, it can't carry out.
        for canary in (scheme.canaries)() {
            let before = minted.upstream.requests().len();
            let report = minted.send(json!({ "method": "POST", "body": format!("x {canary} x") })).await;
            assert_eq!(report.error(), Some("ErrorKind::Permission"), "{}: {report:?}", scheme.name);
            assert!(report.message().contains("rule `secret`"), "{}: {report:?}", scheme.name);
            assert_eq!(minted.upstream.requests().len(), before);
        }
        clean_of(scheme.name, &format!("{:?} {:?}", minted.host, minted.provider), &forms);
        clean_of("the log", &log::all(), &forms);
    }
}
