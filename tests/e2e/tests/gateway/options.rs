//! Fields of one kind of provider, in configs and in headers: those that a
//! plugin can honour arrive, the others are refused by name.

use futures_util::{StreamExt, stream};
use jackfield_e2e::gateway::provider;
use serde_json::json;

use crate::own::{CLIENT, OPERATORS, Own, refusal};
use crate::wire::{ANTHROPIC, OPENAI, WIRES};

const BEARER: &str = "Bearer sk-client-0123456789";

#[tokio::test]
async fn the_account_of_a_clients_key_is_the_clients_to_choose() {
    let own = Own::open().await;
    let config = json!({
        "provider": "a", "api_key": CLIENT, "openai_organization": "org-1", "openai_project": "proj-2",
    });
    let config = config.to_string();
    for wire in WIRES {
        for headers in [
            &[("x-portkey-config", &*config)][..],
            &[
                ("x-portkey-provider", "a"),
                ("authorization", BEARER),
                ("x-portkey-openai-organization", "org-1"),
                ("x-portkey-openai-project", "proj-2"),
            ],
            &[
                ("x-portkey-config", "{\"provider\":\"a\"}"),
                ("authorization", BEARER),
                ("x-portkey-openai-organization", "org-1"),
                ("x-portkey-openai-project", "proj-2"),
            ],
        ] {
            assert_eq!(own.ask(wire, "m", headers).await.status(), 200, "{headers:?}");
            let request = Own::last(&own.a);
            assert!(request.contains("openai-organization: org-1\r\n"), "{request}");
            assert!(request.contains("openai-project: proj-2\r\n"), "{request}");
            assert!(request.contains(CLIENT), "{request}");
        }
    }
    // They end with the request that they came with.
    assert_eq!(own.ask(OPENAI, "a/m", &[]).await.status(), 200);
    assert!(!Own::last(&own.a).contains("org-1"));
}

#[tokio::test]
async fn the_organization_of_the_operators_key_goes_with_no_other_and_to_no_other_host() {
    let more = "secrets.api-key = { file = \"a\" }\n\
                config.organization = \"org-operator\"\nconfig.project = \"proj-operator\"";
    let lines = provider("c", "openai", "HOST_A", more);
    let own = Own::with(&format!("{lines}[server]\ncustom-hosts = [\"HOST_A\"]\n")).await;
    let host = format!("{}/v1", own.a.origin());
    for headers in [
        &[("x-portkey-provider", "c"), ("authorization", BEARER)][..],
        &[("x-portkey-provider", "c"), ("x-portkey-custom-host", &*host)],
        &[("x-portkey-provider", "c"), ("x-portkey-custom-host", &*host), ("authorization", BEARER)],
    ] {
        assert_eq!(own.ask(OPENAI, "m", headers).await.status(), 200, "{headers:?}");
        let request = Own::last(&own.a);
        assert!(!request.contains("openai-organization") && !request.contains("openai-project"), "{request}");
        assert!(!request.contains("operator"), "{request}");
    }
    let headers =
        [("x-portkey-provider", "c"), ("authorization", BEARER), ("x-portkey-openai-organization", "org-1")];
    assert_eq!(own.ask(OPENAI, "m", &headers).await.status(), 200);
    let request = Own::last(&own.a);
    assert!(request.contains("openai-organization: org-1\r\n"), "{request}");
    assert!(!request.contains("operator"), "a client's organization has none of the operator's projects");
    // With the operator's key they go.
    assert_eq!(own.ask(OPENAI, "c/m", &[]).await.status(), 200);
    let request = Own::last(&own.a);
    assert!(request.contains("openai-organization: org-operator\r\n"), "{request}");
    assert!(request.contains("openai-project: proj-operator\r\n"), "{request}");
}

#[tokio::test]
async fn the_account_of_the_operators_key_is_not() {
    let own = Own::open().await;
    for headers in [
        &[("x-portkey-provider", "a"), ("x-portkey-openai-project", "p")][..],
        &[("x-portkey-provider", "@a"), ("x-portkey-openai-project", "p"), ("authorization", BEARER)],
        &[("x-portkey-config", r#"{"provider":"a","openai_project":"p"}"#)],
    ] {
        let told = refusal(own.ask(OPENAI, "m", headers).await, 400).await;
        assert!(told.contains("openai_project") && told.contains("config.project"), "{told}");
    }
    assert!(own.all().is_empty());
}

#[tokio::test]
async fn what_is_no_matter_of_accounts_goes_with_the_operators_key_as_well() {
    let own = Own::open().await;
    for wire in WIRES {
        let config = r#"{"provider":"b","anthropic_beta":"one-1, two-2","anthropic_version":"2099-01-01"}"#;
        for headers in [
            &[("x-portkey-config", config)][..],
            &[
                ("x-portkey-provider", "b"),
                ("x-portkey-anthropic-beta", "one-1,two-2"),
                ("x-portkey-anthropic-version", "2099-01-01"),
            ],
        ] {
            assert_eq!(own.ask(wire, "m", headers).await.status(), 200, "{headers:?}");
            let request = Own::last(&own.b);
            assert!(request.contains("anthropic-version: 2099-01-01\r\n"), "{request}");
            assert!(request.contains("one-1") && request.contains("two-2"), "{request}");
            assert!(request.contains(OPERATORS[1]), "{request}");
        }
        let headers = [("x-portkey-provider", "a"), ("x-portkey-openai-beta", "assistants=v2")];
        assert_eq!(own.ask(wire, "m", &headers).await.status(), 200);
        let request = Own::last(&own.a);
        assert!(
            request.contains("openai-beta: assistants=v2\r\n") && request.contains(OPERATORS[0]),
            "{request}"
        );
    }
}

#[tokio::test]
async fn fields_that_no_plugin_honours_are_refused_by_name() {
    let own = Own::open().await;
    for (field, value) in [
        ("azure_auth_mode", json!("managed")),
        ("workers_ai_account_id", json!("x")),
        ("huggingface_base_url", json!("https://x.example")),
        ("azure_deployment_name", json!("d")),
        ("aws_auth_type", json!("assumedRole")),
        ("vertex_storage_bucket_name", json!("b")),
        ("mistral_fim_completion", json!("true")),
        ("oracle_region", json!("x")),
        ("deployments", json!([])),
    ] {
        let config = json!({ "provider": "a", "api_key": CLIENT, field: value }).to_string();
        let told = refusal(own.ask(OPENAI, "m", &[("x-portkey-config", &config)]).await, 400).await;
        assert!(told.contains(field) && told.contains("[providers"), "{told}");
        let header = format!("x-portkey-{}", field.replace('_', "-"));
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let headers = [("x-portkey-provider", "a"), (&*header, &*value), ("authorization", BEARER)];
        let told = refusal(own.ask(OPENAI, "m", &headers).await, 400).await;
        assert!(told.contains(field), "{told}");
    }
    assert!(own.all().is_empty());
}

#[tokio::test]
async fn a_field_that_is_another_plugins_is_told_and_not_dropped() {
    let own = Own::open().await;
    let headers = [("x-portkey-provider", "b"), ("authorization", BEARER), ("x-portkey-openai-project", "p")];
    let told = refusal(own.ask(OPENAI, "m", &headers).await, 400).await;
    assert!(told.contains("provider b") && told.contains("project"), "{told}");
    for (field, value, named) in [
        ("aws-region", "eu-central-1", "aws_region"),
        ("vertex-region", "europe-west4", "vertex_region"),
        ("azure-resource-name", "mine", "https://mine.openai.azure.com"),
        ("aws-secret-access-key", CLIENT, "aws_secret_access_key"),
    ] {
        let field = format!("x-portkey-{field}");
        let headers = [("x-portkey-provider", "a"), ("authorization", BEARER), (&*field, value)];
        let told = refusal(own.ask(OPENAI, "m", &headers).await, 400).await;
        assert!(told.contains(named), "{field}: {told}");
    }
    let two =
        json!({ "strategy": { "mode": "fallback" }, "targets": [{ "provider": "a" }, { "provider": "b" }] });
    let headers = [("x-portkey-config", &*two.to_string()), ("x-portkey-openai-beta", "x")];
    let told = refusal(own.ask(OPENAI, "m", &headers).await, 400).await;
    assert!(told.contains("openai_beta") && told.contains("x-portkey-provider"), "{told}");
    assert!(own.all().is_empty());
}

#[tokio::test]
async fn no_field_ends_a_header_and_begins_another() {
    let own = Own::open().await;
    for value in ["p\r\nx-evil: 1", "p\nx-evil: 1", "p\u{0}"] {
        let config = json!({ "provider": "a", "api_key": CLIENT, "openai_project": value }).to_string();
        refusal(own.ask(OPENAI, "m", &[("x-portkey-config", &config)]).await, 400).await;
    }
    assert!(own.all().is_empty());
}

#[tokio::test]
async fn the_fields_of_two_requests_never_mix() {
    let own = Own::open().await;
    let own = &own;
    let asked = (0..60).map(|number| async move {
        let project = format!("proj-{}", number % 5);
        let mut body = ANTHROPIC.request("m");
        body["messages"][0]["content"] = json!(project);
        let headers =
            [("x-portkey-provider", "a"), ("authorization", BEARER), ("x-portkey-openai-project", &*project)];
        assert_eq!(own.send(ANTHROPIC.path, &body, &headers).await.status(), 200);
    });
    // Fewer at once than there are instances.
    stream::iter(asked).buffer_unordered(32).collect::<Vec<()>>().await;
    for request in own.a.requests() {
        let head = request.to_lowercase();
        let at = head.find("openai-project: ").expect("a project") + "openai-project: ".len();
        let project = &head[at..at + "proj-0".len()];
        assert_eq!(request.matches(project).count(), 2, "{request}");
    }
}
