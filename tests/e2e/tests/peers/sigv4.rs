//! Signed requests before a server that checks them with botocore.

use jackfield_e2e::guests::builder;
use jackfield_e2e::report::Report;
use jackfield_e2e::{bind, chat, guest, text_of};
use jackfield_runtime::{CallContext, component_section};
use serde_json::json;

const MANIFEST: &str = include_str!("../../../guests/probe/plugin.toml");
const SECRET: &str = "permanent/secret+0123456789";
const TEMPORARY: &str = "temporary/secret+0123456789";
const TOKEN: &str = "temporary/token+of=the/session";

/// Where the server is; nothing outside of `make test-peers`.
fn server() -> Option<String> {
    let found = std::env::var("JACKFIELD_PEER_SIGV4").ok();
    if found.is_none() {
        eprintln!("skipped: JACKFIELD_PEER_SIGV4 names no server; `make test-peers` starts one");
    }
    found
}

/// What the server says to a request of the probe's, signed with these keys.
async fn sent(origin: &str, service: &str, keys: [&str; 3], order: serde_json::Value) -> Report {
    let host = builder(4).build().unwrap();
    let lines = format!(
        "scheme = \"aws-sigv4\"\nservice = \"{service}\"\nregion = \"eu-central-1\"\naccess-key-id = \"id\"\n\
         secret-access-key = \"api-key\"\nsession-token = \"session\"\n\n[secrets.id]\n[secrets.session]\noptional = true\n"
    );
    let manifest = MANIFEST.replace("scheme = \"bearer\"\nsecret = \"api-key\"", &lines);
    let probe = std::fs::read(guest("probe")).unwrap();
    host.load_bytes("probe", &component_section::write(&probe, &manifest).unwrap()).unwrap();
    let mut settings = format!(
        "plugin = \"probe\"\nconfig.base-url = \"{origin}\"\ngrant.origins = [\"{origin}\"]\ntimeouts.total = \"20s\"\n"
    );
    let mut files = Vec::new();
    for (name, text) in ["id", "api-key", "session"].iter().zip(keys).filter(|(_, text)| !text.is_empty()) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        settings.push_str(&format!("secrets.{name} = {{ file = \"{}\" }}\n", file.path().display()));
        files.push(file);
    }
    let provider = bind(&host, "signed", &settings).await;
    let answer = provider.chat(&CallContext::default(), chat("send", &order.to_string())).await.unwrap();
    Report::one(&text_of(&answer))
}

fn post(origin: &str, path: &str) -> serde_json::Value {
    json!({ "method": "POST", "url": format!("{origin}{path}"), "body": "{\"text\":\"ä\"}" })
}

#[tokio::test]
#[ignore = "needs a server that checks signatures: make test-peers"]
async fn the_right_keys_get_in_with_whatever_path_and_query() {
    let Some(origin) = server() else { return };
    for path in [
        "/model/m/converse",
        "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream",
        "/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Ainference-profile%2Feu.x-v1%3A0/invoke",
        "/model/m/invoke?b=2&a=1%201&c=",
    ] {
        for keys in [["AKIDPERMANENT", SECRET, ""], ["ASIATEMPORARY", TEMPORARY, TOKEN]] {
            let report = sent(&origin, "bedrock", keys, post(&origin, path)).await;
            assert_eq!(report.status(), Some(200), "{path}: {report:?}");
        }
        let get = json!({ "url": format!("{origin}{path}") });
        let report = sent(&origin, "bedrock", ["AKIDPERMANENT", SECRET, ""], get).await;
        assert_eq!(report.status(), Some(200), "{path}: {report:?}");
    }
}

#[tokio::test]
#[ignore = "needs a server that checks signatures: make test-peers"]
async fn wrong_keys_services_and_session_tokens_do_not() {
    let Some(origin) = server() else { return };
    for (service, keys, says) in [
        ("bedrock", ["AKIDPERMANENT", TEMPORARY, ""], "another signature"),
        ("bedrock", ["AKIDNOBODY", SECRET, ""], "the key is unknown"),
        ("bedrock-runtime", ["AKIDPERMANENT", SECRET, ""], "signed for bedrock-runtime"),
        ("bedrock", ["ASIATEMPORARY", TEMPORARY, ""], "the session token is missing"),
        ("bedrock", ["ASIATEMPORARY", TEMPORARY, "another-token"], "the session token is missing"),
    ] {
        let report = sent(&origin, service, keys, post(&origin, "/model/m/converse")).await;
        assert_eq!(report.status(), Some(403), "{report:?}");
        assert!(report.0.to_string().contains(says), "{says}: {report:?}");
    }
}
