//! Schemes that sign each request: the rows of the table of [`minted`](crate::minted),
//! and how keys are chosen and refused when a provider is bound.

use jackfield_e2e::guests::chain;
use jackfield_e2e::{Reply, Script};
use jackfield_runtime::catalog::Catalog;
use jackfield_runtime::settings::Settings;
use serde_json::json;

use crate::KEY;
use crate::minted::{Minted, Minting, PEM, TOKEN, key_lines, packed};

const ID: &str = "AKIDEXAMPLE0123";
const SESSION: &str = "session/of+the=test-0123456789";
const MINTED_KEY: &str = "minted/secret+key=0123456789";

/// All of the scheme, as a plugin for Bedrock has it.
const AWS: &str = "scheme = \"aws-sigv4\"\nservice = \"bedrock\"\nregion = \"us-east-1\"\naccess-key-id = \"id\"\n\
    secret-access-key = \"api-key\"\nsession-token = \"session\"\nweb-identity-token = \"identity\"\n\
    credentials-file = \"profiles\"\nprofile = \"{profile}\"\nrole-arn = \"{role-arn}\"\n\
    external-id = \"{external-id}\"\nsts-url = \"{sts-url}\"\n\
    container-url = \"{container-url}\"\n\
    [secrets.id]\noptional = true\n[secrets.session]\noptional = true\n[secrets.identity]\noptional = true\n\
    [secrets.profiles]\noptional = true\n[config.profile]\ntype = \"string\"\n\
    [config.role-arn]\ntype = \"string\"\n[config.sts-url]\ntype = \"url\"\n\
    [config.container-url]\ntype = \"url\"\n[config.external-id]\ntype = \"string\"\n";

/// What STS gives out.
pub(crate) fn keys() -> Reply {
    let body = format!(
        "<AssumeRoleWithWebIdentityResponse><Credentials><AccessKeyId>ASIAMINTED0123</AccessKeyId>\
         <SecretAccessKey>{MINTED_KEY}</SecretAccessKey><SessionToken>{TOKEN}</SessionToken>\
         <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResponse>"
    );
    Reply::head(200, &format!("content-type: text/xml\r\ncontent-length: {}\r\n", body.len())).send(body)
}

fn signed(request: &str, id: &str, session: &str) -> bool {
    request.contains(&format!("authorization: AWS4-HMAC-SHA256 Credential={id}/"))
        && request.contains("/us-east-1/bedrock/aws4_request, SignedHeaders=")
        && request.contains(&format!("x-amz-security-token: {session}\r\n"))
}

pub(crate) const AWS_KEYS: Minting = Minting {
    name: "aws-sigv4",
    lines: AWS,
    secrets: |_| vec![("api-key", KEY.to_owned()), ("id", ID.to_owned()), ("session", SESSION.to_owned())],
    settings: |_| String::new(),
    names_endpoint: false,
    answer: keys,
    canaries: || vec![KEY.to_owned(), SESSION.to_owned()],
    sent: |request| signed(request, ID, SESSION),
};

pub(crate) const AWS_WEB_IDENTITY: Minting = Minting {
    name: "aws-sigv4, by a web identity",
    secrets: |_| vec![("identity", format!("eyJ.{KEY}"))],
    settings: |endpoint| {
        format!("config.role-arn = \"arn:aws:iam::1:role/r\"\nconfig.sts-url = \"{endpoint}/\"")
    },
    canaries: || vec![format!("eyJ.{KEY}"), TOKEN.to_owned(), MINTED_KEY.to_owned()],
    sent: |request| signed(request, "ASIAMINTED0123", TOKEN),
    ..AWS_KEYS
};

pub(crate) const OCI: Minting = Minting {
    name: "oci-signature",
    lines: "scheme = \"oci-signature\"\nprivate-key = \"api-key\"\ntenancy = \"ocid1.t\"\nuser = \"ocid1.u\"\n\
            fingerprint = \"aa:bb\"",
    secrets: |_| vec![("api-key", PEM.clone())],
    settings: |_| String::new(),
    names_endpoint: false,
    answer: keys,
    canaries: key_lines,
    sent: |request| {
        request.contains(
            "authorization: Signature version=\"1\",keyId=\"ocid1.t/ocid1.u/aa:bb\",algorithm=\"rsa-sha256\"",
        ) && request.contains("\r\ndate: ")
    },
};

fn ok() -> Reply {
    Reply::json(200, "{}")
}

fn profiles() -> (&'static str, String) {
    let file = format!(
        "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = {KEY}-of-the-file\n[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = {KEY}-of-work\n"
    );
    ("profiles", file)
}

#[tokio::test]
async fn of_several_sources_the_first_is_used_in_the_order_of_awss_own_tools() {
    type Case = (fn(&str) -> Vec<(&'static str, String)>, fn(&str) -> String, &'static str);
    let cases: [Case; 4] = [
        (
            |_| {
                vec![
                    ("api-key", KEY.to_owned()),
                    ("id", ID.to_owned()),
                    ("identity", "eyJ.x".to_owned()),
                    profiles(),
                ]
            },
            |_| String::new(),
            ID,
        ),
        (
            |_| vec![("identity", "eyJ.x-0123456789".to_owned()), profiles()],
            AWS_WEB_IDENTITY.settings,
            "ASIAMINTED0123",
        ),
        (|_| vec![profiles()], |_| String::new(), "AKIDDEFAULT"),
        (|_| vec![profiles()], |_| "config.profile = \"work\"".to_owned(), "AKIDWORK"),
    ];
    for (secrets, settings, id) in cases {
        let minted = Minted::new(Minting { secrets, settings, ..AWS_KEYS }, vec![ok()], vec![keys()]).await;
        assert_eq!(minted.send(json!({})).await.status(), Some(200));
        let sent = minted.upstream.requests().remove(0);
        assert!(sent.contains(&format!("Credential={id}/")), "{id}: {sent}");
    }
}

#[tokio::test]
async fn without_any_key_a_request_fails_in_words_and_nothing_goes_out() {
    let unset = Minting { secrets: |_| Vec::new(), ..AWS_KEYS };
    let minted = Minted::new(unset, vec![ok()], vec![keys()]).await;
    let report = minted.send(json!({})).await;
    assert_eq!(report.error(), Some("ErrorKind::Authentication"), "{report:?}");
    assert!(report.message().contains("no keys are set"), "{report:?}");
    assert!(minted.upstream.requests().is_empty());
}

/// Why a provider can't be bound to which this is granted beside its upstream.
async fn refusal(scheme: Minting, grant: &str) -> Option<String> {
    let (upstream, endpoint) = (Script::start(vec![ok()]).await, Script::start(vec![keys()]).await);
    let host = jackfield_e2e::host();
    host.load_bytes("probe", &packed(scheme)).unwrap();
    let (lines, _files) = Minted::settings(scheme, &upstream, &endpoint, &[&upstream]);
    let lines = lines.replacen("grant.origins = [", &format!("grant.origins = [{grant}"), 1);
    let settings = Settings::parse(&format!("[providers.p]\n{lines}"), "jackfield.toml", &[]).unwrap();
    let (name, provider) = settings.providers.into_iter().next().unwrap();
    let provider = Catalog::default().complete(&name, provider).unwrap();
    host.bind("p", &provider).await.err().map(|error| chain(&error))
}

/// Where containers get their credentials.
const CONTAINER: Minting = Minting {
    secrets: |_| Vec::new(),
    settings: |_| "config.container-url = \"http://169.254.170.2/v2/credentials/1\"".to_owned(),
    ..AWS_KEYS
};

/// They are asked for with GET.
#[tokio::test]
async fn a_grant_for_asking_is_enough_for_a_containers_credentials() {
    for (method, binds) in [("GET", true), ("POST", false)] {
        let grant = format!("{{ origin = \"http://169.254.170.2\", methods = [\"{method}\"] }}, ");
        let refusal = refusal(CONTAINER, &grant).await;
        assert_eq!(refusal.is_none(), binds, "{method}: {refusal:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_keys_is_known_when_a_provider_is_bound() {
    for (scheme, words) in [
        (Minting { secrets: |_| vec![("id", ID.to_owned())], ..AWS_KEYS }, "belong together"),
        (Minting { secrets: |_| vec![("identity", "eyJ.x".to_owned())], ..AWS_KEYS }, "role-arn"),
        (Minting { secrets: |_| vec![("profiles", "nonsense".to_owned())], ..AWS_KEYS }, "line 1"),
        (
            Minting {
                secrets: |_| vec![profiles()],
                settings: |_| "config.profile = \"home\"".to_owned(),
                ..AWS_KEYS
            },
            "no profile \"home\"",
        ),
        (AWS_WEB_IDENTITY, "grant.origins"),
        (CONTAINER, "http://169.254.170.2"),
        (
            Minting {
                secrets: |_| vec![("profiles", "[default]\nsso_session = mine\n".to_owned())],
                ..AWS_KEYS
            },
            "logs in by a browser (sso_session)",
        ),
        (
            Minting { secrets: |_| vec![("api-key", KEY.to_owned())], ..OCI },
            "the private key isn't a private key",
        ),
    ] {
        let error = refusal(scheme, "").await.unwrap();
        assert!(error.contains(words), "{words}: {error}");
        assert!(!error.contains(KEY), "{error}");
    }
}
