//! Accounts of clouds that clients bring along in fields of their own: their
//! credentials go in the place of the operator's, whole, or not at all.

use jackfield_e2e::guests::builder;
use jackfield_e2e::{Reply, Script, Served};
use reqwest::Response;
use serde_json::json;

use crate::own::{CLIENT, Own, refusal};
use crate::wire::OPENAI;

const OPERATORS: &str = "operator-secret-access-key-0001";

/// A gateway with Bedrock bound, and what it was asked.
struct Cloud {
    upstream: Script,
    served: Served,
}

/// What Bedrock answers.
fn answer() -> Reply {
    let answer = json!({
        "output": { "message": { "role": "assistant", "content": [{ "text": "hi" }] } },
        "stopReason": "end_turn",
        "usage": { "inputTokens": 1, "outputTokens": 1, "totalTokens": 2 },
        "metrics": { "latencyMs": 1 },
    });
    Reply::json(200, &answer.to_string())
}

impl Cloud {
    async fn open(lines: &str) -> Self {
        let upstream = Script::start(vec![answer()]).await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("id"), "AKIAOPERATOR").unwrap();
        std::fs::write(folder.path().join("secret"), OPERATORS).unwrap();
        let origin = upstream.origin();
        let config = format!(
            "[providers.cloud]\nplugin = \"bedrock\"\nconfig.base-url = \"{origin}\"\nconfig.control-url = \"{origin}\"\n\
             config.region = \"us-east-1\"\nsecrets.access-key-id = {{ file = \"id\" }}\n\
             secrets.secret-access-key = {{ file = \"secret\" }}\ngrant.origins = [\"{origin}\"]\n{lines}"
        );
        Self { served: Served::hosted(folder, &config, builder(16)).await, upstream }
    }

    async fn ask(&self, headers: &[(&str, &str)]) -> Response {
        let mut ask = self.served.ask(OPENAI.path, &OPENAI.request("some.model"));
        for (name, value) in headers {
            ask = ask.header(*name, *value);
        }
        ask.send().await.unwrap()
    }
}

#[tokio::test]
async fn a_clients_aws_account_signs_in_the_place_of_the_operators() {
    let cloud = Cloud::open("").await;
    let response = cloud.ask(&[("x-portkey-provider", "cloud")]).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    let request = Own::last(&cloud.upstream);
    assert!(
        request.contains("credential=akiaoperator/") && request.contains("/us-east-1/bedrock/"),
        "{request}"
    );

    let config = json!({
        "provider": "cloud", "aws_access_key_id": "AKIACLIENT", "aws_secret_access_key": CLIENT,
        "aws_session_token": "session-of-client", "aws_region": "eu-central-1",
    });
    let config = config.to_string();
    for headers in [
        &[("x-portkey-config", &*config)][..],
        &[
            ("x-portkey-provider", "cloud"),
            ("x-portkey-aws-access-key-id", "AKIACLIENT"),
            ("x-portkey-aws-secret-access-key", CLIENT),
            ("x-portkey-aws-session-token", "session-of-client"),
            ("x-portkey-aws-region", "eu-central-1"),
        ],
    ] {
        let response = cloud.ask(headers).await;
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
        let request = Own::last(&cloud.upstream);
        assert!(request.contains("credential=akiaclient/"), "{request}");
        assert!(request.contains("/eu-central-1/bedrock/"), "{request}");
        assert!(request.contains("x-amz-security-token: session-of-client"), "{request}");
        assert!(!request.contains(CLIENT), "the secret key itself never goes out");
    }
}

/// The operator's control plane is at an address of its own, which is none of
/// the client's host's business.
#[tokio::test]
async fn a_clients_account_reaches_a_host_of_its_own_and_nothing_of_the_operators() {
    let host = Script::start(vec![answer()]).await;
    let cloud = Cloud::open(&format!("[server]\ncustom-hosts = [\"{}\"]\n", host.origin())).await;
    let config = json!({
        "provider": "cloud", "custom_host": host.origin(), "aws_access_key_id": "AKIACLIENT",
        "aws_secret_access_key": CLIENT, "aws_region": "eu-central-1",
    });
    let response = cloud.ask(&[("x-portkey-config", &config.to_string())]).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    assert!(Own::last(&host).contains("credential=akiaclient/"));
    assert!(cloud.upstream.requests().is_empty());
}

#[tokio::test]
async fn half_an_account_is_not_filled_up_with_the_operators() {
    let cloud = Cloud::open("").await;
    for headers in [
        &[("x-portkey-provider", "cloud"), ("x-portkey-aws-access-key-id", "AKIACLIENT")][..],
        &[("x-portkey-provider", "cloud"), ("x-portkey-aws-secret-access-key", CLIENT)],
    ] {
        let response = cloud.ask(headers).await;
        assert!(response.status().is_client_error(), "{response:?}");
        assert!(cloud.upstream.requests().is_empty());
    }
    // Nor is where the operator's account is asked a client's to choose.
    let told =
        refusal(cloud.ask(&[("x-portkey-provider", "cloud"), ("x-portkey-aws-region", "x")]).await, 400)
            .await;
    assert!(told.contains("aws_region") && told.contains("config.region"), "{told}");
    assert!(cloud.upstream.requests().is_empty());
}

#[tokio::test]
async fn an_account_needs_the_same_grant_as_a_key() {
    let cloud = Cloud::open("[server]\nclient-keys = false\n").await;
    let headers = [
        ("x-portkey-provider", "cloud"),
        ("x-portkey-aws-access-key-id", "AKIACLIENT"),
        ("x-portkey-aws-secret-access-key", CLIENT),
    ];
    let told = refusal(cloud.ask(&headers).await, 400).await;
    assert!(told.contains("client-keys"), "{told}");
    assert!(cloud.upstream.requests().is_empty());
}

#[tokio::test]
async fn an_azure_token_is_the_clients_bearer() {
    let own = Own::open().await;
    let headers = [("x-portkey-provider", "a"), ("x-portkey-azure-ad-token", CLIENT)];
    assert_eq!(own.ask(OPENAI, "m", &headers).await.status(), 200);
    let request = Own::last(&own.a);
    assert!(request.contains(&format!("authorization: bearer {CLIENT}")), "{request}");
    assert!(!request.contains(crate::own::OPERATORS[0]), "{request}");
}

#[tokio::test]
async fn an_azure_deployment_and_its_version_reach_the_address() {
    let own = Own::open().await;
    let bearer = format!("Bearer {CLIENT}");
    let config = json!({
        "provider": "a", "api_key": CLIENT, "deployment_id": "my gpt", "api_version": "2024-10-21",
    });
    let config = config.to_string();
    for headers in [
        &[("x-portkey-config", &*config)][..],
        &[
            ("x-portkey-provider", "a"),
            ("authorization", &*bearer),
            ("x-portkey-azure-deployment-id", "my gpt"),
            ("x-portkey-azure-api-version", "2024-10-21"),
        ],
    ] {
        assert_eq!(own.ask(OPENAI, "gpt-4o", headers).await.status(), 200, "{headers:?}");
        let request = Own::last(&own.a);
        let line = "post /deployments/my%20gpt/chat/completions?api-version=2024-10-21 ";
        assert!(request.starts_with(line), "{request}");
        assert!(request.contains("\"my gpt\"") && !request.contains("gpt-4o"), "{request}");
    }
    let headers = [("x-portkey-provider", "a"), ("x-portkey-azure-api-version", "preview")];
    assert_eq!(own.ask(OPENAI, "gpt-4o", &headers).await.status(), 200);
    let request = Own::last(&own.a);
    assert!(request.starts_with("post /v1/chat/completions?api-version=preview "), "{request}");
    // What the operator's key may use is no matter of names that a client makes up.
    let before = own.a.requests().len();
    for (header, value, named) in [
        ("x-portkey-azure-deployment-id", "dear", "config.deployment"),
        ("x-portkey-azure-api-version", "2024", "api_version"),
    ] {
        let told = refusal(own.ask(OPENAI, "m", &[("x-portkey-provider", "a"), (header, value)]).await, 400);
        let told = told.await;
        assert!(told.contains(named), "{told}");
    }
    assert_eq!(own.a.requests().len(), before);
}

#[tokio::test]
async fn a_service_account_is_never_the_path_of_a_file() {
    let own = Own::open().await;
    for path in ["/etc/hostname", "\"/etc/hostname\""] {
        let headers = [("x-portkey-provider", "a"), ("x-portkey-vertex-service-account-json", path)];
        let told = refusal(own.ask(OPENAI, "m", &headers).await, 400).await;
        assert!(told.contains("vertex_service_account_json"), "{told}");
    }
    assert!(own.all().is_empty());
}
